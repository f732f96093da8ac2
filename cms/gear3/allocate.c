/*
 * allocate.c - from values to registers, and with that from the IR to atoms.
 *
 * One walk in program order. A value that the guest's register has at the end is computed there if
 * nobody needs the register's old value any more; every other value gets the register of the pool
 * that has been free for longest, so that reuse hinders the scheduler least. There are so many
 * registers that nothing is ever spilt: a region that needs more is given up.
 *
 * Flags likewise: what they are at the end goes to c0, others to c1..c3.
 *
 * An atom that also reads its destination (dep, cmov; flags that inc leaves alone) takes over the
 * register of the old value if that dies here; else that is copied first.
 *
 * Each exit's path is allocated by itself, from all registers that it doesn't need: it computes
 * what was sunk there, moves every guest register's value home, all at once, and commits.
 */
#include "gear2/build.h"
#include "gear3/ir.h"

static const uint8_t pool_regs[] = {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
                                    24, 25, 26, 27, 28, 29, 30, 31, 37, 38, 39, 43,
                                    44, 45, 46, 47, 48, 49, 60, 61, 62, 63};

#define POOL (sizeof(pool_regs) / sizeof(pool_regs[0]))
#define QUEUE 64 /* a power of two above POOL */
#define AT_END UINT16_MAX
#define NO_FLAGS 0xff
#define GUEST_REGS 9 /* EIP is one: nobody needs its old value but the end of a loop */

struct allocator {
    struct ir *ir;
    struct trans *t;
    uint8_t reg[IR_INS], creg[IR_INS];
    uint16_t last[IR_INS][2]; /* position of the last use of each result; AT_END: the end */
    uint8_t queue[QUEUE];     /* free registers, longest free first */
    unsigned taken, freed;    /* of the queue, in all */
    bool held[GUEST_REGS + 1]; /* the guest's register n has a value that is still needed */
    uint8_t cfree[4];          /* likewise c1..c3, by the time since when; 0: taken */
    unsigned position;
};

static bool is_home(unsigned reg)
{
    return reg >= STATE_EAX && reg <= STATE_EIP;
}

static uint64_t flag_bit(unsigned c)
{
    static const uint64_t bit[4] = {BIT_FLAGS, BIT_C1, BIT_C2, BIT_C3};

    return bit[c];
}

/* ---- how long values live */

static void use(struct allocator *a, ref r, unsigned position)
{
    if (r != REF_NONE)
        a->last[ref_ins(r)][ref_tag(r)] = (uint16_t)position;
}

static void use_state(struct allocator *a, const ref *state, unsigned position)
{
    for (unsigned k = 0; k < STATE_COUNT; k++)
        use(a, state[k], position);
}

static void use_exit(struct allocator *a, unsigned exit, unsigned position)
{
    const struct ir *ir = a->ir;

    for (unsigned n = ir->block[BLOCK_EXITS + exit].first; n != IR_NONE; n = ir->ins[n].next) {
        for (unsigned k = 0; k < ARG_COUNT; k++)
            use(a, ir->ins[n].arg[k], position);
    }
    use_state(a, ir->state[exit], position);
}

static void find_lives(struct allocator *a)
{
    struct ir *ir = a->ir;
    unsigned position = 0;

    memset(a->last, 0, ir->count * sizeof(a->last[0]));
    for (unsigned block = BLOCK_ENTRY; block <= BLOCK_BODY; block++) {
        for (unsigned n = ir->block[block].first; n != IR_NONE; n = ir->ins[n].next) {
            position++;
            for (unsigned k = 0; k < ARG_COUNT; k++)
                use(a, ir->ins[n].arg[k], position);
            if (ir->ins[n].role == ROLE_SIDE)
                use_exit(a, ir->ins[n].exit, position);
        }
    }
    use_state(a, ir->end, AT_END);
    if (!ir->loops)
        return;
    for (unsigned n = ir->block[BLOCK_ENTRY].first; n != IR_NONE; n = ir->ins[n].next)
        a->last[n][TAG_NUMBER] = AT_END;
}

/* ---- taking and giving back */

static unsigned take(struct allocator *a)
{
    if (a->taken == a->freed) {
        a->t->abort = ABORT_SIZE;
        return pool_regs[0];
    }
    return a->queue[a->taken++ % QUEUE];
}

static void give_back(struct allocator *a, unsigned reg)
{
    if (is_home(reg))
        a->held[reg] = false;
    else if (reg)
        a->queue[a->freed++ % QUEUE] = (uint8_t)reg;
}

/* The one of c1..c3 that has been free for longest. */
static unsigned oldest_flags(struct allocator *a)
{
    unsigned best = 0;

    for (unsigned c = 1; c < 4; c++) {
        if (a->cfree[c] && (!best || a->cfree[c] < a->cfree[best]))
            best = c;
    }
    if (!best) {
        a->t->abort = ABORT_SIZE;
        return 1;
    }
    return best;
}

static void touch_flags(struct allocator *a, unsigned c, bool is_free)
{
    uint8_t newest = 1;

    if (c == 0) {
        a->cfree[0] = is_free;
        return;
    }
    for (unsigned k = 1; k < 4; k++) {
        if (a->cfree[k] > newest)
            newest = a->cfree[k];
    }
    if (newest == UINT8_MAX) {
        for (unsigned k = 1; k < 4; k++)
            a->cfree[k] = a->cfree[k] != 0;
        newest = 1;
    }
    a->cfree[c] = is_free ? (uint8_t)(newest + 1) : 0;
}

static bool dies(const struct allocator *a, ref r)
{
    return r != REF_NONE && r != REF_ZERO &&
           a->last[ref_ins(r)][ref_tag(r)] == a->position;
}

/* After its last use; once, however often the instruction uses it. */
static void end_life(struct allocator *a, ref r)
{
    if (!dies(a, r))
        return;
    a->last[ref_ins(r)][ref_tag(r)] = 0;
    if (ref_tag(r) == TAG_NUMBER)
        give_back(a, a->reg[ref_ins(r)]);
    else
        touch_flags(a, a->creg[ref_ins(r)], true);
}

static void end_lives(struct allocator *a, const struct ins *i)
{
    for (unsigned k = 0; k < ARG_COUNT; k++)
        end_life(a, i->arg[k]);
}

/* Is the value computed on the exit's own path? */
static bool is_on_path(const struct ir *ir, unsigned exit, ref r)
{
    return r != REF_NONE && ref_ins(r) >= IR_FIRST &&
           ir->ins[ref_ins(r)].block == BLOCK_EXITS + exit;
}

static void end_exit_lives(struct allocator *a, unsigned exit)
{
    const struct ir *ir = a->ir;

    for (unsigned n = ir->block[BLOCK_EXITS + exit].first; n != IR_NONE; n = ir->ins[n].next) {
        for (unsigned k = 0; k < ARG_COUNT; k++) {
            if (!is_on_path(ir, exit, ir->ins[n].arg[k]))
                end_life(a, ir->ins[n].arg[k]);
        }
    }
    for (unsigned k = 0; k < STATE_COUNT; k++) {
        if (!is_on_path(ir, exit, ir->state[exit][k]))
            end_life(a, ir->state[exit][k]);
    }
}

/* ---- atoms */

static unsigned number_reg(const struct allocator *a, ref r)
{
    return r == REF_NONE ? 0 : a->reg[ref_ins(r)];
}

/* The instruction as an atom, its results in rd and cd. */
static void put_ins(struct allocator *a, const struct ins *i, unsigned rd, unsigned cd)
{
    struct trans *t = a->t;
    unsigned uses = ins_fact(i)->uses, before = t->atoms;
    struct isa_op op = i->op;
    struct atom *atom;

    op.rd = (uint8_t)rd;
    op.rs = (uint8_t)(uses & ISA_READ_RS ? number_reg(a, i->arg[ARG_D]) : 0);
    op.ra = (uint8_t)number_reg(a, i->arg[ARG_A]);
    op.rb = (uint8_t)number_reg(a, i->arg[ARG_B]);
    op.ca = uses & ISA_READ_CA ? a->creg[ref_ins(i->arg[ARG_C])] : 0;
    op.cd = (uint8_t)cd;
    t->current = i->insn;
    put(t, &op, i->role, i->exit);
    if (t->atoms == before || !ins_is(i, ISA_F_GUEST))
        return;
    atom = &t->atom[before];
    atom->early = i->early;
    if ((i->early || ins_is(i, ISA_F_CHECK)) && t->spots < TRANS_SPOTS)
        t->spots++;
    if (i->role == ROLE_PLAIN) {
        ref base;

        atom->stable = ir_place(i, &base, &atom->offset);
        atom->base = (uint16_t)ref_ins(base);
    }
}

static void put_copy(struct allocator *a, unsigned rd, unsigned ra)
{
    if (rd != ra)
        put(a->t, &(struct isa_op){.atom = ISA_addi, .rd = (uint8_t)rd, .ra = (uint8_t)ra},
            ROLE_PLAIN, 0);
}

static void put_flags_copy(struct allocator *a, unsigned cd, unsigned ca)
{
    if (cd != ca)
        put(a->t, &(struct isa_op){.atom = ISA_movcc, .cd = (uint8_t)cd, .ca = (uint8_t)ca},
            ROLE_PLAIN, 0);
}

static bool is_tied(const struct ins *i)
{
    return ins_fact(i)->uses & ISA_READ_RD;
}

static bool is_tied_by_flags(const struct ins *i)
{
    return ins_fact(i)->uses & ISA_READ_CD && i->arg[ARG_C] != REF_NONE;
}

/* ---- the straight path */

/* Where the guest has the value at the end, if it can be computed there; else 0. */
static unsigned home_of(const struct allocator *a, ref r)
{
    for (unsigned g = STATE_EAX; g <= STATE_EIP; g++) {
        if (a->ir->end[g] == r && !a->held[g])
            return g;
    }
    return 0;
}

static unsigned take_for(struct allocator *a, ref r)
{
    unsigned home = home_of(a, r);

    if (home) {
        a->held[home] = true;
        return home;
    }
    return take(a);
}

/* Are these the flags at the end, or what those are made from? */
static bool is_last_flags(const struct allocator *a, ref r)
{
    ref end = a->ir->end[STATE_FLAGS];

    return end == r || (ref_ins(end) >= IR_FIRST && a->ir->ins[ref_ins(end)].arg[ARG_C] == r);
}

static unsigned take_flags_for(struct allocator *a, ref r)
{
    unsigned c = 0;

    if (!is_last_flags(a, r) || !a->cfree[0])
        c = oldest_flags(a);
    touch_flags(a, c, false);
    return c;
}

static void place_flags(struct allocator *a, const struct ins *i, ref result, bool used,
                        unsigned *cd)
{
    bool tied = is_tied_by_flags(i);

    if (tied && dies(a, i->arg[ARG_C])) {
        *cd = a->creg[ref_ins(i->arg[ARG_C])];
        a->last[ref_ins(i->arg[ARG_C])][TAG_FLAGS] = 0; /* taken over */
        touch_flags(a, *cd, !used);
        return;
    }
    *cd = used ? take_flags_for(a, result) : oldest_flags(a);
    if (tied)
        put_flags_copy(a, *cd, a->creg[ref_ins(i->arg[ARG_C])]);
}

static void place_ins(struct allocator *a, unsigned n)
{
    struct ins *i = &a->ir->ins[n];
    unsigned rd = 0, cd = 0, uses = ins_fact(i)->uses;
    bool number = uses & ISA_WRITE_RD && a->last[n][TAG_NUMBER];
    bool flags = uses & ISA_WRITE_CD && a->last[n][TAG_FLAGS];

    a->t->current = i->insn;
    a->position++;
    if (uses & ISA_WRITE_CD)
        place_flags(a, i, REF(n, TAG_FLAGS), flags, &cd);
    if (is_tied(i) && uses & ISA_WRITE_RD) {
        ref old = i->arg[ARG_D];

        if (dies(a, old) && i->arg[ARG_A] != old && i->arg[ARG_B] != old) {
            rd = number_reg(a, old);
            a->last[ref_ins(old)][TAG_NUMBER] = 0; /* taken over */
        } else {
            rd = take_for(a, REF(n, TAG_NUMBER));
            put_copy(a, rd, number_reg(a, old));
        }
        end_lives(a, i);
    } else {
        end_lives(a, i);
        if (number)
            rd = take_for(a, REF(n, TAG_NUMBER));
    }
    a->reg[n] = (uint8_t)rd;
    a->creg[n] = (uint8_t)cd;
    put_ins(a, i, rd, cd);
    if (is_tied(i) && !number)
        give_back(a, rd);
    if (i->role == ROLE_SIDE)
        end_exit_lives(a, i->exit);
}

static void allocate_block(struct allocator *a, unsigned block)
{
    for (unsigned n = a->ir->block[block].first; n != IR_NONE; n = a->ir->ins[n].next)
        place_ins(a, n);
}

/* ---- all values home */

/* Moves of registers that happen at once; from[g] is where r_g's value is. `spare` is free. */
static void put_moves(struct allocator *a, uint8_t from[GUEST_REGS + 1], unsigned spare)
{
    for (;;) {
        unsigned wanted[64] = {0}, blocked = 0, done = 0;

        for (unsigned g = STATE_EAX; g <= STATE_EDI; g++) {
            if (from[g] != g)
                wanted[from[g]]++;
        }
        for (unsigned g = STATE_EAX; g <= STATE_EDI; g++) {
            if (from[g] == g)
                continue;
            if (wanted[g]) {
                blocked = g;
                continue;
            }
            put_copy(a, g, from[g]);
            wanted[from[g]]--;
            from[g] = (uint8_t)g;
            done++;
        }
        if (!blocked)
            return;
        if (done)
            continue;
        put_copy(a, spare, blocked); /* only cycles are left */
        for (unsigned g = STATE_EAX; g <= STATE_EDI; g++) {
            if (from[g] == blocked)
                from[g] = (uint8_t)spare;
        }
    }
}

static void put_home(struct allocator *a, const ref state[STATE_COUNT], unsigned spare)
{
    uint8_t from[GUEST_REGS + 1];

    if (state[STATE_EIP] != REF_NONE)
        put_copy(a, REG_EIP, number_reg(a, state[STATE_EIP]));
    for (unsigned g = STATE_EAX; g <= STATE_EDI; g++)
        from[g] = (uint8_t)number_reg(a, state[g]);
    put_moves(a, from, spare);
    put_flags_copy(a, 0, a->creg[ref_ins(state[STATE_FLAGS])]);
}

static void put_end(struct allocator *a)
{
    struct trans *t = a->t;

    t->current = t->insns - 1;
    put_home(a, a->ir->end, take(a));
    if (t->loops) {
        put_commit(t, t->insns);
        put_branch(t, ROLE_LOOP, 0);
    } else if (a->ir->end[STATE_EIP] != REF_NONE) {
        put_commit(t, t->insns);
        t->falls = flow_exit_indirect(t);
        put_lookup(t, t->falls);
    } else {
        put_i(t, ISA_addi, REG_EIP, 0, t->goes_on);
        put_commit(t, t->insns);
        put_branch(t, ROLE_LEAVE, flow_exit_to(t, t->goes_on));
    }
}

/* ---- exits */

struct path {
    uint64_t needs;  /* registers, by their bits, that have values it relies on */
    unsigned next;   /* of the pool */
    unsigned cfirst; /* c registers from here on have not been taken */
};

static void path_needs(const struct allocator *a, struct path *p, unsigned exit, ref r)
{
    if (r == REF_NONE || is_on_path(a->ir, exit, r))
        return;
    p->needs |= ref_tag(r) == TAG_FLAGS ? flag_bit(a->creg[ref_ins(r)])
                                        : UINT64_C(1) << a->reg[ref_ins(r)];
}

static unsigned path_take(struct allocator *a, struct path *p)
{
    while (p->next < POOL && p->needs >> pool_regs[p->next] & 1)
        p->next++;
    if (p->next == POOL) {
        a->t->abort = ABORT_SIZE;
        return pool_regs[0];
    }
    return pool_regs[p->next++];
}

static unsigned path_take_flags(struct allocator *a, struct path *p)
{
    while (p->cfirst < 4 && p->needs & flag_bit(p->cfirst))
        p->cfirst++;
    if (p->cfirst == 4) {
        a->t->abort = ABORT_SIZE;
        return 1;
    }
    return p->cfirst++;
}

static unsigned path_home(const struct allocator *a, struct path *p, unsigned exit, ref r)
{
    for (unsigned g = STATE_EAX; g <= STATE_EDI; g++) {
        if (a->ir->state[exit][g] == r && !(p->needs >> g & 1)) {
            p->needs |= UINT64_C(1) << g;
            return g;
        }
    }
    return 0;
}

static void place_on_path(struct allocator *a, struct path *p, unsigned exit, unsigned n)
{
    const struct ins *i = &a->ir->ins[n];
    unsigned rd = 0, cd = 0;

    a->t->current = i->insn;
    if (ins_fact(i)->uses & ISA_WRITE_CD) {
        cd = path_take_flags(a, p);
        if (is_tied_by_flags(i))
            put_flags_copy(a, cd, a->creg[ref_ins(i->arg[ARG_C])]);
    }
    if (ins_fact(i)->uses & ISA_WRITE_RD) {
        rd = path_home(a, p, exit, REF(n, TAG_NUMBER));
        if (!rd)
            rd = path_take(a, p);
        if (is_tied(i))
            put_copy(a, rd, number_reg(a, i->arg[ARG_D]));
    }
    a->reg[n] = (uint8_t)rd;
    a->creg[n] = (uint8_t)cd;
    put_ins(a, i, rd, cd);
}

/* Registers that the region reads before it writes them, and the guest's that it leaves alone. */
static uint64_t needs_of(const struct trans *t, const struct region *r)
{
    uint64_t needs = 0, written = 0;

    for (unsigned n = r->first; n < r->first + r->count; n++) {
        needs |= t->atom[n].reads & ~written;
        written |= t->atom[n].writes;
    }
    return needs | (GUEST_STATE & ~written);
}

static void allocate_exit(struct allocator *a, unsigned exit)
{
    struct ir *ir = a->ir;
    struct trans *t = a->t;
    struct leaving *l = &t->exit[exit];
    struct path p = {0};
    struct region *r = region_open(t);

    l->region = (uint8_t)(t->regions - 1);
    for (unsigned n = ir->block[BLOCK_EXITS + exit].first; n != IR_NONE; n = ir->ins[n].next) {
        for (unsigned k = 0; k < ARG_COUNT; k++)
            path_needs(a, &p, exit, ir->ins[n].arg[k]);
    }
    for (unsigned k = 0; k < STATE_COUNT; k++)
        path_needs(a, &p, exit, ir->state[exit][k]);
    for (unsigned n = ir->block[BLOCK_EXITS + exit].first; n != IR_NONE; n = ir->ins[n].next)
        place_on_path(a, &p, exit, n);
    put_home(a, ir->state[exit], path_take(a, &p));
    put_i(t, ISA_addi, REG_EIP, 0, l->eip);
    put_commit(t, l->insns);
    put_branch(t, ROLE_LEAVE, exit);
    region_close(t, r);
    l->needs = needs_of(t, r);
}

/* ---- all of it */

static void allocator_begin(struct allocator *a, struct ir *ir)
{
    a->ir = ir;
    a->t = ir->t;
    a->taken = a->freed = 0;
    a->position = 0;
    for (unsigned k = 0; k < POOL; k++)
        give_back(a, pool_regs[k]);
    find_lives(a);
    for (unsigned n = 0; n < IR_FIRST; n++) {
        a->reg[n] = (uint8_t)(n == IR_ENTRY_FLAGS ? 0 : n);
        a->creg[n] = 0;
    }
    for (unsigned g = STATE_EAX; g <= STATE_EIP; g++)
        a->held[g] = a->last[g][TAG_NUMBER] != 0;
    a->cfree[0] = !a->last[IR_ENTRY_FLAGS][TAG_FLAGS];
    a->cfree[1] = 1;
    a->cfree[2] = 2;
    a->cfree[3] = 3;
}

_Static_assert(TRANS_EXITS <= 64, "exits fit in a mask");

/* The side exits whose branches are still there. */
static uint64_t sides_of(const struct ir *ir)
{
    uint64_t sides = 0;

    for (unsigned n = ir->block[BLOCK_BODY].first; n != IR_NONE; n = ir->ins[n].next) {
        if (ir->ins[n].role == ROLE_SIDE)
            sides |= UINT64_C(1) << ir->ins[n].exit;
    }
    return sides;
}

bool ir_allocate(struct ir *ir)
{
    struct allocator a;
    struct trans *t = ir->t;
    struct region *pins = &t->region[REGION_PINS], *body = &t->region[REGION_BODY];
    unsigned exits = t->exits;
    uint64_t sides = sides_of(ir);

    t->atoms = 0;
    t->regions = 2;
    allocator_begin(&a, ir);
    pins->first = 0;
    pins->prefixed = 0;
    allocate_block(&a, BLOCK_ENTRY);
    region_close(t, pins);
    body->prefix = pins->first;
    body->prefixed = ir->loops ? 0 : pins->count;
    if (!ir->loops)
        pins->count = 0;
    body->first = (uint16_t)t->atoms;
    allocate_block(&a, BLOCK_BODY);
    put_end(&a);
    region_close(t, body);
    for (unsigned e = 0; e < exits; e++) {
        if (sides >> e & 1)
            allocate_exit(&a, e);
    }
    for (unsigned e = 0; e < t->exits; e++)
        flow_lookup(t, e);
    return t->abort == ABORT_NONE;
}
