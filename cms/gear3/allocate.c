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
 * Exits' paths come afterwards: exits.c.
 */
#include "gear3/allocate.h"
#include "gear3/turn.h"

const uint8_t alloc_pool[ALLOC_POOL] = {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
                                        24, 25, 26, 27, 28, 29, 30, 31, 37, 38, 39, 43,
                                        44, 45, 46, 47, 48, 49, 60, 61, 62, 63};

static bool is_home(unsigned reg)
{
    return reg >= STATE_EAX && reg <= STATE_EIP;
}

/* ---- how long values live */

/* References are read by words: the compiler can't know that `last` isn't among them. */
static inline void use_four(uint16_t *last, uint64_t refs, unsigned position)
{
    last[(ref)refs] = (uint16_t)position;
    last[(ref)(refs >> 16)] = (uint16_t)position;
    last[(ref)(refs >> 32)] = (uint16_t)position;
    last[refs >> 48] = (uint16_t)position;
}

static void use_state(uint16_t *last, const ref state[STATE_ROOM], unsigned position)
{
    uint64_t refs[STATE_ROOM / 4];

    __builtin_memcpy(refs, __builtin_assume_aligned(state, sizeof(refs[0])), sizeof(refs));
    use_four(last, refs[0], position);
    use_four(last, refs[1], position);
    last[(ref)refs[2]] = (uint16_t)position;
    last[(ref)(refs[2] >> 16)] = (uint16_t)position;
    last[(ref)(refs[2] >> 32)] = (uint16_t)position;
}

_Static_assert(STATE_COUNT == 11, "two words and three lanes");

static void use_exit(struct allocator *a, unsigned exit, unsigned position)
{
    const struct ir *ir = a->ir;

    turn_point();
    for (unsigned n = ir->block[BLOCK_EXITS + exit].first; n != IR_NONE; n = ir->ins[n].next)
        use_four(a->last, ir->ins[n].args, position);
    use_state(a->last, ir->state[exit], position);
}

static void find_lives(struct allocator *a)
{
    struct ir *ir = a->ir;
    unsigned position = 0;

    memset(a->last, 0, 2 * ir->count * sizeof(a->last[0]));
    memset(a->reg, 0, 2 * ir->count * sizeof(a->reg[0]));
    for (unsigned block = BLOCK_ENTRY; block <= BLOCK_BODY; block++) {
        for (unsigned n = ir->block[block].first; n != IR_NONE; n = ir->ins[n].next) {
            position++;
            use_four(a->last, ir->ins[n].args, position);
            if (ir->ins[n].role == ROLE_SIDE)
                use_exit(a, ir->ins[n].exit, position);
        }
    }
    use_state(a->last, ir->end, ALLOC_AT_END);
    if (!ir->loops)
        return;
    for (unsigned n = ir->block[BLOCK_ENTRY].first; n != IR_NONE; n = ir->ins[n].next)
        a->last[REF(n, TAG_NUMBER)] = ALLOC_AT_END;
}

/* ---- taking and giving back */

static unsigned take(struct allocator *a)
{
    if (a->taken == a->freed) {
        a->t->abort = ABORT_SIZE;
        return alloc_pool[0];
    }
    return a->queue[a->taken++ % ALLOC_QUEUE];
}

static void give_back(struct allocator *a, unsigned reg)
{
    if (is_home(reg))
        a->held[reg] = false;
    else if (reg)
        a->queue[a->freed++ % ALLOC_QUEUE] = (uint8_t)reg;
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
        best = 1;
    }
    return NUMBER_C0 + best;
}

static void touch_flags(struct allocator *a, unsigned number, bool is_free)
{
    unsigned c = number - NUMBER_C0;
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

static inline bool dies(const struct allocator *a, ref r)
{
    return a->last[r] == a->position && r > REF_NONE;
}

/* After its last use; once, however often the instruction uses it. */
static void end_life(struct allocator *a, ref r)
{
    a->last[r] = 0;
    if (ref_tag(r) == TAG_NUMBER)
        give_back(a, a->reg[r]);
    else
        touch_flags(a, a->reg[r], true);
}

static inline void end_lives(struct allocator *a, const struct ins *i)
{
    unsigned now = a->position;
    bool any = (a->last[i->arg[ARG_D]] == now) | (a->last[i->arg[ARG_A]] == now) |
               (a->last[i->arg[ARG_B]] == now) | (a->last[i->arg[ARG_C]] == now);

    for (unsigned k = 0; any && k < ARG_COUNT; k++) {
        if (dies(a, i->arg[k]))
            end_life(a, i->arg[k]);
    }
}

static void end_exit_lives(struct allocator *a, unsigned exit)
{
    const struct ir *ir = a->ir;

    for (unsigned n = ir->block[BLOCK_EXITS + exit].first; n != IR_NONE; n = ir->ins[n].next) {
        for (unsigned k = 0; k < ARG_COUNT; k++) {
            if (dies(a, ir->ins[n].arg[k]) && !ir_is_on_path(ir, exit, ir->ins[n].arg[k]))
                end_life(a, ir->ins[n].arg[k]);
        }
    }
    for (unsigned k = 0; k < STATE_COUNT; k++) {
        if (dies(a, ir->state[exit][k]) && !ir_is_on_path(ir, exit, ir->state[exit][k]))
            end_life(a, ir->state[exit][k]);
    }
}

/* ---- the straight path */

/* Where the guest has the value at the end, if it can be computed there; else 0. */
static unsigned home_of(const struct allocator *a, ref r)
{
    if (a->last[r] != ALLOC_AT_END)
        return 0;
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
    unsigned c = NUMBER_C0;

    if (!is_last_flags(a, r) || !a->cfree[0])
        c = oldest_flags(a);
    touch_flags(a, c, false);
    return c;
}

static void place_flags(struct allocator *a, const struct ins *i, ref result, bool used,
                        unsigned *cd)
{
    bool tied = alloc_is_tied_by_flags(i);

    if (tied && dies(a, i->arg[ARG_C])) {
        *cd = a->reg[i->arg[ARG_C]];
        a->last[i->arg[ARG_C]] = 0; /* taken over */
        touch_flags(a, *cd, !used);
        return;
    }
    *cd = used ? take_flags_for(a, result) : oldest_flags(a);
    if (tied)
        alloc_put_flags_copy(a->t, *cd, a->reg[i->arg[ARG_C]]);
}

/* One that makes flags, or reads its destination. */
static void place_tied(struct allocator *a, unsigned n, const struct ins *i)
{
    unsigned rd = 0, cd = 0, uses = ins_fact(i)->uses;
    bool number = uses & ISA_WRITE_RD && a->last[REF(n, TAG_NUMBER)];
    bool flags = uses & ISA_WRITE_CD && a->last[REF(n, TAG_FLAGS)];

    a->t->current = i->insn;
    if (uses & ISA_WRITE_CD)
        place_flags(a, i, REF(n, TAG_FLAGS), flags, &cd);
    if (alloc_is_tied(i) && uses & ISA_WRITE_RD) {
        ref old = i->arg[ARG_D];

        if (dies(a, old) && i->arg[ARG_A] != old && i->arg[ARG_B] != old) {
            rd = a->reg[old];
            a->last[old] = 0; /* taken over */
        } else {
            rd = take_for(a, REF(n, TAG_NUMBER));
            alloc_put_copy(a->t, rd, a->reg[old]);
        }
        end_lives(a, i);
    } else {
        end_lives(a, i);
        if (number)
            rd = take_for(a, REF(n, TAG_NUMBER));
    }
    a->reg[REF(n, TAG_NUMBER)] = (uint8_t)rd;
    a->reg[REF(n, TAG_FLAGS)] = (uint8_t)cd;
    alloc_put(a, i, rd, cd);
    if (alloc_is_tied(i) && !number)
        give_back(a, rd);
}

static void place_ins(struct allocator *a, unsigned n)
{
    const struct ins *i = &a->ir->ins[n];
    unsigned rd = 0, uses = ins_fact(i)->uses;

    a->position++;
    if (uses & (ISA_WRITE_CD | ISA_READ_RD)) {
        place_tied(a, n, i);
        return;
    }
    end_lives(a, i);
    if (uses & ISA_WRITE_RD && a->last[REF(n, TAG_NUMBER)])
        rd = take_for(a, REF(n, TAG_NUMBER));
    a->reg[REF(n, TAG_NUMBER)] = (uint8_t)rd;
    alloc_put(a, i, rd, 0);
    if (i->role == ROLE_SIDE)
        end_exit_lives(a, i->exit);
}

static void allocate_block(struct allocator *a, unsigned block)
{
    for (unsigned n = a->ir->block[block].first; n != IR_NONE; n = a->ir->ins[n].next) {
        turn_point_at(n);
        place_ins(a, n);
    }
}

static void put_end(struct allocator *a)
{
    struct trans *t = a->t;
    unsigned insns = t->insns - t->optional, extra;

    t->current = t->insns - 1;
    extra = alloc_put_home(a, a->ir->end, take(a));
    if (t->loops) {
        alloc_put_commit(t, insns, extra);
        alloc_put_branch(t, ROLE_LOOP, 0);
    } else if (a->ir->end[STATE_EIP] != REF_NONE) {
        alloc_put_leave(t, flow_exit_indirect(t), insns, extra);
    } else {
        alloc_put_eip(t, t->goes_on);
        alloc_put_leave(t, flow_exit_to(t, t->goes_on), insns, extra);
    }
}

/* ---- all of it */

static void allocator_begin(struct allocator *a, struct ir *ir)
{
    a->ir = ir;
    a->t = ir->t;
    a->taken = a->freed = 0;
    a->position = 0;
    for (unsigned k = 0; k < ALLOC_POOL; k++)
        give_back(a, alloc_pool[k]);
    find_lives(a);
    for (unsigned n = 0; n < IR_FIRST; n++) {
        a->reg[REF(n, TAG_NUMBER)] = (uint8_t)(n == IR_ENTRY_FLAGS ? 0 : n);
        a->reg[REF(n, TAG_FLAGS)] = n == IR_ENTRY_FLAGS ? NUMBER_C0 : 0;
    }
    for (unsigned g = STATE_EAX; g <= STATE_EIP; g++)
        a->held[g] = a->last[REF(g, TAG_NUMBER)] != 0;
    a->cfree[0] = !a->last[REF(IR_ENTRY_FLAGS, TAG_FLAGS)];
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
    struct isa_op op = {0};

    t->atoms = 0;
    t->regions = 2;
    t->take = alloc_take;
    t->op = &op;
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
        turn_point();
        if (sides >> e & 1)
            alloc_exit(&a, e);
    }
    if (t->atoms == TRANS_ATOMS)
        t->abort = ABORT_SIZE;
    return t->abort == ABORT_NONE;
}
