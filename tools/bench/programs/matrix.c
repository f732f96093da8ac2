/* matrix.c - products of integer matrices, and a filter over an image. */
#include "tools/vliw-cc/rt/native.h"

#define N 32
#define EDGE 64

static int32_t a[N][N], b[N][N], c[N][N];
static uint8_t image[EDGE][EDGE], smooth[EDGE][EDGE];

__attribute__((noinline)) static void multiply(void)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            int32_t sum = 0;

            for (int n = 0; n < N; n++)
                sum += a[i][n] * b[n][j];
            c[i][j] = sum;
        }
    }
}

__attribute__((noinline)) static void filter(void)
{
    for (int y = 1; y < EDGE - 1; y++)
        for (int x = 1; x < EDGE - 1; x++)
            smooth[y][x] = (uint8_t)((4 * image[y][x] + image[y - 1][x] + image[y + 1][x] +
                                      image[y][x - 1] + image[y][x + 1] + 4) / 8);
}

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
