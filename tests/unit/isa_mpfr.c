/*
 * isa_mpfr.c - add, sub, mul, div and sqrt of isa/fp.h against MPFR: the 80-bit format rounded to
 * 24, 53 and 64 bits, 32 and 64 bits, in every rounding mode. Values, overflow and inexactness;
 * NaNs and the other exceptions are isa_x87.c's and isa_sse.c's.
 */
#include <stdint.h>
#include <stdio.h>

#define MPFR_USE_INTMAX_T
#include <mpfr.h>

#include "tests/unit/isa_fp.h"

enum op { ADD, SUB, MUL, DIV, SQRT, OPS };

static const char *const op_name[OPS] = {"add", "sub", "mul", "div", "sqrt"};
static mpfr_t x, y, want, got;

/* The exponents of a format, and what is rounded to. */
struct shape {
    const char *name;
    mpfr_prec_t precision;
    mpfr_exp_t least, most; /* of normal numbers */
};

static const struct shape shapes[] = {
    {"x87/24", 24, -16382, 16383}, {"x87/53", 53, -16382, 16383}, {"x87/64", 64, -16382, 16383},
    {"f32", 24, -126, 127},        {"f64", 53, -1022, 1023},
};

static const mpfr_rnd_t rounding[] = {MPFR_RNDN, MPFR_RNDD, MPFR_RNDU, MPFR_RNDZ};

/* A finite number or infinity, as MPFR has it. False: a NaN or what is not supported. */
static bool to_mpfr(mpfr_t to, const struct shape *s, struct isa_v v)
{
    if (s->least == -16382) {
        uint32_t exp = v.hi & 0x7fff;
        if (exp == 0x7fff && v.lo == 1ull << 63)
            mpfr_set_inf(to, 1);
        else if (exp == 0x7fff || (exp && !(v.lo >> 63)))
            return false;
        else
            mpfr_set_uj_2exp(to, v.lo, (exp ? (int)exp : 1) - 16383 - 63, MPFR_RNDN);
        return mpfr_setsign(to, to, v.hi >> 15 & 1, MPFR_RNDN), true;
    }
    unsigned fraction = (unsigned)s->precision - 1;
    uint64_t all = (uint64_t)(2 * s->most + 1), exp = v.lo >> fraction & all;
    uint64_t sig = v.lo & ((1ull << fraction) - 1);
    if (exp == all && sig)
        return false;
    if (exp == all)
        mpfr_set_inf(to, 1);
    else
        mpfr_set_uj_2exp(to, sig | (uint64_t)(exp > 0) << fraction,
                         (exp ? (mpfr_exp_t)exp : 1) - s->most - (mpfr_exp_t)fraction, MPFR_RNDN);
    mpfr_setsign(to, to, v.lo >> (s->precision == 24 ? 31 : 63) & 1, MPFR_RNDN);
    return true;
}

/* True if it was inexact. */
static bool compute(const struct shape *s, enum op op, mpfr_rnd_t how)
{
    int t;

    mpfr_set_prec(want, s->precision);
    mpfr_clear_flags();
    switch (op) {
    case ADD: t = mpfr_add(want, x, y, how); break;
    case SUB: t = mpfr_sub(want, x, y, how); break;
    case MUL: t = mpfr_mul(want, x, y, how); break;
    case DIV: t = mpfr_div(want, x, y, how); break;
    default: t = mpfr_sqrt(want, x, how); break;
    }
    mpfr_set_emin(s->least - s->precision + 2);
    mpfr_set_emax(s->most + 1);
    t = mpfr_check_range(want, t, how);
    t = mpfr_subnormalize(want, t, how);
    mpfr_set_emin(mpfr_get_emin_min());
    mpfr_set_emax(mpfr_get_emax_max());
    return t != 0;
}

typedef struct isa_v function(struct isa_v, struct isa_v, struct isa_fenv *);

static struct isa_v ours(const struct shape *s, enum op op, struct isa_v a, struct isa_v b,
                         struct isa_fenv *env)
{
    static function *const x87[] = {isa_x87_add, isa_x87_sub, isa_x87_mul, isa_x87_div};
    static function *const ss[] = {isa_addss, isa_subss, isa_mulss, isa_divss, isa_sqrtss};
    static function *const sd[] = {isa_addsd, isa_subsd, isa_mulsd, isa_divsd, isa_sqrtsd};
    bool wide = s->least == -16382, single = s->least == -126;

    if (op == SQRT && wide)
        return isa_x87_sqrt(a, env);
    return wide     ? x87[op](a, b, env)
           : single ? ss[op](a, op == SQRT ? a : b, env)
                    : sd[op](a, op == SQRT ? a : b, env);
}

static void check(const struct shape *s, enum op op, unsigned mode, struct isa_v a, struct isa_v b)
{
    uint32_t precision = s->precision == 24 ? 0 : s->precision == 53 ? 2u : 3u;
    uint32_t fpcw = 0x7f | precision << FPCW_PRECISION | mode << FPCW_ROUNDING;
    struct isa_fenv env = isa_fenv_make(fpcw, 0x1f80 | mode << MXCSR_ROUNDING);
    struct isa_v result = ours(s, op, a, b, &env);
    uint32_t raised = (env.x87 | env.sse) & (FP_OVERFLOW | FP_INEXACT), expected = 0;

    if (!to_mpfr(x, s, a) || !to_mpfr(y, s, b))
        return;
    bool inexact = compute(s, op, rounding[mode]);
    bool is_number = to_mpfr(got, s, result);
    if (mpfr_nan_p(want)
            ? is_number
            : !is_number || !mpfr_equal_p(got, want) || mpfr_signbit(got) != mpfr_signbit(want)) {
        if (failures++ < 20)
            mpfr_fprintf(stderr, "%s %s mode %u a %Ra b %Ra: %Ra, expected %Ra\n", s->name,
                         op_name[op], mode, x, y, got, want);
        return;
    }
    if (mpfr_nan_p(want))
        return;
    expected = (inexact ? FP_INEXACT : 0) | (mpfr_overflow_p() ? FP_OVERFLOW : 0);
    if (raised != expected && failures++ < 20)
        mpfr_fprintf(stderr, "%s %s mode %u a %Ra b %Ra: exceptions %x, expected %x\n", s->name,
                     op_name[op], mode, x, y, raised, expected);
}

static struct isa_v operand(const struct shape *s)
{
    if (s->least == -16382)
        return random80();
    return isa_pair(s->least == -126 ? random32() : random_double(), 0);
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 100000;

    mpfr_inits2(64, x, y, want, got, (mpfr_ptr)0);
    for (unsigned i = 0; i < rounds; i++) {
        const struct shape *s = &shapes[random64() % 5];
        struct isa_v a = operand(s), b = operand(s);
        if (s->least == -16382 && random64() & 1)
            b.hi = (b.hi & 0x8000) | ((a.hi + random64() % 131 - 65) & 0x7fff);
        for (unsigned op = 0; op < OPS; op++)
            check(s, (enum op)op, random64() & 3, a, b);
    }
    mpfr_clears(x, y, want, got, (mpfr_ptr)0);
    mpfr_free_cache();
    if (failures)
        fprintf(stderr, "%u mistakes\n", failures);
    return failures != 0;
}
