/*
 * dead.c - what nobody uses goes: numbers and flags that are computed from others. A load of guest
 * memory stays, since it may be the guest's page fault; so do stores and branches.
 */
#include "gear3/ir.h"

static void sweep(struct ir *ir, unsigned block)
{
    for (unsigned n = ir->block[block].last, prev; n != IR_NONE; n = prev) {
        struct ins *i = &ir->ins[n];

        prev = i->prev;
        if (ir_is_used(ir, REF(n, TAG_NUMBER)) || ir_is_used(ir, REF(n, TAG_FLAGS)) ||
            !(ir_is_pure(i) || ir_is_fixed_load(i)))
            continue;
        ir_unuse(ir, i);
        ir_remove(ir, n);
    }
}

void pass_dead(struct ir *ir)
{
    ir_count_uses(ir);
    for (unsigned e = 0; e < ir->t->exits; e++)
        sweep(ir, BLOCK_EXITS + e);
    sweep(ir, BLOCK_BODY);
    sweep(ir, BLOCK_ENTRY);
}
