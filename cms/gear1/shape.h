/*
 * shape.h - quick handlers made for one size and one kind of operands.
 *
 * The commonest instructions take their operands in seven shapes and three sizes. Their bodies are
 * written once, as inline functions of (instruction, size, shape) in which the last two are
 * literals, and instantiated here for all 21 cases: each handler is then straight code, without a
 * stack frame, that asks nothing but whether its memory operand may be accessed, and hands the
 * instruction to the general handler g1_NAME if not. pick.c chooses when an instruction is decoded.
 */
#ifndef CMS_GEAR1_SHAPE_H
#define CMS_GEAR1_SHAPE_H

#include "gear1/gear1.h"

/* First letters: destination; then source. R register in modrm.reg's place, E r/m, I immediate or
 * no source. */
enum shape {
    SHAPE_R_Er,
    SHAPE_R_Em,
    SHAPE_Er_R,
    SHAPE_Em_R,
    SHAPE_Er_I,
    SHAPE_Em_I,
    SHAPE_R_I,
    SHAPE_COUNT
};

struct shapes {
    gear1_handler *handler[3][SHAPE_COUNT]; /* by size 1, 2, 4 */
};

#define SHAPE_INLINE static inline __attribute__((always_inline))

/* Does the operand in memory, if there is one, pass the quick check? `lin` is its address. */
SHAPE_INLINE bool shape_address(const struct insn *i, enum shape shape, bool write, uint32_t *lin)
{
    if (shape != SHAPE_R_Em && shape != SHAPE_Em_R && shape != SHAPE_Em_I)
        return true;
    return g1_quick(i->seg, g1_ea(i), write && shape != SHAPE_R_Em, lin);
}

SHAPE_INLINE uint32_t shape_source(const struct insn *i, unsigned size, enum shape shape,
                                   uint32_t lin)
{
    switch (shape) {
    case SHAPE_R_Er: return g1_reg(i->rm, size);
    case SHAPE_R_Em: return g1_quick_load(lin, size);
    case SHAPE_Er_R:
    case SHAPE_Em_R: return g1_reg(i->reg, size);
    default: return i->imm;
    }
}

SHAPE_INLINE uint32_t shape_get(const struct insn *i, unsigned size, enum shape shape, uint32_t lin)
{
    if (shape == SHAPE_Em_R || shape == SHAPE_Em_I)
        return g1_quick_load(lin, size);
    return g1_reg(shape == SHAPE_Er_R || shape == SHAPE_Er_I ? i->rm : i->reg, size);
}

SHAPE_INLINE void shape_set(const struct insn *i, unsigned size, enum shape shape, uint32_t lin,
                            uint32_t value)
{
    if (shape == SHAPE_Em_R || shape == SHAPE_Em_I)
        g1_quick_store(lin, size, value);
    else
        g1_set_reg(shape == SHAPE_Er_R || shape == SHAPE_Er_I ? i->rm : i->reg, size, value);
}

#define SHAPE_ONE(name, size, shape)                          \
    static void name##_##size##_##shape(const struct insn *i) \
    {                                                         \
        name##_body(i, size, SHAPE_##shape);                  \
    }

#define SHAPE_SIZE(name, size)  \
    SHAPE_ONE(name, size, R_Er) \
    SHAPE_ONE(name, size, R_Em) \
    SHAPE_ONE(name, size, Er_R) \
    SHAPE_ONE(name, size, Em_R) \
    SHAPE_ONE(name, size, Er_I) \
    SHAPE_ONE(name, size, Em_I) \
    SHAPE_ONE(name, size, R_I)

#define SHAPE_ROW(name, size)                                                                   \
    {                                                                                           \
        name##_##size##_R_Er, name##_##size##_R_Em, name##_##size##_Er_R, name##_##size##_Em_R, \
            name##_##size##_Er_I, name##_##size##_Em_I, name##_##size##_R_I                     \
    }

/* From name_body: the 21 handlers and their table shapes_name. */
#define SHAPES(name)                      \
    SHAPE_SIZE(name, 1)                   \
    SHAPE_SIZE(name, 2)                   \
    SHAPE_SIZE(name, 4)                   \
    const struct shapes shapes_##name = { \
        {SHAPE_ROW(name, 1), SHAPE_ROW(name, 2), SHAPE_ROW(name, 4)}};

/* Instructions that have shapes. */
#define SHAPED(X) \
    X(add) X(or) X(adc) X(sbb) X(and) X(sub) X(xor) X(cmp) X(test) X(inc) X(dec) X(mov)

#define X(name) extern const struct shapes shapes_##name;
SHAPED(X)
#undef X

#endif
