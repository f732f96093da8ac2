/*
 * collect.c - which blocks make a trace.
 *
 * From its head a trace runs on as long as the next block can be entered from nowhere else. A short
 * block that a branch jumps over, or goes to and comes back from, may be drawn in too: its branch
 * then becomes a condition and its results are chosen by conditional moves. What follows such a
 * block has lost its second entry, so the trace goes on there.
 */
#include "tools/ld/ld.h"

#define GUARDED_ATOMS 2
#define GUARDED_RESULTS 1

static bool guardable_atom(const struct atom *a)
{
    struct isa_effects fx;

    if (a->op.atom >= ISA_ATOM_COUNT || atom_has_effect(a) ||
        atom_is(a, ISA_F_LOAD | ISA_F_READS_RD | ISA_F_GREG_READ | ISA_F_SR_READ) ||
        isa_facts[a->op.atom].latency != LAT_alu)
        return false;
    isa_effects(&a->op, &fx);
    return !fx.c_read && !fx.c_write &&
           (fx.r_write & LIVE_CLASS & ~(BIT(R_SP) | BIT(R_GP) | BIT(R_TP)));
}

/*
 * May block b be guarded, with block `join` behind it? `jump` tells whether it ends with a jump
 * there.
 */
static bool guardable(const struct program *p, int32_t b, int32_t join, bool jump)
{
    const struct block *k = &p->block[b];
    uint32_t atoms = k->count - jump;
    uint64_t written = 0;

    if (k->entered || k->barrier || k->preds != 1 || atoms == 0 || atoms > GUARDED_ATOMS)
        return false;
    if (jump ? k->end != END_JUMP || k->taken != join : k->end != END_FALL || k->fall != join)
        return false;
    for (uint32_t i = 0; i < atoms; i++) {
        const struct atom *a = &p->atom[k->first + i];

        if (!guardable_atom(a))
            return false;
        written |= BIT(a->op.rd);
    }
    return popcount64(written & p->block[join].live_in) <= GUARDED_RESULTS;
}

static uint32_t block_nodes(const struct block *k)
{
    return k->count + 4;
}

uint32_t trace_nodes_needed(const struct trace *t)
{
    uint32_t nodes = 0;

    for (int32_t i = 0; i < t->members; i++)
        nodes += block_nodes(&t->prog->block[t->member[i]]);
    return nodes;
}

bool trace_add(struct trace *t, int32_t b, enum role role)
{
    if (t->members == TRACE_BLOCKS ||
        trace_nodes_needed(t) + block_nodes(&t->prog->block[b]) > TRACE_NODES)
        return false;
    t->member[t->members] = b;
    t->inverted[t->members] = t->through[t->members] = t->never[t->members] = false;
    t->role[t->members++] = (uint8_t)role;
    return true;
}

int32_t trace_add_guarded(struct trace *t, int32_t b)
{
    const struct program *p = t->prog;
    const struct block *k = &p->block[b];

    if (k->end != END_COND || t->thrift == THRIFT_NO_RENAME || !t->opt->convert ||
        popcount64(p->pool) < 4 || k->fall == NONE || k->taken == k->fall)
        return NONE;
    if (guardable(p, k->fall, k->taken, false))
        return trace_add(t, k->fall, ROLE_IF_NOT_TAKEN) ? k->taken : NONE;
    if (k->taken > b && guardable(p, k->taken, k->fall, true))
        return trace_add(t, k->taken, ROLE_IF_TAKEN) ? k->fall : NONE;
    return NONE;
}

static int32_t next_reached(const struct program *p, int32_t b)
{
    do
        b++;
    while (b < p->blocks && !p->block[b].reached);
    return b < p->blocks ? b : NONE;
}

void trace_collect(struct trace *t, int32_t head)
{
    const struct program *p = t->prog;
    int32_t b = head;

    t->members = 0;
    t->follows = true;
    trace_add(t, head, ROLE_PLAIN);
    for (;;) {
        const struct block *k = &p->block[b];
        uint32_t entries = 1;
        int32_t join = NONE;

        t->next = k->end == END_JUMP && k->taken == next_reached(p, b) ? k->taken : k->fall;
        if (t->opt->sched != SCHED_EXT || k->barrier || (k->end != END_FALL && k->end != END_COND))
            break;
        join = trace_add_guarded(t, b);
        if (join != NONE) {
            t->next = join;
            entries = 2;
        } else if (k->end == END_COND && k->taken <= b) {
            break; /* a loop: what follows it must not be drawn in */
        }
        if (t->next == NONE || p->block[t->next].entered || p->block[t->next].preds != entries ||
            !trace_add(t, t->next, ROLE_PLAIN))
            break;
        b = t->next;
    }
    if (p->block[b].end == END_CALL || p->block[b].end == END_RET || p->block[b].end == END_JR)
        t->next = NONE;
}
