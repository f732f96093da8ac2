/*
 * packed.h - integers packed into 128 bits, as meanings in the description name them.
 *
 * `unsigned n` is the width of an element in bits and always a literal, so that every loop unrolls.
 * Element 0 stands in the lowest bits. The order of operands is that of the two sources of an
 * instruction: a is also x86's destination.
 */
#ifndef SELKIRK_ISA_PACKED_H
#define SELKIRK_ISA_PACKED_H

#include <stdint.h>

#include "isa/prims.h"

/* ---------------------------------------------------------------- elements */

/* Element i, zero-extended. */
static inline uint64_t isa_element(unsigned n, struct isa_v a, uint64_t i)
{
    uint64_t at = i * n;

    return isa_zx(n, (at < 64 ? a.lo : a.hi) >> (at & 63));
}

/* a with element i replaced. */
static inline struct isa_v isa_element_put(unsigned n, struct isa_v a, uint64_t i, uint64_t x)
{
    uint64_t at = i * n, *half = at < 64 ? &a.lo : &a.hi;

    *half = (*half & ~(isa_zx(n, ~0ull) << (at & 63))) | isa_zx(n, x) << (at & 63);
    return a;
}

/* The nearest value that n bits hold, signed or unsigned, of a signed one. */
static inline uint64_t isa_saturate(unsigned n, uint64_t x)
{
    int64_t most = (int64_t)(~0ull >> (65 - n)), v = (int64_t)x;

    return isa_zx(n, (uint64_t)(v > most ? most : v < -most - 1 ? -most - 1 : v));
}

static inline uint64_t isa_saturateu(unsigned n, uint64_t x)
{
    int64_t most = (int64_t)isa_zx(n, ~0ull), v = (int64_t)x;

    return (uint64_t)(v > most ? most : v < 0 ? 0 : v);
}

/* A function that gives each element an expression of x and y, the elements of a and b. */
#define ISA_ELEMENTWISE(name, expression)                                             \
    static inline struct isa_v isa_##name(unsigned n, struct isa_v a, struct isa_v b) \
    {                                                                                 \
        struct isa_v result = {0, 0};                                                 \
                                                                                      \
        for (unsigned i = 0; i < 128 / n; i++) {                                      \
            uint64_t x = isa_element(n, a, i), y = isa_element(n, b, i);              \
            result = isa_element_put(n, result, i, (expression));                     \
        }                                                                             \
        return result;                                                                \
    }

/* The same element as a signed number. */
#define ISA_S(v) isa_sx(n, v)

/*
 * Sums and differences: modulo 2^n; saturated signed (s) and unsigned (us). Average rounded up.
 */
static inline struct isa_v isa_padd(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_psub(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_padds(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_paddus(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_psubs(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_psubus(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_pavg(unsigned n, struct isa_v a, struct isa_v b);

ISA_ELEMENTWISE(padd, x + y)
ISA_ELEMENTWISE(psub, x - y)
ISA_ELEMENTWISE(padds, isa_saturate(n, ISA_S(x) + ISA_S(y)))
ISA_ELEMENTWISE(paddus, isa_saturateu(n, x + y))
ISA_ELEMENTWISE(psubs, isa_saturate(n, ISA_S(x) - ISA_S(y)))
ISA_ELEMENTWISE(psubus, isa_saturateu(n, x - y))
ISA_ELEMENTWISE(pavg, (x + y + 1) >> 1)

/* All ones where the elements are equal, where a's is greater (signed); lesser and greater. */
static inline struct isa_v isa_pcmpeq(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_pcmpgt(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_pmins(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_pmaxs(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_pminu(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_pmaxu(unsigned n, struct isa_v a, struct isa_v b);

ISA_ELEMENTWISE(pcmpeq, x == y ? ~0ull : 0)
ISA_ELEMENTWISE(pcmpgt, isa_lt(ISA_S(y), ISA_S(x)) ? ~0ull : 0)
ISA_ELEMENTWISE(pmins, isa_lt(ISA_S(x), ISA_S(y)) ? x : y)
ISA_ELEMENTWISE(pmaxs, isa_lt(ISA_S(x), ISA_S(y)) ? y : x)
ISA_ELEMENTWISE(pminu, x < y ? x : y)
ISA_ELEMENTWISE(pmaxu, x < y ? y : x)

/* Low and high half of products, signed (pmulh) and unsigned. n is at most 32. */
static inline struct isa_v isa_pmull(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_pmulh(unsigned n, struct isa_v a, struct isa_v b);
static inline struct isa_v isa_pmulhu(unsigned n, struct isa_v a, struct isa_v b);

ISA_ELEMENTWISE(pmull, (x * y))
ISA_ELEMENTWISE(pmulh, ISA_S(x) * ISA_S(y) >> n)
ISA_ELEMENTWISE(pmulhu, (x * y) >> n)

/* Shifts of every element by the same count; n and more shift everything out. */
static inline struct isa_v isa_psll(unsigned n, struct isa_v a, uint64_t by)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 128 / n && by < n; i++)
        result = isa_element_put(n, result, i, isa_element(n, a, i) << by);
    return result;
}

static inline struct isa_v isa_psrl(unsigned n, struct isa_v a, uint64_t by)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 128 / n && by < n; i++)
        result = isa_element_put(n, result, i, isa_element(n, a, i) >> by);
    return result;
}

static inline struct isa_v isa_psra(unsigned n, struct isa_v a, uint64_t by)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 128 / n; i++)
        result = isa_element_put(n, result, i,
                                 isa_asr(isa_sx(n, isa_element(n, a, i)), by < n ? by : n - 1));
    return result;
}

/* ---------------------------------------------------------------- the whole register */

static inline struct isa_v isa_vand(struct isa_v a, struct isa_v b)
{
    return isa_pair(a.lo & b.lo, a.hi & b.hi);
}

static inline struct isa_v isa_vor(struct isa_v a, struct isa_v b)
{
    return isa_pair(a.lo | b.lo, a.hi | b.hi);
}

static inline struct isa_v isa_vxor(struct isa_v a, struct isa_v b)
{
    return isa_pair(a.lo ^ b.lo, a.hi ^ b.hi);
}

static inline struct isa_v isa_vandn(struct isa_v a, struct isa_v b)
{
    return isa_pair(~a.lo & b.lo, ~a.hi & b.hi);
}

/* By bytes; 16 and more shift everything out. */
static inline struct isa_v isa_vsll(struct isa_v a, uint64_t bytes)
{
    uint64_t by = 8 * (bytes & 7);

    if (bytes >= 16)
        return isa_pair(0, 0);
    if (bytes >= 8)
        return isa_pair(0, a.lo << by);
    return isa_pair(a.lo << by, a.hi << by | (by ? a.lo >> (64 - by) : 0));
}

static inline struct isa_v isa_vsrl(struct isa_v a, uint64_t bytes)
{
    uint64_t by = 8 * (bytes & 7);

    if (bytes >= 16)
        return isa_pair(0, 0);
    if (bytes >= 8)
        return isa_pair(a.hi >> by, 0);
    return isa_pair(a.lo >> by | (by ? a.hi << (64 - by) : 0), a.hi >> by);
}

/* ---------------------------------------------------------------- across elements */

/* Products of even 32-bit elements, unsigned, 64 bits wide. */
static inline struct isa_v isa_pmuludq(struct isa_v a, struct isa_v b)
{
    return isa_pair(isa_zx(32, a.lo) * isa_zx(32, b.lo), isa_zx(32, a.hi) * isa_zx(32, b.hi));
}

/* Signed 16-bit products, added in pairs. */
static inline struct isa_v isa_pmaddwd(struct isa_v a, struct isa_v b)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 4; i++) {
        uint64_t even =
            isa_sx(16, isa_element(16, a, 2 * i)) * isa_sx(16, isa_element(16, b, 2 * i));
        uint64_t odd =
            isa_sx(16, isa_element(16, a, 2 * i + 1)) * isa_sx(16, isa_element(16, b, 2 * i + 1));
        result = isa_element_put(32, result, i, even + odd);
    }
    return result;
}

/* In each half the sum of the eight absolute differences of bytes. */
static inline struct isa_v isa_psadbw(struct isa_v a, struct isa_v b)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 16; i++) {
        uint64_t x = isa_element(8, a, i), y = isa_element(8, b, i), d = x < y ? y - x : x - y;
        result.lo += i < 8 ? d : 0;
        result.hi += i < 8 ? 0 : d;
    }
    return result;
}

/*
 * Signed elements of n bits saturated to half of that, signed or unsigned: a's below, b's above.
 */
static inline struct isa_v isa_packs(unsigned n, struct isa_v a, struct isa_v b)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 256 / n; i++) {
        uint64_t x = isa_element(n, i < 128 / n ? a : b, i % (128 / n));
        result = isa_element_put(n / 2, result, i, isa_saturate(n / 2, isa_sx(n, x)));
    }
    return result;
}

static inline struct isa_v isa_packus(unsigned n, struct isa_v a, struct isa_v b)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 256 / n; i++) {
        uint64_t x = isa_element(n, i < 128 / n ? a : b, i % (128 / n));
        result = isa_element_put(n / 2, result, i, isa_saturateu(n / 2, isa_sx(n, x)));
    }
    return result;
}

/* Elements of the low or high halves of a and b in turn. */
static inline struct isa_v isa_punpckl(unsigned n, struct isa_v a, struct isa_v b)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 128 / n; i++)
        result = isa_element_put(n, result, i, isa_element(n, i & 1 ? b : a, i / 2));
    return result;
}

static inline struct isa_v isa_punpckh(unsigned n, struct isa_v a, struct isa_v b)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 128 / n; i++)
        result = isa_element_put(n, result, i, isa_element(n, i & 1 ? b : a, 64 / n + i / 2));
    return result;
}

/* The sign bits of the elements. */
static inline uint64_t isa_pmovmsk(unsigned n, struct isa_v a)
{
    uint64_t result = 0;

    for (unsigned i = 0; i < 128 / n; i++)
        result |= isa_element(n, a, i) >> (n - 1) << i;
    return result;
}

/* ---------------------------------------------------------------- shuffles */

/* Two bits of `control` choose each element of the result. */
static inline struct isa_v isa_pshufd(struct isa_v a, uint64_t control)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 4; i++)
        result = isa_element_put(32, result, i, isa_element(32, a, control >> 2 * i & 3));
    return result;
}

/* Likewise for the low four 16-bit elements, or the high four; the others stay. */
static inline struct isa_v isa_pshuflw(struct isa_v a, uint64_t control)
{
    struct isa_v result = a;

    for (unsigned i = 0; i < 4; i++)
        result = isa_element_put(16, result, i, isa_element(16, a, control >> 2 * i & 3));
    return result;
}

static inline struct isa_v isa_pshufhw(struct isa_v a, uint64_t control)
{
    struct isa_v result = a;

    for (unsigned i = 0; i < 4; i++)
        result = isa_element_put(16, result, 4 + i, isa_element(16, a, 4 + (control >> 2 * i & 3)));
    return result;
}

/* The lower half chosen from a, the upper from b. */
static inline struct isa_v isa_shufps(struct isa_v a, struct isa_v b, uint64_t control)
{
    struct isa_v result = {0, 0};

    for (unsigned i = 0; i < 4; i++)
        result =
            isa_element_put(32, result, i, isa_element(32, i < 2 ? a : b, control >> 2 * i & 3));
    return result;
}

static inline struct isa_v isa_shufpd(struct isa_v a, struct isa_v b, uint64_t control)
{
    return isa_pair(control & 1 ? a.hi : a.lo, control & 2 ? b.hi : b.lo);
}

#endif
