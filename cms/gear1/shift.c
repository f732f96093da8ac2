/* shift.c - shifts and rotates. The count is taken modulo 32; a count of zero leaves the flags. */
#include "gear1/gear1.h"

static uint32_t shift_count(const struct insn *i, unsigned n)
{
    return i->opd[n] == OPD_CL ? g1_reg8(ECX) : i->imm;
}

#define SHIFT(name)                                                   \
    void g1_##name(const struct insn *i)                              \
    {                                                                 \
        struct target t = g1_target(i);                               \
        uint32_t count = shift_count(i, 1);                           \
                                                                      \
        g1_target_set(i, &t, ATOM2(name, i->opsize, t.value, count)); \
    }

SHIFT(rol)
SHIFT(ror)
SHIFT(rcl)
SHIFT(rcr)
SHIFT(shl)
SHIFT(shr)
SHIFT(sar)

/*
 * SHLD and SHRD: `wide` has the destination in its upper (SHLD) or lower (SHRD) half and is already
 * shifted; `result` is the new destination. OF tells a change of sign, AF is cleared.
 */
static void double_flags(unsigned size, uint32_t old, uint32_t result, bool carry)
{
    unsigned top = 8 * size - 1;

    (void)ATOM2(or, size, result, 0);
    vx_movtc((vx_movfc() & (FL_ZF | FL_SF | FL_PF)) | (carry ? FL_CF : 0) |
             ((old ^ result) >> top & 1 ? FL_OF : 0));
}

/*
 * With 16-bit operands a count above 16 is undefined by the architecture; what processors do is to
 * shift in the destination again after the source.
 */
void g1_shld(const struct insn *i)
{
    unsigned bits = 8u * i->opsize, count = shift_count(i, 2) & 31;
    struct target t = g1_target(i);
    uint64_t source = g1_reg(i->reg, i->opsize);
    uint64_t wide = bits == 32 ? (uint64_t)t.value << 32 | source
                               : (uint64_t)t.value << 32 | source << 16 | t.value;
    uint32_t result = (uint32_t)(bits == 32 ? wide << count >> 32 : wide << count >> 32 & 0xffff);

    if (count)
        double_flags(i->opsize, t.value, result, wide << (count - 1) >> (31 + bits) & 1);
    g1_target_set(i, &t, result);
}

void g1_shrd(const struct insn *i)
{
    unsigned bits = 8u * i->opsize, count = shift_count(i, 2) & 31;
    struct target t = g1_target(i);
    uint64_t source = g1_reg(i->reg, i->opsize);
    uint64_t wide =
        bits == 32 ? source << 32 | t.value : (uint64_t)t.value << 32 | source << 16 | t.value;
    uint32_t result = (uint32_t)(wide >> count) & (uint32_t)(~0u >> (32 - bits));

    if (count)
        double_flags(i->opsize, t.value, result, wide >> (count - 1) & 1);
    g1_target_set(i, &t, result);
}
