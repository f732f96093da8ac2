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

static uint32_t linear(const struct trans *t, uint32_t eip)
{
    return t->key.cs_base + eip;
}

static unsigned offset_in_page(const struct trans *t, const struct guest_insn *g)
{
    return g->eip - t->path.bias;
}

bool trans_same_page(const struct trans *t, uint32_t eip)
{
    return eip - t->path.bias < PAGE_SIZE;
}

/* ---- one instruction */

typedef uint64_t __attribute__((may_alias)) unit;

/* What choosing looks at of each instruction. */
struct gist {
    unsigned length; /* 0: there is none */
    unsigned props;
};

_Static_assert(offsetof(struct insn, imm2) == 4 * sizeof(unit), "what copy_slot copies");
_Static_assert(sizeof(struct insn) == 4 * sizeof(unit) + sizeof(uint32_t), "likewise");
_Static_assert(sizeof(struct x86_traits) == sizeof(unit), "likewise");
_Static_assert(offsetof(struct insn, length) == 2, "what it reads");
_Static_assert(offsetof(struct x86_traits, props) == 0 && offsetof(struct x86_traits, reads) == 2 &&
                   offsetof(struct x86_traits, sure) == 6,
               "likewise, and what liveness reads");

/*
 * As memcpy does, which doesn't know that both lie at multiples of eight. What is returned needn't
 * be loaded again.
 */
static inline struct gist copy_slot(struct guest_insn *g, const struct slot *slot)
{
    unit *d = (unit *)(void *)&g->insn;
    const unit *s = (const unit *)(const void *)&slot->insn;
    unit a = s[0], b = s[1], c = s[2], e = s[3];
    unit traits = *(const unit *)(const void *)&slot->traits;
    uint32_t imm2 = slot->insn.imm2;

    line_clear(g);
    d[0] = a;
    d[1] = b;
    d[2] = c;
    d[3] = e;
    *(unit *)(void *)&g->traits = traits;
    g->insn.imm2 = imm2;
    return (struct gist){a >> 16 & 0xff, traits & 0xffff};
}

/* The one at `offset` in the page, which gear 1 has not decoded. */
static OUT_OF_LINE struct gist decode(struct trans *t, unsigned offset, struct guest_insn *g)
{
    int length = x86_decode(t->page + offset, PAGE_SIZE - offset, t->key.mode & MODE_CODE32,
                            &g->insn);

    if (length <= 0) {
        t->abort = length ? ABORT_DECODE : ABORT_PAGE;
        return (struct gist){0};
    }
    g->traits = x86_traits[g->insn.op];
    g->notes = 0;
    return (struct gist){(unsigned)length, g->traits.props};
}

/*
 * Which granules have instructions that must be looked at one by one: all, if the page was written
 * again and again or the limit of CS is near; else those with a marked one.
 */
static void find_care(struct trans *t)
{
    struct trace_path *p = &t->path;

    p->wary = smc_may_be_hot(t->key.page) || (uint64_t)p->bias + PAGE_MASK > t->limit;
    p->careful = p->wary ? UINT32_MAX : profile_marked(linear(t, p->bias));
}

/* May the instruction be part of a translation by its granules? */
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
    return true;
}

static bool is_foreign(const struct insn *i)
{
    unsigned props = x86_traits[i->op].props;

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

/* Operations that aren't lowered, or not always. */
#define RARE (GEAR1_ONLY | P_STRING)

/* One that may not be like most. */
static __attribute__((noinline)) bool take_with_care(struct trans *t, struct guest_insn *g)
{
    uint32_t lin = linear(t, g->eip);
    unsigned offset = lin & PAGE_MASK, marks;

    if (!t->path.wary && !(g->traits.props & RARE) && !profile_is_marked(lin))
        return true;
    if (g->next - 1 > t->limit) {
        t->abort = ABORT_LIMIT;
        return false;
    }
    if (t->path.wary && !look_at_granules(t, offset, offset + g->insn.length - 1))
        return false;
    marks = profile_marks(lin);
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

/* What is asked of the page for each instruction: a copy stays in registers. */
struct finder {
    struct slot_page slots;
    uint32_t careful, bias;
};

static inline struct finder finder_of(const struct trans *t)
{
    const struct trace_path *p = &t->path;

    return (struct finder){p->slots, p->careful, p->bias};
}

/* The instruction, and where it leads if it is a branch. */
static inline __attribute__((always_inline)) struct gist
fetch(struct trans *t, const struct finder *f, unsigned offset, struct guest_insn *g)
{
    const struct slot *known = gear1_slot_in(&f->slots, offset);
    struct gist i = known ? copy_slot(g, known) : decode(t, offset, g);
    uint32_t eip = f->bias + offset;

    if (!i.length)
        return i;
    g->eip = eip;
    g->next = eip + i.length;
    if ((f->careful >> (offset >> SMC_GRANULE_SHIFT) & 1) | ((i.props & RARE) != 0)) {
        if (!take_with_care(t, g))
            return (struct gist){0};
        i.props = g->traits.props;
    }
    if (i.props & P_BRANCH && !g->patched && !take_branch(t, g))
        return (struct gist){0};
    return i;
}

bool trans_fetch(struct trans *t, uint32_t eip, struct guest_insn *g)
{
    const struct finder f = finder_of(t);

    return fetch(t, &f, eip - f.bias, g).length;
}

/* ---- how the trace goes on */

/* Where the first instruction of the trace, up to g, begins that lies at `offset` or behind. */
static unsigned next_of_trace(const struct trans *t, const struct guest_insn *g, unsigned offset)
{
    unsigned ahead = PAGE_SIZE;

    for (; g >= t->insn; g--) {
        unsigned there = offset_in_page(t, g);

        if (there >= offset && there < ahead)
            ahead = there;
    }
    return ahead;
}

/* May the trace go on at `eip` after g, the last of it? */
static bool can_follow(struct trans *t, const struct guest_insn *g, uint32_t eip)
{
    struct trace_path *p = &t->path;
    unsigned offset = eip - p->bias, here = offset_in_page(t, g);

    if (g == p->last || offset >= PAGE_SIZE || eip == t->key.eip)
        return false;
    if (here > p->furthest)
        p->furthest = here;
    p->ahead = offset > p->furthest ? PAGE_SIZE : next_of_trace(t, g, offset);
    return offset != p->ahead;
}

/* A return behind a call of the same trace: it will lead where that call came from. */
static bool follow_return(struct trans *t, struct guest_insn *g)
{
    struct trace_path *p = &t->path;

    if (!cms.opt->returns || g->insn.op != OP_ret || g->varies || !p->calls ||
        p->returns == GEAR2_RETURNS || !can_follow(t, g, p->back[p->calls - 1]))
        return false;
    g->flow = FLOW_RETURN;
    g->target = p->back[--p->calls];
    p->returns++;
    return true;
}

/* Does the trace go on at `eip`, where g, the last of it, leads in any case? */
static bool go_on(struct trans *t, struct guest_insn *g, uint32_t eip)
{
    if (can_follow(t, g, eip))
        return true;
    g->flow = FLOW_DIRECT;
    t->loops = eip == t->key.eip;
    return false;
}

/* Did g, a conditional branch, mostly lead to its target, as far as gear 1 has seen? */
static bool mostly_taken(const struct trans *t, const struct guest_insn *g)
{
    const struct slot *s = gear1_slot_in(&t->path.slots, offset_in_page(t, g));

    if (s && s->taken != s->through)
        return s->taken > s->through;
    return profile_is_warm(linear(t, g->target));
}

/* A conditional branch: true and *eip if it is a way out of a trace that goes on. */
static bool follow_conditional(struct trans *t, struct guest_insn *g, uint32_t *eip)
{
    if (g->insn.op == OP_jcc && g->target > g->eip && t->path.sides < t->max_sides) {
        bool taken = mostly_taken(t, g);

        if (taken)
            *eip = g->target;
        if (can_follow(t, g, *eip)) {
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
    unsigned props = g->traits.props;
    struct trace_path *p = &t->path;

    *eip = g->next;
    if (g->patched) /* FLOW_PATCH */
        return false;
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

/* ---- the trace */

/* The trace was to go on, but ends here. */
static void end_at(struct guest_insn *last)
{
    if (last->flow == FLOW_NEXT)
        last->flow = FLOW_DIRECT;
    else if (last->flow == FLOW_RETURN)
        last->flow = FLOW_INDIRECT;
    else if (last->flow == FLOW_SIDE || last->flow == FLOW_TAKEN)
        last->flow = FLOW_COND;
}

void trans_cut(struct trans *t, unsigned insns)
{
    t->insns = insns;
    t->loops = t->sourced = false;
    if (insns)
        end_at(&t->insn[insns - 1]);
}

void trans_key(struct trans *t, const struct context *key, const uint8_t *page)
{
    uint32_t lin = key->cs_base + key->eip;

    t->key = *key;
    t->page = page;
    t->limit = mode_code(key->mode) == SEG_64K ? 0xffff : UINT32_MAX;
    t->path.bias = key->eip - (lin & PAGE_MASK);
    t->path.slots = gear1_slot_page((uint64_t)key->page << PAGE_SHIFT, key->mode & MODE_CODE32);
    find_care(t);
}

static void select_begin(struct trans *t)
{
    struct trace_path *p = &t->path;

    t->patches = 0;
    t->self_check = t->loads = t->loops = false;
    p->ahead = PAGE_SIZE;
    p->furthest = 0;
    p->last = t->insn + t->max_insns - 1;
    p->sides = p->calls = p->returns = 0;
    t->abort = ABORT_NONE;
    sources_begin(t);
}

/* What the trace was made from: instructions that follow each other, `first` to `last`. */
static void add_range(struct trans *t, const struct guest_insn *first,
                      const struct guest_insn *last)
{
    sources_add(t, offset_in_page(t, first), offset_in_page(t, last) + last->insn.length);
}

/* All of the trace, before `end`, is selected; the range that begins at `range` is the last. */
static bool select_end(struct trans *t, const struct guest_insn *range,
                       const struct guest_insn *end)
{
    t->insns = (unsigned)(end - t->insn);
    if (range != end)
        add_range(t, range, end - 1);
    t->sourced = !t->loads;
    return t->insns;
}

bool trans_select(struct trans *t)
{
    const struct trace_path *p = &t->path;
    const struct finder f = finder_of(t);
    unsigned offset = t->key.eip - f.bias, ahead = PAGE_SIZE;
    struct guest_insn *g = t->insn, *range = g, *last = g + t->max_insns - 1;

    select_begin(t);
    if (mode_code(t->key.mode) == SEG_OTHER) {
        t->abort = ABORT_SEGMENT; /* no telling where the limit of CS is */
        return false;
    }
    for (;; g++) {
        struct gist i = fetch(t, &f, offset, g);

        if (!i.length) {
            if (g > t->insn)
                end_at(g - 1);
            return select_end(t, range, g);
        }
        offset += i.length;
        if (i.props & P_BRANCH) {
            uint32_t eip;

            if (!follow(t, g, &eip))
                return select_end(t, range, g + 1);
            if (eip != g->next) {
                add_range(t, range, g);
                range = g + 1;
                offset = eip - f.bias;
            }
            ahead = p->ahead;
        } else if (offset >= ahead || g == last) {
            if (!go_on(t, g, g->next))
                return select_end(t, range, g + 1);
            ahead = p->ahead;
        }
    }
}

/* x86_traits has it for a count that isn't zero. */
static unsigned shift_writes(const struct guest_insn *g)
{
    return g->insn.opd[1] == OPD_IMM && g->insn.imm & 31 ? g->traits.sure : 0;
}

void trans_liveness(struct trans *t)
{
    unsigned live = FL_STATUS; /* who comes after the translation may look at any */

    for (struct guest_insn *g = &t->insn[t->insns]; g-- > t->insn;) {
        const unit traits = *(const unit *)(const void *)&g->traits;
        unsigned props = traits & 0xffff, reads = traits >> 16 & 0xffff, sure = traits >> 48;
        unsigned flow = g->flow;

        if ((flow != FLOW_NEXT) | ((props & P_FLAGMAY) != 0)) {
            if (flow == FLOW_SKIP)
                live |= g[g->skips].live;
            else if (flow != FLOW_NEXT)
                live = FL_STATUS;
            if (props & P_FLAGMAY)
                sure = shift_writes(g);
        }
        g->live = (uint16_t)live;
        live = (live & ~sure) | reads;
    }
}
