/* arith.c - addition, subtraction and logic; the chip's flag atoms do the arithmetic and set c0. */
#include "gear1/shape.h"

/* Operand 0 read and then written to the same place. */
static struct target modify_begin(const struct insn *i)
{
    if (i->opd[0] == OPD_RM)
        return g1_target(i);
    return (struct target){.value = g1_reg(i->reg, i->opsize)};
}

static void modify_end(const struct insn *i, const struct target *t, uint32_t value)
{
    if (i->opd[0] == OPD_RM)
        g1_target_set(i, t, value);
    else
        g1_set_reg(i->reg, i->opsize, value);
}

#define TWO_OPERANDS(name, atom)                                                                   \
    void g1_##name(const struct insn *i)                                                           \
    {                                                                                              \
        uint32_t b = g1_get(i, 1);                                                                 \
        struct target t = modify_begin(i);                                                         \
                                                                                                   \
        modify_end(i, &t, ATOM2(atom, i->opsize, t.value, b));                                     \
    }                                                                                              \
    SHAPE_INLINE void name##_body(const struct insn *i, unsigned size, enum shape shape)           \
    {                                                                                              \
        uint32_t lin = 0;                                                                          \
                                                                                                   \
        if (!shape_address(i, shape, true, &lin)) {                                                \
            g1_##name(i);                                                                          \
            return;                                                                                \
        }                                                                                          \
        shape_set(                                                                                 \
            i, size, shape, lin,                                                                   \
            ATOM2(atom, size, shape_get(i, size, shape, lin), shape_source(i, size, shape, lin))); \
    }                                                                                              \
    SHAPES(name)

#define FLAGS_ONLY(name, atom)                                                           \
    void g1_##name(const struct insn *i)                                                 \
    {                                                                                    \
        uint32_t a = g1_get(i, 0);                                                       \
                                                                                         \
        (void)ATOM2(atom, i->opsize, a, g1_get(i, 1));                                   \
    }                                                                                    \
    SHAPE_INLINE void name##_body(const struct insn *i, unsigned size, enum shape shape) \
    {                                                                                    \
        uint32_t lin = 0;                                                                \
                                                                                         \
        if (!shape_address(i, shape, false, &lin)) {                                     \
            g1_##name(i);                                                                \
            return;                                                                      \
        }                                                                                \
        (void)ATOM2(atom, size, shape_get(i, size, shape, lin),                          \
                    shape_source(i, size, shape, lin));                                  \
    }                                                                                    \
    SHAPES(name)

#define ONE_OPERAND(name, atom)                                                            \
    void g1_##name(const struct insn *i)                                                   \
    {                                                                                      \
        struct target t = modify_begin(i);                                                 \
                                                                                           \
        modify_end(i, &t, ATOM1(atom, i->opsize, t.value));                                \
    }                                                                                      \
    SHAPE_INLINE void name##_body(const struct insn *i, unsigned size, enum shape shape)   \
    {                                                                                      \
        uint32_t lin = 0;                                                                  \
                                                                                           \
        if (!shape_address(i, shape, true, &lin)) {                                        \
            g1_##name(i);                                                                  \
            return;                                                                        \
        }                                                                                  \
        shape_set(i, size, shape, lin, ATOM1(atom, size, shape_get(i, size, shape, lin))); \
    }                                                                                      \
    SHAPES(name)

TWO_OPERANDS(add, add)
TWO_OPERANDS(or, or)
TWO_OPERANDS(adc, adc)
TWO_OPERANDS(sbb, sbb)
TWO_OPERANDS(and, and)
TWO_OPERANDS(sub, sub)
TWO_OPERANDS(xor, xor)
FLAGS_ONLY(cmp, sub)
FLAGS_ONLY(test, and)
ONE_OPERAND(inc, inc)
ONE_OPERAND(dec, dec)

void g1_not(const struct insn *i)
{
    struct target t = g1_target(i);

    g1_target_set(i, &t, ~t.value);
}

void g1_neg(const struct insn *i)
{
    struct target t = g1_target(i);

    g1_target_set(i, &t, ATOM1(neg, i->opsize, t.value));
}

/* The destination is written last: with one register as both operands it gets the sum. */
void g1_xadd(const struct insn *i)
{
    struct target t = g1_target(i);
    uint32_t sum = ATOM2(add, i->opsize, t.value, g1_reg(i->reg, i->opsize));

    g1_set_reg(i->reg, i->opsize, t.value);
    g1_target_set(i, &t, sum);
}

/* The destination is written in either case, as on the processor: a fault doesn't depend on the
 * comparison. */
void g1_cmpxchg(const struct insn *i)
{
    struct target t = g1_target(i);
    bool equal = t.value == g1_reg(EAX, i->opsize);

    (void)ATOM2(sub, i->opsize, g1_reg(EAX, i->opsize), t.value);
    if (equal) {
        g1_target_set(i, &t, g1_reg(i->reg, i->opsize));
    } else {
        if (i->is_mem)
            g1_target_set(i, &t, t.value);
        g1_set_reg(EAX, i->opsize, t.value);
    }
}

void g1_cmpxchg8b(const struct insn *i)
{
    uint32_t lin = seg_linear(i->seg, g1_ea(i), 8, true);

    if (cms.step)
        g1_watch(lin, 8, true, cms.cpu.cpl == 3);

    uint32_t low = g1_load_rmw(lin, 4), high = g1_load_rmw(lin + 4, 4);
    uint64_t flags = vx_movfc() & ~(uint64_t)FL_ZF;

    if (low == g1_reg32(EAX) && high == g1_reg32(EDX)) {
        g1_store(lin, 4, g1_reg32(EBX));
        g1_store(lin + 4, 4, g1_reg32(ECX));
        vx_movtc(flags | FL_ZF);
    } else {
        g1_store(lin, 4, low);
        g1_store(lin + 4, 4, high);
        g1_set_reg32(EAX, low);
        g1_set_reg32(EDX, high);
        vx_movtc(flags);
    }
}
