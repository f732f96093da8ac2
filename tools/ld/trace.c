/*
 * trace.c - a trace as nodes and values.
 *
 * A trace is a block, or a chain of blocks each of which can only be entered from the one before it; control may leave
 * it at several places but enters it only at its head. Within it, every write of a register makes a new value: a
 * version of that register. A node's operands name values, not registers, so the passes can move and replace them
 * freely; the scheduler gives each value a register again, its home.
 *
 * A value is `wanted` if something outside the trace may look for it in its own register: it is live where control
 * leaves, or it belongs to a register that is never renamed. Every other value of r32..r63 may live anywhere.
 */
#include <string.h>

#include "tools/ld/ld.h"

#define NEVER_RENAMED (BIT(R_SP) | BIT(R_GP) | BIT(R_TP))

int32_t trace_extent(const struct program *p, const struct options *opt, int32_t head)
{
    int32_t last = head;
    uint32_t atoms = p->block[head].count;

    if (opt->sched != SCHED_EXT)
        return last;
    for (;;) {
        const struct block *b = &p->block[last];

        if (b->fall == NONE || b->barrier || (b->end != END_FALL && b->end != END_COND))
            return last;
        if (b->end == END_COND && b->taken <= last)
            return last; /* a loop: what follows it must not be drawn in */
        const struct block *n = &p->block[b->fall];
        if (n->entered || n->preds != 1 || atoms + n->count > TRACE_NODES)
            return last;
        atoms += n->count;
        last = b->fall;
    }
}

/* Registers that must be in place wherever control leaves: all that liveness does not track, bar the pool. */
static uint64_t always_live(const struct program *p)
{
    return ~(LIVE_CLASS | p->pool | 1);
}

static int32_t add_value(struct trace *t, unsigned reg, int32_t def)
{
    struct value *v = &t->value[t->values];

    if (t->values == TRACE_VALUES)
        ld_bug("values of a trace");
    *v = (struct value){ .reg = (uint8_t)reg, .home = (uint8_t)reg, .def = def, .next = NONE };
    return t->values++;
}

static int32_t current(struct trace *t, unsigned reg)
{
    if (t->out[reg] == NONE)
        t->in[reg] = t->out[reg] = add_value(t, reg, NONE);
    return t->out[reg];
}

static int32_t define(struct trace *t, unsigned reg, int32_t def)
{
    int32_t old = current(t, reg), v = add_value(t, reg, def);

    t->value[old].next = v;
    t->out[reg] = v;
    return v;
}

/* Values that an atom writes without naming them: the eight of gset, all shadowed ones of rollback. */
static void define_implicit(struct trace *t, struct node *n, int32_t index)
{
    uint64_t mask = n->fx.r_write & ~t->prog->pool;

    if (isa_facts[n->atom.op.atom].uses & ISA_WRITE_RD)
        mask &= ~BIT(n->atom.op.rd);
    for (; mask; mask &= mask - 1) {
        int32_t v = define(t, (unsigned)__builtin_ctzll(mask), index);
        t->value[v].wanted = true;
    }
}

static void add_node(struct trace *t, const struct atom *a, int32_t position)
{
    const struct program *p = t->prog;
    unsigned uses = isa_facts[a->op.atom].uses;
    struct node *n = &t->node[t->nodes];

    *n = (struct node){ .atom = *a, .block = position, .ra = NONE, .rb = NONE, .rs = NONE, .rd_old = NONE,
                        .rd = NONE, .first_edge = NONE };
    isa_effects(&a->op, &n->fx);
    if ((uses & ISA_WRITE_RD) && a->op.rd == 0 && !atom_has_effect(a) && !n->fx.c_write)
        return;
    if (uses & ISA_READ_RA)
        n->ra = current(t, a->op.ra);
    if (uses & ISA_READ_RB)
        n->rb = current(t, a->op.rb);
    if (uses & ISA_READ_RS)
        n->rs = current(t, a->op.rs);
    if (uses & ISA_READ_RD)
        n->rd_old = current(t, a->op.rd);
    if ((uses & ISA_WRITE_RD) && a->op.rd)
        n->rd = define(t, a->op.rd, t->nodes);
    define_implicit(t, n, t->nodes);
    int32_t f = p->block[t->head + position].func;
    n->frame = (atom_is_load(a) || atom_is_store(a)) && a->op.ra == R_SP && f != NONE && p->func[f].frame_private;
    t->nodes++;
}

static void set_exit(struct trace *t, const struct block *b, int32_t next_reached)
{
    struct node *n = t->nodes ? &t->node[t->nodes - 1] : NULL;
    const struct program *p = t->prog;

    if (!n || !b->count || !atom_is_control(&n->atom) || n->atom.pc != p->atom[b->first + b->count - 1].pc)
        return;
    if (b->end == END_JUMP && b->taken == next_reached) {
        t->nodes--; /* it would branch to what follows anyway */
        return;
    }
    n->exit = always_live(p) | (b->end == END_COND ? p->block[b->taken].live_in : b->live_out);
    n->final = b->end != END_COND;
    if (n->rd != NONE)
        t->value[n->rd].wanted = true;
}

static int32_t next_reached(const struct program *p, int32_t b)
{
    do
        b++;
    while (b < p->blocks && !p->block[b].reached);
    return b < p->blocks ? b : NONE;
}

/* Register fields that must keep their register: two-address atoms read and write one field. */
static void mark_two_address(struct trace *t)
{
    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *n = &t->node[i];

        if (n->rd_old == NONE)
            continue;
        t->value[n->rd_old].wanted = true;
        if (n->rd != NONE)
            t->value[n->rd].wanted = true;
    }
}

static void mark_wanted(struct trace *t)
{
    const struct program *p = t->prog;
    const struct block *last = &p->block[t->last];
    const struct node *end = t->nodes ? &t->node[t->nodes - 1] : NULL;
    bool falls = !end || !end->final || !atom_is_control(&end->atom);
    uint64_t at_end = always_live(p);

    if (falls)
        at_end |= last->end == END_JUMP ? p->block[last->taken].live_in
                  : last->fall != NONE  ? p->block[last->fall].live_in
                                        : last->live_out;
    t->live_end = falls ? at_end : 0;
    for (int32_t i = 0; i < t->values; i++) {
        struct value *v = &t->value[i];

        v->wanted |= v->reg == 0 || !(BIT(v->reg) & LIVE_CLASS & ~NEVER_RENAMED) || v->def == NONE;
        v->wanted |= v->next == NONE && (t->live_end & BIT(v->reg));
        int32_t until = v->next == NONE ? t->nodes - 1 : t->value[v->next].def;
        for (int32_t k = v->def + 1; k <= until && !v->wanted; k++)
            v->wanted = t->node[k].exit & BIT(v->reg);
    }
    for (int32_t i = 0; i < t->values; i++)
        t->value[i].local = t->rename && !t->value[i].wanted;
}

void trace_build(struct trace *t)
{
    struct program *p = t->prog;

    t->nodes = t->values = t->edges = 0;
    memset(t->in, 0xff, sizeof t->in);
    memset(t->out, 0xff, sizeof t->out);
    int32_t zero = current(t, 0);
    t->value[zero].constant = true;
    for (int32_t b = t->head; b != NONE && b <= t->last; b = next_reached(p, b)) {
        const struct block *block = &p->block[b];

        for (uint32_t k = 0; k < block->count; k++) {
            const struct atom *a = &p->atom[block->first + k];

            if (a->op.atom < ISA_ATOM_COUNT)
                add_node(t, a, b - t->head);
        }
        set_exit(t, block, next_reached(p, b));
        if (block->barrier && t->nodes && !t->node[t->nodes - 1].final) {
            struct node *n = &t->node[t->nodes - 1];
            n->final = n->atom.op.atom == ISA_brk || atom_is(&n->atom, ISA_F_ROLLBACK);
        }
    }
    mark_two_address(t);
    mark_wanted(t);
}

int32_t trace_version(const struct trace *t, unsigned reg, int32_t node)
{
    int32_t v = t->in[reg];

    while (v != NONE && t->value[v].next != NONE && t->value[t->value[v].next].def < node)
        v = t->value[v].next;
    return v;
}

void trace_address(const struct trace *t, const struct node *n, int32_t *root, int64_t *offset)
{
    int32_t v = n->ra;
    int64_t sum = n->atom.op.imm;

    while (t->value[v].def != NONE) {
        const struct node *d = &t->node[t->value[v].def];

        if (d->atom.op.atom != ISA_addi || d->atom.code != NO_CODE)
            break;
        sum = (int64_t)((uint64_t)sum + (uint64_t)d->atom.op.imm);
        v = d->ra;
    }
    *root = v;
    *offset = sum;
}

bool trace_disjoint(const struct trace *t, const struct node *a, const struct node *b)
{
    int32_t root_a, root_b;
    int64_t at_a, at_b;

    if (a->frame != b->frame)
        return true;
    trace_address(t, a, &root_a, &at_a);
    trace_address(t, b, &root_b, &at_b);
    if (root_a != root_b)
        return false;
    uint64_t distance = (uint64_t)at_b - (uint64_t)at_a;
    return distance >= atom_access_size(&a->atom) && 0 - distance >= atom_access_size(&b->atom);
}
