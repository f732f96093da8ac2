/*
 * fp_core.h - floating-point numbers taken apart, and arithmetic on them.
 *
 * A finite number is sig * 2^(exp - 63) with bit 63 of sig set. A NaN's payload stands below that
 * bit, so that going from one format to another is a shift. What arithmetic gives before rounding
 * is 128 bits wide, the lowest of them sticky.
 */
#ifndef SELKIRK_ISA_FP_CORE_H
#define SELKIRK_ISA_FP_CORE_H

#include "isa/fp.h"

enum fp_class {
    FP_ZERO,
    FP_FINITE,
    FP_INFINITE,
    FP_QUIET,
    FP_SIGNALLING,
    FP_UNSUPPORTED /* of the 80-bit format: bit 63 contradicts the exponent */
};

struct fp_num {
    enum fp_class class;
    bool sign;
    bool denormal; /* or pseudo-denormal */
    int32_t exp;
    uint64_t sig;
};

/* Before rounding: (hi + lo / 2^64) * 2^(exp - 63), bit 63 of hi set. */
struct fp_exact {
    bool sign;
    int32_t exp;
    uint64_t hi, lo;
};

enum fp_rounding { FP_NEAREST, FP_DOWN, FP_TOWARDS_UP, FP_TRUNCATE };

/* How a result is rounded. */
struct fp_rule {
    enum fp_rounding rounding;
    int precision;       /* bits of the significand */
    int32_t least, most; /* exponents of normal numbers */
    bool flush;          /* tiny results become 0 */
    bool tiny_counts;    /* underflow is not masked: it needs no inexact result */
};

/* A format in memory or in an element: 32 or 64 bits. */
struct fp_format {
    unsigned bits, fraction;
    int32_t bias;
};

extern const struct fp_format fp_single, fp_double;

struct fp_num fp_unpack(const struct fp_format *f, uint64_t bits);
uint64_t fp_pack(const struct fp_format *f, const struct fp_num *n);
struct fp_num fp_unpack80(struct isa_v bits);
struct isa_v fp_pack80(const struct fp_num *n);

static inline bool fp_is_nan(const struct fp_num *n)
{
    return n->class == FP_QUIET || n->class == FP_SIGNALLING;
}

/* The quiet NaN that an invalid operation gives; zero; infinity. */
struct fp_num fp_indefinite(void);
struct fp_num fp_zero(bool sign);
struct fp_num fp_infinity(bool sign);

/* Rounds; exceptions and FP_UP are added to *flags. */
struct fp_num fp_round(const struct fp_exact *x, const struct fp_rule *rule, uint32_t *flags);
struct fp_num fp_round_num(const struct fp_num *n, const struct fp_rule *rule, uint32_t *flags);

/*
 * Both operands neither NaN nor unsupported. Invalid operations raise it and give the indefinite
 * NaN.
 */
struct fp_num fp_add(struct fp_num a, struct fp_num b, const struct fp_rule *rule, uint32_t *flags);
struct fp_num fp_mul(struct fp_num a, struct fp_num b, const struct fp_rule *rule, uint32_t *flags);
struct fp_num fp_div(struct fp_num a, struct fp_num b, const struct fp_rule *rule, uint32_t *flags);
struct fp_num fp_sqrt(struct fp_num a, const struct fp_rule *rule, uint32_t *flags);

/*
 * fp_x87.c: do NaNs and unsupported operands decide the result already, by the rules of x87? b may
 * be a.
 */
bool fp_special(const struct fp_num *a, const struct fp_num *b, struct fp_num *result,
                uint32_t *flags);

/* -1, 0, 1: a below, equal to, above b. No NaNs. */
int fp_compare(const struct fp_num *a, const struct fp_num *b);

/* The integer nearest by `rounding`, a number of the same kind. Finite or zero. */
struct fp_num fp_to_integral(const struct fp_num *a, enum fp_rounding rounding, uint32_t *flags);

/*
 * As a two's complement integer of n bits, sign-extended. What doesn't fit, infinities and NaNs
 * raise invalid and give the most negative one.
 */
uint64_t fp_to_int(unsigned n, const struct fp_num *a, enum fp_rounding rounding, uint32_t *flags);
struct fp_num fp_from_int(int64_t value);

#endif
