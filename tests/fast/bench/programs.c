/*
 * programs.c - what the engines are measured with: one kind of work each, chosen by -DPROGRAM=name,
 * for about as many bundles. Each prints a number, so that none can be optimized away.
 */
#include "tools/vliw-cc/rt/native.h"

typedef unsigned int u32;
typedef unsigned long u64;

#define NOINLINE __attribute__((noinline))

/* Integer operations in a small loop, hardly any memory. */
NOINLINE u64 hot(u64 n)
{
    u64 a = 1, b = 2, c = 3, d = 4;

    for (u64 i = 0; i < n * 700000; i++) {
        a = (a + b) ^ (c << 3);
        b = (b + d) ^ (a >> 5);
        c = (c + a) ^ (d << 7);
        d = (d + i) ^ (b >> 9);
    }
    return a ^ b ^ c ^ d;
}

/* Loads and stores all over 4 MiB: most miss. */
static u32 far[1 << 20];

NOINLINE u64 memory(u64 n)
{
    u32 at = 1;
    u64 sum = 0;

    for (u64 i = 0; i < n * 40000; i++) {
        at = at * 1664525 + 1013904223;
        sum += far[at >> 12]++;
    }
    return sum;
}

/* Loads and stores in 16 KiB: hardly any miss. */
NOINLINE u64 near(u64 n)
{
    for (u64 round = 0; round < n * 100; round++) {
        for (u32 i = 1; i + 1 < 4096; i++)
            far[i] = (far[i - 1] + far[i] + far[i + 1]) * 5 + i;
    }
    return far[2048];
}

/* Branches that depend on data. */
NOINLINE u64 branchy(u64 n)
{
    u32 x = 12345;
    u64 a = 0, b = 0, c = 0;

    for (u64 i = 0; i < n * 300000; i++) {
        x = x * 1103515245 + 12345;
        if (x & 0x10000)
            a += x;
        else if (x & 0x20000)
            b ^= x;
        if (x & 0x40000)
            c += b;
        else
            c -= a;
    }
    return a ^ b ^ c;
}

/* Calls and returns, registers saved and restored. */
NOINLINE u64 fibonacci(u64 n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

u64 calls(u64 n)
{
    u64 sum = 0;

    for (u64 i = 0; i < n; i++)
        sum += fibonacci(22);
    return sum;
}

/* Straight code of some 16,000 operations. */
#define STEP(k) \
    a = (a + c) ^ (b >> ((k) % 13 + 1)); \
    b = (b << 1) + (a ^ (u64)((k) * 2654435761u)); \
    c += t[((k) * 7) & 255];
#define STEP8(k) \
    STEP(k) STEP(k + 1) STEP(k + 2) STEP(k + 3) STEP(k + 4) STEP(k + 5) STEP(k + 6) STEP(k + 7)
#define STEP64(k) \
    STEP8(k) STEP8(k + 8) STEP8(k + 16) STEP8(k + 24) \
    STEP8(k + 32) STEP8(k + 40) STEP8(k + 48) STEP8(k + 56)
#define STEP512(k) \
    STEP64(k) STEP64(k + 64) STEP64(k + 128) STEP64(k + 192) STEP64(k + 256) STEP64(k + 320) \
    STEP64(k + 384) STEP64(k + 448)

NOINLINE u64 flat(u64 n)
{
    static u64 t[256];
    u64 a = 1, b = 2, c = 3;

    for (u64 i = 0; i < n * 400; i++) {
        STEP512(0)
        STEP512(512)
        STEP512(1024)
        STEP512(1536)
        t[i & 255] = a;
    }
    return a ^ b ^ c;
}

/* Floating point, all of it in the compiler's library. */
NOINLINE u64 soft_float(u64 n)
{
    double x = 0.5, sum = 0;

    for (u64 i = 0; i < n * 20000; i++) {
        x = x * 3.9 * (1.0 - x);
        sum += x;
    }
    return (u64)(sum * 1000);
}

int main(void)
{
    u64 result = PROGRAM(ROUNDS);

    printf("%lu\n", result);
    return 0;
}
