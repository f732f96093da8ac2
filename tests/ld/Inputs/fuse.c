/* fuse.c - shapes that tests/ld/fuse.test wants to see as single atoms. */
#include "isa_intrinsics.h"

__attribute__((noinline)) unsigned long field(unsigned long x)
{
    return x >> 12 & 15;
}

__attribute__((noinline)) void next(unsigned length)
{
    vx_setr(9, (unsigned)vx_getr(9) + length);
}

__attribute__((noinline)) unsigned long count(void)
{
    return vx_gget(1);
}

__attribute__((noinline)) int choose(int a, int b, int c)
{
    if (a < b)
        c += 7;
    return c * 3;
}

__attribute__((noinline)) unsigned tenth(unsigned n)
{
    return n / 10;
}

__attribute__((noinline)) long quotient(long a, long b)
{
    return a / b;
}

void main(void)
{
    volatile unsigned long keep =
        field(vx_getr(3)) + (unsigned long)choose(1, (int)vx_getr(2), 3) + count() +
        tenth((unsigned)vx_getr(4)) + (unsigned long)quotient((long)vx_getr(5), 3);

    next((unsigned)keep);
}
