/*
 * lower.c - from guest instructions to atoms: the driver.
 *
 * Each instruction is lowered by the group that knows it. If one can't be (a form, a segment, the
 * store buffer's size), the trace is cut before it and lowering starts again, because which flags
 * matter depends on where the trace ends.
 */
#include "gear2/build.h"

static void lower_insn(struct trans *t, const struct guest_insn *g)
{
    if (x86_ops[g->insn.op].props & P_BRANCH)
        lower_branch(t, g);
    else if (!lower_arith(t, g) && !lower_move(t, g) && !lower_stack(t, g) && !lower_shift(t, g) &&
             !lower_string(t, g))
        give_up(t, ABORT_OPCODE);
    if (t->stores > t->machine->stores || t->stores > TRANS_STORES)
        give_up(t, ABORT_SIZE);
}

static void lower_begin(struct trans *t)
{
    t->abort = ABORT_NONE;
    t->atoms = 0;
    t->regions = 2;
    t->exits = 0;
    t->rerun = TRANS_EXITS;
    t->falls = TRANS_EXITS;
    t->pins = 0;
    t->temp = 0;
    t->stores = 0;
    memset(t->version, 0, sizeof(t->version));
}

/* The whole trace; returns the number of instructions that went well. */
static unsigned lower_trace(struct trans *t)
{
    lower_begin(t);
    for (t->current = 0; t->current < t->insns; t->current++) {
        const struct guest_insn *g = &t->insn[t->current];

        lower_insn(t, g);
        if (t->current == t->insns - 1)
            flow_end(t, g);
        if (t->abort != ABORT_NONE)
            return t->current;
    }
    return t->insns;
}

static void lower_pins(struct trans *t)
{
    for (unsigned i = 0; i < t->pins; i++) {
        const struct pin *p = &t->pin[i];

        if (p->kind == PIN_CONSTANT)
            put_i(t, ISA_addi, p->reg, 0, p->value);
        else
            put_i(t, ISA_ldwu, p->reg, 0, (intptr_t)&cms.cpu.seg[p->value].base);
    }
}

bool trans_lower(struct trans *t)
{
    unsigned done;

    for (;;) {
        trans_liveness(t);
        done = lower_trace(t);
        if (done == t->insns)
            break;
        if (!done)
            return false;
        trans_cut(t, done);
    }
    t->current = 0;
    t->region[REGION_BODY].first = 0;
    t->region[REGION_BODY].count = (uint16_t)t->atoms;
    t->region[REGION_PINS].first = (uint16_t)t->atoms;
    lower_pins(t);
    t->region[REGION_PINS].count = (uint16_t)(t->atoms - t->region[REGION_PINS].first);
    flow_outside(t);
    return t->abort == ABORT_NONE;
}
