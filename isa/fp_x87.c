/*
 * fp_x87.c - the 80-bit format by the rules of x87.
 *
 * Of two NaNs the result is the one with the larger significand, but a quiet one rather than a
 * signalling one, and made quiet. An unsupported operand (bit 63 contradicts the exponent) is
 * invalid before anything else. Denormal operands are reported unless the operation is
 * invalid or divides by zero.
 */
#include "isa/fp_core.h"

#define QUIET_BIT (1ull << 62)
#define ZF 0x40
#define PF 0x04
#define CF 0x01
#define C0 0x100
#define C1 0x200
#define C2 0x400
#define C3 0x4000

static enum fp_rounding rounding(const struct isa_fenv *env)
{
    return (enum fp_rounding)(env->fpcw >> FPCW_ROUNDING & 3);
}

static struct fp_rule rule_for(const struct isa_fenv *env, int precision, int32_t bias)
{
    return (struct fp_rule){.rounding = rounding(env),
                            .precision = precision,
                            .least = 1 - bias,
                            .most = bias,
                            .tiny_counts = !(env->fpcw & FP_UNDERFLOW)};
}

/* The rule of a result in a register: `controlled` by the precision control, or 64 bits. */
static struct fp_rule register_rule(const struct isa_fenv *env, bool controlled)
{
    unsigned control = env->fpcw >> FPCW_PRECISION & 3;

    return rule_for(env, !controlled || control & 1 ? 64 : control ? 53 : 24, 16383);
}

static void raise(struct isa_fenv *env, uint32_t flags)
{
    env->x87 |= flags;
    env->x87_ran = true;
}

static struct isa_v finish(struct fp_num n, uint32_t flags, struct isa_fenv *env)
{
    raise(env, flags);
    return fp_pack80(&n);
}

static struct fp_num quieted(struct fp_num n)
{
    n.class = FP_QUIET;
    n.sig |= QUIET_BIT;
    return n;
}

static struct fp_num larger_nan(const struct fp_num *a, const struct fp_num *b)
{
    if (!fp_is_nan(b))
        return quieted(*a);
    if (!fp_is_nan(a))
        return quieted(*b);
    if (a->class != b->class)
        return quieted(a->class == FP_QUIET ? *a : *b);
    if (a->sig != b->sig)
        return quieted(a->sig > b->sig ? *a : *b);
    return quieted(a->sign ? *b : *a);
}

bool fp_special(const struct fp_num *a, const struct fp_num *b, struct fp_num *result,
                uint32_t *flags)
{
    if (a->class == FP_UNSUPPORTED || b->class == FP_UNSUPPORTED) {
        *flags |= FP_INVALID;
        *result = fp_indefinite();
        return true;
    }
    if (fp_is_nan(a) || fp_is_nan(b)) {
        if (a->class == FP_SIGNALLING || b->class == FP_SIGNALLING)
            *flags |= FP_INVALID;
        *result = larger_nan(a, b);
        return true;
    }
    return false;
}

static uint32_t denormals(const struct fp_num *a, const struct fp_num *b)
{
    return a->denormal || b->denormal ? FP_DENORMAL : 0;
}

/* ---------------------------------------------------------------- arithmetic */

typedef struct fp_num operation(struct fp_num, struct fp_num, const struct fp_rule *, uint32_t *);

static struct isa_v arithmetic(operation *op, struct isa_v va, struct isa_v vb, bool negate,
                               struct isa_fenv *env)
{
    struct fp_rule rule = register_rule(env, true);
    struct fp_num a = fp_unpack80(va), b = fp_unpack80(vb), result;
    uint32_t flags = 0;

    if (fp_special(&a, &b, &result, &flags))
        return finish(result, flags, env);
    b.sign ^= negate;
    result = op(a, b, &rule, &flags);
    if (!(flags & (FP_INVALID | FP_ZERO_DIVIDE)))
        flags |= denormals(&a, &b);
    return finish(result, flags, env);
}

struct isa_v isa_x87_add(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return arithmetic(fp_add, a, b, false, env);
}

struct isa_v isa_x87_sub(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return arithmetic(fp_add, a, b, true, env);
}

struct isa_v isa_x87_mul(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return arithmetic(fp_mul, a, b, false, env);
}

struct isa_v isa_x87_div(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return arithmetic(fp_div, a, b, false, env);
}

struct isa_v isa_x87_sqrt(struct isa_v va, struct isa_fenv *env)
{
    struct fp_rule rule = register_rule(env, true);
    struct fp_num a = fp_unpack80(va), result;
    uint32_t flags = 0;

    if (fp_special(&a, &a, &result, &flags))
        return finish(result, flags, env);
    result = fp_sqrt(a, &rule, &flags);
    if (!(flags & FP_INVALID))
        flags |= denormals(&a, &a);
    return finish(result, flags, env);
}

struct isa_v isa_x87_rint(struct isa_v va, struct isa_fenv *env)
{
    struct fp_num a = fp_unpack80(va), result;
    uint32_t flags = 0;

    if (fp_special(&a, &a, &result, &flags) || a.class == FP_INFINITE)
        return finish(a.class == FP_INFINITE ? a : result, flags, env);
    flags |= denormals(&a, &a);
    result = fp_to_integral(&a, rounding(env), &flags);
    return finish(result, flags, env);
}

/* ---------------------------------------------------------------- exponents */

/* a times 2 to the power of infinity or minus infinity. */
static struct fp_num scale_infinitely(const struct fp_num *a, const struct fp_num *b,
                                      uint32_t *flags)
{
    if (a->class == (b->sign ? FP_INFINITE : FP_ZERO)) {
        *flags |= FP_INVALID;
        return fp_indefinite();
    }
    *flags |= denormals(a, a);
    return b->sign ? fp_zero(a->sign) : fp_infinity(a->sign);
}

struct isa_v isa_x87_scale(struct isa_v va, struct isa_v vb, struct isa_fenv *env)
{
    struct fp_rule rule = register_rule(env, false);
    struct fp_num a = fp_unpack80(va), b = fp_unpack80(vb), result;
    uint32_t flags = 0, ignored = 0;

    if (fp_special(&a, &b, &result, &flags))
        return finish(result, flags, env);
    if (b.class == FP_INFINITE) {
        result = scale_infinitely(&a, &b, &flags);
        return finish(result, flags, env);
    }
    flags |= denormals(&a, &b);
    if (a.class != FP_FINITE)
        return finish(a, flags, env);
    if (b.class == FP_FINITE && b.exp >= 16)
        a.exp += b.sign ? -0x10000 : 0x10000;
    else
        a.exp += (int32_t)fp_to_int(64, &b, FP_TRUNCATE, &ignored);
    result = fp_round_num(&a, &rule, &flags);
    return finish(result, flags, env);
}

struct isa_v isa_x87_exponent(struct isa_v va, struct isa_fenv *env)
{
    struct fp_num a = fp_unpack80(va), result;
    uint32_t flags = 0;

    if (fp_special(&a, &a, &result, &flags))
        return finish(result, flags, env);
    if (a.class == FP_INFINITE)
        return finish(fp_infinity(false), flags, env);
    if (a.class == FP_ZERO)
        return finish(fp_infinity(true), FP_ZERO_DIVIDE, env);
    return finish(fp_from_int(a.exp), denormals(&a, &a), env);
}

struct isa_v isa_x87_significand(struct isa_v va, struct isa_fenv *env)
{
    struct fp_num a = fp_unpack80(va), result;
    uint32_t flags = 0;

    if (fp_special(&a, &a, &result, &flags))
        return finish(result, flags, env);
    if (a.class == FP_ZERO)
        flags |= FP_ZERO_DIVIDE;
    flags |= denormals(&a, &a);
    a.exp = 0;
    return finish(a, flags, env);
}

/* ---------------------------------------------------------------- remainder */

/*
 * a - quotient * b for finite a and b. Of exponents that are 64 and more apart only so much is
 * taken that the difference shrinks by 32 to 63; *complete tells. *quotient has the low bits.
 */
static struct fp_num remainder_step(struct fp_num a, struct fp_num b, bool nearest,
                                    uint64_t *quotient, bool *complete)
{
    int32_t apart = a.exp - b.exp, steps = apart < 64 ? apart : 32 + apart % 32;
    uint64_t rest = a.sig, bits = 0;
    bool over = false; /* rest has a 65th bit */

    *complete = apart < 64;
    *quotient = 0;
    if (apart < -1 || (apart < 0 && !nearest))
        return a;
    if (apart < 0) { /* below b: a half of it or more? */
        if (rest <= b.sig)
            return a;
        *quotient = 1;
        rest = b.sig - (rest - b.sig);
        struct fp_num less = {.class = FP_FINITE, .sign = !a.sign, .exp = a.exp, .sig = rest};
        unsigned up = (unsigned)isa_clz(64, rest);
        less.sig <<= up;
        less.exp -= (int32_t)up;
        return less;
    }
    for (int32_t i = 0;; i++) {
        bool fits = over || rest >= b.sig;
        bits = bits << 1 | fits;
        if (fits)
            rest -= b.sig;
        if (i == steps)
            break;
        over = rest >> 63;
        rest <<= 1;
    }
    int32_t exp = a.exp - steps;
    if (nearest && *complete) {
        uint64_t left = b.sig - rest;
        if (rest > left || (rest == left && (bits & 1))) {
            rest = left;
            a.sign = !a.sign;
            bits++;
        }
    }
    *quotient = bits;
    if (!rest)
        return fp_zero(a.sign);
    unsigned up = (unsigned)isa_clz(64, rest);
    return (struct fp_num){
        .class = FP_FINITE, .sign = a.sign, .exp = exp - (int32_t)up, .sig = rest << up};
}

static bool has_remainder(const struct fp_num *a, const struct fp_num *b)
{
    return a->class <= FP_FINITE && b->class == FP_FINITE;
}

struct isa_v isa_x87_rem(struct isa_v va, struct isa_v vb, uint64_t nearest, struct isa_fenv *env)
{
    struct fp_rule rule = register_rule(env, false);
    struct fp_num a = fp_unpack80(va), b = fp_unpack80(vb), result;
    uint32_t flags = 0;
    uint64_t quotient;
    bool complete;

    if (fp_special(&a, &b, &result, &flags))
        return finish(result, flags, env);
    if (a.class == FP_INFINITE || b.class == FP_ZERO)
        return finish(fp_indefinite(), FP_INVALID, env);
    flags |= denormals(&a, &b);
    if (has_remainder(&a, &b) && a.class == FP_FINITE) {
        bool sign = a.sign;
        a = remainder_step(a, b, nearest, &quotient, &complete);
        if (a.class == FP_ZERO)
            a.sign = sign;
    }
    result = fp_round_num(&a, &rule, &flags);
    return finish(result, flags, env);
}

uint64_t isa_x87_quotient(struct isa_v va, struct isa_v vb, uint64_t nearest)
{
    struct fp_num a = fp_unpack80(va), b = fp_unpack80(vb);
    uint64_t q;
    bool complete;

    if (!has_remainder(&a, &b) || a.class != FP_FINITE)
        return 0;
    remainder_step(a, b, nearest, &q, &complete);
    if (!complete)
        return C2;
    return (q & 4 ? C0 : 0) | (q & 2 ? C3 : 0) | (q & 1 ? C1 : 0);
}

/* ---------------------------------------------------------------- comparison */

static uint64_t compare(struct isa_v va, struct isa_v vb, bool quiet, struct isa_fenv *env)
{
    struct fp_num a = fp_unpack80(va), b = fp_unpack80(vb), ignored;
    uint32_t flags = 0;
    uint64_t result = ZF | PF | CF;

    if (fp_special(&a, &b, &ignored, &flags)) {
        if (!quiet)
            flags |= FP_INVALID;
    } else {
        int order = fp_compare(&a, &b);
        flags |= denormals(&a, &b);
        result = order < 0 ? CF : order == 0 ? ZF : 0;
    }
    raise(env, flags);
    return result;
}

uint64_t isa_x87_com(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return compare(a, b, false, env);
}

uint64_t isa_x87_ucom(struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    return compare(a, b, true, env);
}

uint64_t isa_x87_xam(struct isa_v va)
{
    struct fp_num a = fp_unpack80(va);
    uint64_t sign = a.sign ? C1 : 0;

    switch (a.class) {
    case FP_ZERO: return sign | C3;
    case FP_FINITE: return sign | (va.hi & 0x7fff ? C2 : C3 | C2);
    case FP_INFINITE: return sign | C2 | C0;
    case FP_UNSUPPORTED: return sign;
    default: return sign | C0;
    }
}

/* ---------------------------------------------------------------- conversions */

static struct isa_v load(const struct fp_format *f, uint64_t bits, struct isa_fenv *env)
{
    struct fp_num a = fp_unpack(f, bits), result = a;
    uint32_t flags = denormals(&a, &a);

    fp_special(&a, &a, &result, &flags);
    return finish(result, flags, env);
}

struct isa_v isa_x87_from_f32(uint64_t a, struct isa_fenv *env)
{
    return load(&fp_single, a, env);
}

struct isa_v isa_x87_from_f64(uint64_t a, struct isa_fenv *env)
{
    return load(&fp_double, a, env);
}

struct isa_v isa_x87_from_int(uint64_t a)
{
    struct fp_num n = fp_from_int((int64_t)a);

    return fp_pack80(&n);
}

static uint64_t store(const struct fp_format *f, struct isa_v va, struct isa_fenv *env)
{
    struct fp_rule rule = rule_for(env, (int)f->fraction + 1, f->bias);
    struct fp_num a = fp_unpack80(va), result;
    uint32_t flags = 0;

    if (!fp_special(&a, &a, &result, &flags))
        result = fp_round_num(&a, &rule, &flags);
    raise(env, flags);
    return fp_pack(f, &result);
}

uint64_t isa_x87_to_f32(struct isa_v a, struct isa_fenv *env)
{
    return store(&fp_single, a, env);
}

uint64_t isa_x87_to_f64(struct isa_v a, struct isa_fenv *env)
{
    return store(&fp_double, a, env);
}

static uint64_t to_int(unsigned n, struct isa_v va, enum fp_rounding how, struct isa_fenv *env)
{
    struct fp_num a = fp_unpack80(va);
    uint32_t flags = 0;
    uint64_t result = fp_to_int(n, &a, how, &flags);

    raise(env, flags);
    return result;
}

uint64_t isa_x87_to_int(unsigned n, struct isa_v a, struct isa_fenv *env)
{
    return to_int(n, a, rounding(env), env);
}

uint64_t isa_x87_truncate(unsigned n, struct isa_v a, struct isa_fenv *env)
{
    return to_int(n, a, FP_TRUNCATE, env);
}
