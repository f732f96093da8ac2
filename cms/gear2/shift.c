/*
 * shift.c - lowering of shifts, rotations and bit tests.
 */
#include "gear2/build.h"

struct shift {
    sized_atom reg, imm; /* with flags */
    uint16_t plain;      /* 32 bits, count in a register, without flags; 0: there is none */
};

#define SHIFT(name, plain) {SIZED(name##f), SIZED(name##if), plain}

static const struct shift shifts[] = {
    [OP_shl - OP_rol] = SHIFT(shl, ISA_sllz), [OP_shr - OP_rol] = SHIFT(shr, ISA_srlz),
    [OP_sar - OP_rol] = SHIFT(sar, ISA_sraz), [OP_rol - OP_rol] = SHIFT(rol, ISA_rolz),
    [OP_ror - OP_rol] = SHIFT(ror, ISA_rorz), [OP_rcl - OP_rol] = SHIFT(rcl, 0),
    [OP_rcr - OP_rol] = SHIFT(rcr, 0),
};

static void plain_immediate(struct trans *t, unsigned op, unsigned rd, unsigned ra, unsigned count)
{
    switch (op) {
    case OP_shl: put_shift(t, ISA_slliz, rd, ra, count); break;
    case OP_shr: put_shift(t, ISA_srliz, rd, ra, count); break;
    case OP_sar: put_shift(t, ISA_sraiz, rd, ra, count); break;
    case OP_rol: put_shift(t, ISA_roriz, rd, ra, (32 - count) & 31); break;
    default: put_shift(t, ISA_roriz, rd, ra, count); break;
    }
}

void lower_count(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    const struct shift *s = &shifts[i->op - OP_rol];
    bool immediate = i->opd[1] == OPD_IMM;
    unsigned count = i->imm & 31;
    struct target d;

    target_open(t, i, 0, &d, true);
    if (d.size == 4 && s->plain && !(g->live & x86_ops[i->op].writes)) {
        if (immediate)
            plain_immediate(t, i->op, d.result, d.value, count);
        else
            put_r(t, s->plain, d.result, d.value, operand(t, i, 1));
    } else if (immediate) {
        put_flags_i(t, by_size(s->imm, d.size), d.result, d.value, (int32_t)count);
    } else {
        put_flags(t, by_size(s->reg, d.size), d.result, d.value, operand(t, i, 1));
    }
    target_close(t, &d, d.result);
}

/* BT, BTS, BTR, BTC on a register or with a constant: CF is the bit, the other flags stay. */
void lower_bit(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned bits = 8 * i->opsize;
    unsigned number, bit = temp(t), flags = temp(t);
    struct target d;

    if (i->is_mem && i->opd[1] != OPD_IMM) {
        give_up(t, ABORT_FORM); /* the number reaches beyond the operand */
        return;
    }
    target_open(t, i, 0, &d, true);
    if (i->opd[1] == OPD_IMM) {
        number = constant(t, i->imm & (bits - 1));
    } else {
        number = temp(t);
        put_i(t, ISA_andi, number, operand(t, i, 1), bits - 1);
    }
    put_r(t, ISA_bext, bit, d.value, number);
    put_get_flags(t, flags);
    put_field(t, ISA_dep, flags, bit, 0, 1);
    put_set_flags(t, flags);
    if (i->op == OP_bt)
        return;
    put_r(t,
          i->op == OP_bts   ? ISA_bset
          : i->op == OP_btr ? ISA_bclr
                            : ISA_binv,
          d.result, d.value, number);
    target_close(t, &d, d.result);
}

/* BSF, BSR: ZF says whether the source is zero; the destination stays then. */
void lower_scan(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned value = temp(t), number = temp(t), zero = temp(t), flags = temp(t), result;

    put_field(t, ISA_extu, value, operand(t, i, 1), 0, 8 * i->opsize);
    put_r(t, i->op == OP_bsf ? ISA_ctz : ISA_clz, number, value, 0);
    if (i->op == OP_bsr)
        put_i(t, ISA_xori, number, number, 63);
    put_r(t, ISA_seq, zero, value, 0);
    put_get_flags(t, flags);
    put_field(t, ISA_dep, flags, zero, 6, 1);
    put_set_flags(t, flags);
    result = reg_target(t, i->reg, i->opsize);
    if (i->opsize == 2)
        put_i(t, ISA_addi, result, REG_GPR0 + i->reg, 0);
    put_r(t, ISA_cmovnz, result, value, number);
    reg_write(t, i->reg, i->opsize, result);
}

/*
 * SHLD and SHRD of 32 bits: 64 bits are shifted, and CF is the last bit that leaves. A count in CL
 * may be zero and leave the flags, so it is done only if nobody looks at them.
 */
void lower_double(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    bool left = i->op == OP_shld, flags = g->live & x86_ops[i->op].writes;
    unsigned count = i->imm & 31, wide = temp(t), source, result;
    struct target d;

    if (i->opsize != 4 || (i->opd[2] != OPD_IMM && flags)) {
        give_up(t, ABORT_FORM);
        return;
    }
    target_open(t, i, 0, &d, true);
    source = reg_read(t, i->reg, 4);
    put_shift(t, ISA_slli, wide, left ? d.value : source, 32);
    put_r(t, ISA_or, wide, wide, left ? source : d.value);
    result = temp(t);
    if (i->opd[2] == OPD_IMM) {
        put_shift(t, left ? ISA_slli : ISA_srli, result, wide, count);
    } else {
        unsigned bits = temp(t);

        put_i(t, ISA_andi, bits, REG_GPR0 + ECX, 31);
        put_r(t, left ? ISA_sll : ISA_srl, result, wide, bits);
    }
    put_field(t, ISA_extu, result, result, left ? 32 : 0, 32);
    if (flags && count) {
        unsigned carry = temp(t), change = temp(t), status = temp(t);

        put_field(t, ISA_extu, carry, wide, left ? 64 - count : count - 1, 1);
        put_r(t, ISA_xor, change, d.value, result);
        put_shift(t, ISA_srli, change, change, 31);
        put_flags(t, ISA_orf32, 0, result, 0);
        put_get_flags(t, status);
        put_field(t, ISA_dep, status, carry, 0, 1);
        put_field(t, ISA_dep, status, change, 11, 1);
        put_set_flags(t, status);
    }
    if (d.memory)
        target_close(t, &d, result);
    else
        put_i(t, ISA_addi, d.result, result, 0);
}

void lower_bswap(struct trans *t, const struct guest_insn *g)
{
    unsigned reg = REG_GPR0 + g->insn.reg, swapped = temp(t);

    if (g->insn.opsize != 4) {
        give_up(t, ABORT_FORM);
        return;
    }
    put_r(t, ISA_rev8, swapped, reg, 0);
    put_shift(t, ISA_srli, reg, swapped, 32);
}
