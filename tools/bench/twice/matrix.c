/* matrix.c - products of integer matrices, a transposition, and a filter over an image. */
#include "bench.h"

#define N 40
#define EDGE 96

const unsigned bench_rounds = 14, bench_warm_rounds = 80;

#include "tools/bench/matrix.h"

void bench_setup(void)
{
    uint32_t x = 123456789;

    for (int i = 0; i < N * N; i++) {
        a[i / N][i % N] = (int32_t)(bench_random(&x) % 61) - 30;
        b[i / N][i % N] = (int32_t)(bench_random(&x) % 61) - 30;
    }
    for (int i = 0; i < EDGE * EDGE; i++)
        image[i / EDGE][i % EDGE] = (uint8_t)bench_random(&x);
}

static void transpose(void)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < i; j++) {
            int32_t t = b[i][j];
            b[i][j] = b[j][i];
            b[j][i] = t;
        }
    }
}

uint32_t bench_round(uint32_t sum)
{
    multiply();
    transpose();
    filter();
    for (int i = 0; i < N * N; i++)
        sum = bench_mix(sum, (uint32_t)c[i / N][i % N]);
    for (int i = 0; i < EDGE * EDGE; i++)
        sum += smooth[i / EDGE][i % EDGE];
    a[sum % N][sum % 7] ^= 1;
    image[sum % EDGE][sum % 11]++;
    return sum;
}
