/*
 * trace.c - a trace as nodes and values.
 *
 * Control may leave a trace at several places but enters it only at its head. Within it, every
 * write of a register makes a new value: a version of that register. A node's operands name values,
 * not registers, so the passes can move and replace them freely; the scheduler gives each value a
 * register again, its home.
 *
 * A value is `wanted` if something outside the trace may look for it in its own register: it is
 * live where control leaves, or it belongs to a register that is never renamed. Every other value
 * of r32..r63 may live anywhere.
 */
#include <string.h>

#include "tools/ld/ld.h"

#define NEVER_RENAMED (BIT(R_SP) | BIT(R_GP) | BIT(R_TP))

/*
 * Registers that must be in place wherever control leaves: all that liveness does not track, bar
 * the pool.
 */
static uint64_t always_live(const struct program *p)
{
    return ~(LIVE_CLASS | p->pool | 1);
}

uint64_t trace_live_into(const struct program *p, int32_t b)
{
    return always_live(p) | p->block[b].live_in;
}

bool trace_links_itself(const struct trace *t, int32_t member)
{
    const struct block *k = &t->prog->block[t->member[member]];
    const struct atom *call = &t->prog->atom[k->first + k->count - 1];

    return t->opt->sched == SCHED_SUPER && member == t->members - 1 && k->end == END_CALL &&
           k->fall != NONE && t->prog->block[k->fall].placed && call->op.rd == R_RA &&
           call->op.ra != R_RA;
}

uint64_t trace_live_at_exit(const struct trace *t, int32_t member)
{
    const struct program *p = t->prog;
    const struct block *k = &p->block[t->member[member]];

    if (k->end != END_COND)
        return always_live(p) | k->live_out | (trace_links_itself(t, member) ? BIT(R_RA) : 0);
    return trace_live_into(p, t->inverted[member] ? k->fall : k->taken);
}

static int32_t add_value(struct trace *t, unsigned reg, int32_t def)
{
    struct value *v = &t->value[t->values];

    if (t->values == TRACE_VALUES)
        ld_bug("values of a trace");
    *v = (struct value){.reg = (uint8_t)reg, .home = (uint8_t)reg, .def = def, .next = NONE};
    return t->values++;
}

static int32_t current(struct trace *t, unsigned reg)
{
    if (t->out[reg] == NONE) {
        t->in[reg] = t->out[reg] = add_value(t, reg, NONE);
        t->value[t->in[reg]].object = object_at_head(t->prog, t->member[0], reg);
    }
    return t->out[reg];
}

static int32_t define(struct trace *t, unsigned reg, int32_t def)
{
    int32_t old = current(t, reg), v = add_value(t, reg, def);

    t->value[old].next = v;
    t->out[reg] = v;
    return v;
}

/*
 * Values that an atom writes without naming them: the eight of gset, all shadowed ones of rollback.
 */
static void define_implicit(struct trace *t, struct node *n, int32_t index)
{
    uint64_t mask = n->fx.r_write & ~t->prog->pool;

    if (isa_facts[n->atom.op.atom].uses & ISA_WRITE_RD)
        mask &= ~BIT(n->atom.op.rd);
    for (; mask; mask &= mask - 1) {
        int32_t v = define(t, (unsigned)__builtin_ctzll(mask), index);
        t->value[v].fixed = true;
    }
}

/* gget and gset with a register number that is known are moves. */
static struct atom without_index(struct trace *t, const struct atom *a)
{
    if (!atom_is(a, ISA_F_GREG_READ | ISA_F_GREG_WRITE))
        return *a;
    const struct value *index = &t->value[current(t, a->op.ra)];
    unsigned reg = 1 + (index->number & 7);
    if (!index->constant)
        return *a;
    return a->op.atom == ISA_gget ? atom_make(ISA_addi, a->op.rd, reg, 0, 0, a->pc)
                                  : atom_make(ISA_addi, reg, a->op.rb, 0, 0, a->pc);
}

static int32_t object_of(const struct trace *t, int32_t v)
{
    return v == NONE ? 0 : t->value[v].object;
}

static void add_node(struct trace *t, const struct atom *lifted, int32_t position)
{
    const struct program *p = t->prog;
    const struct atom plain = t->opt->simplify ? without_index(t, lifted) : *lifted, *a = &plain;
    unsigned uses = isa_facts[a->op.atom].uses;
    struct node *n = &t->node[t->nodes];

    *n = (struct node){.atom = *a,
                       .block = position,
                       .ra = NONE,
                       .rb = NONE,
                       .rs = NONE,
                       .rd_old = NONE,
                       .rd = NONE,
                       .first_edge = NONE};
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
    if ((uses & ISA_WRITE_RD) && a->op.rd) {
        n->rd = define(t, a->op.rd, t->nodes);
        t->value[n->rd].object = object_result(p, a, object_of(t, n->ra), object_of(t, n->rb),
                                               object_of(t, n->rd_old));
    }
    if (n->rd != NONE && a->op.atom == ISA_addi && a->op.ra == 0 && a->code == NO_CODE) {
        t->value[n->rd].constant = true;
        t->value[n->rd].number = a->op.imm;
    }
    define_implicit(t, n, t->nodes);
    int32_t f = p->block[t->member[position]].func;
    n->object = atom_is_load(a) || atom_is_store(a) ? object_of(t, n->ra) : 0;
    n->stack = (atom_is_load(a) || atom_is_store(a)) && a->op.ra == R_SP;
    n->frame = n->stack && f != NONE && p->func[f].frame_private;
    t->nodes++;
}

/* The last node of a plain member, if it transfers control: what it needs in place. */
static void set_exit(struct trace *t, int32_t member)
{
    struct node *n = &t->node[t->nodes - 1];

    n->exit = trace_live_at_exit(t, member);
    t->live_exits |= n->exit;
    n->final = t->prog->block[t->member[member]].end != END_COND;
    if (n->rd != NONE)
        t->value[n->rd].fixed = true;
}

bool trace_jump_dropped(const struct trace *t)
{
    const struct block *b = &t->prog->block[t->member[t->members - 1]];

    return t->follows && t->role[t->members - 1] == ROLE_PLAIN && b->end == END_JUMP &&
           b->taken == t->next;
}

bool trace_jump_added(const struct trace *t)
{
    return !t->follows && (t->prog->block[t->member[t->members - 1]].end != END_JUMP ||
                           t->role[t->members - 1] != ROLE_PLAIN);
}

/* Register fields that must keep their register: two-address atoms read and write one field. */
static void mark_two_address(struct trace *t)
{
    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *n = &t->node[i];

        if (n->rd_old == NONE)
            continue;
        t->value[n->rd_old].fixed = true;
        if (n->rd != NONE)
            t->value[n->rd].fixed = true;
    }
}

void trace_mark(struct trace *t)
{
    const struct node *end = t->nodes ? &t->node[t->nodes - 1] : NULL;
    bool falls = !end || !end->final || !atom_is_control(&end->atom);

    t->live_end = 0;
    if (falls)
        t->live_end = t->next != NONE ? trace_live_into(t->prog, t->next)
                                      : trace_live_at_exit(t, t->members - 1);
    for (int32_t i = 0; i < t->values; i++) {
        struct value *v = &t->value[i];

        v->wanted = v->fixed || v->reg == 0 || v->def == NONE ||
                    !(BIT(v->reg) & LIVE_CLASS & ~NEVER_RENAMED);
        v->wanted |= v->next == NONE && (t->live_end & BIT(v->reg));
        int32_t until = v->next == NONE ? t->nodes - 1 : t->value[v->next].def;
        for (int32_t k = v->def + 1; k <= until && !v->wanted; k++)
            v->wanted = t->node[k].exit & BIT(v->reg);
    }
    for (int32_t i = 0; i < t->values; i++)
        t->value[i].local = t->thrift != THRIFT_NO_RENAME && !t->value[i].wanted;
}

static bool unrolled(const struct trace *t)
{
    for (int32_t i = 1; i < t->members; i++)
        if (t->member[i] == t->member[0])
            return true;
    return false;
}

/*
 * A result should be there early, but where the trace may leave before, its register must still
 * hold the older value. So it is computed elsewhere, and a copy puts it in place when those exits
 * are passed. Users take it from where it was computed (simplify.c); a copy that no exit wants is
 * dropped there, and one that the schedule has no use for is left out when it is made once more. A
 * load started above an exit may miss the cache in vain: outside of unrolled loops that was
 * measured to cost more than it gains.
 */
static bool worth_copy(const struct trace *t, const struct atom *a)
{
    unsigned uses = isa_facts[a->op.atom].uses;

    if (t->opt->sched != SCHED_SUPER || t->thrift == THRIFT_NO_RENAME || !t->opt->simplify ||
        !a->op.rd || !(uses & ISA_WRITE_RD) || (uses & ISA_READ_RD) || atom_has_effect(a) ||
        !(BIT(a->op.rd) & t->live_exits & LIVE_CLASS & ~NEVER_RENAMED))
        return false;
    return atom_is_load(a) ? unrolled(t) : a->op.ra || a->op.rb;
}

/* A branch that leaves the trace where the input stays in it. */
static struct atom inverted(const struct trace *t, const struct atom *branch, const struct block *b)
{
    struct atom a = *branch;

    a.op.atom = (uint16_t)atom_inverse(branch->op.atom);
    a.block = b->fall;
    a.code = t->prog->block[b->fall].rv;
    return a;
}

/* Is the control atom of a member left out? */
static bool control_dropped(const struct trace *t, int32_t position, const struct block *b)
{
    if (t->role[position] != ROLE_PLAIN || t->through[position])
        return true;
    if (position == t->members - 1)
        return trace_jump_dropped(t);
    return b->end == END_JUMP || t->role[position + 1] != ROLE_PLAIN;
}

/* What a call does but jump: the way back for a callee, or its part outside of the trace. */
static struct atom return_address(const struct trace *t, const struct block *b)
{
    struct atom a = atom_make(ISA_addi, R_RA, 0, 0, 0, b->rv_end - 4);

    a.block = b->fall;
    a.code = t->prog->block[b->fall].rv;
    return a;
}

/* The copies that are due: of the registers in a mask, where their block is about to be left. */
static void add_copies(struct trace *t, uint64_t due, uint64_t pc, int32_t position)
{
    for (; due; due &= due - 1) {
        unsigned reg = (unsigned)__builtin_ctzll(due);
        struct atom copy = atom_make(ISA_addi, reg, reg, 0, 0, pc);

        if (t->vain[t->copies++] || !t->room)
            continue;
        add_node(t, &copy, position);
        t->node[t->nodes - 1].copy = t->copies;
        t->room--;
    }
}

/* The rest of a call: it only jumps. */
static struct atom jump_of(const struct atom *call)
{
    struct atom a = *call;

    a.op.atom = call->op.atom == ISA_call ? ISA_br : ISA_jr;
    a.op.rd = 0;
    return a;
}

static void add_control(struct trace *t, const struct atom *a, int32_t position)
{
    const struct block *block = &t->prog->block[t->member[position]];
    bool dropped = control_dropped(t, position, block), links = trace_links_itself(t, position);
    struct atom control = *a;

    if (links || (t->through[position] && block->end == END_CALL)) {
        struct atom link = return_address(t, block);
        add_node(t, &link, position);
    }
    if (dropped)
        return;
    if (links)
        control = jump_of(a);
    else if (atom_is_conditional(a) && t->inverted[position])
        control = inverted(t, a, block);
    add_node(t, &control, position);
    set_exit(t, position);
}

static void add_block(struct trace *t, int32_t position)
{
    const struct program *p = t->prog;
    const struct block *block = &p->block[t->member[position]];
    uint64_t due = 0;

    for (uint32_t k = 0; k < block->count; k++) {
        const struct atom *a = &p->atom[block->first + k];

        if (a->op.atom >= ISA_ATOM_COUNT)
            continue;
        if (atom_is_control(a)) {
            add_copies(t, due, a->pc, position);
            add_control(t, a, position);
            return;
        }
        add_node(t, a, position);
        due &= ~BIT(a->op.rd);
        if (worth_copy(t, a))
            due |= BIT(a->op.rd);
        if (a->op.atom == ISA_brk || atom_is(a, ISA_F_ROLLBACK))
            t->node[t->nodes - 1].final = true;
    }
    add_copies(t, due, block->rv_end - 4, position);
}

/* ---------------------------------------------------------------- guarded blocks */

/*
 * The atom that makes a branch's condition a number, and whether the branch is taken if that number
 * is 0.
 */
static unsigned condition_atom(unsigned branch, bool *taken_if_zero)
{
    *taken_if_zero = branch == ISA_breq || branch == ISA_brge || branch == ISA_brgeu;
    switch (branch) {
    case ISA_breq:
    case ISA_brne: return ISA_xor;
    case ISA_brlt:
    case ISA_brge: return ISA_slt;
    default: return ISA_sltu;
    }
}

/* A node whose operands and result are given as values. */
static struct node *add_raw(struct trace *t, unsigned atom, unsigned rd, int32_t ra, int32_t rb,
                            uint64_t pc, int32_t position)
{
    struct node *n = &t->node[t->nodes++];

    *n = (struct node){.atom = atom_make(atom, rd, t->value[ra].reg, t->value[rb].reg, 0, pc),
                       .block = position,
                       .ra = ra,
                       .rb = rb,
                       .rs = NONE,
                       .rd_old = NONE,
                       .rd = NONE,
                       .first_edge = NONE};
    isa_effects(&n->atom.op, &n->fx);
    return n;
}

/*
 * The branch that guards the next member becomes a condition, the member's atoms run in any case,
 * and each register they write is chosen by a conditional move. Until then their results are values
 * of the same register that nobody outside can want, so they get pool registers.
 */
static void add_guarded(struct trace *t, int32_t position)
{
    const struct program *p = t->prog;
    const struct block *guard = &p->block[t->member[position - 1]],
                       *block = &p->block[t->member[position]];
    const struct atom *branch = &p->atom[guard->first + guard->count - 1];
    uint64_t written = 0,
             wanted = p->block[guard->end == END_COND && t->role[position] == ROLE_IF_TAKEN
                                   ? guard->fall
                                   : guard->taken]
                          .live_in;
    int32_t a = current(t, branch->op.ra), b = current(t, branch->op.rb), condition = a, old[64];
    bool zero_is_taken;
    unsigned make = condition_atom(branch->op.atom, &zero_is_taken);

    for (uint32_t k = 0; k < block->count; k++)
        if (!atom_is_control(&p->atom[block->first + k]))
            written |= BIT(p->atom[block->first + k].op.rd);
    written &= wanted & LIVE_CLASS;
    t->prog->stats.converted++;
    if (!written)
        return;
    unsigned carrier = (unsigned)__builtin_ctzll(written);
    for (uint64_t m = written; m; m &= m - 1)
        old[__builtin_ctzll(m)] = current(t, (unsigned)__builtin_ctzll(m));
    if (make != ISA_xor || t->value[b].reg != 0) {
        struct node *n = add_raw(t, make, carrier, a, b, branch->pc, position);
        condition = n->rd = add_value(t, carrier, t->nodes - 1);
    }
    add_block(t, position);
    bool move_if_zero = zero_is_taken == (t->role[position] == ROLE_IF_TAKEN);
    for (uint64_t m = written; m; m &= m - 1) {
        unsigned reg = (unsigned)__builtin_ctzll(m);
        struct node *n = add_raw(t, move_if_zero ? ISA_cmovz : ISA_cmovnz, reg, condition,
                                 t->out[reg], branch->pc, position);
        n->rd_old = old[reg];
        n->rd = define(t, reg, t->nodes - 1);
        t->value[n->rd].object = object_result(p, &n->atom, object_of(t, n->ra),
                                               object_of(t, n->rb), object_of(t, n->rd_old));
    }
    if (condition != a)
        t->value[condition].next = t->out[carrier];
}

static void add_jump(struct trace *t)
{
    const struct program *p = t->prog;
    const struct block *last = &p->block[t->member[t->members - 1]];
    struct atom jump = atom_make(ISA_br, 0, 0, 0, 0, last->rv_end - 4);

    jump.block = t->next;
    jump.code = p->block[t->next].rv;
    add_node(t, &jump, t->members - 1);
    t->node[t->nodes - 1].exit = trace_live_into(p, t->next);
    t->node[t->nodes - 1].final = true;
}

void trace_build(struct trace *t)
{
    t->nodes = t->values = t->edges = 0;
    t->live_exits = 0;
    t->copies = 0;
    t->room = TRACE_NODES - trace_nodes_needed(t);
    memset(t->in, 0xff, sizeof t->in);
    memset(t->out, 0xff, sizeof t->out);
    t->value[current(t, 0)].constant = true;
    for (int32_t i = 0; i < t->members; i++) {
        if (t->role[i] != ROLE_PLAIN)
            add_guarded(t, i);
        else
            add_block(t, i);
    }
    if (trace_jump_added(t))
        add_jump(t);
    mark_two_address(t);
    trace_mark(t);
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

static bool apart_as_objects(const struct program *p, const struct node *a, const struct node *b)
{
    if (p->object_constant[a->object] || p->object_constant[b->object])
        return true; /* one of both is a load of what is never stored to */
    if (a->object && b->object)
        return a->object != b->object;
    return (a->object && b->stack) || (b->object && a->stack);
}

bool trace_disjoint(const struct trace *t, const struct node *a, const struct node *b)
{
    int32_t root_a, root_b;
    int64_t at_a, at_b;

    if (apart_as_objects(t->prog, a, b))
        return true;
    /* the stack that callees in the trace have is that of their callers, further down */
    if (a->frame != b->frame && a->stack != b->stack)
        return true;
    trace_address(t, a, &root_a, &at_a);
    trace_address(t, b, &root_b, &at_b);
    if (root_a != root_b)
        return false;
    uint64_t distance = (uint64_t)at_b - (uint64_t)at_a;
    return distance >= atom_access_size(&a->atom) && 0 - distance >= atom_access_size(&b->atom);
}
