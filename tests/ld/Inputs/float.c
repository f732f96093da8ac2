/*
 * float.c - libgcc's soft float: long code with long dependence chains, and results that show every
 * bit.
 */
#include "test.h"

static NOINLINE uint64_t bits(double d)
{
    uint64_t v;

    memcpy(&v, &d, 8);
    return v;
}

static NOINLINE uint32_t bits32(float f)
{
    uint32_t v;

    memcpy(&v, &f, 4);
    return v;
}

static NOINLINE double root(double x)
{
    double r = x;

    for (int i = 0; i < 12; i++)
        r = (r + x / r) / 2;
    return r;
}

static NOINLINE double series(int n)
{
    double s = 0, sign = 1;

    for (int k = 0; k < n; k++, sign = -sign)
        s += sign / (2 * k + 1);
    return 4 * s;
}

int main(void)
{
    float f = 1;

    for (int i = 1; i < 8; i++)
        test_show("root", bits(root(i * 1.25)));
    test_show("series", bits(series(60)));
    for (int i = 0; i < 20; i++) {
        f = f * 1.7f - 0.3f;
        printf("%08x %d %d\n", bits32(f), (int)f, f > 30.5f);
    }
    test_show("mixed", bits((double)f * -1e10 + (double)(int64_t)bits(f)));
    printf("%d %u\n", (int)-2.75, (unsigned)3e9);
    return 0;
}
