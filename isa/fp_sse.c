/*
 * fp_sse.c - 32 and 64 bits, alone and packed, by the rules of SSE.
 *
 * Of two NaNs the result is the first, made quiet. Denormal operands are reported, or taken for
 * zero if MXCSR says so. Every element of a packed operation raises its own exceptions.
 */
#include "isa/fp_core.h"

#define QUIET_BIT (1ull << 62)
#define LOW32 0xffffffffull
#define ZF 0x40
#define PF 0x04
#define CF 0x01

static enum fp_rounding rounding(const struct isa_fenv *env)
{
    return (enum fp_rounding)(env->mxcsr >> MXCSR_ROUNDING & 3);
}

static struct fp_rule rule_for(const struct fp_format *f, const struct isa_fenv *env)
{
    bool masked = env->mxcsr & FP_UNDERFLOW << MXCSR_MASKS;

    return (struct fp_rule){.rounding = rounding(env),
                            .precision = (int)f->fraction + 1,
                            .least = 1 - f->bias,
                            .most = f->bias,
                            .flush = masked && env->mxcsr & MXCSR_FTZ,
                            .tiny_counts = !masked};
}

/* An operand; a denormal one is zero under DAZ. */
static struct fp_num operand(const struct fp_format *f, uint64_t bits, const struct isa_fenv *env)
{
    struct fp_num n = fp_unpack(f, bits);

    return n.denormal && env->mxcsr & MXCSR_DAZ ? fp_zero(n.sign) : n;
}

static void raise(struct isa_fenv *env, uint32_t flags)
{
    env->sse |= flags & FP_EXCEPTIONS;
}

/* Exceptions of operands that an operation doesn't find invalid by itself. */
static uint32_t denormals(const struct fp_num *a, const struct fp_num *b)
{
    return a->denormal || b->denormal ? FP_DENORMAL : 0;
}

static bool any_nan(const struct fp_num *a, const struct fp_num *b)
{
    return fp_is_nan(a) || fp_is_nan(b);
}

static bool any_signalling(const struct fp_num *a, const struct fp_num *b)
{
    return a->class == FP_SIGNALLING || b->class == FP_SIGNALLING;
}

static struct fp_num quieted(struct fp_num n)
{
    n.class = FP_QUIET;
    n.sig |= QUIET_BIT;
    return n;
}

/* ---------------------------------------------------------------- one element */

enum op { ADD, SUB, MUL, DIV, MIN, MAX, SQRT };

/* Gives one of the operands as it is, or zero if DAZ made it that. */
static uint64_t extreme(const struct fp_format *f, enum op op, uint64_t x, uint64_t y,
                        struct isa_fenv *env)
{
    struct fp_num a = operand(f, x, env), b = operand(f, y, env);
    bool nan = any_nan(&a, &b), first = false;

    raise(env, nan ? FP_INVALID : denormals(&a, &b));
    if (!nan)
        first = fp_compare(&a, &b) == (op == MIN ? -1 : 1);
    if ((first ? &a : &b)->class == FP_ZERO)
        return fp_pack(f, first ? &a : &b);
    return first ? x : y;
}

static struct fp_num compute(enum op op, struct fp_num a, struct fp_num b,
                             const struct fp_rule *rule, uint32_t *flags)
{
    switch (op) {
    case ADD: return fp_add(a, b, rule, flags);
    case SUB: b.sign = !b.sign; return fp_add(a, b, rule, flags);
    case MUL: return fp_mul(a, b, rule, flags);
    case DIV: return fp_div(a, b, rule, flags);
    default: return fp_sqrt(b, rule, flags);
    }
}

static uint64_t element(const struct fp_format *f, enum op op, uint64_t x, uint64_t y,
                        struct isa_fenv *env)
{
    if (op == MIN || op == MAX)
        return extreme(f, op, x, y, env);

    struct fp_rule rule = rule_for(f, env);
    struct fp_num b = operand(f, y, env), a = op == SQRT ? b : operand(f, x, env), result;
    uint32_t flags = 0;

    if (any_nan(&a, &b)) {
        result = quieted(fp_is_nan(&a) ? a : b);
        if (any_signalling(&a, &b))
            flags = FP_INVALID;
    } else {
        result = compute(op, a, b, &rule, &flags);
        if (!(flags & (FP_INVALID | FP_ZERO_DIVIDE)))
            flags |= denormals(&a, &b);
    }
    raise(env, flags);
    return fp_pack(f, &result);
}

/* What a packed operation does with each of its elements. */
static struct isa_v packed32(enum op op, struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    const struct fp_format *f = &fp_single;
    uint64_t lo = element(f, op, a.lo & LOW32, b.lo & LOW32, env) |
                  element(f, op, a.lo >> 32, b.lo >> 32, env) << 32;
    uint64_t hi = element(f, op, a.hi & LOW32, b.hi & LOW32, env) |
                  element(f, op, a.hi >> 32, b.hi >> 32, env) << 32;

    return isa_pair(lo, hi);
}

static struct isa_v packed64(enum op op, struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    uint64_t lo = element(&fp_double, op, a.lo, b.lo, env);

    return isa_pair(lo, element(&fp_double, op, a.hi, b.hi, env));
}

static struct isa_v merge32(struct isa_v a, uint64_t low)
{
    return isa_pair((a.lo & ~LOW32) | low, a.hi);
}

#define FOUR_FORMS(name, OP)                                                          \
    struct isa_v isa_##name##ss(struct isa_v a, struct isa_v b, struct isa_fenv *env) \
    {                                                                                 \
        return merge32(a, element(&fp_single, OP, a.lo & LOW32, b.lo & LOW32, env));  \
    }                                                                                 \
    struct isa_v isa_##name##sd(struct isa_v a, struct isa_v b, struct isa_fenv *env) \
    {                                                                                 \
        return isa_pair(element(&fp_double, OP, a.lo, b.lo, env), a.hi);              \
    }                                                                                 \
    struct isa_v isa_##name##ps(struct isa_v a, struct isa_v b, struct isa_fenv *env) \
    {                                                                                 \
        return packed32(OP, a, b, env);                                               \
    }                                                                                 \
    struct isa_v isa_##name##pd(struct isa_v a, struct isa_v b, struct isa_fenv *env) \
    {                                                                                 \
        return packed64(OP, a, b, env);                                               \
    }

FOUR_FORMS(add, ADD)
FOUR_FORMS(sub, SUB)
FOUR_FORMS(mul, MUL)
FOUR_FORMS(div, DIV)
FOUR_FORMS(min, MIN)
FOUR_FORMS(max, MAX)
FOUR_FORMS(sqrt, SQRT)

/* ---------------------------------------------------------------- comparison */

enum { UNORDERED = 2 };

/* -1, 0, 1 or UNORDERED; a quiet comparison finds only signalling NaNs invalid. */
static int order_of(const struct fp_format *f, uint64_t x, uint64_t y, bool quiet,
                    struct isa_fenv *env)
{
    struct fp_num a = operand(f, x, env), b = operand(f, y, env);

    if (any_nan(&a, &b)) {
        raise(env, !quiet || any_signalling(&a, &b) ? FP_INVALID : 0);
        return UNORDERED;
    }
    raise(env, denormals(&a, &b));
    return fp_compare(&a, &b);
}

static uint64_t holds(const struct fp_format *f, uint64_t x, uint64_t y, uint64_t predicate,
                      struct isa_fenv *env)
{
    bool quiet = (predicate & 3) == 0 || (predicate & 3) == 3, result;
    int order = order_of(f, x, y, quiet, env);

    switch (predicate & 3) {
    case 0: result = order == 0; break;
    case 1: result = order == -1; break;
    case 2: result = order == -1 || order == 0; break;
    default: result = order == UNORDERED; break;
    }
    if (predicate & 4)
        result = !result;
    return result ? ~0ull >> (64 - f->bits) : 0;
}

struct isa_v isa_cmpss(struct isa_v a, struct isa_v b, uint64_t predicate, struct isa_fenv *env)
{
    return merge32(a, holds(&fp_single, a.lo & LOW32, b.lo & LOW32, predicate, env));
}

struct isa_v isa_cmpsd(struct isa_v a, struct isa_v b, uint64_t predicate, struct isa_fenv *env)
{
    return isa_pair(holds(&fp_double, a.lo, b.lo, predicate, env), a.hi);
}

static uint64_t holds_twice(uint64_t x, uint64_t y, uint64_t predicate, struct isa_fenv *env)
{
    uint64_t low = holds(&fp_single, x & LOW32, y & LOW32, predicate, env);

    return low | holds(&fp_single, x >> 32, y >> 32, predicate, env) << 32;
}

struct isa_v isa_cmpps(struct isa_v a, struct isa_v b, uint64_t predicate, struct isa_fenv *env)
{
    uint64_t lo = holds_twice(a.lo, b.lo, predicate, env);

    return isa_pair(lo, holds_twice(a.hi, b.hi, predicate, env));
}

struct isa_v isa_cmppd(struct isa_v a, struct isa_v b, uint64_t predicate, struct isa_fenv *env)
{
    uint64_t lo = holds(&fp_double, a.lo, b.lo, predicate, env);

    return isa_pair(lo, holds(&fp_double, a.hi, b.hi, predicate, env));
}

static uint64_t flags_of(int order)
{
    return order == UNORDERED ? ZF | PF | CF : order < 0 ? CF : order == 0 ? ZF : 0;
}

uint64_t isa_comiss(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return flags_of(order_of(&fp_single, a.lo & LOW32, b.lo & LOW32, false, env));
}

uint64_t isa_comisd(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return flags_of(order_of(&fp_double, a.lo, b.lo, false, env));
}

uint64_t isa_ucomiss(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return flags_of(order_of(&fp_single, a.lo & LOW32, b.lo & LOW32, true, env));
}

uint64_t isa_ucomisd(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return flags_of(order_of(&fp_double, a.lo, b.lo, true, env));
}

/* ---------------------------------------------------------------- approximations */

static const struct isa_fenv plain = {.mxcsr =
                                          FP_EXCEPTIONS << MXCSR_MASKS | MXCSR_DAZ | MXCSR_FTZ};
#define ONE32 0x3f800000ull

static uint64_t reciprocal(uint64_t x)
{
    struct isa_fenv env = plain;

    return element(&fp_single, DIV, ONE32, x, &env);
}

static uint64_t reciprocal_root(uint64_t x)
{
    struct isa_fenv env = plain;
    uint64_t root = element(&fp_single, SQRT, 0, x, &env);

    return element(&fp_single, DIV, ONE32, root, &env);
}

struct isa_v isa_rcpss(struct isa_v a, struct isa_v b)
{
    return merge32(a, reciprocal(b.lo & LOW32));
}

struct isa_v isa_rcpps(struct isa_v a, struct isa_v b)
{
    (void)a;
    return isa_pair(reciprocal(b.lo & LOW32) | reciprocal(b.lo >> 32) << 32,
                    reciprocal(b.hi & LOW32) | reciprocal(b.hi >> 32) << 32);
}

struct isa_v isa_rsqrtss(struct isa_v a, struct isa_v b)
{
    return merge32(a, reciprocal_root(b.lo & LOW32));
}

struct isa_v isa_rsqrtps(struct isa_v a, struct isa_v b)
{
    (void)a;
    return isa_pair(reciprocal_root(b.lo & LOW32) | reciprocal_root(b.lo >> 32) << 32,
                    reciprocal_root(b.hi & LOW32) | reciprocal_root(b.hi >> 32) << 32);
}

/* ---------------------------------------------------------------- between formats */

static uint64_t convert(const struct fp_format *from, const struct fp_format *to, uint64_t x,
                        struct isa_fenv *env)
{
    struct fp_rule rule = rule_for(to, env);
    struct fp_num a = operand(from, x, env);
    uint32_t flags = a.class == FP_SIGNALLING ? FP_INVALID : denormals(&a, &a);

    a = fp_is_nan(&a) ? quieted(a) : fp_round_num(&a, &rule, &flags);
    raise(env, flags);
    return fp_pack(to, &a);
}

struct isa_v isa_cvtss2sd(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return isa_pair(convert(&fp_single, &fp_double, b.lo & LOW32, env), a.hi);
}

struct isa_v isa_cvtsd2ss(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return merge32(a, convert(&fp_double, &fp_single, b.lo, env));
}

struct isa_v isa_cvtps2pd(struct isa_v a, struct isa_fenv *env)
{
    uint64_t lo = convert(&fp_single, &fp_double, a.lo & LOW32, env);

    return isa_pair(lo, convert(&fp_single, &fp_double, a.lo >> 32, env));
}

struct isa_v isa_cvtpd2ps(struct isa_v a, struct isa_fenv *env)
{
    uint64_t low = convert(&fp_double, &fp_single, a.lo, env);

    return isa_pair(low | convert(&fp_double, &fp_single, a.hi, env) << 32, 0);
}

/* ---------------------------------------------------------------- integers */

static uint64_t from_int(const struct fp_format *f, uint64_t x, struct isa_fenv *env)
{
    struct fp_rule rule = rule_for(f, env);
    struct fp_num n = fp_from_int((int64_t)x);
    uint32_t flags = 0;

    n = fp_round_num(&n, &rule, &flags);
    raise(env, flags);
    return fp_pack(f, &n);
}

static uint64_t to_int(unsigned n, const struct fp_format *f, uint64_t x, enum fp_rounding how,
                       struct isa_fenv *env)
{
    struct fp_num a = operand(f, x, env);
    uint32_t flags = 0;
    uint64_t result = fp_to_int(n, &a, how, &flags);

    raise(env, flags);
    return result;
}

struct isa_v isa_cvtsi2ss(struct isa_v a, uint64_t b, struct isa_fenv *env)
{
    return merge32(a, from_int(&fp_single, b, env));
}

struct isa_v isa_cvtsi2sd(struct isa_v a, uint64_t b, struct isa_fenv *env)
{
    return isa_pair(from_int(&fp_double, b, env), a.hi);
}

uint64_t isa_cvtss2si(unsigned n, struct isa_v a, struct isa_fenv *env)
{
    return to_int(n, &fp_single, a.lo & LOW32, rounding(env), env);
}

uint64_t isa_cvtsd2si(unsigned n, struct isa_v a, struct isa_fenv *env)
{
    return to_int(n, &fp_double, a.lo, rounding(env), env);
}

uint64_t isa_cvttss2si(unsigned n, struct isa_v a, struct isa_fenv *env)
{
    return to_int(n, &fp_single, a.lo & LOW32, FP_TRUNCATE, env);
}

uint64_t isa_cvttsd2si(unsigned n, struct isa_v a, struct isa_fenv *env)
{
    return to_int(n, &fp_double, a.lo, FP_TRUNCATE, env);
}

static uint64_t two_from_int(uint64_t x, struct isa_fenv *env)
{
    uint64_t low = from_int(&fp_single, isa_sx(32, x), env);

    return low | from_int(&fp_single, isa_sx(32, x >> 32), env) << 32;
}

struct isa_v isa_cvtdq2ps(struct isa_v a, struct isa_fenv *env)
{
    uint64_t lo = two_from_int(a.lo, env);

    return isa_pair(lo, two_from_int(a.hi, env));
}

struct isa_v isa_cvtdq2pd(struct isa_v a)
{
    struct isa_fenv env = {.mxcsr = plain.mxcsr};

    return isa_pair(from_int(&fp_double, isa_sx(32, a.lo), &env),
                    from_int(&fp_double, isa_sx(32, a.lo >> 32), &env));
}

static uint64_t two_to_int(uint64_t x, enum fp_rounding how, struct isa_fenv *env)
{
    uint64_t low = to_int(32, &fp_single, x & LOW32, how, env) & LOW32;

    return low | to_int(32, &fp_single, x >> 32, how, env) << 32;
}

static struct isa_v single_to_int(struct isa_v a, enum fp_rounding how, struct isa_fenv *env)
{
    uint64_t lo = two_to_int(a.lo, how, env);

    return isa_pair(lo, two_to_int(a.hi, how, env));
}

static struct isa_v double_to_int(struct isa_v a, enum fp_rounding how, struct isa_fenv *env)
{
    uint64_t low = to_int(32, &fp_double, a.lo, how, env) & LOW32;

    return isa_pair(low | to_int(32, &fp_double, a.hi, how, env) << 32, 0);
}

struct isa_v isa_cvtps2dq(struct isa_v a, struct isa_fenv *env)
{
    return single_to_int(a, rounding(env), env);
}

struct isa_v isa_cvttps2dq(struct isa_v a, struct isa_fenv *env)
{
    return single_to_int(a, FP_TRUNCATE, env);
}

struct isa_v isa_cvtpd2dq(struct isa_v a, struct isa_fenv *env)
{
    return double_to_int(a, rounding(env), env);
}

struct isa_v isa_cvttpd2dq(struct isa_v a, struct isa_fenv *env)
{
    return double_to_int(a, FP_TRUNCATE, env);
}
