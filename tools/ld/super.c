/*
 * super.c - which blocks make a superblock.
 *
 * With a profile a trace follows the way that control mostly takes: through branches, whose
 * condition is then inverted, through jumps, which then vanish, and into blocks that can be
 * entered from elsewhere too. Such a block is copied (tail duplication); the original gets a trace
 * of its own if anything still leads there. A loop whose body is short and mostly repeated is
 * copied behind itself (unrolling); the head of a longer one is copied behind each of the ways
 * that lead back to it. Copying stops where it is not worth its bytes: in cold code, before a
 * loop that is mostly repeated, and when the program has grown by GROWTH percent.
 *
 * A trace also follows a call into its callee, if the way through that leads back to the caller
 * within the trace. The callee's blocks are copies; an exit from them leads to the callee's own,
 * which return by the address that the call would have left.
 *
 * What never ran makes traces by the rules of `ext`, so a profile that saw nothing does no harm.
 */
#include "tools/ld/ld.h"

#define LIKELY 50       /* percent: a branch that goes there more often is followed */
#define BIASED 85       /* percent: such a branch is better followed than made a condition */
#define COPIED_ATOMS 48 /* longest block that is copied */
#define SUPER_ATOMS 200 /* a trace that has copies in it gets no longer */
#define LOOP_ATOMS 128  /* likewise a loop that is unrolled */
#define LOOP_COPIES 8
#define LOOP_PART 4     /* ... while one of so many passes comes that far */
#define ENTRY_PART 5    /* a loop is entered where one of so many of its passes is the first */
#define GROWTH 60
#define CALLS 4 /* deepest nest of calls that a trace follows */

/* Calls that the trace has followed and not yet returned from. */
struct calls {
    int32_t member[CALLS]; /* that calls */
    int32_t depth;
};

/* Where the trace may go on, and how many of `flow` runs do so. */
struct way {
    int32_t to;
    uint64_t flow;
    bool taken, likely;
    bool leaves_loop; /* a way on from the end of a loop that is mostly repeated, or may be */
};

static uint64_t runs_fall(const struct block *k)
{
    return k->runs - k->runs_taken;
}

static uint64_t scaled(uint64_t flow, uint64_t part, uint64_t whole)
{
    return whole ? (uint64_t)((double)flow * (double)part / (double)whole) : 0;
}

static struct way likely_way(const struct program *p, int32_t b, uint64_t flow)
{
    const struct block *k = &p->block[b];
    struct way w = {.to = k->end == END_JUMP ? k->taken : k->fall, .flow = flow, .likely = true};

    if (k->end != END_COND)
        return w;
    uint64_t runs = runs_fall(k);
    if (k->runs_taken > runs && k->taken != k->fall &&
        atom_inverse(p->atom[k->first + k->count - 1].op.atom) != ISA_ATOM_COUNT) {
        w.taken = true;
        w.to = k->taken;
        runs = k->runs_taken;
    }
    w.flow = scaled(flow, runs, k->runs);
    w.likely = k->runs && 100 * runs >= LIKELY * k->runs;
    w.leaves_loop = !w.taken && k->taken <= b && !w.likely;
    return w;
}

static bool biased(const struct block *k)
{
    uint64_t most = k->runs_taken > runs_fall(k) ? k->runs_taken : runs_fall(k);

    return k->runs && 100 * most >= BIASED * k->runs;
}

static uint32_t trace_atoms(const struct trace *t)
{
    uint32_t atoms = 0;

    for (int32_t i = 0; i < t->members; i++)
        atoms += t->prog->block[t->member[i]].count;
    return atoms;
}

static unsigned copies_in(const struct trace *t, int32_t b)
{
    unsigned copies = 0;

    for (int32_t i = 0; i < t->members; i++)
        copies += t->member[i] == b;
    return copies;
}

static bool may_copy(const struct trace *t, bool in_callee, int32_t from, const struct way *w)
{
    const struct program *p = t->prog;
    const struct block *to = &p->block[w->to];
    uint32_t atoms = trace_atoms(t) + to->count;

    if (!w->likely || w->flow < p->hot || to->count > COPIED_ATOMS || atoms > SUPER_ATOMS ||
        100 * p->copied > GROWTH * p->atoms)
        return false;
    if (w->to == t->member[0])
        return copies_in(t, w->to) < LOOP_COPIES && atoms <= LOOP_ATOMS &&
               LOOP_PART * w->flow >= p->block[w->to].left;
    if (to->loop && w->to > from && ENTRY_PART * w->flow < to->runs)
        return false;
    /* only the first of several calls can have what it returns to right behind it */
    return to->end != END_CALL || in_callee ||
           (!to->placed && !to->contained && 2 * w->flow >= to->left);
}

/* Has the trace come through block b since its last call? */
static bool seen_in_callee(const struct trace *t, const struct calls *c, int32_t b)
{
    for (int32_t i = c->member[c->depth - 1] + 1; i < t->members; i++)
        if (t->member[i] == b)
            return true;
    return false;
}

/* Does block b go on as another function, which returns to whoever has called this one? */
static bool tail_call(const struct program *p, int32_t b)
{
    const struct block *k = &p->block[b];
    int32_t f = k->end == END_JUMP ? p->block[k->taken].func : NONE;

    return f != NONE && f != k->func && p->func[f].callable && p->func[f].first_block == k->taken;
}

static bool may_follow(const struct trace *t, const struct calls *c, int32_t from,
                       const struct way *w, uint32_t entries)
{
    const struct program *p = t->prog;
    const struct block *to = w->to == NONE ? NULL : &p->block[w->to];

    if (!to || w->leaves_loop)
        return false;
    if (to->func != p->block[from].func && !(c->depth && tail_call(p, from)))
        return false;
    if (c->depth)
        return !seen_in_callee(t, c, w->to) && may_copy(t, true, from, w);
    if (w->to != t->member[0] && copies_in(t, w->to) != copies_in(t, t->member[0]) - 1 &&
        copies_in(t, w->to))
        return false;
    if (!to->entered && !to->placed && to->preds == entries && !copies_in(t, w->to))
        return true;
    return may_copy(t, false, from, w);
}

/*
 * Can block n lie right behind the trace? It can't if it is to lie behind a call, or among what
 * runs less often.
 */
static bool can_adjoin(const struct trace *t, int32_t n)
{
    const struct program *p = t->prog;
    const struct block *to = &p->block[n], *before = n ? to - 1 : NULL;

    if (to->placed || !program_in_tier(p, to) || to->func != p->block[t->member[0]].func)
        return false;
    return !before || before->fall != n || before->placed || before->contained ||
           !before->reached || (before->end != END_CALL && before->end != END_STOP);
}

/* What comes behind the last member. */
static void close_trace(struct trace *t)
{
    const struct program *p = t->prog;
    int32_t last = t->members - 1, b = t->member[last];
    const struct block *k = &p->block[b];

    t->follows = true;
    if (k->end == END_CALL || k->end == END_STOP || k->end == END_RET || k->end == END_JR) {
        if (k->end != END_STOP)
            t->next = NONE;
        return;
    }
    t->next = k->end == END_JUMP ? k->taken : k->fall;
    if (k->end == END_COND && k->taken != k->fall && t->role[last] == ROLE_PLAIN &&
        atom_inverse(p->atom[k->first + k->count - 1].op.atom) != ISA_ATOM_COUNT &&
        can_adjoin(t, k->taken) && (k->runs_taken > runs_fall(k) || !can_adjoin(t, k->fall))) {
        t->inverted[last] = true;
        t->next = k->taken;
    }
    t->follows = can_adjoin(t, t->next);
}

/* ---------------------------------------------------------------- calls */

static bool may_call(const struct trace *t, const struct calls *c, int32_t b, uint64_t flow)
{
    const struct program *p = t->prog;
    const struct block *k = &p->block[b];
    struct way w = {.to = k->taken, .flow = flow, .likely = true};

    if (k->taken == NONE || k->fall == NONE || c->depth == CALLS || t->thrift == THRIFT_NO_RENAME ||
        p->atom[k->first + k->count - 1].op.rd != R_RA)
        return false;
    int32_t f = p->block[k->taken].func;
    if (f == NONE || !p->func[f].callable || p->func[f].first_block != k->taken || f == k->func)
        return false;
    for (int32_t i = 0; i < c->depth; i++)
        if (p->block[t->member[c->member[i]]].func == f)
            return false;
    return may_copy(t, true, b, &w);
}

static bool follow_call(struct trace *t, struct calls *c, int32_t b, uint64_t flow)
{
    int32_t last = t->members - 1;

    if (!may_call(t, c, b, flow) || !trace_add(t, t->prog->block[b].taken, ROLE_PLAIN))
        return false;
    c->member[c->depth++] = last;
    t->through[last] = true;
    return true;
}

/* May what the trace returns to be part of it? */
static bool may_return(const struct trace *t, const struct calls *c, int32_t to, uint64_t flow)
{
    const struct block *k = &t->prog->block[to];
    struct way w = {.to = to, .flow = flow, .likely = true};

    if (c->depth ? seen_in_callee(t, c, to) : copies_in(t, to) != copies_in(t, t->member[0]) - 1)
        return false;
    if (!c->depth && !k->placed && !k->contained && k->preds == 1)
        return trace_atoms(t) + k->count <= SUPER_ATOMS;
    return may_copy(t, c->depth, t->member[c->member[c->depth]], &w);
}

/* Goes on behind the last call; false if the trace ends there. */
static bool follow_return(struct trace *t, struct calls *c, uint64_t flow)
{
    int32_t back = t->prog->block[t->member[c->member[--c->depth]]].fall;
    int32_t last = t->members - 1;

    t->through[last] = true;
    if (may_return(t, c, back, flow) && trace_add(t, back, ROLE_PLAIN))
        return true;
    if (c->depth == 0) {
        t->next = back;
        t->follows = can_adjoin(t, back);
    }
    return false;
}

/* A call from which no way led back is the end of the trace after all. */
static void give_up_calls(struct trace *t, const struct calls *c)
{
    if (c->depth == 0)
        return;
    t->members = c->member[0] + 1;
    t->through[c->member[0]] = false;
}

void trace_collect_super(struct trace *t, int32_t head)
{
    const struct program *p = t->prog;
    uint64_t flow = p->block[head].left;
    struct calls calls = {.depth = 0};
    int32_t b = head;

    t->members = 0;
    trace_add(t, head, ROLE_PLAIN);
    for (;; b = t->member[t->members - 1]) {
        const struct block *k = &p->block[b];
        struct way w = likely_way(p, b, flow);
        uint32_t entries = 1;
        int32_t last = t->members - 1, join = NONE;

        if (k->end == END_CALL && follow_call(t, &calls, b, flow))
            continue;
        if (k->end == END_RET && calls.depth) {
            if (follow_return(t, &calls, flow))
                continue;
            if (calls.depth == 0)
                return;
            break;
        }
        if (k->barrier || (k->end != END_FALL && k->end != END_COND && k->end != END_JUMP))
            break;
        if (!biased(k))
            join = trace_add_guarded(t, b);
        if (join != NONE) {
            w = (struct way){.to = join, .flow = flow, .likely = true};
            entries = 2;
            last = t->members - 1;
        }
        if (!may_follow(t, &calls, b, &w, entries) || !trace_add(t, w.to, ROLE_PLAIN)) {
            if (join == NONE || calls.depth)
                break;
            t->next = join;
            t->follows = can_adjoin(t, join);
            return;
        }
        t->inverted[last] = w.taken;
        flow = w.flow;
    }
    give_up_calls(t, &calls);
    close_trace(t);
}
