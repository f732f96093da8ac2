/* bits.c - bit test and scan, byte swap. */
#include "gear1/gear1.h"

/*
 * The bit that BT and its kin name, and the operand it lies in. An index in a register reaches
 * beyond a memory operand: the operand's address moves by whole operands, up or down.
 */
struct bit {
    struct target t;
    uint32_t mask;
};

static struct bit bit_find(const struct insn *i, bool write)
{
    unsigned bits = 8u * i->opsize;
    bool far = i->is_mem && i->opd[1] == OPD_REG;
    uint32_t index = i->opd[1] == OPD_REG ? g1_reg(i->reg, i->opsize) : i->imm;
    struct bit b = {.mask = UINT32_C(1) << (index & (bits - 1))};

    if (i->is_mem) {
        int32_t signed_index = i->opsize == 4 ? (int32_t)index : (int16_t)index;
        uint32_t ea = g1_ea(i);

        if (far)
            ea += (uint32_t)(signed_index >> (i->opsize == 4 ? 5 : 4)) * i->opsize;
        if (i->adsize == 2)
            ea &= 0xffff;
        b.t.lin = seg_linear(i->seg, ea, i->opsize, write);
        b.t.value = write ? g1_load_rmw(b.t.lin, i->opsize) : g1_load(b.t.lin, i->opsize);
    } else {
        b.t.value = g1_reg(i->rm, i->opsize);
    }
    return b;
}

static void bit_flag(const struct bit *b)
{
    vx_movtc((vx_movfc() & ~(uint64_t)FL_CF) | (b->t.value & b->mask ? FL_CF : 0));
}

void g1_bt(const struct insn *i)
{
    struct bit b = bit_find(i, false);

    bit_flag(&b);
}

void g1_bts(const struct insn *i)
{
    struct bit b = bit_find(i, true);

    bit_flag(&b);
    g1_target_set(i, &b.t, b.t.value | b.mask);
}

void g1_btr(const struct insn *i)
{
    struct bit b = bit_find(i, true);

    bit_flag(&b);
    g1_target_set(i, &b.t, b.t.value & ~b.mask);
}

void g1_btc(const struct insn *i)
{
    struct bit b = bit_find(i, true);

    bit_flag(&b);
    g1_target_set(i, &b.t, b.t.value ^ b.mask);
}

/* A source of zero sets ZF and leaves the destination. */
static bool scan_zero(uint32_t value)
{
    vx_movtc((vx_movfc() & ~(uint64_t)FL_ZF) | (value ? 0 : FL_ZF));
    return value == 0;
}

void g1_bsf(const struct insn *i)
{
    uint32_t value = g1_get_rm(i);

    if (!scan_zero(value))
        g1_set_reg(i->reg, i->opsize, (uint32_t)__builtin_ctz(value));
}

void g1_bsr(const struct insn *i)
{
    uint32_t value = g1_get_rm(i);

    if (!scan_zero(value))
        g1_set_reg(i->reg, i->opsize, 31 - (uint32_t)__builtin_clz(value));
}

/*
 * Of a 16-bit register it makes zero, on all processors, though the architecture promises nothing.
 */
void g1_bswap(const struct insn *i)
{
    g1_set_reg(i->reg, i->opsize, i->opsize == 4 ? __builtin_bswap32(g1_reg32(i->reg)) : 0);
}
