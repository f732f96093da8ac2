/*
 * ifconvert.c - select conversion: a short branch forward becomes straight code.
 *
 * A conditional branch around a few instructions that goes either way would leave the region every
 * other time. If those instructions only compute, they are in the line whichever way the branch
 * goes, and where both ways meet, SEL takes each register that they have changed from the way that
 * control would have come:
 *
 *         cmp   eax, ecx        f20 = subf32 v1, v2
 *         jge   1f
 *         mov   eax, ecx
 *         inc   edx             v21 = addiz v3, 1
 *     1:                        v22 = sel ge f20, v1, v2
 *                               v23 = sel ge f20, v3, v21
 *                               v24 = sel ge f20, 0, #2
 *
 * The last is how many instructions were executed beyond those of the line that always are: it is
 * part of all later snapshots, and their commits add it to their own number. Flags are merged
 * likewise, as numbers; mostly nobody looks at them.
 *
 * Loads may be among the instructions, as loads may pass exits: one that traps although it would
 * have been skipped is rolled back, gear 1 goes on, and if that happens often its place is marked
 * and no longer converted.
 */
#include "gear3/ifconvert.h"
#include "runtime/profile.h"

static bool only_computes(unsigned op)
{
    switch (op) {
    case OP_add:
    case OP_or:
    case OP_adc:
    case OP_sbb:
    case OP_and:
    case OP_sub:
    case OP_xor:
    case OP_cmp:
    case OP_test:
    case OP_inc:
    case OP_dec:
    case OP_neg:
    case OP_not:
    case OP_imul2:
    case OP_imul3:
    case OP_cwde:
    case OP_cdq:
    case OP_shl:
    case OP_shr:
    case OP_sar:
    case OP_rol:
    case OP_ror:
    case OP_bswap:
    case OP_mov:
    case OP_movzx:
    case OP_movsx:
    case OP_cmov:
    case OP_setcc:
    case OP_lea:
    case OP_nop: return true;
    default: return false;
    }
}

static bool stores(const struct insn *i)
{
    return i->opd[0] == OPD_RM && i->is_mem && i->op != OP_cmp && i->op != OP_test;
}

/* May it be executed although the guest would have skipped it? */
static bool is_harmless(const struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;

    if (!only_computes(i->op) || stores(i))
        return false;
    return !i->is_mem || i->op == OP_lea ||
           (cms.opt->opt_reorder && !(profile_marks(t->key.cs_base + g->eip) & SITE_EARLY));
}

/* Instructions behind the branch that lead to its target, into insn[]; 0: they can't be skipped. */
static unsigned fetch_skipped(struct trans *t, const struct guest_insn *branch)
{
    unsigned count = 0;

    for (uint32_t eip = branch->next; eip != branch->target; count++) {
        struct guest_insn *g = &t->insn[t->insns + count];

        if (count == cms.opt->select_insns || t->insns + count == t->max_insns ||
            !trans_same_page(t, eip) || !trans_fetch(t, eip, g) || t->self_check ||
            !is_harmless(t, g))
            return 0;
        g->flow = FLOW_NEXT;
        eip = g->next;
    }
    return count;
}

bool ifconvert_take(struct trans *t, struct guest_insn *branch)
{
    unsigned count;

    if (!cms.opt->select || branch->insn.op != OP_jcc || branch->target <= branch->next)
        return false;
    count = fetch_skipped(t, branch);
    if (!count) {
        t->self_check = false;
        return false;
    }
    branch->flow = FLOW_SKIP;
    branch->skips = (uint8_t)count;
    t->insns += count;
    return true;
}

unsigned ifconvert_whole(const struct trans *t, unsigned insns)
{
    for (unsigned n = 0; n < insns; n++) {
        if (t->insn[n].flow == FLOW_SKIP && n + t->insn[n].skips >= insns)
            return n;
    }
    return insns;
}

/* ---- where both ways meet */

void ifconvert_skip(struct ir *ir, const struct isa_op *branch)
{
    struct hammock *h = &ir->hammock;

    h->skips = ir->t->insn[ir->t->current].skips;
    h->join = ir->t->current + h->skips + 1;
    h->cond = branch->cond;
    h->flags = ir->c[branch->ca];
    memcpy(h->r, ir->r, sizeof(h->r));
    h->c0 = ir->c[0];
}

static ref make(struct ir *ir, const struct isa_op *op, ref a, ref b, ref flags)
{
    const ref arg[ARG_COUNT] = {REF_NONE, a, b, flags};
    unsigned n = ir_new(ir, op, arg, ir->t->current);

    if (!n)
        return REF_ZERO;
    ir_append(ir, BLOCK_BODY, n);
    return ir_settle(ir, n);
}

static ref select_number(struct ir *ir, ref jumped, ref came)
{
    const struct hammock *h = &ir->hammock;

    if (jumped == came)
        return came;
    return make(ir, &(struct isa_op){.atom = ISA_sel, .cond = h->cond}, jumped, came, h->flags);
}

static ref flags_number(struct ir *ir, ref flags)
{
    return make(ir, &(struct isa_op){.atom = ISA_movfc}, REF_NONE, REF_NONE, flags);
}

static ref select_flags(struct ir *ir, ref jumped, ref came)
{
    ref both;

    if (jumped == came)
        return came;
    both = select_number(ir, flags_number(ir, jumped), flags_number(ir, came));
    return make(ir, &(struct isa_op){.atom = ISA_movtc}, both, REF_NONE, REF_NONE) | TAG_FLAGS;
}

void ifconvert_join(struct ir *ir)
{
    const struct hammock *h = &ir->hammock;
    ref skips = make(ir, &(struct isa_op){.atom = ISA_addi, .imm = h->skips}, REF_ZERO, REF_NONE,
                     REF_NONE);
    ref executed = select_number(ir, REF_ZERO, skips);

    cms_count(EV_GEAR3_SELECTS);
    ir_name(ir, STATE_FLAGS, select_flags(ir, h->c0, ir->c[0]));
    for (unsigned n = STATE_EAX; n <= STATE_EDI; n++)
        ir_name(ir, n, select_number(ir, h->r[n], ir->r[n]));
    ir_name(ir, STATE_EXTRA,
            make(ir, &(struct isa_op){.atom = ISA_addz}, ir->extra, executed, REF_NONE));
}
