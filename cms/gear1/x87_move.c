/* x87_move.c - loads, stores, exchanges, constants. */
#include "gear1/x87.h"
#include "isa/fp_core.h"

#define BCD_DIGITS 18
#define BCD_LIMIT UINT64_C(1000000000000000000) /* 10 to the 18th */
#define SINGLE_INDEFINITE 0xffc00000u
#define DOUBLE_INDEFINITE UINT64_C(0xfff8000000000000)

/* Makes room for one more; false: there is none, which has been answered. */
static bool room(void)
{
    x87_clear_c1();
    if (!x87_full(7))
        return true;
    if (x87_overflow())
        x87_push(x87_indefinite());
    return false;
}

/* Ten bytes are an access of eight and one of two. */
static struct isa_v read80(const struct insn *i)
{
    uint64_t lo = g1_read64(i->seg, g1_ea(i));

    return isa_pair(lo, g1_read(i->seg, g1_ea_at(i, 8), 2));
}

static void write80(const struct insn *i, struct isa_v value)
{
    uint32_t lin = seg_linear(i->seg, g1_ea(i), 8, true);
    uint32_t behind = seg_linear(i->seg, g1_ea_at(i, 8), 2, true);

    g1_store64(lin, value.lo);
    g1_store(behind, 2, (uint32_t)value.hi & 0xffff);
}

static void probe(const struct insn *i)
{
    g1_probe_write(i->seg, g1_ea(i), i->msize < 10 ? i->msize : 8);
    if (i->msize == 10)
        g1_probe_write(i->seg, g1_ea_at(i, 8), 2);
}

/* ---------------------------------------------------------------- loads */

X87(fld)
{
    struct isa_v value;
    bool full = true, done = true;

    if (!i->is_mem) {
        value = x87_get(i->rm);
        full = x87_full(i->rm);
    } else if (i->msize == 10) {
        value = read80(i);
    } else if (i->msize == 8) {
        value = isa_pair(g1_read64(i->seg, g1_ea(i)), 0);
    } else {
        value = isa_pair(g1_read(i->seg, g1_ea(i), 4), 0);
    }
    if (!full) {
        if (x87_underflow())
            x87_push(x87_indefinite());
        return;
    }
    if (!room())
        return;
    if (i->is_mem && i->msize < 10)
        done = x87_do1(i->msize == 8 ? FPU_fld64 : FPU_fld32, value, &value);
    if (done)
        x87_push(value);
}

X87(fild)
{
    uint32_t ea = g1_ea(i);
    uint64_t value = i->msize == 8   ? g1_read64(i->seg, ea)
                     : i->msize == 4 ? (uint64_t)(int32_t)g1_read(i->seg, ea, 4)
                                     : (uint64_t)(int16_t)g1_read(i->seg, ea, 2);

    if (room())
        x87_push(fpu_op(FPU_fild, isa_pair(0, 0), isa_pair(value, 0)));
}

/* Ten bytes: eighteen decimal digits, then the sign in the highest bit. */
X87(fbld)
{
    struct isa_v packed = read80(i), value;
    uint64_t whole = 0;

    if (!room())
        return;
    for (unsigned n = BCD_DIGITS; n-- > 0;) {
        uint64_t digit = n < 16 ? packed.lo >> 4 * n & 15 : packed.hi >> 4 * (n - 16) & 15;

        whole = whole * 10 + digit;
    }
    value = fpu_op(FPU_fild, isa_pair(0, 0), isa_pair(whole, 0));
    x87_push(isa_pair(value.lo, value.hi | (packed.hi & 0x8000)));
}

/* ---------------------------------------------------------------- stores */

/* An empty ST(0) is to be stored: is that masked? If so, it is reported after the access. */
static bool store_nothing(const struct insn *i)
{
    if (!(cms.cpu.x87.control & FP_INVALID)) {
        probe(i);
        x87_underflow();
        return false;
    }
    return true;
}

static void write_value(const struct insn *i, struct isa_v value)
{
    if (i->msize == 8)
        g1_write64(i->seg, g1_ea(i), value.lo);
    else if (i->msize == 10)
        write80(i, value);
    else
        g1_write(i->seg, g1_ea(i), i->msize, (uint32_t)value.lo);
}

/* Stores what came of ST(0), or `indefinite` if that is empty. `done`: nothing unmasked came. */
static void store(const struct insn *i, struct isa_v value, struct isa_v indefinite, bool done,
                  bool pop)
{
    if (!x87_full(0)) {
        if (!store_nothing(i))
            return;
        write_value(i, indefinite);
        x87_underflow();
    } else if (done) {
        write_value(i, value);
    } else {
        probe(i);
        return;
    }
    if (pop)
        x87_pop();
}

static void store_real(const struct insn *i, bool pop)
{
    struct isa_v value = x87_get(0);
    struct isa_v indefinite = i->msize == 4   ? isa_pair(SINGLE_INDEFINITE, 0)
                              : i->msize == 8 ? isa_pair(DOUBLE_INDEFINITE, 0)
                                              : x87_indefinite();
    bool done = true;

    if (x87_full(0) && i->msize == 10)
        x87_clear_c1();
    else if (x87_full(0))
        done = x87_do1(i->msize == 8 ? FPU_fst64 : FPU_fst32, value, &value);
    store(i, value, indefinite, done, pop);
}

static void store_register(const struct insn *i, bool pop)
{
    struct isa_v value = x87_get(0);

    x87_clear_c1();
    if (!x87_full(0)) {
        if (!x87_underflow())
            return;
        value = x87_indefinite();
    }
    x87_set(i->rm, value);
    if (pop)
        x87_pop();
}

/* D9 D8..DF, which the manuals don't have: an empty register is no error, it only goes. */
static bool pops_silently(const struct insn *i)
{
    if (i->opcode != 0xd9 || x87_full(0))
        return false;
    x87_clear_c1();
    x87_pop();
    return true;
}

X87(fst)
{
    if (i->is_mem)
        store_real(i, false);
    else
        store_register(i, false);
}

X87(fstp)
{
    if (i->is_mem)
        store_real(i, true);
    else if (!pops_silently(i))
        store_register(i, true);
}

static void store_int(const struct insn *i, bool pop)
{
    enum fpu_op op = i->msize == 8 ? FPU_fist64 : i->msize == 4 ? FPU_fist32 : FPU_fist16;
    struct isa_v value = x87_get(0);
    bool done = true;

    if (x87_full(0))
        done = x87_do1(op, value, &value);
    store(i, value, isa_pair(UINT64_C(1) << (8 * i->msize - 1), 0), done, pop);
}

X87(fist)
{
    store_int(i, false);
}

X87(fistp)
{
    store_int(i, true);
}

static struct isa_v bcd_indefinite(void)
{
    return isa_pair(UINT64_C(0xc) << 60, 0xffff);
}

/* The digits of ST(0); false: an exception that isn't masked. */
static bool bcd(struct isa_v value, struct isa_v *packed)
{
    struct fp_num n = fp_unpack80(value);
    uint64_t before = vx_mfsr(SR_FPSW), whole = BCD_LIMIT;
    struct isa_v rounded = isa_pair(0, 0);
    bool done = true;

    if (n.class == FP_ZERO || (n.class == FP_FINITE && n.exp < 60)) {
        done = x87_do1(FPU_fist64, value, &rounded);
        whole = (int64_t)rounded.lo < 0 ? -rounded.lo : rounded.lo;
    }
    if (whole >= BCD_LIMIT) {
        vx_mtsr(SR_FPSW, before);
        *packed = bcd_indefinite();
        return x87_raise(FP_INVALID);
    }
    *packed = isa_pair(0, n.sign ? 0x8000 : 0);
    for (unsigned at = 0; at < BCD_DIGITS; at++, whole /= 10) {
        if (at < 16)
            packed->lo |= whole % 10 << 4 * at;
        else
            packed->hi |= whole % 10 << 4 * (at - 16);
    }
    return done;
}

X87(fbstp)
{
    struct isa_v packed = bcd_indefinite();
    bool done = true;

    if (x87_full(0))
        done = bcd(x87_get(0), &packed);
    store(i, packed, bcd_indefinite(), done, true);
}

/* ---------------------------------------------------------------- registers */

X87(fxch)
{
    struct isa_v a = x87_get(0), b = x87_get(i->rm);

    x87_clear_c1();
    if (!x87_full(0) || !x87_full(i->rm)) {
        if (!x87_underflow())
            return;
        if (!x87_full(0))
            a = x87_indefinite();
        if (!x87_full(i->rm))
            b = x87_indefinite();
    }
    x87_set(0, b);
    x87_set(i->rm, a);
}

/* DA: below, equal, below or equal, unordered; DB: their opposites. */
X87(fcmov)
{
    static const uint8_t cond[4] = {2, 4, 6, 10};

    if (!x87_full(0) || !x87_full(i->rm)) {
        if (x87_underflow())
            x87_set(0, x87_indefinite());
    } else if (g1_cond(cond[i->reg & 3] | (i->opcode & 1u))) {
        x87_set(0, x87_get(i->rm));
    }
}

/* ---------------------------------------------------------------- constants */

/* The nearest of 64 bits; `above`: it is more than the true one. */
struct constant {
    uint64_t sig;
    uint16_t exp;
    bool above;
};

static void load_constant(struct constant c)
{
    unsigned rounding = cms.cpu.x87.control >> FPCW_ROUNDING & 3;

    if (!room())
        return;
    if (c.above && (rounding == FP_DOWN || rounding == FP_TRUNCATE))
        c.sig--;
    if (!c.above && rounding == FP_TOWARDS_UP)
        c.sig++;
    x87_push(isa_pair(c.sig, c.exp));
}

#define CONSTANT(name, sig, exp, above)                              \
    X87(name)                                                        \
    {                                                                \
        (void)i;                                                     \
        load_constant((struct constant){UINT64_C(sig), exp, above}); \
    }

CONSTANT(fldl2t, 0xd49a784bcd1b8afe, 0x4000, false)
CONSTANT(fldl2e, 0xb8aa3b295c17f0bc, 0x3fff, true)
CONSTANT(fldpi, 0xc90fdaa22168c235, 0x4000, true)
CONSTANT(fldlg2, 0x9a209a84fbcff799, 0x3ffd, true)
CONSTANT(fldln2, 0xb17217f7d1cf79ac, 0x3ffe, true)

X87(fld1)
{
    (void)i;
    if (room())
        x87_push(isa_pair(UINT64_C(1) << 63, 0x3fff));
}

X87(fldz)
{
    (void)i;
    if (room())
        x87_push(isa_pair(0, 0));
}
