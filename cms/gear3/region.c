/*
 * region.c - which guest instructions make a region.
 *
 * The region is one straight line through the code, along the directions in which gear 1 has seen
 * branches go while the place was hot (promote.c), best of all after the same way to them
 * (trail.c). Every conditional branch leaves it the other way, unless selects replace it
 * (ifconvert.c); calls are followed, and returns from them too, with a guard; computed branches to
 * where they have mostly led. It ends where it is back at its begin, and loops then;
 * where it meets a loop that doesn't contain its begin, and is likely to go round a few times: that
 * gets a region of its own; where nothing is known of the next address; or where it is long enough.
 *
 * A loop that is short is unrolled: its instructions are in the region several times, and each exit
 * in each. What that saves is found by the passes, which see one straight line.
 */
#include "gear1/gear1.h"
#include "gear3/gear3.h"
#include "gear3/ifconvert.h"
#include "runtime/profile.h"

#define CALLS 16   /* depth of calls that are followed */
#define SEEN 512
#define SAME_MAX 2 /* times that one instruction may be in the line, without unrolling */
#define ALWAYS 0x10000u
#define OPEN (ALWAYS / 10)
#define STAYS (ALWAYS / 4 * 3) /* a loop is one if another round is at least so likely */

struct walk {
    struct trans *t;
    uint32_t back[CALLS]; /* where the calls that are open return to */
    unsigned calls, returns;
    unsigned sides;
    struct way way;
    /* one past the newest instruction in the line with this remainder, and for each those before */
    uint8_t newest[SEEN], older[TRANS_INSNS];
};

_Static_assert(TRANS_INSNS <= UINT8_MAX, "numbers of instructions fit a byte");

static unsigned occurrences(const struct walk *w, uint32_t eip, unsigned *last)
{
    unsigned count = 0;

    for (unsigned i = w->newest[eip % SEEN]; i; i = w->older[i - 1]) {
        if (w->t->insn[i - 1].eip == eip && !count++)
            *last = i - 1;
    }
    return count;
}

static void note(struct walk *w, unsigned n)
{
    uint8_t *newest = &w->newest[w->t->insn[n].eip % SEEN];

    w->older[n] = *newest;
    *newest = (uint8_t)(n + 1);
}

/* How likely control goes to the branch's target rather than through it, of ALWAYS. */
static uint32_t odds(const struct trans *t, const struct guest_insn *g)
{
    uint32_t lin = t->key.cs_base + g->eip;
    const struct insn *known = gear1_decoded(
        ((uint64_t)t->key.page << PAGE_SHIFT) + (lin & PAGE_MASK), t->key.mode & MODE_CODE32);

    if (known) {
        const struct slot *s = g1_slot(known);

        if (s->taken != s->through)
            return (uint32_t)((uint64_t)s->taken * ALWAYS / ((uint64_t)s->taken + s->through));
    }
    return g->target <= g->eip || profile_is_warm(t->key.cs_base + g->target) ? ALWAYS : 0;
}

/* Does the branch go either way so often that leaving the line for it costs more than both ways? */
static bool is_open(uint32_t odds)
{
    return odds >= OPEN && odds <= ALWAYS - OPEN;
}

static bool is_conditional(const struct guest_insn *g)
{
    return x86_ops[g->insn.op].props & P_COND;
}

/* g computes where it leads: the line may go on where that mostly was while gear 1 watched. */
static bool guess(struct walk *w, struct guest_insn *g, uint32_t *eip)
{
    g->flow = FLOW_INDIRECT;
    if (!cms.opt->guess || w->sides == w->t->max_sides ||
        !way_guess(&w->way, &g->target) || !trans_same_page(w->t, g->target))
        return false;
    g->flow = FLOW_GUESS;
    *eip = g->target;
    w->sides++;
    return true;
}

static bool call(struct walk *w, const struct guest_insn *g)
{
    if (w->calls == CALLS)
        return false;
    w->back[w->calls++] = g->next;
    return true;
}

/* g is conditional: the line goes on both ways at once, or the likelier one. */
static void choose(struct walk *w, struct guest_insn *g, uint32_t *eip)
{
    bool taken;

    if (!cms.opt->guess || !way_decides(&w->way, g->target, &taken)) {
        uint32_t likely = odds(w->t, g);

        if (is_open(likely) && ifconvert_take(w->t, g)) {
            *eip = g->target;
            return;
        }
        taken = likely > ALWAYS / 2;
    }
    g->flow = taken ? FLOW_TAKEN : FLOW_SIDE;
    if (taken)
        *eip = g->target;
    w->sides++;
}

/* How the line goes on after g, its last; false: it ends there. */
static bool follow(struct walk *w, struct guest_insn *g, uint32_t *eip)
{
    unsigned props = x86_ops[g->insn.op].props;

    *eip = g->next;
    g->flow = FLOW_NEXT;
    if (is_conditional(g)) {
        choose(w, g, eip);
    } else if (props & P_RET) {
        if (!w->calls || g->varies || w->returns == TRANS_RETURNS || !cms.opt->returns)
            return guess(w, g, eip);
        g->flow = FLOW_RETURN;
        g->target = *eip = w->back[--w->calls];
        w->returns++;
    } else if (props & (P_JUMP | P_CALL)) {
        if (g->insn.opd[0] == OPD_IMM)
            *eip = g->target;
        else if (!guess(w, g, eip))
            return false;
        return !(props & P_CALL) || call(w, g);
    }
    return true;
}

/* How likely control stays on the line from that instruction on. */
static uint64_t stays_from(const struct trans *t, unsigned first)
{
    uint64_t stays = ALWAYS;

    for (unsigned i = first; i < t->insns; i++) {
        const struct guest_insn *g = &t->insn[i];

        if (g->flow == FLOW_TAKEN)
            stays = stays * odds(t, g) / ALWAYS;
        else if (g->flow == FLOW_SIDE)
            stays = stays * (ALWAYS - odds(t, g)) / ALWAYS;
    }
    return stays;
}

static bool guessed_from(const struct trans *t, unsigned first)
{
    for (unsigned i = first; i < t->insns; i++) {
        if (t->insn[i].flow == FLOW_GUESS)
            return true;
    }
    return false;
}

/* May the line go on at `eip`? If that is where a loop inside begins, the line ends before it. */
static bool go_on(struct walk *w, uint32_t eip)
{
    struct trans *t = w->t;
    const struct guest_insn *g = &t->insn[t->insns - 1];
    unsigned first = 0, count;

    if (eip == t->key.eip) {
        t->loops = true;
        return false;
    }
    if (t->insns == t->max_insns || w->sides == t->max_sides || !trans_same_page(t, eip))
        return false;
    count = occurrences(w, eip, &first);
    if (!count || eip == g->next || guessed_from(t, first))
        return true;
    if (eip <= g->eip && !(x86_ops[g->insn.op].props & (P_CALL | P_RET)) &&
        ifconvert_whole(t, first) == first && stays_from(t, first) >= STAYS) {
        t->insns = first;
        return false;
    }
    return count < SAME_MAX;
}

/* So often, or as often as `each` goes into `room`. */
static unsigned at_most(unsigned times, unsigned room, unsigned each)
{
    return each && room / each < times ? room / each : times;
}

static void unroll(struct walk *w)
{
    struct trans *t = w->t;
    unsigned length = t->insns, times = cms.opt->unroll;

    times = at_most(times, cms.opt->unroll_insns, length);
    times = at_most(times, t->max_insns, length);
    times = at_most(times, t->max_sides, w->sides);
    times = at_most(times, TRANS_RETURNS, w->returns);
    for (; t->insns < times * length; t->insns += length) {
        turn_point();
        memcpy(&t->insn[t->insns], t->insn, length * sizeof(t->insn[0]));
    }
}

/* The lists of its way are large, and need no clearing. */
static void walk_begin(struct walk *w, struct trans *t)
{
    w->t = t;
    w->calls = w->returns = w->sides = 0;
    memset(w->newest, 0, sizeof(w->newest));
    way_begin(&w->way);
    way_enter(&w->way, t->key.eip);
}

bool region_select(struct trans *t)
{
    struct walk w;
    uint32_t eip = t->key.eip;
    unsigned first;
    bool more;

    walk_begin(&w, t);
    t->insns = 0;
    t->patches = 0;
    t->self_check = false;
    t->loops = false;
    t->goes_on = eip;
    t->abort = ABORT_SEGMENT;
    if (mode_code(t->key.mode) != SEG_FLAT)
        return false;
    t->abort = ABORT_NONE;
    do {
        struct guest_insn *g = &t->insn[t->insns];

        turn_point();
        if (!trans_fetch(t, eip, g))
            break;
        if (t->self_check) { /* gear 2 knows how */
            t->abort = ABORT_SMC;
            return false;
        }
        first = t->insns++;
        more = follow(&w, g, &eip);
        for (; first < t->insns; first++)
            note(&w, first);
        t->goes_on = eip;
        if (eip != g->next && g->flow != FLOW_SKIP)
            way_enter(&w.way, eip);
    } while (more && go_on(&w, eip));
    t->abort = t->insns ? ABORT_NONE : t->abort;
    turn_point();
    if (t->loops)
        unroll(&w);
    return t->insns != 0;
}
