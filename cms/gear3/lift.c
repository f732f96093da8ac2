/*
 * lift.c - from guest instructions to the IR.
 *
 * Gear 2 knows how to lower every instruction to atoms on real registers; gear 3 lowers by the same
 * functions and then gives each register's values names. As the region is one straight line, that
 * takes one walk: what a register holds is what was written last. Flags that the next instructions
 * overwrite, before any way out, are not lowered at all.
 */
#include "gear2/build.h"
#include "gear3/ir.h"

struct naming {
    struct ir *ir;
    ref r[64], c[4];
};

/* All of the region; returns the number of instructions that went well. */
static unsigned lower_region(struct trans *t)
{
    trans_liveness(t);
    trans_lower_begin(t);
    for (t->current = 0; t->current < t->insns; t->current++) {
        trans_lower_insn(t, &t->insn[t->current]);
        if (t->abort != ABORT_NONE)
            return t->current;
    }
    return t->insns;
}

static void name_begin(struct naming *s)
{
    struct ir *ir = s->ir;
    static const ref none[ARG_COUNT] = {REF_NONE, REF_NONE, REF_NONE, REF_NONE};

    ir->count = 0;
    ir->counted = ir->replaced = false;
    for (unsigned b = 0; b < BLOCK_EXITS + TRANS_EXITS; b++)
        ir->block[b].first = ir->block[b].last = IR_NONE;
    for (unsigned n = 0; n < IR_FIRST; n++) {
        ir_new(ir, &(struct isa_op){.atom = ISA_addi}, none, 0);
        ir->ins[n].width = n ? 32 : 0;
    }
    for (unsigned n = 0; n < 64; n++)
        s->r[n] = n <= REG_EIP ? REF(n, TAG_NUMBER) : REF_ZERO;
    for (unsigned n = 0; n < 4; n++)
        s->c[n] = REF(IR_ENTRY_FLAGS, TAG_FLAGS);
}

static void snapshot(const struct naming *s, ref state[STATE_COUNT], bool computed)
{
    state[STATE_FLAGS] = s->c[0];
    for (unsigned n = STATE_EAX; n <= STATE_EDI; n++)
        state[n] = s->r[n];
    state[STATE_EIP] = computed ? s->r[REG_EIP] : REF_NONE;
}

/* The number that an x86 atom computes, by the plain atom (pair.c); 0 if there is none. */
static unsigned name_number(struct naming *s, const struct atom *a, unsigned block,
                            const ref arg[ARG_COUNT])
{
    struct ir *ir = s->ir;
    unsigned n = ir_new(ir, &a->op, arg, a->insn);

    if (!n)
        return 0;
    if (!ir_drop_flags(ir, &ir->ins[n])) {
        ir->count--;
        return 0;
    }
    ir->ins[n].width = (uint8_t)ir_width(ir, &ir->ins[n]);
    ir_append(ir, block, n);
    return n;
}

static void name_atom(struct naming *s, const struct atom *a, unsigned block)
{
    const struct isa_op *op = &a->op;
    unsigned uses = isa_facts[op->atom].uses, number = 0, n;
    ref arg[ARG_COUNT] = {REF_NONE, REF_NONE, REF_NONE, REF_NONE};

    if (uses & (ISA_READ_RD | ISA_READ_RS))
        arg[ARG_D] = s->r[uses & ISA_READ_RD ? op->rd : op->rs];
    if (uses & ISA_READ_RA)
        arg[ARG_A] = s->r[op->ra];
    if (uses & ISA_READ_RB)
        arg[ARG_B] = s->r[op->rb];
    if (uses & (ISA_READ_CA | ISA_READ_CD))
        arg[ARG_C] = s->c[uses & ISA_READ_CA ? op->ca : op->cd];
    if (uses & ISA_WRITE_CD && uses & ISA_WRITE_RD && op->rd)
        number = name_number(s, a, block, arg);
    n = ir_new(s->ir, op, arg, a->insn);
    if (!n)
        return;
    s->ir->ins[n].role = a->role;
    s->ir->ins[n].exit = a->exit;
    s->ir->ins[n].twin = (uint16_t)number;
    s->ir->ins[n].width = (uint8_t)ir_width(s->ir, &s->ir->ins[n]);
    ir_append(s->ir, block, n);
    if (uses & ISA_WRITE_RD && op->rd)
        s->r[op->rd] = REF(number ? number : n, TAG_NUMBER);
    if (uses & ISA_WRITE_CD)
        s->c[op->cd] = REF(n, TAG_FLAGS);
    if (a->role == ROLE_SIDE)
        snapshot(s, s->ir->state[a->exit], s->ir->t->exit[a->exit].computed);
}

bool ir_lift(struct ir *ir)
{
    struct trans *t = ir->t;
    struct naming s = {.ir = ir};
    unsigned done, body;

    while ((done = lower_region(t)) != t->insns) {
        if (!done)
            return false;
        t->goes_on = t->insn[done].eip;
        t->insns = done;
        t->loops = false;
    }
    body = t->atoms;
    t->current = 0;
    trans_lower_pins(t);
    name_begin(&s);
    for (unsigned i = body; i < t->atoms; i++)
        name_atom(&s, &t->atom[i], BLOCK_ENTRY);
    for (unsigned i = 0; i < body; i++)
        name_atom(&s, &t->atom[i], BLOCK_BODY);
    snapshot(&s, ir->end, t->insn[t->insns - 1].flow == FLOW_INDIRECT);
    ir->loops = t->loops;
    return t->abort == ABORT_NONE;
}
