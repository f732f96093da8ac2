/*
 * deps.c - what must come before what in a trace.
 *
 * An edge from node a to node b with latency n says: b issues at least n bundles after a. Latency 0
 * allows both in one bundle, where all reads precede all writes and stores take effect in order.
 *
 *   values  a definition comes its latency before each use. Only values that live in their own
 *           register can be in each other's way: the next version comes after the last use (0) and
 *           after the previous version (1).
 *   exits   when control leaves, the wanted registers must be right: their definitions come no
 *           later than the exit (0), their next versions strictly later (1). The same holds for
 *           everything with an effect. Other atoms may cross an exit in both directions; a load
 *           that rises above one becomes dismissible.
 *   memory  native loads and stores keep their order unless they touch different bytes. A guest or
 *           port access may trap, and the trap handler leaves for good: so no store crosses it.
 *           `seq` atoms keep their order with every access. A commit takes along the registers and
 *           stores of its own bundle.
 *   stack   below sp nothing is safe (a trap handler may use it), so no access to a frame sinks
 *           below its release.
 */
#include "tools/ld/ld.h"

static void add_edge(struct trace *t, int32_t from, int32_t to, int32_t latency)
{
    struct node *f = &t->node[from];

    if (from == to || f->dead || t->node[to].dead)
        return;
    for (int32_t e = f->first_edge; e != NONE; e = t->edge[e].next) {
        if (t->edge[e].to == to) {
            if (t->edge[e].latency < latency)
                t->edge[e].latency = latency;
            return;
        }
    }
    if (t->edges == TRACE_EDGES)
        ld_bug("%s: too many dependences", program_where(t->prog, f->atom.pc));
    t->edge[t->edges] = (struct edge){.to = to, .latency = latency, .next = f->first_edge};
    f->first_edge = t->edges++;
    t->node[to].preds++;
}

static int32_t latency_of(const struct trace *t, int32_t node)
{
    return (int32_t)t->prog->machine->latency[isa_facts[t->node[node].atom.op.atom].latency];
}

/* ---------------------------------------------------------------- registers */

static void value_edge(struct trace *t, int32_t v, int32_t user)
{
    if (v != NONE && t->value[v].def != NONE)
        add_edge(t, t->value[v].def, user, latency_of(t, t->value[v].def));
}

static bool node_uses(const struct node *n, int32_t v)
{
    return n->ra == v || n->rb == v || n->rs == v || n->rd_old == v;
}

/* Registers that a node reads without naming them. */
static uint64_t implicit_reads(const struct node *n)
{
    return atom_is(&n->atom, ISA_F_GREG_READ) ? n->fx.r_read & 0x1fe : 0;
}

static uint64_t committed_registers(const struct trace *t)
{
    return ((BIT(ISA_SHADOW_R_LAST) << 1) - BIT(ISA_SHADOW_R_FIRST)) & ~t->prog->pool;
}

/*
 * One version of one register that lives in that register, and the next such version (node `after`,
 * or NONE).
 */
static void occupant_edges(struct trace *t, unsigned reg, int32_t v, int32_t after)
{
    int32_t def = t->value[v].def;
    int32_t until = t->value[v].next == NONE ? t->nodes - 1 : t->value[t->value[v].next].def;

    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *n = &t->node[i];
        bool holds = i > def && i <= until; /* v is the current version when n reads */

        if (n->dead)
            continue;
        if (after != NONE && node_uses(n, v))
            add_edge(t, i, after, 0);
        if (!holds)
            continue;
        if (implicit_reads(n) & BIT(reg)) {
            value_edge(t, v, i);
            if (after != NONE)
                add_edge(t, i, after, 0);
        }
        bool commits = atom_is(&n->atom, ISA_F_COMMIT) && (committed_registers(t) & BIT(reg));
        if ((n->exit & BIT(reg)) || commits) {
            if (def != NONE)
                add_edge(t, def, i, 0);
            if (after != NONE)
                add_edge(t, i, after, 1);
        }
    }
    if (def != NONE && after != NONE) {
        int32_t gap = latency_of(t, def) - latency_of(t, after) + 1;
        add_edge(t, def, after, gap > 1 ? gap : 1);
    }
}

static bool is_occupant(const struct trace *t, int32_t v)
{
    int32_t def = t->value[v].def;

    return !t->value[v].local && (def == NONE || !t->node[def].dead);
}

static void register_edges(struct trace *t)
{
    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *n = &t->node[i];

        value_edge(t, n->ra, i);
        value_edge(t, n->rb, i);
        value_edge(t, n->rs, i);
        value_edge(t, n->rd_old, i);
    }
    for (unsigned reg = 1; reg < 64; reg++) {
        for (int32_t v = t->in[reg]; v != NONE; v = t->value[v].next) {
            int32_t w = t->value[v].next;

            if (!is_occupant(t, v))
                continue;
            while (w != NONE && !is_occupant(t, w))
                w = t->value[w].next;
            occupant_edges(t, reg, v, w == NONE ? NONE : t->value[w].def);
        }
    }
}

static void flag_edges(struct trace *t)
{
    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *a = &t->node[i];

        if (a->dead || !(a->fx.c_read | a->fx.c_write))
            continue;
        for (int32_t k = i + 1; k < t->nodes; k++) {
            const struct node *b = &t->node[k];

            if (a->fx.c_write & (b->fx.c_read | b->fx.c_write))
                add_edge(t, i, k, latency_of(t, i) > 1 ? latency_of(t, i) : 1);
            else if (a->fx.c_read & b->fx.c_write)
                add_edge(t, i, k, 0);
        }
    }
}

/* ---------------------------------------------------------------- effects */

enum kind { KIND_NONE, KIND_LOAD, KIND_STORE, KIND_GUEST, KIND_COMMIT, KIND_ORDERED };

static enum kind kind_of(const struct node *n)
{
    if (n->dead)
        return KIND_NONE;
    if (atom_is(&n->atom, ISA_F_COMMIT))
        return KIND_COMMIT;
    if (atom_is_ordered(&n->atom))
        return KIND_ORDERED;
    if (atom_is_guest(&n->atom))
        return KIND_GUEST;
    if (atom_is_store(&n->atom))
        return KIND_STORE;
    return atom_is_load(&n->atom) ? KIND_LOAD : KIND_NONE;
}

/* Latency that two accesses must keep, in their order, or -1 if none. */
static int32_t memory_latency(const struct trace *t, const struct node *a, const struct node *b)
{
    enum kind ka = kind_of(a), kb = kind_of(b);

    if (ka == KIND_NONE || kb == KIND_NONE)
        return -1;
    if (kb == KIND_COMMIT)
        return ka == KIND_STORE || ka == KIND_GUEST ? 0 : 1;
    if (ka >= KIND_COMMIT || kb >= KIND_COMMIT)
        return 1;
    if (ka == KIND_GUEST && kb == KIND_GUEST)
        return atom_is(&a->atom, ISA_F_STORE) && !atom_is(&b->atom, ISA_F_STORE) ? 1 : 0;
    if (ka == KIND_GUEST || kb == KIND_GUEST) {
        /*
         * a trap undoes its bundle: a store before must be out of it, a store behind may be in it
         */
        if (ka == KIND_STORE)
            return 1;
        return kb == KIND_STORE ? 0 : -1;
    }
    if (ka == KIND_LOAD && kb == KIND_LOAD)
        return -1;
    if (trace_disjoint(t, a, b))
        return -1;
    return ka == KIND_STORE && kb == KIND_LOAD ? 1 : 0;
}

static void memory_edges(struct trace *t)
{
    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *a = &t->node[i];

        if (kind_of(a) == KIND_NONE)
            continue;
        for (int32_t k = i + 1; k < t->nodes; k++) {
            int32_t latency = memory_latency(t, a, &t->node[k]);

            if (latency >= 0)
                add_edge(t, i, k, latency);
        }
    }
}

static bool writes_sp(const struct trace *t, const struct node *n)
{
    return n->rd != NONE && t->value[n->rd].reg == R_SP;
}

static void stack_edges(struct trace *t)
{
    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *n = &t->node[i];
        int32_t f = t->prog->block[t->member[n->block]].func;
        bool constant = n->atom.op.atom == ISA_addi;
        bool takes = constant && n->atom.op.ra == R_SP && n->atom.op.imm < 0;
        bool private = f != NONE && t->prog->func[f].frame_private;

        if (!writes_sp(t, n))
            continue;
        for (int32_t k = 0; k < t->nodes; k++) {
            if (kind_of(&t->node[k]) == KIND_NONE)
                continue;
            if (k < i && !takes && (!private || t->node[k].stack))
                add_edge(t, k, i, 0);
            else if (k > i && !constant)
                add_edge(t, i, k, 1);
        }
    }
}

/*
 * May a node not be executed where control has left before it, or must it be where control leaves
 * after it?
 */
static bool pinned(const struct node *n)
{
    return atom_has_effect(&n->atom) || n->fx.c_write;
}

static bool slow(const struct node *n)
{
    return isa_facts[n->atom.op.atom].latency == LAT_div;
}

static void exit_edges(struct trace *t)
{
    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *x = &t->node[i];

        if (!x->exit && !x->final)
            continue;
        for (int32_t k = 0; k < i; k++)
            if (x->final || pinned(&t->node[k]))
                add_edge(t, k, i, x->exit && t->node[k].exit ? 1 : 0);
        for (int32_t k = i + 1; k < t->nodes; k++)
            if (pinned(&t->node[k]) || slow(&t->node[k]))
                add_edge(t, i, k, 1);
    }
}

static void heights(struct trace *t)
{
    for (int32_t i = t->nodes; i-- > 0;) {
        struct node *n = &t->node[i];

        n->height = 0;
        for (int32_t e = n->first_edge; e != NONE; e = t->edge[e].next) {
            int32_t h = t->node[t->edge[e].to].height + t->edge[e].latency;

            if (h > n->height)
                n->height = h;
        }
    }
}

void trace_depend(struct trace *t)
{
    register_edges(t);
    flag_edges(t);
    memory_edges(t);
    stack_edges(t);
    exit_edges(t);
    heights(t);
}
