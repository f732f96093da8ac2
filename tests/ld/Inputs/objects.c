/* objects.c - loads that tests/ld/objects.test wants to see above late stores, and others below. */
#include "isa_intrinsics.h"

#define APART __attribute__((noipa))

struct pair {
    long a, b;
};

static struct pair here, there;
static const long table[8] = {3, 1, 4, 1, 5, 9, 2, 6};

APART static long two_objects(long i, long k)
{
    (&here)[i].a = i * k;
    return (&there)[i].b + 1;
}

APART static long constant(long *p, long i, long k)
{
    *p = i * k;
    return table[i] + 1;
}

APART static long frame(long i, long k)
{
    long local[4];

    __asm__ volatile("" : : "r"(local) : "memory");
    local[1] = i * k;
    __asm__ volatile("" : : : "memory");
    return here.a + 1;
}

APART static long same_object(long i, long k)
{
    (&here)[i].a = i * k;
    return (&here)[k].b + 1;
}

APART static long anywhere(long *p, long i, long k)
{
    *p = i * k;
    return there.b + 1;
}

/* The pointers pass through r2, by numbers that are known; so they lead where they led before. */
APART static long by_number(long i, long k)
{
    vx_gset(1, (unsigned long)&there);
    (&here)[(i & 3) - 1].a = i * k;
    return ((const struct pair *)vx_gget(1))->a + 1;
}

APART static long by_number_back(long i, long k)
{
    vx_gset(1, (unsigned long)&here);
    (&there)[(i & 3) - 1].a = i * k;
    return ((const struct pair *)vx_gget(1))->a + 1;
}

/* The loads need the pass before; the stores behind them need not wait. */
APART static long late_constant(long *p, long *q, long x, long passes)
{
    for (long i = 0; i < passes; i++) {
        const long *at = table + (x * 5 & 3);

        x ^= at[0] ^ at[1] ^ at[2] ^ at[3];
        p[0] = p[1] = q[0] = q[1] = i;
    }
    return x;
}

int main(void)
{
    long sum = two_objects(0, 7) + constant(&there.a, 2, 7) + frame(3, 7) + same_object(0, 0);

    sum += anywhere(&there.b, 7, 7);
    sum += late_constant(&here.a, &there.a, 0, 2);
    sum += here.b + there.b + by_number(1, 7) + by_number_back(1, 7);
    return (int)sum - (1 + 5 + 1 + 1 + 50 + (7 ^ 15) + 1 + 1 + 2 + 8);
}
