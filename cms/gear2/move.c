/*
 * move.c - lowering of moves, flag moves and address arithmetic.
 */
#include "gear2/build.h"

/* By its ways, so that the commonest, between registers, needs no stack frame. */
static OUT_OF_LINE void mov_odd(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    bool rm = i->opd[0] == OPD_RM;

    reg_write(t, rm ? i->rm : i->reg, rm ? i->msize : i->opsize, operand(t, i, 1));
}

static OUT_OF_LINE void mov_load(struct trans *t, const struct insn *i)
{
    struct place p = place_of(t, i, 4, false);

    load(t, &p, 4, REG_GPR0 + i->reg);
}

static OUT_OF_LINE void mov_store(struct trans *t, const struct insn *i)
{
    struct place p = place_of(t, i, i->msize, true);

    store(t, &p, i->msize, operand(t, i, 1));
}

void lower_mov(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    bool to_rm = i->opd[0] == OPD_RM, from_rm = i->opd[1] == OPD_RM;
    unsigned to = to_rm ? i->rm : i->reg;

    if (i->is_mem & to_rm)
        mov_store(t, i);
    else if ((to_rm ? i->msize : i->opsize) != 4)
        mov_odd(t, g);
    else if (i->is_mem & from_rm)
        mov_load(t, i);
    else if (from_rm | (i->opd[1] == OPD_REG))
        put_move(t, REG_GPR0 + to, REG_GPR0 + (from_rm ? i->rm : i->reg));
    else if (i->opd[1] == OPD_IMM && !g->loads)
        put_i(t, ISA_addi, REG_GPR0 + to, 0, i->imm);
    else
        mov_odd(t, g);
}

void lower_extend(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    bool is_signed = i->op == OP_movsx;
    unsigned value = is_signed || i->opsize == 2 ? temp(t) : (unsigned)REG_GPR0 + i->reg;

    if (i->is_mem) {
        struct place p = place_of(t, i, i->msize, false);

        if (is_signed)
            load_signed(t, &p, i->msize, value);
        else
            load(t, &p, i->msize, value);
    } else {
        put_field(t, is_signed ? ISA_exts : ISA_extu, value, reg_read(t, i->rm, i->msize), 0,
                  8 * i->msize);
    }
    if (i->opsize == 4 && is_signed)
        put_i(t, ISA_addiz, REG_GPR0 + i->reg, value, 0);
    else if (i->opsize == 2)
        reg_write(t, i->reg, 2, value);
}

void lower_cmov(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned value = operand(t, i, 1);
    unsigned result = reg_target(t, i->reg, i->opsize);

    put_cond(t, ISA_sel, result, value, REG_GPR0 + i->reg, i->opcode & 15);
    reg_write(t, i->reg, i->opsize, result);
}

void lower_setcc(struct trans *t, const struct guest_insn *g)
{
    struct target d;

    target_open(t, &g->insn, 0, &d, false);
    put_cond(t, ISA_setc, d.result, 0, 0, g->insn.opcode & 15);
    target_close(t, &d, d.result);
}

void lower_xchg(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned old = temp(t);
    struct target d;

    target_open(t, i, 0, &d, true);
    put_move(t, old, d.value);
    target_close(t, &d, reg_read(t, i->reg, i->opsize));
    reg_write(t, i->reg, i->opsize, old);
}

void lower_lea(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;

    reg_write(t, i->reg, i->opsize, offset_of(t, i));
}

/* A selector: it lies in the guest's state, in firmware's memory. */
void lower_from_seg(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned selector = temp(t);

    if (i->reg >= SEG_COUNT) {
        give_up(t, ABORT_FORM);
        return;
    }
    put_i(t, ISA_ldhu, selector, 0, (intptr_t)&cms.cpu.seg[i->reg].selector);
    if (i->is_mem) {
        struct place p = place_of(t, i, 2, true);

        store(t, &p, 2, selector);
    } else {
        reg_write(t, i->rm, i->opsize, selector);
    }
}

void lower_lahf(struct trans *t, const struct guest_insn *g)
{
    unsigned flags = temp(t);

    (void)g;
    put_get_flags(t, flags);
    put_i(t, ISA_ori, flags, flags, 2);
    reg_write(t, EAX + 4, 1, flags);
}

void lower_sahf(struct trans *t, const struct guest_insn *g)
{
    unsigned flags = temp(t), new = temp(t), merged = temp(t);

    (void)g;
    put_get_flags(t, flags);
    put_i(t, ISA_andi, flags, flags, FL_OF);
    put_field(t, ISA_extu, new, REG_GPR0 + EAX, 8, 8);
    put_r(t, ISA_or, merged, flags, new);
    put_set_flags(t, merged);
}

void lower_carry(struct trans *t, const struct guest_insn *g)
{
    unsigned op = g->insn.op, flags = temp(t);
    unsigned atom = op == OP_clc ? ISA_andi : op == OP_stc ? ISA_ori : ISA_xori;

    put_get_flags(t, flags);
    put_i(t, atom, flags, flags, atom == ISA_andi ? ~(int64_t)FL_CF : FL_CF);
    put_set_flags(t, flags);
}

/* CLD and STD: the direction flag is part of the context, so to set it as it is means nothing. */
void lower_direction(struct trans *t, const struct guest_insn *g)
{
    if ((g->insn.op == OP_std) != !!(t->key.mode & MODE_DOWN))
        give_up(t, ABORT_OPCODE);
}

void lower_xlat(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned al = temp(t), sum = temp(t), value = temp(t);
    struct place p;

    put_r(t, ISA_zextb, al, REG_GPR0 + EAX, 0);
    put_r(t, ISA_addz, sum, al, REG_GPR0 + EBX);
    p = place_at(t, i->seg, sum, 0, i->adsize, 1, false);
    load(t, &p, 1, value);
    reg_write(t, EAX, 1, value);
}

void lower_nop(struct trans *t, const struct guest_insn *g)
{
    (void)t;
    (void)g;
}
