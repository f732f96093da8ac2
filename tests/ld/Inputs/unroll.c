/* unroll.c - loops that tests/ld/super.test wants to see unrolled. */
#include "tools/vliw-cc/rt/native.h"

static int left[64], right[64], total;

/* Leaves nothing in a1: its caller looks at no second result. */
__attribute__((noipa)) static void dot(const int *a, const int *b, const int *end)
{
    int sum = 0;

    while (a != end)
        sum += *a++ * *b++;
    total += sum;
}

/* Never runs. */
__attribute__((noipa)) static int cold(const int *a, const int *end)
{
    int sum = 0;

    while (a != end)
        sum ^= *a++;
    return sum;
}

int main(int argc, char **argv)
{
    (void)argv;
    for (int i = 0; i < 64; i++) {
        left[i] = i;
        right[i] = 64 - i;
    }
    for (int i = 0; i < 40; i++)
        dot(left, right, left + 64);
    return total == 40 * 43680 ? 0 : argc > 99 ? cold(left, left + 9) : 1;
}
