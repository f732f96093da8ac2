/*
 * sched.c - nodes into bundles, values into registers.
 *
 * List scheduling, cycle by cycle: of the nodes whose inputs are there, those of earlier blocks
 * first, then those with the longest way to the end; in a superblock, which is mostly run through,
 * the longest way alone decides. A cycle in which nothing can issue makes no bundle: the chip's
 * scoreboard waits by itself, so latencies steer the order and are never needed for correctness.
 *
 * A local value gets a pool register when its definition is scheduled and gives it back with its
 * last use. As long as there are registers, renaming thus costs nothing and removes every false
 * dependence. If the pool runs dry in a way that can't be waited out, the trace is scheduled once
 * more with earlier blocks first, and if that is no help, with the input's own registers.
 */
#include <string.h>

#include "tools/ld/ld.h"

struct slots {
    uint32_t issue, used[UNIT_COUNT];
};

struct pool {
    uint8_t free[64]; /* a queue: the longest unused register first */
    uint32_t head, count;
};

static bool slot_free(const struct machine *m, const struct slots *s, unsigned unit)
{
    if (unit == UNIT_none)
        return true;
    if (s->issue >= m->issue)
        return false;
    if (unit == UNIT_alu0 && s->used[UNIT_alu] >= m->unit[UNIT_alu])
        return false;
    return s->used[unit] < m->unit[unit];
}

static void slot_take(struct slots *s, unsigned unit)
{
    if (unit == UNIT_none)
        return;
    s->issue++;
    s->used[unit]++;
    if (unit == UNIT_alu0)
        s->used[UNIT_alu]++;
}

/*
 * The registers behind the last one that the trace before has used come first: a load that it
 * started above a branch may still be on its way, and writing its register again would wait for it.
 */
static void pool_fill(struct pool *pool, uint64_t mask, unsigned last)
{
    pool->head = pool->count = 0;
    for (unsigned i = 1; i <= 64; i++)
        if (mask & BIT((last + i) % 64))
            pool->free[pool->count++] = (uint8_t)((last + i) % 64);
}

static uint8_t pool_take(struct pool *pool)
{
    uint8_t reg = pool->free[pool->head % 64];

    pool->head++;
    pool->count--;
    return reg;
}

static void pool_give(struct pool *pool, uint8_t reg)
{
    pool->free[(pool->head + pool->count) % 64] = reg;
    pool->count++;
}

static bool local_def(const struct trace *t, const struct node *n)
{
    return n->rd != NONE && t->value[n->rd].local;
}

static bool better(const struct trace *t, const struct node *a, const struct node *b)
{
    if (a->block != b->block && (t->opt->sched != SCHED_SUPER || t->thrift == THRIFT_IN_ORDER))
        return a->block < b->block;
    return a->height > b->height;
}

static int32_t choose(const struct trace *t, const struct slots *s, const struct pool *pool,
                      int32_t cycle)
{
    int32_t best = NONE;

    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *n = &t->node[i];

        if (n->dead || n->cycle != NONE || n->preds || n->earliest > cycle ||
            !slot_free(t->prog->machine, s, isa_facts[n->atom.op.atom].unit))
            continue;
        if (local_def(t, n) && pool->count == 0)
            continue;
        if (best == NONE || better(t, n, &t->node[best]))
            best = i;
    }
    return best;
}

static void release_use(struct trace *t, struct pool *pool, int32_t v)
{
    if (v == NONE || !t->value[v].local)
        return;
    if (--t->value[v].uses == 0)
        pool_give(pool, t->value[v].home);
}

static void place_node(struct trace *t, struct pool *pool, int32_t index, int32_t cycle)
{
    struct node *n = &t->node[index];

    n->cycle = cycle;
    release_use(t, pool, n->ra);
    release_use(t, pool, n->rb);
    release_use(t, pool, n->rs);
    if (local_def(t, n)) {
        t->value[n->rd].home = t->last_pool = pool_take(pool);
        t->prog->stats.renamed++;
    }
    for (int32_t e = n->first_edge; e != NONE; e = t->edge[e].next) {
        struct node *to = &t->node[t->edge[e].to];

        to->preds--;
        if (to->earliest < cycle + t->edge[e].latency)
            to->earliest = cycle + t->edge[e].latency;
    }
}

static int32_t next_cycle(const struct trace *t, int32_t cycle)
{
    int32_t next = NONE;

    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *n = &t->node[i];

        if (!n->dead && n->cycle == NONE && n->preds == 0 && n->earliest > cycle &&
            (next == NONE || n->earliest < next))
            next = n->earliest;
    }
    return next;
}

static bool list_schedule(struct trace *t)
{
    struct pool pool;
    int32_t left = 0, cycle = 0;

    pool_fill(&pool, t->prog->pool, t->last_pool);
    for (int32_t i = 0; i < t->nodes; i++) {
        t->node[i].cycle = NONE;
        left += !t->node[i].dead;
    }
    while (left) {
        struct slots slots = {0};
        int32_t n, placed = 0;

        while ((n = choose(t, &slots, &pool, cycle)) != NONE) {
            slot_take(&slots, isa_facts[t->node[n].atom.op.atom].unit);
            place_node(t, &pool, n, cycle);
            placed++;
            left--;
        }
        int32_t next = next_cycle(t, cycle);
        if (placed && left) {
            cycle++;
        } else if (left) {
            if (next == NONE)
                return false;
            cycle = next;
        }
    }
    return true;
}

/* One atom a bundle, in the input's order: the yardstick. */
static void scalar_schedule(struct trace *t)
{
    int32_t cycle = 0;

    for (int32_t i = 0; i < t->nodes; i++)
        t->node[i].cycle = t->node[i].dead ? NONE : cycle++;
}

static void set_register(const struct trace *t, uint8_t *field, int32_t v)
{
    if (v != NONE)
        *field = t->value[v].home;
}

/*
 * Above an exit that came before it in the input? Then it may run where the input would not have.
 */
static bool speculated(const struct trace *t, int32_t index)
{
    for (int32_t i = 0; i < index; i++)
        if (t->node[i].exit && !t->node[i].dead && t->node[i].cycle >= t->node[index].cycle)
            return true;
    return false;
}

static struct atom finished_atom(struct trace *t, int32_t index)
{
    const struct node *n = &t->node[index];
    struct atom a = n->atom;

    set_register(t, &a.op.ra, n->ra);
    set_register(t, &a.op.rb, n->rb);
    set_register(t, &a.op.rs, n->rs);
    set_register(t, &a.op.rd, n->rd);
    if (atom_is_load(&a) && speculated(t, index)) {
        a.op.atom = (uint16_t)atom_dismissible(a.op.atom);
        t->prog->stats.speculated++;
    }
    return a;
}

static void make_bundles(struct trace *t)
{
    int32_t cycles = 0;

    t->out_bundles = 0;
    for (int32_t i = 0; i < t->nodes; i++)
        if (!t->node[i].dead && t->node[i].cycle >= cycles)
            cycles = t->node[i].cycle + 1;
    for (int32_t c = 0; c < cycles; c++) {
        struct bundle *b = &t->out_bundle[t->out_bundles];
        uint32_t count = 0;

        for (int32_t i = 0; i < t->nodes; i++)
            count += !t->node[i].dead && t->node[i].cycle == c;
        if (!count)
            continue;
        *b = (struct bundle){.atom = ld_alloc(count, sizeof *b->atom), .head = NONE};
        for (int32_t i = 0; i < t->nodes; i++)
            if (!t->node[i].dead && t->node[i].cycle == c)
                b->atom[b->count++] = finished_atom(t, i);
        t->out_bundles++;
    }
}

/* Does the schedule have node d at or above an exit before it that wants the older value? */
static bool started_early(const struct trace *t, int32_t d, unsigned reg)
{
    for (int32_t i = 0; i < d; i++) {
        const struct node *n = &t->node[i];

        if (!n->dead && (n->exit & BIT(reg)) && n->cycle >= t->node[d].cycle)
            return true;
    }
    return false;
}

bool trace_vain_copies(struct trace *t)
{
    bool any = false;

    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *n = &t->node[i];
        int32_t d = n->copy && !n->dead && n->ra != NONE ? t->value[n->ra].def : NONE;

        if (d == NONE || n->atom.op.atom != ISA_addi || n->atom.op.imm ||
            started_early(t, d, n->atom.op.rd))
            continue;
        any = t->vain[n->copy - 1] = true;
    }
    return any;
}

bool trace_schedule(struct trace *t)
{
    if (t->opt->sched == SCHED_SCALAR)
        scalar_schedule(t);
    else if (!list_schedule(t))
        return false;
    make_bundles(t);
    return true;
}
