/*
 * x87_arith.c - arithmetic and comparisons.
 *
 * The result goes to ST(0), or, of an instruction with two registers, to the first it names. In
 * the reversed forms the source stands on the left.
 */
#include "gear1/x87.h"

/* The source: a real number of 4 or 8 bytes, or a register. False: that is empty. */
static bool real_source(const struct insn *i, struct x87_operand *source)
{
    if (i->is_mem) {
        uint32_t ea = g1_ea(i);

        *source = i->msize == 4 ? x87_from_single(g1_read(i->seg, ea, 4))
                                : x87_from_double(g1_read64(i->seg, ea));
        return true;
    }
    *source = (struct x87_operand){x87_get(i->rm), false};
    return x87_full(i->rm);
}

static bool int_source(const struct insn *i, struct x87_operand *source)
{
    uint32_t value = g1_read(i->seg, g1_ea(i), i->msize);
    int64_t whole = i->msize == 2 ? (int16_t)value : (int32_t)value;

    *source =
        (struct x87_operand){fpu_op(FPU_fild, isa_pair(0, 0), isa_pair((uint64_t)whole, 0)), false};
    return true;
}

typedef bool source_reader(const struct insn *i, struct x87_operand *source);

/* What comes of an empty register: an indefinite NaN if masked. */
static void underflow_to(unsigned dest, bool pop)
{
    if (!x87_underflow())
        return;
    x87_set(dest, x87_indefinite());
    if (pop)
        x87_pop();
}

static void arithmetic(const struct insn *i, enum fpu_op op, source_reader *read, bool reversed,
                       bool pop)
{
    bool to_register = i->opd[0] == OPD_ST; /* ST(i), ST(0): what `read` gives is the destination */
    unsigned dest = to_register ? i->rm : 0;
    struct x87_operand source;
    bool full = read(i, &source), done;
    struct isa_v top = x87_get(0), result;

    if (!full || !x87_full(0)) {
        underflow_to(dest, pop);
        return;
    }
    if (to_register != reversed)
        done = x87_do(op, source.value, top, source.denormal, &result);
    else
        done = x87_do(op, top, source.value, source.denormal, &result);
    if (!done)
        return;
    x87_set(dest, result);
    if (pop)
        x87_pop();
}

#define ARITHMETIC(name, atom, source, reversed, pop) \
    X87(name)                                         \
    {                                                 \
        arithmetic(i, atom, source, reversed, pop);   \
    }

ARITHMETIC(fadd, FPU_fadd, real_source, false, false)
ARITHMETIC(fmul, FPU_fmul, real_source, false, false)
ARITHMETIC(fsub, FPU_fsub, real_source, false, false)
ARITHMETIC(fsubr, FPU_fsub, real_source, true, false)
ARITHMETIC(fdiv, FPU_fdiv, real_source, false, false)
ARITHMETIC(fdivr, FPU_fdiv, real_source, true, false)
ARITHMETIC(faddp, FPU_fadd, real_source, false, true)
ARITHMETIC(fmulp, FPU_fmul, real_source, false, true)
ARITHMETIC(fsubp, FPU_fsub, real_source, false, true)
ARITHMETIC(fsubrp, FPU_fsub, real_source, true, true)
ARITHMETIC(fdivp, FPU_fdiv, real_source, false, true)
ARITHMETIC(fdivrp, FPU_fdiv, real_source, true, true)
ARITHMETIC(fiadd, FPU_fadd, int_source, false, false)
ARITHMETIC(fimul, FPU_fmul, int_source, false, false)
ARITHMETIC(fisub, FPU_fsub, int_source, false, false)
ARITHMETIC(fisubr, FPU_fsub, int_source, true, false)
ARITHMETIC(fidiv, FPU_fdiv, int_source, false, false)
ARITHMETIC(fidivr, FPU_fdiv, int_source, true, false)

/* ---------------------------------------------------------------- comparisons */

#define UNORDERED (FL_ZF | FL_PF | FL_CF)

/* ZF PF CF of ST(0) against the source; false if an exception isn't masked: then nothing is popped,
 * but the flags are set. */
static bool compare(const struct insn *i, enum fpu_op op, source_reader *read, uint32_t *flags)
{
    struct x87_operand source;
    struct isa_v result;

    if (!read(i, &source) || !x87_full(0)) {
        *flags = UNORDERED;
        return x87_underflow();
    }

    bool done = x87_do(op, x87_get(0), source.value, source.denormal, &result);

    *flags = (uint32_t)result.lo;
    return done;
}

static void compare_cc(const struct insn *i, enum fpu_op op, source_reader *read, unsigned pops)
{
    uint32_t flags;

    if (!compare(i, op, read, &flags))
        pops = 0;
    x87_set_cc(flags << 8); /* CF is C0, PF C2, ZF C3 */
    while (pops--)
        x87_pop();
}

/* C1 stays, unless a register is empty. */
static void compare_flags(const struct insn *i, enum fpu_op op, bool pop)
{
    uint64_t c1 = x87_full(0) && x87_full(i->rm) ? vx_mfsr(SR_FPSW) & X87_C1 : 0;
    uint32_t flags;

    if (!compare(i, op, real_source, &flags))
        pop = false;
    vx_movtc(flags);
    vx_mtsr(SR_FPSW, vx_mfsr(SR_FPSW) | c1);
    if (pop)
        x87_pop();
}

#define COMPARISON(name, atom, source, pops) \
    X87(name)                                \
    {                                        \
        compare_cc(i, atom, source, pops);   \
    }

COMPARISON(fcom, FPU_fcom, real_source, 0)
COMPARISON(fcomp, FPU_fcom, real_source, 1)
COMPARISON(fcompp, FPU_fcom, real_source, 2)
COMPARISON(fucom, FPU_fucom, real_source, 0)
COMPARISON(fucomp, FPU_fucom, real_source, 1)
COMPARISON(fucompp, FPU_fucom, real_source, 2)
COMPARISON(ficom, FPU_fcom, int_source, 0)
COMPARISON(ficomp, FPU_fcom, int_source, 1)

X87(fcomi)
{
    compare_flags(i, FPU_fcom, false);
}

X87(fcomip)
{
    compare_flags(i, FPU_fcom, true);
}

X87(fucomi)
{
    compare_flags(i, FPU_fucom, false);
}

X87(fucomip)
{
    compare_flags(i, FPU_fucom, true);
}

static bool zero_source(const struct insn *i, struct x87_operand *source)
{
    (void)i;
    *source = (struct x87_operand){isa_pair(0, 0), false};
    return true;
}

COMPARISON(ftst, FPU_fcom, zero_source, 0)

X87(fxam)
{
    struct isa_v value = x87_get(0);
    unsigned cc = (unsigned)fpu_op(FPU_fxam, value, value).lo;

    (void)i;
    if (!x87_full(0))
        cc = X87_C3 | X87_C0 | (cc & X87_C1);
    x87_clear_c1();
    x87_raise(cc & X87_C1);
    x87_set_cc(cc);
}

/* ---------------------------------------------------------------- of one operand */

/* ST(0); false: it is empty, and that has been answered. */
static bool top(struct isa_v *value)
{
    *value = x87_get(0);
    if (x87_full(0))
        return true;
    underflow_to(0, false);
    return false;
}

X87(fchs)
{
    struct isa_v value;

    (void)i;
    if (!top(&value))
        return;
    x87_clear_c1();
    x87_set(0, isa_pair(value.lo, value.hi ^ 0x8000));
}

X87(fabs)
{
    struct isa_v value;

    (void)i;
    if (!top(&value))
        return;
    x87_clear_c1();
    x87_set(0, isa_pair(value.lo, value.hi & 0x7fff));
}

static void unary(enum fpu_op op)
{
    struct isa_v value;

    if (top(&value) && x87_do1(op, value, &value))
        x87_set(0, value);
}

X87(fsqrt)
{
    (void)i;
    unary(FPU_fsqrt);
}

X87(frndint)
{
    (void)i;
    unary(FPU_frint);
}

/* ---------------------------------------------------------------- of ST(0) and ST(1) */

X87(fscale)
{
    struct isa_v result;

    (void)i;
    if (!x87_full(0) || !x87_full(1))
        underflow_to(0, false);
    else if (x87_do(FPU_fscale, x87_get(0), x87_get(1), false, &result))
        x87_set(0, result);
}

static void partial_remainder(enum fpu_op op, enum fpu_op quotient)
{
    struct isa_v a = x87_get(0), b = x87_get(1), result;

    if (!x87_full(0) || !x87_full(1)) {
        x87_set_cc(cms.cpu.x87.status & ~X87_C2);
        underflow_to(0, false);
        return;
    }
    if (!x87_do(op, a, b, false, &result)) {
        x87_set_cc(cms.cpu.x87.status & ~X87_C2);
        return;
    }

    unsigned cc = (unsigned)fpu_op(quotient, a, b).lo;

    if ((result.hi & 0x7fff) == 0x7fff) /* a NaN: nothing is said of the quotient */
        cc = cms.cpu.x87.status & ~X87_C2;
    x87_set(0, result);
    x87_set_cc(cc);
    x87_raise(cc & X87_C1);
}

X87(fprem)
{
    (void)i;
    partial_remainder(FPU_frem, FPU_fremq);
}

X87(fprem1)
{
    (void)i;
    partial_remainder(FPU_frem1, FPU_frem1q);
}

/* The exponent takes the place of the number, the significand is pushed. */
X87(fxtract)
{
    struct isa_v value = x87_get(0), exponent, significand;

    (void)i;
    if (!x87_full(0) || x87_full(7)) {
        if (x87_full(0) ? x87_overflow() : x87_underflow()) {
            x87_set(0, x87_indefinite());
            x87_push(x87_indefinite());
        }
        return;
    }
    x87_clear_c1();
    if (!x87_do1(FPU_fexp, value, &exponent) || !x87_do1(FPU_fsig, value, &significand))
        return;
    x87_set(0, exponent);
    x87_push(significand);
}
