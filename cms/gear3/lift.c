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

static void begin(struct ir *ir)
{
    static const ref none[ARG_COUNT] = {REF_NONE, REF_NONE, REF_NONE, REF_NONE};

    ir->count = 0;
    ir->counted = ir->replaced = ir->changed = false;
    for (unsigned b = 0; b < BLOCK_EXITS + TRANS_EXITS; b++)
        ir->block[b].first = ir->block[b].last = IR_NONE;
    for (unsigned n = 0; n < IR_FIRST; n++) {
        ir_new(ir, &(struct isa_op){.atom = ISA_addi}, none, 0);
        ir->ins[n].width = n ? 32 : 0;
    }
    for (unsigned n = 0; n < 64; n++)
        ir->r[n] = n <= REG_EIP ? REF(n, TAG_NUMBER) : REF_ZERO;
    for (unsigned n = 0; n < 4; n++)
        ir->c[n] = REF(IR_ENTRY_FLAGS, TAG_FLAGS);
    ir->extra = REF_ZERO;
    ir->hammock.join = 0;
    memory_begin(ir);
}

static void snapshot(struct ir *ir, ref state[STATE_COUNT], bool computed)
{
    state[STATE_FLAGS] = ir->c[0];
    for (unsigned n = STATE_EAX; n <= STATE_EDI; n++)
        state[n] = ir->r[n];
    state[STATE_EIP] = computed ? ir->r[REG_EIP] : REF_NONE;
    state[STATE_EXTRA] = ir->extra;
}

/* Fold has made a sum for n's address: it may be there already. */
static void share_sum(struct ir *ir, unsigned n)
{
    unsigned sum = n + 1;
    struct result r = {REF(sum, TAG_NUMBER), REF(sum, TAG_FLAGS)};

    ir_unuse(ir, &ir->ins[sum]);
    ir->ins[n].arg[ARG_A] = memory_ins(ir, sum, r).number;
    if (ir->ins[sum].block != BLOCK_NONE)
        ir_use(ir, &ir->ins[sum]);
    else
        ir->count--;
}

struct result ir_settle(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];
    struct result r = {REF(n, TAG_NUMBER), REF(n, TAG_FLAGS)};

    if (cms.opt->opt_fold)
        r.number = fold_ins(ir, n);
    else
        i->width = (uint8_t)ir_width(ir, i);
    if (r.number != REF(n, TAG_NUMBER) && !(ins_fact(i)->uses & ISA_WRITE_CD))
        ir_remove(ir, n);
    else if (cms.opt->opt_memory && i->block != BLOCK_NONE) {
        if (ir->count > n + 1)
            share_sum(ir, n);
        r = memory_ins(ir, n, r);
    }
    if (i->block != BLOCK_NONE)
        ir_use(ir, i);
    else if (n == ir->count - 1)
        ir->count--;
    return r;
}

/* The number that an x86 atom computes, by the plain atom (pair.c); REF_NONE if there is none. */
static ref plain_number(struct ir *ir, const struct isa_op *op, const ref arg[ARG_COUNT],
                        unsigned block)
{
    unsigned n = ir_new(ir, op, arg, ir->t->current);

    if (!n)
        return REF_NONE;
    if (!ir_drop_flags(ir, &ir->ins[n])) {
        ir->count--;
        return REF_NONE;
    }
    ir_append(ir, block, n);
    return ir_settle(ir, n).number;
}

static void name_results(struct ir *ir, const struct isa_op *op, struct result r)
{
    unsigned uses = isa_facts[op->atom].uses;

    if (uses & ISA_WRITE_RD && op->rd)
        ir->r[op->rd] = r.number;
    if (uses & ISA_WRITE_CD)
        ir->c[op->cd] = r.flags;
}

static void read_operands(const struct ir *ir, const struct isa_op *op, ref arg[ARG_COUNT])
{
    unsigned uses = isa_facts[op->atom].uses;

    for (unsigned k = 0; k < ARG_COUNT; k++)
        arg[k] = REF_NONE;
    if (uses & (ISA_READ_RD | ISA_READ_RS))
        arg[ARG_D] = ir->r[uses & ISA_READ_RD ? op->rd : op->rs];
    if (uses & ISA_READ_RA)
        arg[ARG_A] = ir->r[op->ra];
    if (uses & ISA_READ_RB)
        arg[ARG_B] = ir->r[op->rb];
    if (uses & (ISA_READ_CA | ISA_READ_CD))
        arg[ARG_C] = ir->c[uses & ISA_READ_CA ? op->ca : op->cd];
}

static void lift(struct trans *t, const struct isa_op *op, unsigned role, unsigned exit)
{
    struct ir *ir = t->ir;
    unsigned uses = isa_facts[op->atom].uses, block = t->pinning ? BLOCK_ENTRY : BLOCK_BODY, n;
    ref arg[ARG_COUNT], number = REF_NONE;
    struct result r;

    if (op->atom == ISA_addi && !op->imm) {
        ir->r[op->rd] = ir->r[op->ra];
        return;
    }
    if (role == ROLE_SKIP) {
        ifconvert_skip(ir, op);
        return;
    }
    read_operands(ir, op, arg);
    if (uses & ISA_WRITE_CD && uses & ISA_WRITE_RD && op->rd)
        number = plain_number(ir, op, arg, block);
    n = ir_new(ir, op, arg, t->current);
    if (!n)
        return;
    ir->ins[n].role = (uint8_t)role;
    ir->ins[n].exit = (uint8_t)exit;
    ir->ins[n].twin = number;
    ir_append(ir, block, n);
    r = ir_settle(ir, n);
    if (number != REF_NONE)
        r.number = number;
    name_results(ir, op, r);
    if (role == ROLE_SIDE && ir->ins[n].block != BLOCK_NONE) {
        snapshot(ir, ir->state[exit], t->exit[exit].computed);
        ir_use_state(ir->exits, ir->state[exit]);
    }
}

/* All of the region; returns the number of instructions that went well. */
static unsigned lower_region(struct trans *t)
{
    trans_liveness(t);
    trans_lower_begin(t);
    begin(t->ir);
    for (t->current = 0; t->current < t->insns; t->current++) {
        trans_lower_insn(t, &t->insn[t->current]);
        if (t->abort != ABORT_NONE)
            return t->current;
        if (t->current + 1 == t->ir->hammock.join)
            ifconvert_join(t->ir);
    }
    return t->insns;
}

bool ir_lift(struct ir *ir)
{
    struct trans *t = ir->t;
    unsigned done;

    t->ir = ir;
    t->lift = lift;
    while ((done = ifconvert_whole(t, lower_region(t))) != t->insns && done) {
        t->goes_on = t->insn[done].eip;
        t->insns = done;
        t->loops = false;
    }
    t->lift = NULL;
    snapshot(ir, ir->end, t->insn[t->insns - 1].flow == FLOW_INDIRECT);
    ir_use_state(ir->uses, ir->end);
    ir->counted = true;
    ir->loops = t->loops;
    return t->abort == ABORT_NONE;
}
