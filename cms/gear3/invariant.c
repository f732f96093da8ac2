/*
 * invariant.c - what is the same in every round of a loop is computed once, on entry.
 *
 * A guest register that the body leaves as it was is invariant, and so is what is computed from
 * invariant numbers alone. As each such value keeps a register for the whole loop, there is a
 * limit. Loads of guest memory are invariant if no store of the body can reach them; they may be
 * made then although the loop leaves before it comes to them, like all loads that pass exits.
 */
#include "gear3/ir.h"
#include "gear3/turn.h"

#define INVARIANTS 10

static bool is_invariant(const struct ir *ir, ref r)
{
    unsigned n = ref_ins(r);

    if (r == REF_NONE || r == REF_ZERO)
        return true;
    if (n < IR_FIRST)
        return n < STATE_EIP && ir->end[n] == r;
    return ir->ins[n].block == BLOCK_ENTRY && ref_tag(r) == TAG_NUMBER;
}

static bool changed_by_store(const struct ir *ir, const struct ins *load)
{
    turn_point();
    for (unsigned n = ir->block[BLOCK_BODY].first; n != IR_NONE; n = ir->ins[n].next) {
        const struct ins *i = &ir->ins[n];

        if (ins_is(i, ISA_F_STORE) && !ir_apart(i, load))
            return true;
    }
    return false;
}

static bool may_leave(const struct ir *ir, const struct ins *i)
{
    if (ins_fact(i)->uses & (ISA_WRITE_CD | ISA_READ_CA | ISA_READ_CD))
        return false;
    for (unsigned k = 0; k < ARG_COUNT; k++) {
        if (!is_invariant(ir, i->arg[k]))
            return false;
    }
    if (ins_is(i, ISA_F_GUEST) && ins_is(i, ISA_F_LOAD))
        return cms.opt->opt_reorder && !changed_by_store(ir, i);
    return ir_is_pure(i) || ir_is_fixed_load(i);
}

void pass_invariant(struct ir *ir)
{
    unsigned moved = 0;

    if (!ir->loops)
        return;
    for (unsigned n = ir->block[BLOCK_BODY].first, next; n != IR_NONE && moved < INVARIANTS;
         n = next) {
        next = ir->ins[n].next;
        if (!may_leave(ir, &ir->ins[n]))
            continue;
        ir_remove(ir, n);
        ir_append(ir, BLOCK_ENTRY, n);
        moved++;
    }
}
