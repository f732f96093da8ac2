/*
 * x87_trans.c - the transcendental functions: their special values; x87_wide.c has the rest.
 *
 * Results are rounded by the rounding control from a value that is good to some 110 bits, with C1
 * and the exceptions that follow from it; but always inexact, as processors have it.
 */
#include "gear1/x87.h"
#include "gear1/x87_wide.h"

#define WRAP 24576
#define UNBOUNDED (1 << 20)

/* What comes out: a number, or a special one, and what was raised on the way. */
struct outcome {
    struct fp_num number;
    uint32_t flags;
};

static struct outcome invalid(void)
{
    return (struct outcome){fp_indefinite(), FP_INVALID};
}

static struct outcome zero(bool sign)
{
    return (struct outcome){fp_zero(sign), 0};
}

static struct outcome infinity(bool sign)
{
    return (struct outcome){fp_infinity(sign), 0};
}

static struct outcome rounded(struct x87_wide w, bool exact)
{
    uint32_t open = ~(uint32_t)cms.cpu.x87.control & (FP_OVERFLOW | FP_UNDERFLOW);
    struct fp_exact x = {w.sign, w.exp, (uint64_t)(w.sig >> 64), (uint64_t)w.sig | !exact};
    struct fp_rule rule = {
        .rounding = (enum fp_rounding)(cms.cpu.x87.control >> FPCW_ROUNDING & 3),
        .precision = 64,
        .least = -16382,
        .most = 16383,
        .tiny_counts = open & FP_UNDERFLOW,
    };
    struct outcome o = {.flags = 0};

    if (!w.sig)
        return zero(w.sign);
    o.number = fp_round(&x, &rule, &o.flags);
    o.flags |= FP_INEXACT;
    if (o.flags & open) { /* as x87_do.c says */
        uint32_t wrapped = o.flags & (FP_OVERFLOW | FP_UNDERFLOW);

        rule.least = -UNBOUNDED;
        rule.most = UNBOUNDED;
        o.flags = wrapped;
        o.number = fp_round(&x, &rule, &o.flags);
        o.number.exp += wrapped & FP_OVERFLOW ? -WRAP : WRAP;
    }
    return o;
}

/* Enters flags; false if the instruction must not take effect. */
static bool came(struct outcome *o, bool denormal)
{
    uint32_t open = ~(uint32_t)cms.cpu.x87.control;
    uint32_t before = FP_INVALID | FP_DENORMAL | FP_ZERO_DIVIDE;

    if (denormal && !(o->flags & (FP_INVALID | FP_ZERO_DIVIDE)))
        o->flags |= FP_DENORMAL;
    if (o->flags & open & before) {
        x87_raise(o->flags & before);
        return false;
    }
    x87_raise(o->flags);
    return true;
}

/* ---------------------------------------------------------------- of ST(0) */

static struct outcome exp2m1(const struct fp_num *a)
{
    struct outcome o = {.flags = 0};

    if (fp_special(a, a, &o.number, &o.flags))
        return o;
    if (a->class == FP_ZERO)
        return zero(a->sign);
    if (a->class == FP_INFINITE)
        return a->sign ? (struct outcome){fp_from_int(-1), 0} : infinity(false);
    if (a->exp > 0 || (a->exp == 0 && a->sig != 1ull << 63))
        return (struct outcome){*a, FP_INEXACT}; /* beyond 1 nothing is defined */
    if (a->exp == 0) {
        struct x87_wide w = x87_wide_int(a->sign ? -1 : 1);

        w.exp -= a->sign;
        return rounded(w, true);
    }
    return rounded(x87_wide_exp2m1(x87_wide_of(a)), false);
}

X87(f2xm1)
{
    struct isa_v value = x87_get(0);
    struct fp_num a = fp_unpack80(value);
    struct outcome o;

    (void)i;
    if (!x87_full(0)) {
        if (x87_underflow())
            x87_set(0, x87_indefinite());
        return;
    }
    o = exp2m1(&a);
    if (came(&o, a.denormal))
        x87_set(0, fp_pack80(&o.number));
}

/* ---------------------------------------------------------------- sine and its kin */

enum angle { ANGLE_SIN, ANGLE_COS, ANGLE_TAN };

static struct x87_wide ratio(struct x87_wide sin, struct x87_wide cos, bool swap)
{
    if (!swap)
        return x87_wide_div(sin, cos);
    sin.sign = !sin.sign;
    return x87_wide_div(cos, sin);
}

/* |a| below 2^63 */
static struct outcome angle(const struct fp_num *a, enum angle what)
{
    struct outcome o = {.flags = 0};
    struct x87_wide x = x87_wide_of(a), r;
    unsigned quarter;

    if (fp_special(a, a, &o.number, &o.flags))
        return o;
    if (a->class == FP_INFINITE)
        return invalid();
    if (a->class == FP_ZERO && what == ANGLE_COS)
        return (struct outcome){fp_from_int(1), 0};
    if (a->class == FP_ZERO)
        return zero(a->sign);
    quarter = x87_wide_reduce(&x);
    if (a->sign)
        quarter = -quarter & 3;
    if (what == ANGLE_TAN)
        return rounded(ratio(x87_wide_sin(x), x87_wide_cos(x), quarter & 1), false);
    if (what == ANGLE_COS)
        quarter++;
    r = quarter & 1 ? x87_wide_cos(x) : x87_wide_sin(x);
    r.sign ^= quarter >> 1 & 1;
    return rounded(r, false);
}

/*
 * C2 says that the operand, ST(0), was too large and nothing has been done. `room`: for the result.
 */
static bool too_large(const struct fp_num *a, bool room)
{
    bool large = x87_full(0) && room && a->class == FP_FINITE && a->exp >= 63;

    x87_set_cc((cms.cpu.x87.status & ~X87_C2 & X87_CC) | (large ? X87_C2 : 0));
    if (large)
        x87_clear_c1();
    return large;
}

static void one_angle(enum angle what)
{
    struct fp_num a = fp_unpack80(x87_get(0));
    struct outcome o;

    if (too_large(&a, true))
        return;
    if (!x87_full(0)) {
        if (x87_underflow())
            x87_set(0, x87_indefinite());
        return;
    }
    o = angle(&a, what);
    if (came(&o, a.denormal))
        x87_set(0, fp_pack80(&o.number));
}

X87(fsin)
{
    (void)i;
    one_angle(ANGLE_SIN);
}

X87(fcos)
{
    (void)i;
    one_angle(ANGLE_COS);
}

/* ST(0) becomes one function of it, and another is pushed: FSINCOS's cosine, FPTAN's one. */
static void two_results(enum angle what)
{
    struct fp_num a = fp_unpack80(x87_get(0));
    struct outcome first, second;

    if (too_large(&a, !x87_full(7)))
        return;
    if (!x87_full(0) || x87_full(7)) {
        if (x87_full(0) ? x87_overflow() : x87_underflow()) {
            x87_set(0, x87_indefinite());
            x87_push(x87_indefinite());
        }
        return;
    }
    first = angle(&a, what);
    second = (struct outcome){fp_from_int(1), 0};
    if (what == ANGLE_SIN || first.number.class > FP_INFINITE)
        second = angle(&a, ANGLE_COS);
    first.flags |= second.flags & ~(uint32_t)FP_UP;
    if (!came(&first, a.denormal))
        return;
    x87_set(0, fp_pack80(&first.number));
    x87_push(fp_pack80(&second.number));
}

X87(fsincos)
{
    (void)i;
    two_results(ANGLE_SIN);
}

X87(fptan)
{
    (void)i;
    two_results(ANGLE_TAN);
}

/* --------------------------------------------------------------- of ST(1) and ST(0), which pops */

/* Quarters of pi with a sign. */
static struct outcome pi_quarters(bool sign, int32_t count)
{
    struct x87_wide w = x87_wide_mul(x87_pi, x87_wide_int(count));

    w.exp -= 2;
    w.sign = sign;
    return rounded(w, false);
}

static struct outcome arctangent(const struct fp_num *y, const struct fp_num *x)
{
    bool sign = y->sign, swap;
    struct x87_wide a, b, w;
    struct outcome o = {.flags = 0};

    if (fp_special(y, x, &o.number, &o.flags))
        return o;
    if (y->class == FP_INFINITE)
        return pi_quarters(sign, x->class != FP_INFINITE ? 2 : x->sign ? 3 : 1);
    if (y->class == FP_ZERO || x->class == FP_INFINITE)
        return x->sign ? pi_quarters(sign, 4) : zero(sign);
    if (x->class == FP_ZERO)
        return pi_quarters(sign, 2);
    a = x87_wide_of(y);
    b = x87_wide_of(x);
    a.sign = b.sign = false;
    swap = a.exp > b.exp || (a.exp == b.exp && a.sig > b.sig);
    w = swap ? x87_wide_atan(b, a) : x87_wide_atan(a, b);
    if (swap) {
        struct x87_wide half = x87_pi;

        half.exp--;
        w.sign = true;
        w = x87_wide_add(half, w);
    }
    if (x->sign) {
        w.sign = true;
        w = x87_wide_add(x87_pi, w);
    }
    w.sign = sign;
    return rounded(w, false);
}

/* y log2(x), x above 0; y isn't infinite. */
static struct outcome scaled_log(const struct fp_num *y, struct x87_wide x)
{
    struct x87_wide n, log = x87_wide_int(0);
    int32_t exp = x.exp;

    x.exp = 0;
    if (x.sig >> 64 > 0xb504f333f9de6484) { /* the root of 2 */
        x.exp = -1;
        exp++;
    }
    n = x87_wide_add(x, x87_wide_int(-1));
    if (n.sig)
        log = x87_wide_log2(n, x87_wide_add(x, x87_wide_int(1)));
    log = x87_wide_add(log, x87_wide_int(exp));
    return rounded(x87_wide_mul(x87_wide_of(y), log), !n.sig);
}

static struct outcome logarithm(const struct fp_num *y, const struct fp_num *x)
{
    bool one = x->class == FP_FINITE && !x->sign && x->exp == 0 && x->sig == 1ull << 63;
    struct outcome o = {.flags = 0};

    if (fp_special(y, x, &o.number, &o.flags))
        return o;
    if (x->class == FP_ZERO) {
        if (y->class == FP_ZERO)
            return invalid();
        o = infinity(!y->sign);
        o.flags = y->class == FP_FINITE ? FP_ZERO_DIVIDE : 0;
        return o;
    }
    if (x->sign || (one && y->class == FP_INFINITE) ||
        (x->class == FP_INFINITE && y->class == FP_ZERO))
        return invalid();
    if (x->class == FP_INFINITE || y->class == FP_INFINITE)
        return infinity(y->sign ^ (x->class != FP_INFINITE && x->exp < 0));
    if (y->class == FP_ZERO || one)
        return zero(y->sign ^ (x->exp < 0));
    return scaled_log(y, x87_wide_of(x));
}

/* x at most 1 - sqrt(1/2) in size; what comes of more isn't defined. */
static struct outcome logarithm_p1(const struct fp_num *y, const struct fp_num *x)
{
    struct x87_wide w = x87_wide_of(x), log;
    struct outcome o = {.flags = 0};

    if (fp_special(y, x, &o.number, &o.flags))
        return o;
    if ((x->class == FP_ZERO && y->class == FP_INFINITE) ||
        (x->class == FP_INFINITE && (x->sign || y->class == FP_ZERO)))
        return invalid();
    if (x->class == FP_INFINITE || y->class == FP_INFINITE)
        return infinity(y->sign ^ x->sign);
    if (x->class == FP_ZERO || y->class == FP_ZERO)
        return zero(y->sign ^ x->sign);
    if (x->exp >= 0 && x->sign)
        return (struct outcome){*x, FP_INEXACT};
    if (x->exp >= -2)
        return scaled_log(y, x87_wide_add(w, x87_wide_int(1)));
    log = x87_wide_log2(w, x87_wide_add(w, x87_wide_int(2)));
    return rounded(x87_wide_mul(x87_wide_of(y), log), false);
}

typedef struct outcome function(const struct fp_num *y, const struct fp_num *x);

static void two_operands(function *f)
{
    struct fp_num y = fp_unpack80(x87_get(1)), x = fp_unpack80(x87_get(0));
    bool denormal = (y.denormal || x.denormal) && !fp_is_nan(&y) && !fp_is_nan(&x);
    struct outcome o;

    if (!x87_full(0) || !x87_full(1)) {
        if (!x87_underflow())
            return;
        x87_set(1, x87_indefinite());
        x87_pop();
        return;
    }
    o = f(&y, &x);
    if (!came(&o, denormal))
        return;
    x87_set(1, fp_pack80(&o.number));
    x87_pop();
}

X87(fpatan)
{
    (void)i;
    two_operands(arctangent);
}

X87(fyl2x)
{
    (void)i;
    two_operands(logarithm);
}

X87(fyl2xp1)
{
    (void)i;
    two_operands(logarithm_p1);
}
