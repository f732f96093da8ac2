/*
 * x87_do.c - one operation on numbers.
 *
 * What an unmasked overflow or underflow gives in a register has its exponent moved by 24576, so
 * that the handler can see what it would have been. That is computed anew, with exponents without
 * bounds; in memory nothing is stored.
 */
#include "gear1/x87.h"
#include "isa/fp_core.h"

#define WRAP 24576
#define UNBOUNDED (1 << 20)

/* ---------------------------------------------------------------- operands */

static struct x87_operand expand(const struct fp_format *f, uint64_t bits)
{
    struct fp_num n = fp_unpack(f, bits);

    return (struct x87_operand){fp_pack80(&n), n.denormal};
}

struct x87_operand x87_from_single(uint32_t bits)
{
    return expand(&fp_single, bits);
}

struct x87_operand x87_from_double(uint64_t bits)
{
    return expand(&fp_double, bits);
}

/* ---------------------------------------------------------------- in software */

static struct isa_v software(enum fpu_op op, struct isa_v a, struct isa_v b, struct isa_fenv *env)
{
    switch (op) {
    case FPU_fadd: return isa_x87_add(a, b, env);
    case FPU_fsub: return isa_x87_sub(a, b, env);
    case FPU_fmul: return isa_x87_mul(a, b, env);
    case FPU_fdiv: return isa_x87_div(a, b, env);
    case FPU_fsqrt: return isa_x87_sqrt(a, env);
    case FPU_frint: return isa_x87_rint(a, env);
    case FPU_fscale: return isa_x87_scale(a, b, env);
    case FPU_fexp: return isa_x87_exponent(a, env);
    case FPU_fsig: return isa_x87_significand(a, env);
    case FPU_frem: return isa_x87_rem(a, b, 0, env);
    case FPU_frem1: return isa_x87_rem(a, b, 1, env);
    case FPU_fcom: return isa_pair(isa_x87_com(a, b, env), 0);
    case FPU_fucom: return isa_pair(isa_x87_ucom(a, b, env), 0);
    case FPU_fld32: return isa_x87_from_f32(a.lo, env);
    case FPU_fld64: return isa_x87_from_f64(a.lo, env);
    case FPU_fst32: return isa_pair(isa_x87_to_f32(a, env), 0);
    case FPU_fst64: return isa_pair(isa_x87_to_f64(a, env), 0);
    case FPU_fist16: return isa_pair(isa_x87_to_int(16, a, env), 0);
    case FPU_fist32: return isa_pair(isa_x87_to_int(32, a, env), 0);
    case FPU_fist64: return isa_pair(isa_x87_to_int(64, a, env), 0);
    default: cms_panic("x87 operation %u has no meaning in software", op);
    }
}

/* The result with its exponent moved into range. FSCALE can go beyond that, too. */
static void wrapped(enum fpu_op op, struct isa_v va, struct isa_v vb, struct isa_v *result,
                    uint32_t *flags)
{
    unsigned control = cms.cpu.x87.control, precision = control >> FPCW_PRECISION & 3;
    struct fp_rule rule = {
        .rounding = (enum fp_rounding)(control >> FPCW_ROUNDING & 3),
        .precision = precision & 1 ? 64
                     : precision   ? 53
                                   : 24,
        .least = -UNBOUNDED,
        .most = UNBOUNDED,
    };
    struct fp_num a = fp_unpack80(va), b = fp_unpack80(vb), n;
    uint32_t came = 0;

    switch (op) {
    case FPU_fsub: b.sign = !b.sign; /* fall through */
    case FPU_fadd: n = fp_add(a, b, &rule, &came); break;
    case FPU_fmul: n = fp_mul(a, b, &rule, &came); break;
    case FPU_fdiv: n = fp_div(a, b, &rule, &came); break;
    case FPU_fscale:
        rule.precision = 64;
        if (b.exp >= 16)
            a.exp += b.sign ? -0x10000 : 0x10000;
        else
            a.exp += (int32_t)fp_to_int(32, &b, FP_TRUNCATE, &came);
        came = 0;
        n = fp_round_num(&a, &rule, &came);
        break;
    default: n = fp_unpack80(*result); break; /* a remainder: exact */
    }
    n.exp += *flags & FP_OVERFLOW ? -WRAP : WRAP;
    if (n.exp > 16383) {
        n = fp_infinity(n.sign);
        came |= FP_INEXACT | FP_UP;
    } else if (n.exp < -16382) {
        n = fp_zero(n.sign);
        came |= FP_INEXACT;
    }
    *flags = (*flags & ~(uint32_t)(FP_INEXACT | FP_UP)) | came;
    *result = fp_pack80(&n);
}

static bool is_nan(struct isa_v v)
{
    return (v.hi & 0x7fff) == 0x7fff && v.lo << 1;
}

/* Denormals are loaded whatever the mask says. */
static bool is_load(enum fpu_op op)
{
    return op == FPU_fld32 || op == FPU_fld64;
}

static bool in_memory(enum fpu_op op)
{
    return op == FPU_fst32 || op == FPU_fst64;
}

static bool unmasked(enum fpu_op op, struct isa_v a, struct isa_v b, bool denormal,
                     struct isa_v *result)
{
    struct isa_fenv env = isa_fenv_make(cms.cpu.x87.control, 0);
    uint32_t stop = ~(uint32_t)cms.cpu.x87.control & FP_EXCEPTIONS;

    if (is_load(op))
        stop &= ~(uint32_t)FP_DENORMAL;
    *result = software(op, a, b, &env);
    if (denormal && !is_nan(a) && !is_nan(b) && !(env.x87 & (FP_INVALID | FP_ZERO_DIVIDE)))
        env.x87 |= FP_DENORMAL;
    if (env.x87 & stop & (FP_INVALID | FP_DENORMAL | FP_ZERO_DIVIDE)) {
        x87_raise(env.x87 & (FP_INVALID | FP_DENORMAL | FP_ZERO_DIVIDE));
        return false;
    }
    if (env.x87 & stop & (FP_OVERFLOW | FP_UNDERFLOW)) {
        if (in_memory(op)) {
            x87_raise(env.x87 & (FP_OVERFLOW | FP_UNDERFLOW | FP_DENORMAL));
            return false;
        }
        wrapped(op, a, b, result, &env.x87);
    }
    x87_raise(env.x87);
    return true;
}

bool x87_do(enum fpu_op op, struct isa_v a, struct isa_v b, bool denormal, struct isa_v *result)
{
    if (unlikely(!x87_masked() || denormal))
        return unmasked(op, a, b, denormal, result);
    *result = fpu_op(op, a, b);
    return true;
}

bool x87_do1(enum fpu_op op, struct isa_v a, struct isa_v *result)
{
    return x87_do(op, a, a, false, result);
}
