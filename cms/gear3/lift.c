/*
 * lift.c - from guest instructions to the IR.
 *
 * Gear 2 knows how to lower every instruction to atoms on real registers; gear 3 lowers by the same
 * functions, takes each atom as it comes, and gives what its registers hold names. As the region is
 * one straight line, that takes one walk: what a register holds is what was written last, and a
 * move is no instruction at all. Flags that the next instructions overwrite, before any way out,
 * are not lowered in the first place.
 *
 * All that an instruction's operands will ever be is known by then, so the passes that look at one
 * instruction and what came before it, fold and memory, are asked at once: what they find to be
 * another value never becomes an instruction.
 */
#include "gear2/build.h"
#include "gear3/ifconvert.h"
#include "gear3/turn.h"

#define LIFTED 4 /* instructions that may come of one atom, and the next */

/* Zero, and what is there at the begin. */
static void make_entry(struct ir *ir)
{
    for (unsigned n = 0; n < IR_FIRST; n++) {
        struct ins *i = ir_clear_next(ir);

        i->op.atom = n ? IR_ENTRY_ATOM : ISA_addi;
        i->width = n ? 32 : 0;
        for (unsigned k = 0; k < ARG_COUNT; k++)
            i->arg[k] = REF_NONE;
        ir_enter(ir);
    }
    ir->ins[0].arg[ARG_A] = REF_ZERO;
}

static void begin(struct ir *ir)
{
    ir->count = 0;
    ir->counted = ir->replaced = ir->changed = ir->fused = false;
    ir->memory.count = ir->status.count = 0;
    memset(ir->block, 0, sizeof(ir->block));
    make_entry(ir);
    for (unsigned n = 0; n < 64; n++) {
        ir->r[n] = n <= REG_EIP ? REF(n, TAG_NUMBER) : REF_ZERO;
        ir->r[64 + n] = REF_NONE;
    }
    for (unsigned n = 0; n < 4; n++) {
        ir->c[n] = REF(IR_ENTRY_FLAGS, TAG_FLAGS);
        ir->c[4 + n] = REF_NONE;
    }
    ir->extra = REF_ZERO;
    ir->hammock.join = 0;
    ir->sides = 0;
    memset(ir->since, 0, sizeof(ir->since));
    ir->folds = cms.opt->opt_fold;
    ir->numbers = cms.opt->opt_memory;
    memory_begin(ir);
    ir->t->op = &ir_clear_next(ir)->op;
}

static void snapshot(struct ir *ir, ref state[STATE_ROOM], bool computed)
{
    __builtin_memcpy(__builtin_assume_aligned(state, sizeof(uint64_t)),
           __builtin_assume_aligned(ir->r, sizeof(uint64_t)), STATE_ROOM * sizeof(ref));
    state[STATE_FLAGS] = ir->c[0];
    state[STATE_EXTRA] = ir->extra;
    if (!computed)
        state[STATE_EIP] = REF_NONE;
}

/* Fold has made a sum for n's address: it may be there already. */
static OUT_OF_LINE void share_sum(struct ir *ir, unsigned n)
{
    unsigned sum = n + 1;

    ir_unuse(ir, &ir->ins[sum]);
    ir->ins[n].arg[ARG_A] = memory_ins(ir, sum);
    if (ir->ins[sum].block != BLOCK_NONE)
        ir_use(ir, &ir->ins[sum]);
    else
        ir->count--;
}

/* It is there for good. */
static inline void keep(struct ir *ir, unsigned n)
{
    const struct ins *i = &ir->ins[n];
    const struct isa_fact *fact = ins_fact(i);

    ir_use(ir, i);
    if (fact->flags & ISA_F_GUEST)
        ir_list(&ir->memory, n);
    else if (fact->flags & ISA_F_BRANCH || fact->uses & ISA_WRITE_CD)
        ir_list(&ir->status, n);
}

ref ir_settle(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];
    ref is = REF(n, TAG_NUMBER);

    if (ir->folds)
        is = fold_ins(ir, n);
    else
        i->width = (uint8_t)ir_width(ir, i);
    if (is != REF(n, TAG_NUMBER)) {
        if (!(ins_fact(i)->uses & ISA_WRITE_CD))
            ir_remove(ir, n);
    } else if (ir->numbers && i->block != BLOCK_NONE) {
        if (ir->count > n + 1)
            share_sum(ir, n);
        is = memory_ins(ir, n);
    }
    if (i->block != BLOCK_NONE)
        keep(ir, n);
    else if (n == ir->count - 1)
        ir->count--;
    return is;
}

/*
 * The number that an x86 atom computes, by the plain atom (pair.c); REF_NONE if there is none. The
 * x86 atom is the next again.
 */
static OUT_OF_LINE ref plain_number(struct ir *ir, struct ins *i, unsigned block)
{
    struct isa_op op = i->op;
    uint64_t args = i->args;
    ref number;
    unsigned n;

    if (!ir_drop_flags(ir, i))
        return REF_NONE;
    n = ir_enter(ir);
    ir_append(ir, block, n);
    number = ir_settle(ir, n);
    i = ir_clear_next(ir);
    i->op = op;
    i->args = args;
    return number;
}

/* What its registers hold; what isn't read is none. */
static inline void read_operands(const struct ir *ir, struct ins *i)
{
    const struct isa_op *op = &i->op;
    const ref *r = ir->r, *c = ir->c;
    unsigned uses = ins_fact(i)->uses;
    size_t rd = uses & ISA_READ_RD ? op->rd : op->rs, ca = uses & ISA_READ_CA ? op->ca : op->cd;
    uint64_t d = r[rd + 64 * !(uses & (ISA_READ_RD | ISA_READ_RS))];
    uint64_t a = r[op->ra + (size_t)64 * !(uses & ISA_READ_RA)];
    uint64_t b = r[op->rb + (size_t)64 * !(uses & ISA_READ_RB)];
    uint64_t flags = c[ca + (size_t)4 * !(uses & (ISA_READ_CA | ISA_READ_CD))];

    i->args = LANE(ARG_D, d) | LANE(ARG_A, a) | LANE(ARG_B, b) | LANE(ARG_C, flags);
}

/* A place of the guest's state loses its value: does an exit need that? */
static inline void count_exits(struct ir *ir, unsigned place, ref value)
{
    if (ir->since[place] != ir->sides)
        ir->exits[value]++;
    ir->since[place] = ir->sides;
}

static ref *named(struct ir *ir, unsigned place)
{
    switch (place) {
    case STATE_FLAGS: return &ir->c[0];
    case STATE_EXTRA: return &ir->extra;
    default: return &ir->r[place];
    }
}

void ir_name(struct ir *ir, unsigned place, ref value)
{
    ref *old = named(ir, place);

    count_exits(ir, place, *old);
    *old = value;
}

static inline void name_number(struct ir *ir, unsigned reg, ref value)
{
    if (reg <= REG_EIP)
        count_exits(ir, reg, ir->r[reg]);
    ir->r[reg] = value;
}

static inline void name_flags(struct ir *ir, unsigned c, ref value)
{
    if (!c)
        count_exits(ir, STATE_FLAGS, ir->c[0]);
    ir->c[c] = value;
}

static void count_end(struct ir *ir)
{
    for (unsigned k = 0; k < STATE_COUNT; k++) {
        count_exits(ir, k, *named(ir, k));
        ir->uses[ir->end[k]]++;
    }
}

/* The next instruction's operation is there. */
static void lift_next(struct trans *t, unsigned role, unsigned exit)
{
    struct ir *ir = t->ir;
    struct ins *i = &ir->ins[ir->count];
    unsigned uses = ins_fact(i)->uses, rd = i->op.rd, cd = i->op.cd, n;
    unsigned block = t->pinning ? BLOCK_ENTRY : BLOCK_BODY;
    ref number = REF_NONE, is;

    read_operands(ir, i);
    i->insn = (uint8_t)t->current;
    if (uses & ISA_WRITE_CD && uses & ISA_WRITE_RD && rd)
        number = plain_number(ir, i, block);
    n = ir_enter(ir);
    i = &ir->ins[n];
    i->insn = (uint8_t)t->current;
    i->role = (uint8_t)role;
    i->exit = (uint8_t)exit;
    i->twin = number;
    ir_append(ir, block, n);
    is = ir_settle(ir, n);
    if (uses & ISA_WRITE_RD && rd)
        name_number(ir, rd, number == REF_NONE ? is : number);
    if (uses & ISA_WRITE_CD)
        name_flags(ir, cd, REF(n, TAG_FLAGS));
    if (role == ROLE_SIDE && i->block != BLOCK_NONE) {
        snapshot(ir, ir->state[exit], t->exit[exit].computed);
        ir->sides++;
    }
}

static void lift(struct trans *t, unsigned role, unsigned exit)
{
    struct ir *ir = t->ir;

    if (t->op->atom == ISA_addi && !t->op->imm)
        name_number(ir, t->op->rd, ir->r[t->op->ra]);
    else if (role == ROLE_SKIP)
        ifconvert_skip(ir, t->op);
    else if (ir->count + LIFTED > IR_INS)
        give_up(t, ABORT_SIZE);
    else
        lift_next(t, role, exit);
    t->op = &ir_clear_next(ir)->op;
}

/* All of the region; returns the number of instructions that went well. */
static unsigned lower_region(struct trans *t)
{
    turn_point();
    trans_liveness(t);
    turn_point();
    trans_lower_begin(t);
    turn_point();
    begin(t->ir);
    for (t->current = 0; t->current < t->insns; t->current++) {
        turn_point();
        trans_lower_insn(t, &t->insn[t->current]);
        if (t->abort != ABORT_NONE)
            return t->current;
        if (t->current + 1 == t->ir->hammock.join) {
            ifconvert_join(t->ir);
            t->op = &ir_clear_next(t->ir)->op;
        }
    }
    return t->insns;
}

bool ir_lift(struct ir *ir)
{
    struct trans *t = ir->t;
    unsigned done;

    t->ir = ir;
    t->take = lift;
    while ((done = ifconvert_whole(t, lower_region(t))) != t->insns && done) {
        t->goes_on = t->insn[done].eip;
        t->insns = done;
        t->loops = false;
    }
    snapshot(ir, ir->end, t->insn[t->insns - 1].flow == FLOW_INDIRECT);
    count_end(ir);
    ir->counted = true;
    ir->loops = t->loops;
    return t->abort == ABORT_NONE;
}
