/* matrix.c - products of integer matrices, and a filter over an image. */
#include "tools/vliw-cc/rt/native.h"

#define N 32
#define EDGE 64

#include "tools/bench/matrix.h"

int main(void)
{
    uint32_t sum = 0;

    for (int i = 0; i < N * N; i++) {
        a[i / N][i % N] = i * 7 % 31 - 15;
        b[i / N][i % N] = i * 5 % 29 - 14;
    }
    for (int i = 0; i < EDGE * EDGE; i++)
        image[i / EDGE][i % EDGE] = (uint8_t)(i * i >> 3);
    for (int round = 0; round < 4; round++) {
        multiply();
        filter();
        for (int i = 0; i < N * N; i++)
            sum = sum * 31 + (uint32_t)c[i / N][i % N];
        for (int i = 0; i < EDGE * EDGE; i++)
            sum += smooth[i / EDGE][i % EDGE];
        a[round][round]++;
    }
    printf("%08x\n", sum);
    return 0;
}
