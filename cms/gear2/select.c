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

/*
 * Operations that lowering doesn't know by their very nature: an emulation patch executes them, or
 * they end the trace. But PUSHF and POPF mostly move status flags and nothing else, and CLD finds
 * the direction flag clear.
 */
#define GEAR1_ONLY (P_PRIV | P_IO | P_SYSTEM | P_FAR | P_TRAP | P_FPU)

/*
 * What select wants to know of an operation. `sure`: flags that come out independent of what they
 * were before, whatever the operands are. What the architecture leaves undefined often stays as it
 * was, here as on real processors; logic, which leaves nothing undefined but AF, is known to clear
 * that. Of shifts it is true only if their count isn't zero.
 */
static const struct knowledge {
    uint32_t props;
    uint16_t reads, sure;
} operations[OP_COUNT] = {
#define OP(name, mnemonic, reads, writes, undef, props, feature)                                   \
    [OP_##name] = {props, reads,                                                                   \
                   (unsigned)(undef) == FL_AF && !((props) & P_FLAGMAY) ? (writes)                 \
                                                                        : (writes) & ~(undef)},
#include "x86/insns.def"
};

static uint32_t linear(const struct trans *t, uint32_t eip)
{
    return t->key.cs_base + eip;
}

bool trans_same_page(const struct trans *t, uint32_t eip)
{
    return (linear(t, eip) ^ linear(t, t->key.eip)) < PAGE_SIZE;
}

/* The instruction at `offset` in the page, if gear 1 has not decoded it. */
static __attribute__((noinline)) bool decode(struct trans *t, unsigned offset, struct insn *insn)
{
    int length = x86_decode(t->page + offset, PAGE_SIZE - offset, t->key.mode & MODE_CODE32, insn);

    if (length <= 0)
        t->abort = length ? ABORT_DECODE : ABORT_PAGE;
    return length > 0;
}

typedef uint64_t __attribute__((may_alias)) unit;

_Static_assert(offsetof(struct insn, imm2) == 4 * sizeof(unit), "what copy_insn copies");
_Static_assert(sizeof(struct insn) == 4 * sizeof(unit) + sizeof(uint32_t), "likewise");

/* As memcpy does, which doesn't know that both lie at multiples of eight. */
static inline void copy_insn(struct insn *to, const struct insn *from)
{
    unit *d = (unit *)(void *)to;
    const unit *s = (const unit *)(const void *)from;
    unit a = s[0], b = s[1], c = s[2], e = s[3];
    uint32_t imm2 = from->imm2;

    d[0] = a;
    d[1] = b;
    d[2] = c;
    d[3] = e;
    to->imm2 = imm2;
}

/* May the instruction be part of a translation by its granules? Asked when they aren't the last. */
static bool look_at_granules(struct trans *t, unsigned first, unsigned last)
{
    uint64_t page = (uint64_t)t->key.page << PAGE_SHIFT;

    if (!t->self_check && (smc_is_hot(page + first) || smc_is_hot(page + last))) {
        t->self_check = cms.opt->self_check;
        if (!t->self_check) {
            t->abort = ABORT_SMC;
            return false;
        }
    }
    t->granule = last & ~((1u << SMC_GRANULE_SHIFT) - 1);
    return true;
}

static bool is_foreign(const struct insn *i)
{
    unsigned props = operations[i->op].props;

    if (i->op == OP_pushf || i->op == OP_popf || i->op == OP_cld || i->op == OP_std)
        return false;
    return props & GEAR1_ONLY || (props & P_STRING && i->rep);
}

static bool take_branch(struct trans *t, struct guest_insn *g)
{
    g->target = g->next + g->insn.imm;
    if (g->insn.opsize == 2)
        g->target &= 0xffff;
    if (g->insn.opd[0] == OPD_IMM && g->target > t->limit) {
        t->abort = ABORT_LIMIT;
        return false;
    }
    return true;
}

/* One that isn't like most. */
static __attribute__((noinline)) bool take_with_care(struct trans *t, struct guest_insn *g)
{
    uint32_t lin = linear(t, g->eip);
    unsigned marks = profile_marks(lin);

    if (g->next - 1 > t->limit) {
        t->abort = ABORT_LIMIT;
        return false;
    }
    if (!look_at_granules(t, lin & PAGE_MASK, (lin + g->insn.length - 1) & PAGE_MASK))
        return false;
    g->device = marks & SITE_DEVICE;
    g->varies = marks & SITE_VARIES;
    g->crosses = marks & SITE_CROSS;
    g->loads = marks & SITE_IMMEDIATE && source_immediate(&g->insn);
    t->loads |= g->loads;
    if (!g->device && !is_foreign(&g->insn))
        return true;
    if (!trans_may_patch(t, &g->insn, g == t->insn)) {
        t->abort = g->device ? ABORT_IO : ABORT_OPCODE;
        return false;
    }
    trans_patch(t, g);
    return true;
}

/* Where instructions are looked for. */
struct finder {
    uint64_t tag, flip;
    uint32_t base, limit;
};

static inline struct finder finder_of(const struct trans *t)
{
    return (struct finder){t->tag, t->flip, t->key.cs_base, t->limit};
}

/* The instruction, but for where it leads if it is a branch. */
static inline __attribute__((always_inline)) bool fetch(struct trans *t, const struct finder *f,
                                                        uint32_t eip, struct guest_insn *g)
{
    unsigned offset = (f->base + eip) & PAGE_MASK, props, length;
    const struct insn *known = gear1_decoded_by_tag(f->tag + offset, f->flip);

    if (known)
        copy_insn(&g->insn, known);
    else if (!decode(t, offset, &g->insn))
        return false;
    props = operations[g->insn.op].props;
    length = g->insn.length;
    g->eip = eip;
    g->next = eip + length;
    g->notes = 0;
    if ((eip + length - 1 > f->limit) | (offset - t->granule > (1u << SMC_GRANULE_SHIFT) - length) |
        profile_is_marked(f->base + eip) | ((props & (GEAR1_ONLY | P_STRING)) != 0))
        return take_with_care(t, g);
    return true;
}

bool trans_fetch(struct trans *t, uint32_t eip, struct guest_insn *g)
{
    const struct finder f = finder_of(t);

    return fetch(t, &f, eip, g) &&
           (!(operations[g->insn.op].props & P_BRANCH) || take_branch(t, g));
}

static bool in_trace(const struct trans *t, uint32_t eip)
{
    if (eip > t->highest || !(t->seen >> eip % 64 & 1))
        return false;
    for (unsigned i = 0; i < t->insns; i++) {
        if (t->insn[i].eip == eip)
            return true;
    }
    return false;
}

/* May the trace go on at `eip`? */
static inline bool can_follow(const struct trans *t, uint32_t eip)
{
    return t->insns < t->max_insns && trans_same_page(t, eip) && !in_trace(t, eip);
}

/* A return behind a call of the same trace: it will lead where that call came from. */
static bool follow_return(struct trans *t, struct guest_insn *g)
{
    struct trace_path *p = &t->path;

    if (!cms.opt->returns || g->insn.op != OP_ret || g->varies || !p->calls ||
        p->returns == GEAR2_RETURNS || !can_follow(t, p->back[p->calls - 1]))
        return false;
    g->flow = FLOW_RETURN;
    g->target = p->back[--p->calls];
    p->returns++;
    return true;
}

/* Does the trace go on at `eip`, where g, the last of it, leads in any case? */
static bool go_on(struct trans *t, struct guest_insn *g, uint32_t eip)
{
    if (can_follow(t, eip))
        return true;
    g->flow = FLOW_DIRECT;
    t->loops = eip == t->key.eip;
    return false;
}

/* A conditional branch: true and *eip if it is a way out of a trace that goes on. */
static bool follow_conditional(struct trans *t, struct guest_insn *g, uint32_t *eip)
{
    if (g->insn.op == OP_jcc && g->target > g->eip && t->path.sides < t->max_sides) {
        bool taken = profile_is_warm(linear(t, g->target));

        if (taken)
            *eip = g->target;
        if (can_follow(t, *eip)) {
            g->flow = taken ? FLOW_TAKEN : FLOW_SIDE;
            t->path.sides++;
            return true;
        }
    }
    g->flow = FLOW_COND;
    t->loops = g->target == t->key.eip;
    return false;
}

/* Decides how the trace goes on after g, a branch and the last of it; true and *eip if it does. */
static __attribute__((noinline)) bool follow(struct trans *t, struct guest_insn *g, uint32_t *eip)
{
    unsigned props = operations[g->insn.op].props;
    struct trace_path *p = &t->path;

    *eip = g->next;
    if (props & P_COND)
        return follow_conditional(t, g, eip);
    if (follow_return(t, g)) {
        *eip = g->target;
        return true;
    }
    if (g->insn.opd[0] != OPD_IMM || props & P_RET) {
        g->flow = FLOW_INDIRECT;
        return false;
    }
    *eip = g->target;
    if (!go_on(t, g, *eip))
        return false;
    if (props & P_CALL && p->calls < TRANS_CALLS_MAX)
        p->back[p->calls++] = g->next;
    return true;
}

void trans_cut(struct trans *t, unsigned insns)
{
    t->insns = insns;
    t->loops = t->sourced = false;
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

void trans_key(struct trans *t, const struct context *key, const uint8_t *page)
{
    uint64_t gpa = (uint64_t)key->page << PAGE_SHIFT;
    bool code32 = key->mode & MODE_CODE32;

    t->key = *key;
    t->page = page;
    t->tag = gear1_tag(gpa, code32);
    t->flip = gear1_page_flip(gpa, code32);
    t->limit = (mode_segment(key->mode, SEG_CS) & SEG_KIND) == SEG_64K ? 0xffff : UINT32_MAX;
    t->granule = PAGE_SIZE; /* none */
}

static void select_begin(struct trans *t)
{
    t->insns = 0;
    t->patches = 0;
    t->self_check = t->loads = t->loops = false;
    t->seen = t->highest = 0;
    t->path.sides = t->path.calls = t->path.returns = 0;
    t->abort = ABORT_NONE;
    sources_begin(t);
}

/* All of the trace is selected, and what it was made from but for the last range. */
static bool select_end(struct trans *t, unsigned begin, const struct guest_insn *last)
{
    sources_add(t, begin, ((t->key.cs_base + last->eip) & PAGE_MASK) + last->insn.length);
    t->sourced = !t->loads;
    return true;
}

bool trans_select(struct trans *t)
{
    const struct finder f = finder_of(t);
    uint32_t eip = t->key.eip, from = (f.base + eip) & PAGE_MASK; /* of the range of source */
    struct guest_insn *g = t->insn;

    select_begin(t);
    if ((mode_segment(t->key.mode, SEG_CS) & SEG_KIND) == SEG_OTHER) {
        t->abort = ABORT_SEGMENT; /* no telling where the limit of CS is */
        return false;
    }
    for (;; g++) {
        if (!fetch(t, &f, eip, g))
            break;
        t->seen |= UINT64_C(1) << eip % 64;
        t->highest = eip > t->highest ? eip : t->highest;
        if (!(operations[g->insn.op].props & P_BRANCH) | g->patched) {
            t->insns++;
            eip = g->next;
            if (g->flow == FLOW_PATCH || !go_on(t, g, eip))
                return select_end(t, from, g);
            continue;
        }
        if (!take_branch(t, g))
            break;
        t->insns++;
        if (!follow(t, g, &eip))
            return select_end(t, from, g);
        if (eip != g->next) {
            sources_add(t, from, ((f.base + g->next - 1) & PAGE_MASK) + 1);
            from = (f.base + eip) & PAGE_MASK;
        }
    }
    trans_cut(t, t->insns);
    return t->insns != 0;
}

/* `operations` has it for a count that isn't zero. */
static unsigned shift_writes(const struct insn *i)
{
    return i->opd[1] == OPD_IMM && i->imm & 31 ? operations[i->op].sure : 0;
}

void trans_liveness(struct trans *t)
{
    unsigned live = FL_STATUS; /* who comes after the translation may look at any */

    for (struct guest_insn *g = &t->insn[t->insns]; g-- > t->insn;) {
        const struct knowledge *k = &operations[g->insn.op];
        unsigned sure = k->props & P_FLAGMAY ? shift_writes(&g->insn) : k->sure;

        if (g->flow == FLOW_SKIP)
            live |= g[g->skips].live;
        else if ((g->flow != FLOW_NEXT) | g->patched)
            live = FL_STATUS;
        g->live = (uint16_t)live;
        live = g->patched ? FL_STATUS : (live & ~sure) | k->reads;
    }
}
