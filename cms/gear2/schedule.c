/*
 * schedule.c - which bundle each atom issues in.
 *
 * One walk over a region's atoms in program order. Each goes into the first bundle in which its
 * operands are there, the order of memory accesses and exits is kept, and the machine has a slot
 * left; an atom that has to wait doesn't keep later ones from earlier bundles. What has been placed
 * so far is known by a few numbers for each register, so the cost is linear. Latencies are advice:
 * the chip's scoreboard waits for what comes late.
 *
 *   registers   read at or after the value is ready; written not before the last read, and after
 *               the last write
 *   memory      loads pass loads; nothing passes a store unless both addresses are the same
 *               base plus constants that keep the accesses apart whatever the page tables say, or a
 *               load is protected by an alias register and the store looks at that
 *   exits       branches keep their order. What a side exit's region relies on is there when the
 *               branch is taken, and isn't written before; other registers don't care. Stores and
 *               accesses, but loads that may come early, stay on their side of it. A failed check
 *               rolls back, so it only has to come before the next exit's bundle and the commit's
 *   commit      after everything that it commits; in the same bundle is soon enough
 *
 *   patches     after everything; in the same bundle is soon enough
 */
#include "gear2/trans.h"

#define SCHEDULE_BUNDLES 1024 /* of one region */

struct usage {
    uint8_t atoms;
    uint8_t unit[UNIT_COUNT];
};

struct scheduler {
    struct trans *t;
    struct region *region;
    /* bundles; but for read, one past: value, last write, last read, last exit that needs it */
    unsigned ready[64], written[64], read[64], needed[64];
    unsigned state;     /* one past the last change of guest state */
    unsigned barrier;   /* guest accesses not before this */
    unsigned control;   /* one past the last branch */
    unsigned check;     /* one past the last check */
    unsigned loads;     /* last load */
    unsigned store_end; /* one past the last store */
    unsigned stores;    /* in store[] */
    unsigned room;      /* for bundles */
    unsigned bundles;   /* in usage[] and tail[]; these are not cleared to begin with */
    uint64_t touched;   /* registers that ready, written and read know something of */
    const struct atom *store[TRANS_STORES];
    struct usage usage[SCHEDULE_BUNDLES];
    int16_t tail[SCHEDULE_BUNDLES];
};

static unsigned max(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static bool is_store(const struct atom *a)
{
    return isa_facts[a->op.atom].flags & ISA_F_STORE;
}

static bool is_load(const struct atom *a)
{
    return isa_facts[a->op.atom].flags & ISA_F_LOAD;
}

/*
 * Can the two never touch a common byte? Two pages of linear space may be one in memory, so only
 * the offset within a page tells two addresses apart.
 */
static bool apart(const struct atom *a, const struct atom *b)
{
    uint32_t distance = ((uint32_t)b->offset - (uint32_t)a->offset) & PAGE_MASK;

    if (!a->stable || !b->stable || a->op.ra != b->op.ra || a->base != b->base)
        return false;
    return distance >= isa_facts[a->op.atom].size &&
           PAGE_SIZE - distance >= isa_facts[b->op.atom].size;
}

/* Is `load` protected by an alias register that `store` looks at? */
static bool watches(const struct atom *store, const struct atom *load)
{
    return isa_facts[load->op.atom].flags & ISA_F_PROTECT &&
           isa_facts[store->op.atom].flags & ISA_F_CHECK && store->op.imm >> load->op.al & 1;
}

/* A store and the load that it watches never share a bundle: the store would look too early. */
static unsigned past_watchers(const struct scheduler *s, const struct atom *load, unsigned when)
{
    unsigned before;

    if (!(isa_facts[load->op.atom].flags & ISA_F_PROTECT))
        return when;
    do {
        before = when;
        for (unsigned i = 0; i < s->stores; i++) {
            if (s->store[i]->bundle == when && watches(s->store[i], load))
                when++;
        }
    } while (when != before);
    return when;
}

static unsigned earliest_by_registers(const struct scheduler *s, const struct atom *a)
{
    unsigned when = 0;

    for (uint64_t m = a->reads; m; m &= m - 1)
        when = max(when, s->ready[__builtin_ctzll(m)]);
    for (uint64_t m = a->writes; m; m &= m - 1) {
        unsigned r = (unsigned)__builtin_ctzll(m);

        when = max(when, max(max(s->written[r], s->read[r]), s->needed[r]));
    }
    return when;
}

/* In the bundle before `end`, or later. */
static unsigned with(unsigned end)
{
    return end ? end - 1 : 0;
}

static unsigned earliest_by_memory(const struct scheduler *s, const struct atom *a)
{
    unsigned when = a->early ? 0 : s->barrier;

    if (!(isa_facts[a->op.atom].flags & ISA_F_GUEST))
        return 0;
    if (is_store(a))
        when = max(when, s->loads);
    for (unsigned i = 0; i < s->stores; i++) {
        if (!apart(s->store[i], a) && !watches(s->store[i], a))
            when = max(when, s->store[i]->bundle + 1u);
    }
    return past_watchers(s, a, when);
}

static unsigned earliest_by_needs(const struct scheduler *s, const struct atom *a)
{
    unsigned when = 0;

    for (uint64_t m = s->t->exit[a->exit].needs; m; m &= m - 1)
        when = max(when, with(s->written[__builtin_ctzll(m)]));
    return when;
}

static unsigned earliest_by_role(const struct scheduler *s, const struct atom *a)
{
    uint32_t flags = isa_facts[a->op.atom].flags;
    bool commits = flags & (ISA_F_COMMIT | ISA_F_ROLLBACK);
    unsigned when = 0;

    if (flags & ISA_F_BRANCH)
        when = s->control;
    else if (flags & ISA_F_SEQ && !commits) /* the JTLB learns what a branch has made sure */
        when = s->control;
    if (a->role == ROLE_PATCH) /* what comes later would come after the routine */
        when = max(when, with(s->bundles));
    if (commits)
        when = max(s->check, s->barrier);
    if (a->role == ROLE_SIDE)
        return max(when, max(earliest_by_needs(s, a), max(with(s->store_end), s->loads)));
    if (commits || (flags & ISA_F_BRANCH && a->role != ROLE_CHECK))
        when = max(when, max(with(s->state), s->loads));
    return when;
}

static bool has_room(const struct scheduler *s, unsigned bundle, unsigned unit)
{
    const struct machine *m = s->t->machine;
    const struct usage *u = &s->usage[bundle];

    if (u->atoms >= m->issue)
        return false;
    if (unit == UNIT_none)
        return true;
    if (unit == UNIT_alu0 && u->unit[UNIT_alu] >= m->unit[UNIT_alu])
        return false;
    return u->unit[unit] < m->unit[unit];
}

static void place(struct scheduler *s, unsigned number, struct atom *a, unsigned bundle)
{
    const struct isa_fact *fact = &isa_facts[a->op.atom];
    struct usage *u = &s->usage[bundle];
    unsigned latency = s->t->machine->latency[fact->latency];

    if (s->region->head[bundle] < 0)
        s->region->head[bundle] = (int16_t)number;
    else
        s->t->atom[s->tail[bundle]].next = (int16_t)number;
    s->tail[bundle] = (int16_t)number;
    a->next = -1;
    a->bundle = (uint16_t)bundle;
    u->atoms++;
    u->unit[fact->unit]++;
    if (fact->unit == UNIT_alu0)
        u->unit[UNIT_alu]++;

    s->touched |= a->reads | a->writes;
    for (uint64_t m = a->reads; m; m &= m - 1) {
        unsigned r = (unsigned)__builtin_ctzll(m);

        s->read[r] = max(s->read[r], bundle);
    }
    for (uint64_t m = a->writes; m; m &= m - 1) {
        unsigned r = (unsigned)__builtin_ctzll(m);

        s->written[r] = bundle + 1;
        s->ready[r] = bundle + latency;
    }
    if (fact->flags & (ISA_F_BRANCH | ISA_F_COMMIT) && a->role != ROLE_CHECK) {
        uint64_t needs = a->role == ROLE_SIDE ? s->t->exit[a->exit].needs : GUEST_STATE;

        s->touched |= needs;
        for (uint64_t m = needs; m; m &= m - 1)
            s->needed[__builtin_ctzll(m)] = bundle + 1;
    }
    if (a->writes & GUEST_STATE || is_store(a) || a->role == ROLE_COMMIT)
        s->state = max(s->state, bundle + 1);
    if (is_load(a))
        s->loads = max(s->loads, bundle);
    if (is_store(a)) {
        s->store_end = max(s->store_end, bundle + 1);
        s->store[s->stores++] = a;
    }
    if (fact->flags & ISA_F_BRANCH)
        s->control = bundle + 1;
    if (a->role == ROLE_CHECK)
        s->check = bundle + 1;
    else if (fact->flags & (ISA_F_BRANCH | ISA_F_COMMIT))
        s->barrier = max(s->barrier, bundle + 1);
}

/* The first bundle from `when` on that has a slot for the unit; s->room if there is none. */
static unsigned find_slot(struct scheduler *s, unsigned when, unsigned unit)
{
    for (; when < s->room; when++) {
        for (; s->bundles <= when; s->bundles++) {
            s->region->head[s->bundles] = -1;
            s->usage[s->bundles] = (struct usage){0};
        }
        if (has_room(s, when, unit))
            break;
    }
    return when;
}

static bool schedule_atoms(struct scheduler *s, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        struct atom *a = &s->t->atom[i];
        unsigned when =
            max(earliest_by_registers(s, a), max(earliest_by_memory(s, a), earliest_by_role(s, a)));

        for (unsigned from = when;; from = when + 1) {
            when = find_slot(s, from, isa_facts[a->op.atom].unit);
            if (when >= s->room)
                return false;
            if (past_watchers(s, a, when) == when)
                break;
        }
        place(s, i, a, when);
    }
    return true;
}

/* Forgets the last region; costs what that region touched. */
static void scheduler_begin(struct scheduler *s, struct region *region)
{
    for (uint64_t m = s->touched; m; m &= m - 1) {
        unsigned r = (unsigned)__builtin_ctzll(m);

        s->ready[r] = s->written[r] = s->read[r] = s->needed[r] = 0;
    }
    s->touched = 0;
    s->state = s->barrier = s->control = s->check = s->loads = s->store_end = s->stores =
        s->bundles = 0;
    s->region = region;
    region->head = s->t->head + s->t->heads;
    s->room = TRANS_BUNDLES - s->t->heads;
    if (s->room > SCHEDULE_BUNDLES)
        s->room = SCHEDULE_BUNDLES;
}

static bool schedule_region(struct scheduler *s, unsigned number)
{
    struct region *r = &s->t->region[number];
    bool fits;

    scheduler_begin(s, r);
    fits = schedule_atoms(s, r->prefix, r->prefixed) && schedule_atoms(s, r->first, r->count);
    r->bundles = (uint16_t)s->bundles;
    s->t->heads += s->bundles;
    return fits;
}

bool trans_schedule(struct trans *t)
{
    struct scheduler s;

    memset(&s, 0, offsetof(struct scheduler, store));
    s.t = t;
    t->heads = 0;
    for (unsigned i = 0; i < t->regions; i++) {
        if (!schedule_region(&s, i)) {
            t->abort = ABORT_SIZE;
            return false;
        }
    }
    return true;
}
