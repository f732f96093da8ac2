/*
 * select.c - which guest instructions make a translation, and which of their flags matter.
 *
 * The trace begins at the context's EIP and follows direct jumps and calls inside the page. A
 * conditional branch forward becomes a side exit, as long as there is room for one; the trace goes
 * on where control went more often, as far as gear 1 has seen. A conditional branch anywhere else,
 * an indirect branch, and whatever gear 2 can't translate end the trace. A branch to the first
 * instruction closes the loop. Every instruction lies in the page that the context names, so one
 * page check on entry vouches for all of them.
 */
#include "gear2/trans.h"
#include "runtime/profile.h"
#include "runtime/runtime.h"
#include "runtime/source.h"

#define CALLS_MAX 4 /* that a trace may be inside of */

/*
 * Operations that lowering doesn't know by their very nature: an emulation patch executes them, or
 * they end the trace. But PUSHF and POPF mostly move status flags and nothing else, and CLD finds
 * the direction flag clear.
 */
#define GEAR1_ONLY (P_PRIV | P_IO | P_SYSTEM | P_FAR | P_TRAP | P_FPU)

static bool is_foreign(const struct insn *i)
{
    unsigned props = x86_ops[i->op].props;

    if (i->op == OP_pushf || i->op == OP_popf || i->op == OP_cld || i->op == OP_std)
        return false;
    return props & GEAR1_ONLY || (props & P_STRING && i->rep);
}

static uint32_t linear(const struct trans *t, uint32_t eip)
{
    return t->key.cs_base + eip;
}

bool trans_same_page(const struct trans *t, uint32_t eip)
{
    return (linear(t, eip) ^ linear(t, t->key.eip)) < PAGE_SIZE;
}

static bool beyond_limit(const struct trans *t, uint32_t eip)
{
    return (mode_segment(t->key.mode, SEG_CS) & SEG_KIND) == SEG_64K && eip > 0xffff;
}

/* The instruction at `offset` in the page; gear 1 has decoded most of them before. */
static bool decode(struct trans *t, unsigned offset, struct insn *insn)
{
    bool code32 = t->key.mode & MODE_CODE32;
    const struct insn *known =
        gear1_decoded_near(((uint64_t)t->key.page << PAGE_SHIFT) + offset, code32, t->flip);
    int length;

    if (known) {
        *insn = *known;
        return true;
    }
    length = x86_decode(t->page + offset, PAGE_SIZE - offset, code32, insn);
    if (length <= 0)
        t->abort = length ? ABORT_DECODE : ABORT_PAGE;
    return length > 0;
}

/* A trace stays in few granules, so the answer for the last one mostly is that for this. */
static bool is_hot(struct trans *t, uint32_t eip)
{
    uint64_t gpa = ((uint64_t)t->key.page << PAGE_SHIFT) + (linear(t, eip) & PAGE_MASK);

    if (t->cool != gpa >> SMC_GRANULE_SHIFT) {
        if (smc_is_hot(gpa))
            return true;
        t->cool = gpa >> SMC_GRANULE_SHIFT;
    }
    return false;
}

bool trans_fetch(struct trans *t, uint32_t eip, struct guest_insn *g)
{
    unsigned marks;

    if (!decode(t, linear(t, eip) & PAGE_MASK, &g->insn))
        return false;
    g->eip = eip;
    g->next = eip + g->insn.length;
    g->target = g->next + g->insn.imm;
    if (g->insn.opsize == 2)
        g->target &= 0xffff;
    if (beyond_limit(t, g->next - 1)) {
        t->abort = ABORT_LIMIT;
        return false;
    }
    if (!t->self_check && (is_hot(t, eip) || is_hot(t, g->next - 1))) {
        t->self_check = cms.opt->self_check;
        if (!t->self_check) {
            t->abort = ABORT_SMC;
            return false;
        }
    }
    marks = profile_marks(linear(t, eip));
    g->device = marks & SITE_DEVICE;
    g->varies = marks & SITE_VARIES;
    g->crosses = marks & SITE_CROSS;
    g->loads = marks & SITE_IMMEDIATE && source_immediate(&g->insn);
    g->patched = false;
    if (!g->device && !is_foreign(&g->insn))
        return true;
    if (!trans_may_patch(t, &g->insn, t->insns == 0)) {
        t->abort = g->device ? ABORT_IO : ABORT_OPCODE;
        return false;
    }
    trans_patch(t, g);
    return true;
}

static bool in_trace(const struct trans *t, uint32_t eip)
{
    if (eip > t->highest)
        return false;
    for (unsigned i = 0; i < t->insns; i++) {
        if (t->insn[i].eip == eip)
            return true;
    }
    return false;
}

/* May the trace go on at `eip`? */
static bool can_follow(const struct trans *t, uint32_t eip)
{
    return t->insns < t->max_insns && trans_same_page(t, eip) && !in_trace(t, eip);
}

/* On the way through the trace. */
struct path {
    unsigned sides;           /* branches out of it so far */
    unsigned calls, returns;  /* calls that the trace has followed and not left; returns followed */
    uint32_t back[CALLS_MAX]; /* where the callers go on */
};

/* A return behind a call of the same trace: it will lead where that call came from. */
static bool follow_return(struct trans *t, struct guest_insn *g, struct path *p)
{
    if (!cms.opt->returns || g->insn.op != OP_ret || g->varies || !p->calls ||
        p->returns == GEAR2_RETURNS || !can_follow(t, p->back[p->calls - 1]))
        return false;
    g->flow = FLOW_RETURN;
    g->target = p->back[--p->calls];
    p->returns++;
    return true;
}

/* Decides how the trace goes on after g, the last of it; true and *eip if it does. */
static bool follow(struct trans *t, struct guest_insn *g, struct path *p, uint32_t *eip)
{
    unsigned props = x86_ops[g->insn.op].props;
    bool direct = g->insn.opd[0] == OPD_IMM;

    *eip = g->next;
    if (g->patched && g->flow == FLOW_PATCH)
        return false;
    if (g->patched)
        props = 0;
    if (props & P_COND) {
        bool forward = g->target > g->eip;

        if (g->insn.op == OP_jcc && forward && p->sides < t->max_sides) {
            bool taken = profile_is_warm(linear(t, g->target));

            if (taken)
                *eip = g->target;
            if (can_follow(t, *eip)) {
                g->flow = taken ? FLOW_TAKEN : FLOW_SIDE;
                p->sides++;
                return true;
            }
        }
        g->flow = FLOW_COND;
        t->loops = g->target == t->key.eip;
        return false;
    }
    if (props & (P_JUMP | P_CALL | P_RET)) {
        if (follow_return(t, g, p)) {
            *eip = g->target;
            return true;
        }
        if (!direct || props & P_RET) {
            g->flow = FLOW_INDIRECT;
            return false;
        }
        *eip = g->target;
    }
    g->flow = FLOW_NEXT;
    if (can_follow(t, *eip)) {
        if (props & P_CALL && p->calls < CALLS_MAX)
            p->back[p->calls++] = g->next;
        return true;
    }
    g->flow = FLOW_DIRECT;
    t->loops = *eip == t->key.eip;
    return false;
}

void trans_cut(struct trans *t, unsigned insns)
{
    t->insns = insns;
    t->loops = false;
    if (insns) {
        struct guest_insn *last = &t->insn[insns - 1];

        if (last->flow == FLOW_NEXT)
            last->flow = FLOW_DIRECT;
        else if (last->flow == FLOW_RETURN)
            last->flow = FLOW_INDIRECT;
        else if (last->flow == FLOW_SIDE || last->flow == FLOW_TAKEN)
            last->flow = FLOW_COND;
    }
}

bool trans_select(struct trans *t)
{
    uint32_t eip = t->key.eip;
    struct path path = {0};

    t->insns = 0;
    t->patches = 0;
    t->self_check = false;
    t->loops = false;
    t->highest = 0;
    t->abort = ABORT_SEGMENT;
    if ((mode_segment(t->key.mode, SEG_CS) & SEG_KIND) == SEG_OTHER)
        return false; /* no telling where the limit of CS is */
    t->abort = ABORT_NONE;
    for (;;) {
        struct guest_insn *g = &t->insn[t->insns];

        if (!trans_fetch(t, eip, g))
            break;
        if (x86_ops[g->insn.op].props & P_BRANCH && g->insn.opd[0] == OPD_IMM &&
            beyond_limit(t, g->target)) {
            t->abort = ABORT_LIMIT;
            break;
        }
        t->insns++;
        if (eip > t->highest)
            t->highest = eip;
        if (!follow(t, g, &path, &eip))
            return true;
    }
    trans_cut(t, t->insns);
    return t->insns != 0;
}

/*
 * Flags that come out independent of what they were before, whatever the operands are. What the
 * architecture leaves undefined often stays as it was, here as on real processors; logic is known
 * to clear it.
 */
static unsigned surely_writes(const struct insn *i)
{
    const struct x86_op_info *info = &x86_ops[i->op];

    if (i->op == OP_and || i->op == OP_or || i->op == OP_xor || i->op == OP_test)
        return info->writes;
    if (info->props & P_FLAGMAY && !(i->opd[1] == OPD_IMM && i->imm & 31))
        return 0;
    return info->writes & ~info->undef;
}

void trans_liveness(struct trans *t)
{
    unsigned live = FL_STATUS; /* who comes after the translation may look at any */

    for (unsigned n = t->insns; n-- > 0;) {
        struct guest_insn *g = &t->insn[n];

        if (g->flow == FLOW_SKIP)
            live |= t->insn[n + g->skips].live;
        else if (g->flow != FLOW_NEXT || g->patched)
            live = FL_STATUS;
        g->live = (uint16_t)live;
        live = g->patched ? FL_STATUS
                          : (live & ~surely_writes(&g->insn)) | x86_ops[g->insn.op].reads;
    }
}
