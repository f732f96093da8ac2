/* calls.c - calls that tests/ld/calls.test wants to see followed, and calls that must stay. */
#include "tools/vliw-cc/rt/native.h"

#define APART __attribute__((noipa))

static long seen[4], rare;

APART static long leaf(long a, long b)
{
    return (a ^ b) + 3;
}

/* A frame of its own, a local that others see, and a way out that is seldom taken. */
APART static void note(long *where, long what)
{
    *where = what + seen[what & 3]++;
}

APART static long nested(long a)
{
    long local;

    note(&local, a);
    if (a % 50 == 49)
        rare += local;
    return leaf(local, a);
}

APART static long many(long a, long b, long c, long d, long e, long f, long g, long h, long i)
{
    return a - b + c - d + e - f + g - h + i;
}

APART static long listed(int count, ...)
{
    va_list list;
    long sum = 0;

    va_start(list, count);
    sum = va_arg(list, long) - va_arg(list, long);
    va_end(list);
    return sum + count;
}

APART static long looping(long n)
{
    long bits = 0;

    for (; n; n >>= 1)
        bits += n & 1;
    return bits;
}

APART static long factorial(long n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

APART static long follows(long n)
{
    long sum = 0;

    for (long i = 0; i < n; i++)
        sum += nested(i) - leaf(sum, i);
    return sum;
}

/* Which way is taken depends on the caller. */
APART static long flagged(long a, int negate, long *count)
{
    if (negate)
        return -a;
    ++*count;
    return a;
}

APART static long decided(long n)
{
    long sum = 0, count = 0;

    for (long i = 0; i < n; i++)
        sum += flagged(i * i, 0, &count);
    return sum + count + flagged(sum, n == 3, &count);
}

APART static long stays(long n)
{
    long sum = 0;

    for (long i = 0; i < n; i++)
        sum += many(i, 2, 3, 4, 5, 6, 7, 8, sum) + listed(2, i, sum) + looping(i);
    return sum + factorial(9);
}

int main(void)
{
    printf("%ld %ld %ld %ld\n", follows(1000), stays(1000), rare, seen[1]);
    printf("%ld\n", decided(1000));
    return 0;
}
