/* move.c - moves and exchanges that touch no flags. */
#include "gear1/shape.h"

void g1_mov(const struct insn *i)
{
    g1_set(i, 0, g1_get(i, 1));
}

SHAPE_INLINE void mov_body(const struct insn *i, unsigned size, enum shape shape)
{
    uint32_t lin = 0;

    if (!shape_address(i, shape, true, &lin)) {
        g1_mov(i);
        return;
    }
    shape_set(i, size, shape, lin, shape_source(i, size, shape, lin));
}
SHAPES(mov)

void g1_movzx(const struct insn *i)
{
    g1_set_reg(i->reg, i->opsize, g1_get_rm(i));
}

void g1_movsx(const struct insn *i)
{
    uint32_t value = g1_get_rm(i);

    g1_set_reg(i->reg, i->opsize, (uint32_t)(i->msize == 1 ? (int8_t)value : (int16_t)value));
}

/* The source is read, and may fault, whether the condition holds or not. */
void g1_cmov(const struct insn *i)
{
    uint32_t value = g1_get_rm(i);

    if (g1_cond(i->opcode & 15))
        g1_set_reg(i->reg, i->opsize, value);
}

void g1_setcc(const struct insn *i)
{
    g1_set_rm(i, g1_cond(i->opcode & 15));
}

void g1_xchg(const struct insn *i)
{
    struct target t = g1_target(i);

    g1_target_set(i, &t, g1_reg(i->reg, i->opsize));
    g1_set_reg(i->reg, i->opsize, t.value);
}

void g1_lea(const struct insn *i)
{
    g1_set_reg(i->reg, i->opsize, g1_ea(i));
}

void g1_xlat(const struct insn *i)
{
    uint32_t offset = g1_reg32(EBX) + g1_reg8(EAX);

    g1_set_reg8(EAX, g1_read(i->seg, i->adsize == 4 ? offset : offset & 0xffff, 1));
}

void g1_nop(const struct insn *i)
{
    (void)i;
}
