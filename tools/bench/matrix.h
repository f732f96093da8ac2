/*
 * matrix.h - a product of matrices of N rows and columns, and a filter over an image of EDGE by
 * EDGE, both of which the including program defines.
 */
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
