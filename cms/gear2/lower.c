/*
 * lower.c - from guest instructions to atoms: the driver.
 *
 * Each instruction is lowered by the group that knows it. If one can't be (a form, a segment), it is
 * left to an emulation patch and lowering starts again, because which flags matter depends on where
 * commits are. If that isn't possible, or the store buffer is too small, the trace is cut before it.
 */
#include "gear2/build.h"

void trans_lower_insn(struct trans *t, const struct guest_insn *g)
{
    if (g->patched)
        lower_patch(t, g);
    else if (x86_ops[g->insn.op].props & P_BRANCH)
        lower_branch(t, g);
    else if (!lower_arith(t, g) && !lower_move(t, g) && !lower_stack(t, g) && !lower_shift(t, g) &&
             !lower_string(t, g))
        give_up(t, ABORT_OPCODE);
    if (t->stores > t->machine->stores || t->stores > TRANS_STORES)
        give_up(t, ABORT_SIZE);
}

void trans_lower_begin(struct trans *t)
{
    t->abort = ABORT_NONE;
    t->atoms = 0;
    t->region[REGION_BODY].first = 0;
    t->regions = 2;
    t->exits = 0;
    t->rerun = TRANS_EXITS;
    t->changed = t->stale = TRANS_EXITS;
    t->falls = TRANS_EXITS;
    t->committed = 0;
    t->pieces = REGION_BODY;
    t->patched = 0;
    t->pins = 0;
    t->temp = 0;
    t->stores = 0;
    t->spots = 0;
    memset(t->version, 0, sizeof(t->version));
    trans_sources(t);
}

/* The whole trace; returns the number of instructions that went well. */
static unsigned lower_trace(struct trans *t)
{
    trans_lower_begin(t);
    for (t->current = 0; t->current < t->insns; t->current++) {
        const struct guest_insn *g = &t->insn[t->current];

        trans_lower_insn(t, g);
        if (t->current == t->insns - 1)
            flow_end(t, g);
        if (t->abort != ABORT_NONE)
            return t->current;
    }
    return t->insns;
}

/* Registers that a piece reads. */
static uint64_t piece_reads(const struct trans *t, const struct region *r)
{
    uint64_t reads = 0;

    for (const struct atom *a = &t->atom[r->first]; a < &t->atom[r->first + r->count]; a++)
        reads |= a->reads;
    return reads;
}

void trans_lower_pins(struct trans *t, uint64_t wanted)
{
    for (unsigned i = 0; i < t->pins; i++) {
        const struct pin *p = &t->pin[i];

        if (!(wanted >> p->reg & 1))
            continue;
        if (p->kind == PIN_CONSTANT)
            put_i(t, ISA_addi, p->reg, 0, p->value);
        else
            put_i(t, ISA_ldwu, p->reg, 0, (intptr_t)&cms.cpu.seg[p->value].base);
    }
}

/*
 * What comes before the first atoms of each piece. If the body loops, its first piece must not load
 * the pinned registers each time: they are a region of their own, and the last piece leaves them as
 * the first expects them.
 */
static void lower_prefixes(struct trans *t)
{
    struct region *first = &t->region[REGION_BODY], *last = &t->region[t->pieces];
    struct region *pins = &t->region[REGION_PINS];

    t->current = 0;
    last->count = (uint16_t)(t->atoms - last->first);
    pins->first = (uint16_t)t->atoms;
    pins->count = pins->prefixed = 0;
    for (struct region *r = first; r <= last; r++) {
        uint64_t wanted = piece_reads(t, r);

        if (t->loops && r == last)
            wanted |= piece_reads(t, first);
        r->prefix = (uint16_t)t->atoms;
        if (r > first)
            lower_way_out(t);
        trans_lower_pins(t, wanted);
        r->prefixed = (uint16_t)(t->atoms - r->prefix);
    }
    if (t->loops) {
        pins->count = first->prefixed;
        first->prefixed = 0;
    }
}

/* Instruction n can't be lowered. */
static bool patch_instead(struct trans *t, unsigned n)
{
    struct guest_insn *g = &t->insn[n];

    if (g->patched ||
        (t->abort != ABORT_OPCODE && t->abort != ABORT_FORM && t->abort != ABORT_SEGMENT) ||
        !trans_may_patch(t, &g->insn, n == 0))
        return false;
    trans_patch(t, g);
    if (g->flow == FLOW_PATCH)
        trans_cut(t, n + 1);
    return true;
}

bool trans_lower(struct trans *t)
{
    unsigned done;

    for (;;) {
        trans_liveness(t);
        done = lower_trace(t);
        if (done == t->insns)
            break;
        if (patch_instead(t, done))
            continue;
        if (!done)
            return false;
        trans_cut(t, done);
    }
    lower_prefixes(t);
    flow_outside(t);
    return t->abort == ABORT_NONE;
}
