/*
 * place.c - all traces of the program, and in which order they lie.
 *
 * Without a profile every block that no other trace has drawn in begins a trace, in the order of
 * the input, so that what follows a block there follows it here.
 *
 * Superblocks take blocks out of that order, and several copies of them. So traces are made on
 * demand, function by function: of blocks whose address is known, and of blocks to which a trace
 * that has been made may leave. Behind a trace lies, if it can, the one to which it runs on;
 * otherwise it ends with a jump. What a call returns to lies behind the call, so it is left to
 * that; a second copy of the call is a jump, and says by a constant whereto it returns.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/ld/ld.h"

#define HOT_SHARE 20000 /* a block is hot if it is one in so many of all that ran */

/* Of the statistics those of the last try count. */
static bool try_schedule(struct trace *t, const struct trace_stats *before)
{
    t->prog->stats = *before;
    trace_build(t);
    trace_simplify(t);
    trace_depend(t);
    return trace_schedule(t);
}

/* Should the pool be too small, more of the input's order is kept, and at last its registers. */
static void schedule_trace(struct trace *t, int32_t head)
{
    const struct trace_stats before = t->prog->stats;

    for (t->thrift = t->opt->rename ? THRIFT_NONE : THRIFT_NO_RENAME;; t->thrift++) {
        memset(t->vain, 0, sizeof t->vain);
        if (t->opt->sched == SCHED_SUPER)
            trace_collect_super(t, head);
        else
            trace_collect(t, head);
        if (try_schedule(t, &before) && (!trace_vain_copies(t) || try_schedule(t, &before)))
            break;
        if (t->thrift == THRIFT_NO_RENAME)
            ld_bug("%s: no schedule", program_where(t->prog, t->prog->block[head].rv));
    }
    t->prog->stats.fallbacks += t->opt->rename && t->thrift == THRIFT_NO_RENAME;
    if (t->opt->verify)
        trace_verify(t);
}

static void add_bundle(struct program *p, const struct bundle *b, int32_t head)
{
    p->bundle = ld_grow(p->bundle, p->bundles, &p->bundle_capacity, sizeof *p->bundle);
    p->bundle[p->bundles] = *b;
    p->bundle[p->bundles++].head = head;
    p->stats.atoms += b->count;
}

static void take_bundles(struct program *p, const struct trace *t)
{
    for (int32_t i = 0; i < t->out_bundles; i++)
        add_bundle(p, &t->out_bundle[i], i == 0 ? t->member[0] : NONE);
    p->stats.traces++;
}

/* Bundles of one function that lie together, up to the last one. */
static void add_part(struct program *p, int32_t f, size_t first)
{
    if (p->parts && p->part[p->parts - 1].func == f) {
        p->part[p->parts - 1].end = (uint32_t)p->bundles;
        return;
    }
    p->part = ld_grow(p->part, p->parts, &p->part_capacity, sizeof *p->part);
    p->part[p->parts++] =
        (struct part){.func = f, .first = (uint32_t)first, .end = (uint32_t)p->bundles};
}

/* A register that the program names itself can't be lent out. */
static void find_pool(struct program *p)
{
    p->pool = (BIT(31) << 1) - BIT(12);
    for (size_t i = 0; i < p->atoms; i++) {
        struct isa_effects fx;

        if (p->atom[i].op.atom >= ISA_ATOM_COUNT || atom_is(&p->atom[i], ISA_F_ROLLBACK))
            continue;
        isa_effects(&p->atom[i].op, &fx);
        p->pool &= ~(fx.r_read | fx.r_write);
    }
}

static void place_in_order(struct program *p, struct trace *t)
{
    for (int32_t b = 0; b < p->blocks; b++) {
        p->block[b].first_bundle = (uint32_t)p->bundles;
        if (!p->block[b].reached || p->block[b].merged)
            continue;
        schedule_trace(t, b);
        take_bundles(p, t);
        p->block[b].placed = true;
        add_part(p, p->block[b].func, p->block[b].first_bundle);
        for (int32_t i = 1; i < t->members; i++)
            p->block[t->member[i]].merged = true;
    }
}

/* ---------------------------------------------------------------- superblocks */

static void find_entries(struct program *p)
{
    uint64_t runs = 0;

    for (int32_t i = 0; i < p->blocks; i++) {
        struct block *k = &p->block[i];
        int32_t to[2] = {k->taken, k->fall};

        k->left = k->runs;
        k->needed |= k->entered && k->reached;
        if (!k->reached)
            continue;
        runs += k->runs;
        for (int n = 0; n < 2; n++)
            if (to[n] != NONE && p->block[to[n]].func != k->func)
                p->block[to[n]].needed = true;
    }
    p->hot = runs / HOT_SHARE + 1;
}

/* The profile's runs that go through a trace are left to no other. */
static void account(struct program *p, const struct trace *t)
{
    uint64_t flow = p->block[t->member[0]].left;

    for (int32_t i = 0; i < t->members; i++) {
        struct block *k = &p->block[t->member[i]];
        bool guards = i + 1 < t->members && t->role[i + 1] != ROLE_PLAIN;

        if (i > 0) {
            if (k->contained || k->placed || k->preds > 1 ||
                k->func != p->block[t->member[0]].func)
                p->copied += k->count;
            k->contained = true;
        }
        k->left -= flow < k->left ? flow : k->left;
        if (k->end == END_COND && k->runs && !guards && t->role[i] == ROLE_PLAIN)
            flow = (uint64_t)((double)flow *
                              (double)(t->inverted[i] ? k->runs_taken : k->runs - k->runs_taken) /
                              (double)k->runs);
    }
}

static void need_exits(struct program *p, const struct trace *t)
{
    for (int32_t i = 0; i < t->out_bundles; i++) {
        const struct bundle *b = &t->out_bundle[i];

        for (uint32_t k = 0; k < b->count; k++)
            if (b->atom[k].block != NONE)
                p->block[b->atom[k].block].needed = true;
    }
}

static void add_stub(struct program *p, int32_t to)
{
    struct bundle stub = {.atom = ld_alloc(1, sizeof *stub.atom), .count = 1};

    stub.atom[0] = atom_make(ISA_br, 0, 0, 0, 0, p->block[to].rv);
    stub.atom[0].block = to;
    stub.atom[0].code = p->block[to].rv;
    p->block[to].needed = true;
    add_bundle(p, &stub, NONE);
}

/* Places a trace and those that lie behind it. */
static void place_chain(struct program *p, struct trace *t, int32_t head)
{
    while (head != NONE) {
        p->block[head].placed = true;
        p->block[head].first_bundle = (uint32_t)p->bundles;
        schedule_trace(t, head);
        take_bundles(p, t);
        account(p, t);
        need_exits(p, t);
        const struct block *last = &p->block[t->member[t->members - 1]];
        bool returns = last->end == END_CALL || last->end == END_STOP;
        head = returns ? last->fall : t->follows ? t->next : NONE;
        if (returns && head != NONE && p->block[head].placed) {
            if (!trace_links_itself(t, t->members - 1))
                add_stub(p, head);
            head = NONE;
        }
    }
}

/* Blocks of one function. */
struct range {
    int32_t from, to;
    uint64_t heat; /* runs of the block that ran most often */
};

static int by_heat(const void *a, const void *b)
{
    const struct range *x = a, *y = b;

    if (x->heat != y->heat)
        return x->heat > y->heat ? -1 : 1;
    return x->from < y->from ? -1 : 1;
}

bool program_in_tier(const struct program *p, const struct block *k)
{
    return k->left >= p->least.runs && k->seen >= p->least.seen;
}

/* Places what is needed of a function and runs often enough; false if that was nothing. */
static bool place_range(struct program *p, struct trace *t, const struct range *r)
{
    size_t first = p->bundles;

    for (int32_t b = r->from; b < r->to; b++) {
        if (p->block[b].needed && !p->block[b].placed && program_in_tier(p, &p->block[b])) {
            place_chain(p, t, b);
            b = r->from - 1; /* what it leaves to may lie before it */
        }
    }
    if (p->bundles == first)
        return false;
    add_part(p, p->block[r->from].func, first);
    return true;
}

/*
 * What runs often comes first, the hottest functions in front: they may grow first, and lie close
 * together; then what runs at all; what has not run at the end. Among the first two, what every
 * profiled run needed comes before what only some did. So the less of a program is wanted, the
 * closer together it lies, and firmware may leave the rest in flash. A trace may leave to blocks of
 * any function that it has followed a call into.
 */
static void place_by_profile(struct program *p, struct trace *t)
{
    struct range *range = ld_alloc((size_t)p->blocks, sizeof *range);
    size_t ranges = 0;
    unsigned profiles = 0;

    program_loops(p);
    find_entries(p);
    for (int32_t b = 0; b < p->blocks; b++) {
        if (b == 0 || p->block[b].func != p->block[b - 1].func)
            range[ranges++] = (struct range){.from = b};
        struct range *r = &range[ranges - 1];
        r->to = b + 1;
        if (p->block[b].runs > r->heat)
            r->heat = p->block[b].runs;
        if (p->block[b].seen > profiles)
            profiles = p->block[b].seen;
    }
    qsort(range, ranges, sizeof *range, by_heat);
    const struct tier tier[] = {{p->hot, profiles}, {p->hot, 1}, {1, profiles}, {1, 1}, {0, 0}};
    for (size_t k = 0; k < sizeof tier / sizeof tier[0]; k++) {
        bool again = true;

        p->least = tier[k];
        while (again) {
            again = false;
            for (size_t i = 0; i < ranges; i++)
                again |= place_range(p, t, &range[i]);
        }
    }
    for (int32_t b = 0; b < p->blocks; b++)
        if (!p->block[b].placed)
            p->block[b].first_bundle = (uint32_t)p->bundles;
}

void program_schedule(struct program *p, const struct options *opt)
{
    struct trace *t = ld_alloc(1, sizeof *t);

    find_pool(p);
    t->prog = p;
    t->opt = opt;
    t->out_bundle = ld_alloc(TRACE_NODES, sizeof *t->out_bundle);
    if (opt->sched == SCHED_SUPER)
        place_by_profile(p, t);
    else
        place_in_order(p, t);
}
