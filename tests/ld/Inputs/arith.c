/* arith.c - every integer operation of RV64IM and Zb*, on edge cases and on random numbers. */
#include "test.h"

typedef unsigned __int128 u128;
typedef __int128 i128;

static const uint64_t edge[] = {0,
                                1,
                                2,
                                31,
                                63,
                                0x7f,
                                0x80,
                                0xff,
                                0x7fff,
                                0x8000,
                                0x7fffffff,
                                0x80000000,
                                0xffffffff,
                                0x100000000,
                                0x7fffffffffffffff,
                                0x8000000000000000,
                                0xffffffffffffffff};

static uint64_t sum;

static NOINLINE void add(uint64_t v)
{
    sum = (sum << 7 | sum >> 57) ^ v;
}

static NOINLINE void pair(uint64_t a, uint64_t b)
{
    int64_t sa = (int64_t)a, sb = (int64_t)b;
    uint32_t a32 = (uint32_t)a, b32 = (uint32_t)b;
    unsigned n = b & 63, n32 = b & 31;

    add(a + b), add(a - b), add(a * b), add(a & b), add(a | b), add(a ^ b), add(a & ~b),
        add(a | ~b), add(~(a ^ b));
    add(a << n), add(a >> n), add((uint64_t)(sa >> n)), add(a << n | a >> (-n & 63)),
        add(a >> n | a << (-n & 63));
    add(a32 + b32), add((uint64_t)(int32_t)(a32 + b32)), add((uint64_t)(int32_t)(a32 - b32)),
        add(a32 * b32);
    add((uint64_t)(int32_t)(a32 << n32)), add(a32 >> n32), add((uint64_t)((int32_t)a32 >> n32));
    add(a32 << n32 | a32 >> (-n32 & 31));
    add(sa < sb), add(a < b), add(sa < sb ? a : b), add(sa > sb ? a : b), add(a < b ? a : b),
        add(a > b ? a : b);
    add(2 * a + b), add(4 * a + b), add(8 * a + b), add(8 * (uint64_t)a32 + b),
        add((uint64_t)a32 + b);
    add(a & ~(UINT64_C(1) << n)), add(a | UINT64_C(1) << n), add(a ^ UINT64_C(1) << n),
        add(a >> n & 1);
    add((uint64_t)((u128)a * b >> 64)), add((uint64_t)((i128)sa * sb >> 64)),
        add((uint64_t)((i128)sa * (i128)(u128)b >> 64));
    if (b)
        add(a / b), add(a % b);
    if (b && !(sb == -1 && sa == INT64_MIN))
        add((uint64_t)(sa / sb)), add((uint64_t)(sa % sb));
    if (b32)
        add(a32 / b32), add(a32 % b32);
    if (b32 && !((int32_t)b32 == -1 && (int32_t)a32 == INT32_MIN))
        add((uint64_t)((int32_t)a32 / (int32_t)b32)), add((uint64_t)((int32_t)a32 % (int32_t)b32));
    u128 wide = (u128)a << 64 | b, by = (u128)b << 17 | (a | 1);
    add((uint64_t)(wide / by)), add((uint64_t)(wide % by)),
        add((uint64_t)((i128)wide / (int64_t)(a | 3)));
    add((uint64_t)(wide >> n)), add((uint64_t)(wide << n >> 64)), add((uint64_t)((i128)wide >> n));
}

static NOINLINE void one(uint64_t a)
{
    uint32_t a32 = (uint32_t)a;

    add((uint64_t)(int8_t)a), add((uint64_t)(int16_t)a), add((uint64_t)(int32_t)a), add((uint8_t)a),
        add((uint16_t)a);
    add(a ? (uint64_t)__builtin_clzll(a) : 64), add(a ? (uint64_t)__builtin_ctzll(a) : 64);
    add((uint64_t)__builtin_popcountll(a)), add((uint64_t)__builtin_popcount(a32));
    add(a32 ? (uint64_t)__builtin_clz(a32) : 32), add(a32 ? (uint64_t)__builtin_ctz(a32) : 32);
    add(__builtin_bswap64(a)), add(__builtin_bswap32(a32));
    add(a >> 5 & 0x7f), add(a << 40 >> 52), add((uint64_t)((int64_t)(a << 40) >> 52)),
        add(a >> 60 & 3);
    add(-a), add(~a), add(a == 0), add(a != 0), add((int64_t)a < 0), add(a * 10), add(a / 10),
        add(a % 1000);
    add((uint64_t)((int64_t)a / 7)), add((uint64_t)((int64_t)a >> 63)), add(a + 0x12345678),
        add(a ^ 0xfffff000);
    add(a | 0x123456789abcdef0), add(a & 0x00ff00ff00ff00ff);
}

int main(void)
{
    uint64_t r = 88172645463325252u, k = sizeof edge / sizeof edge[0];

    for (uint64_t i = 0; i < k; i++) {
        one(edge[i]);
        for (uint64_t j = 0; j < k; j++)
            pair(edge[i], edge[j]);
        test_show("edge", sum);
    }
    for (int i = 0; i < 200; i++) {
        uint64_t a = test_random(&r), b = test_random(&r);
        one(a), pair(a, b), pair(a >> 40, b >> 50), pair(a, b >> 33);
    }
    test_show("random", sum);
    return 0;
}
