/* isa_fp.h - operands that find mistakes in floating point, and how mistakes are told. */
#ifndef SELKIRK_TESTS_ISA_FP_H
#define SELKIRK_TESTS_ISA_FP_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/fp.h"
#include "tests/random.h"
#include "tests/unit/check.h"

static uint64_t seed = 0x243f6a8885a308d3ull;

static inline uint64_t random64(void)
{
    return random_next(&seed) * 0x2545f4914f6cdd1dull;
}

/* Fractions of `bits` bits: short ones, runs of ones, halves of other formats' last places. */
static inline uint64_t random_fraction(unsigned bits)
{
    uint64_t mask = bits == 64 ? ~0ull : (1ull << bits) - 1, r = random64();
    static const unsigned places[] = {0, 1, 10, 11, 12, 39, 40, 41, 28, 29, 30, 23, 24, 62, 63};

    switch (r >> 61) {
    case 0: return 0;
    case 1: return ~0ull << (r & 63) & mask;
    case 2: return ~0ull >> (r & 63) & mask;
    case 3: return (random64() & ~0ull << (r & 63)) & mask;
    case 4: return (random64() << 41 | 1ull << places[r % 15]) & mask;
    case 5: return 1ull << (r & 63) & mask;
    default: return random64() & mask;
    }
}

/* An exponent of the 80-bit format: borders of all formats, near each other, or any. */
static inline uint32_t random_exponent(void)
{
    static const int32_t corners[] = {0,
                                      1,
                                      2,
                                      62,
                                      63,
                                      64,
                                      65,
                                      0x7ffd,
                                      0x7ffe,
                                      0x7fff,
                                      0x3fff,
                                      0x3fff - 127,
                                      0x3fff - 126,
                                      0x3fff - 149,
                                      0x3fff + 127,
                                      0x3fff - 1023,
                                      0x3fff - 1022,
                                      0x3fff - 1074,
                                      0x3fff + 1023,
                                      0x3ffe,
                                      0x3fff + 15,
                                      0x3fff + 31,
                                      0x3fff + 63};
    uint64_t r = random64();

    switch (r >> 62) {
    case 0: return (uint32_t)corners[r % (sizeof corners / sizeof corners[0])];
    case 1: return 0x3fff - 70 + (uint32_t)(r % 140);
    case 2: return 0x3fff - 3 + (uint32_t)(r % 6);
    default: return r & 0x7fff;
    }
}

static inline struct isa_v random80(void)
{
    uint32_t exp = random_exponent();
    uint64_t sig = random_fraction(63), r = random64();

    if (exp && r % 32)
        sig |= 1ull << 63; /* else an unnormal number, a pseudo-NaN */
    else if (r % 8 == 0)
        sig |= 1ull << 63; /* a pseudo-denormal number */
    return isa_pair(sig, (r >> 32 & 0x8000) | exp);
}

static inline uint64_t random32(void)
{
    static const uint32_t corners[] = {0, 1, 2, 0xfe, 0xff, 0x7f, 0x7e, 23, 24, 25, 158, 157, 190};
    uint64_t r = random64();
    uint32_t exp = r & 3 ? 0x7f - 26 + (uint32_t)(r >> 8) % 52 : corners[(r >> 8) % 13];

    if ((r & 12) == 12)
        exp = r >> 20 & 0xff;
    return (r >> 63) << 31 | (uint64_t)exp << 23 | random_fraction(23);
}

static inline uint64_t random_double(void)
{
    static const uint32_t corners[] = {0,  1,   2,   0x7fe, 0x7ff, 0x3ff, 0x3fe, 52,   53,
                                       54, 896, 897, 874,   1150,  1151,  1054,  1055, 1086};
    uint64_t r = random64();
    uint32_t exp = r & 3 ? 0x3ff - 56 + (uint32_t)(r >> 8) % 112 : corners[(r >> 8) % 18];

    if ((r & 12) == 12)
        exp = r >> 20 & 0x7ff;
    return (r >> 63) << 63 | (uint64_t)exp << 52 | random_fraction(52);
}

static inline bool same(struct isa_v a, struct isa_v b)
{
    return a.lo == b.lo && a.hi == b.hi;
}

/* What came, what was expected: values, and exceptions or flags. */
static inline void expect(const char *what, uint32_t control, struct isa_v a, struct isa_v b,
                          struct isa_v got, struct isa_v want, uint32_t got_flags,
                          uint32_t want_flags)
{
    if (same(got, want) && got_flags == want_flags)
        return;
    if (failures++ < 40)
        fprintf(stderr,
                "%s control %x a %" PRIx64 ".%" PRIx64 " b %" PRIx64 ".%" PRIx64 ": %" PRIx64
                ".%" PRIx64 " %x, expected %" PRIx64 ".%" PRIx64 " %x\n",
                what, control, a.hi, a.lo, b.hi, b.lo, got.hi, got.lo, got_flags, want.hi, want.lo,
                want_flags);
}

#endif
