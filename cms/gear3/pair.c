/*
 * pair.c - x86 atoms and what they are made of: a number and its flags.
 *
 * The chip's x86 atoms compute both at once. In the IR each is two instructions, the plain atom and
 * one whose flags alone are wanted, because the two go different ways: the number is folded into
 * other numbers, the flags mostly end up on exits' paths. Where both are still side by side in the
 * end, they become one atom again.
 */
#include "gear3/ir.h"

static void plain(struct ins *i, unsigned atom, int64_t imm)
{
    i->op.atom = (uint16_t)atom;
    i->op.imm = imm;
    i->arg[ARG_C] = REF_NONE;
}

static void plain_shift(struct ins *i, unsigned atom, unsigned count)
{
    plain(i, atom, 0);
    i->op.sh = (uint8_t)(count & 31);
}

static bool drop_flags(struct ins *i)
{
    int64_t imm = i->op.imm;

    switch (i->op.atom) {
    case ISA_addf32: plain(i, ISA_addz, 0); break;
    case ISA_addif32: plain(i, ISA_addiz, imm); break;
    case ISA_subf32: plain(i, ISA_subz, 0); break;
    case ISA_subif32: plain(i, ISA_addiz, -imm); break;
    case ISA_incf32: plain(i, ISA_addiz, 1); break;
    case ISA_decf32: plain(i, ISA_addiz, -1); break;
    case ISA_negf32:
        plain(i, ISA_subz, 0);
        i->arg[ARG_B] = i->arg[ARG_A];
        i->arg[ARG_A] = REF_ZERO;
        break;
    case ISA_shlf32: plain(i, ISA_sllz, 0); break;
    case ISA_shrf32: plain(i, ISA_srlz, 0); break;
    case ISA_sarf32: plain(i, ISA_sraz, 0); break;
    case ISA_rolf32: plain(i, ISA_rolz, 0); break;
    case ISA_rorf32: plain(i, ISA_rorz, 0); break;
    case ISA_shlif32: plain_shift(i, ISA_slliz, (unsigned)imm); break;
    case ISA_shrif32: plain_shift(i, ISA_srliz, (unsigned)imm); break;
    case ISA_sarif32: plain_shift(i, ISA_sraiz, (unsigned)imm); break;
    case ISA_rolif32: plain_shift(i, ISA_roriz, 32 - ((unsigned)imm & 31)); break;
    case ISA_rorif32: plain_shift(i, ISA_roriz, (unsigned)imm); break;
    default: return false;
    }
    return true;
}

static unsigned width(const struct ir *ir, ref r)
{
    return ir->ins[ref_ins(r)].width;
}

/* Logic of numbers of 32 bits: the plain atoms work on 64. */
static bool drop_logic_flags(const struct ir *ir, struct ins *i)
{
    bool narrow = width(ir, i->arg[ARG_A]) <= 32 &&
                  (i->arg[ARG_B] == REF_NONE || width(ir, i->arg[ARG_B]) <= 32);

    if (!narrow)
        return false;
    switch (i->op.atom) {
    case ISA_andf32: plain(i, ISA_and, 0); break;
    case ISA_orf32: plain(i, ISA_or, 0); break;
    case ISA_xorf32: plain(i, ISA_xor, 0); break;
    case ISA_andif32: plain(i, ISA_andi, i->op.imm); break;
    case ISA_orif32: plain(i, ISA_ori, (uint32_t)i->op.imm); break;
    case ISA_xorif32: plain(i, ISA_xori, (uint32_t)i->op.imm); break;
    default: return false;
    }
    return true;
}

bool ir_drop_flags(const struct ir *ir, struct ins *i)
{
    return drop_flags(i) || drop_logic_flags(ir, i);
}

/* ---- a number and its flags in one atom */

/*
 * The number's instruction does what the flags' one does, and was made right before it: what the
 * flags need is there.
 */
static bool is_pair(const struct ir *ir, const struct ins *number, const struct ins *flags)
{
    struct ins plain = *flags;

    if (!ir_drop_flags(ir, &plain) || plain.op.atom != number->op.atom ||
        plain.op.imm != number->op.imm || plain.op.sh != number->op.sh)
        return false;
    for (unsigned k = 0; k < ARG_COUNT; k++) {
        if (plain.arg[k] != number->arg[k])
            return false;
    }
    return number->block == flags->block && number + 1 == flags;
}

void pass_pair(struct ir *ir)
{
    for (unsigned k = 0; k < ir->status.count; k++) {
        unsigned n = ir->status.ins[k];
        struct ins *i = &ir->ins[n], *number = ir_ins(ir, i->twin);

        if (i->block != BLOCK_BODY || i->twin == REF_NONE || ir_is_replaced(ir, i->twin) ||
            !is_pair(ir, number, i))
            continue;
        number->op = i->op;
        number->args = i->args;
        ir_replace(ir, n, TAG_FLAGS, i->twin | TAG_FLAGS);
        ir_remove(ir, n);
    }
    for (unsigned n = ir->block[BLOCK_BODY].first; n != IR_NONE && ir->replaced;
         n = ir->ins[n].next) {
        ir_resolve_args(ir, &ir->ins[n]);
        if (ir->ins[n].role == ROLE_SIDE)
            ir_resolve_exit(ir, ir->ins[n].exit);
    }
    ir_resolve_end(ir);
}
