/* arith.c - addition, subtraction and logic; the chip's flag atoms do the arithmetic and set c0. */
#include "gear1/shape.h"

#define TWO_OPERANDS(name, atom)                                                                                     \
    SHAPE_INLINE void name##_body(const struct insn *i, unsigned size, enum shape shape)                             \
    {                                                                                                                \
        if (shape_memory(shape)) {                                                                                   \
            uint32_t lin = shape_place(i, size);                                                                     \
                                                                                                                     \
            g1_store(lin, size, ATOM2(atom, size, g1_load_rmw(lin, size), shape_source(i, size, shape)));                \
        } else {                                                                                                     \
            unsigned n = shape_register(i, shape);                                                                   \
                                                                                                                     \
            g1_set_reg(n, size, ATOM2(atom, size, g1_reg(n, size), shape_source(i, size, shape)));                   \
        }                                                                                                            \
    }                                                                                                                \
    SHAPES(name)

#define FLAGS_ONLY(name, atom)                                                                                       \
    SHAPE_INLINE void name##_body(const struct insn *i, unsigned size, enum shape shape)                             \
    {                                                                                                                \
        uint32_t a = shape_memory(shape) ? g1_load(seg_linear(i->seg, g1_ea(i), size, false), size)                  \
                                         : g1_reg(shape_register(i, shape), size);                                   \
                                                                                                                     \
        (void)ATOM2(atom, size, a, shape_source(i, size, shape));                                                    \
    }                                                                                                                \
    SHAPES(name)

#define ONE_OPERAND(name, atom)                                                                                      \
    SHAPE_INLINE void name##_body(const struct insn *i, unsigned size, enum shape shape)                             \
    {                                                                                                                \
        if (shape_memory(shape)) {                                                                                   \
            uint32_t lin = shape_place(i, size);                                                                     \
                                                                                                                     \
            g1_store(lin, size, ATOM1(atom, size, g1_load_rmw(lin, size)));                                              \
        } else {                                                                                                     \
            unsigned n = shape_register(i, shape);                                                                   \
                                                                                                                     \
            g1_set_reg(n, size, ATOM1(atom, size, g1_reg(n, size)));                                                 \
        }                                                                                                            \
    }                                                                                                                \
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

/* The destination is written in either case, as on the processor: a fault doesn't depend on the comparison. */
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
