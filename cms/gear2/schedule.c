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
 *               register plus constants that keep the accesses apart whatever the page tables say
 *   exits       branches keep their order. A side exit comes after all changes of guest state
 *               before it and before all after it; temporaries don't care. A failed check rolls
 *               back, so it only has to come before the next exit's bundle and the commit's
 *   commit      after everything that it commits; in the same bundle is soon enough
 *
 *   patches     after everything; in the same bundle is soon enough
 */
#include "gear2/trans.h"

#define GUEST_STATE (BIT_FLAGS | UINT64_C(0x3fe)) /* flags, r1..r9 */

struct usage {
    uint8_t atoms;
    uint8_t unit[UNIT_COUNT];
};

struct scheduler {
    struct trans *t;
    struct region *region;
    unsigned ready[64], written[64], read[64]; /* bundles; ready and written are one past */
    unsigned state;                            /* one past the last change of guest state */
    unsigned barrier;   /* changes of guest state and guest accesses not before this */
    unsigned control;   /* one past the last branch */
    unsigned check;     /* one past the last check */
    unsigned loads;     /* last load */
    unsigned store_end; /* one past the last store */
    unsigned stores;    /* in store[] */
    unsigned bundles;   /* in usage[] and tail[]; these are not cleared to begin with */
    uint64_t touched;   /* registers that ready, written and read know something of */
    const struct atom *store[TRANS_STORES];
    struct usage usage[TRANS_BUNDLES];
    int16_t tail[TRANS_BUNDLES];
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
    uint32_t distance = (uint32_t)(b->op.imm - a->op.imm) & PAGE_MASK;

    if (!a->stable || !b->stable || a->op.ra != b->op.ra || a->base != b->base)
        return false;
    return distance >= isa_facts[a->op.atom].size &&
           PAGE_SIZE - distance >= isa_facts[b->op.atom].size;
}

static unsigned earliest_by_registers(const struct scheduler *s, const struct atom *a)
{
    unsigned when = 0;

    for (uint64_t m = a->reads; m; m &= m - 1)
        when = max(when, s->ready[__builtin_ctzll(m)]);
    for (uint64_t m = a->writes; m; m &= m - 1) {
        unsigned r = (unsigned)__builtin_ctzll(m);

        when = max(when, max(s->written[r], s->read[r]));
    }
    return a->writes & GUEST_STATE ? max(when, s->barrier) : when;
}

static unsigned earliest_by_memory(const struct scheduler *s, const struct atom *a)
{
    unsigned when = s->barrier;

    if (!(isa_facts[a->op.atom].flags & ISA_F_GUEST))
        return 0;
    if (is_store(a))
        return max(when, max(s->store_end, s->loads));
    for (unsigned i = 0; i < s->stores; i++) {
        if (!apart(s->store[i], a))
            when = max(when, s->store[i]->bundle + 1u);
    }
    return when;
}

/* In the bundle before `end`, or later. */
static unsigned with(unsigned end)
{
    return end ? end - 1 : 0;
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

/* The first bundle from `when` on that has a slot for the unit; TRANS_BUNDLES if there is none. */
static unsigned find_slot(struct scheduler *s, unsigned when, unsigned unit)
{
    for (; when < TRANS_BUNDLES; when++) {
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

        when = find_slot(s, when, isa_facts[a->op.atom].unit);
        if (when == TRANS_BUNDLES)
            return false;
        place(s, i, a, when);
    }
    return true;
}

/* Forgets the last region; costs what that region touched. */
static void scheduler_begin(struct scheduler *s, struct region *region)
{
    for (uint64_t m = s->touched; m; m &= m - 1) {
        unsigned r = (unsigned)__builtin_ctzll(m);

        s->ready[r] = s->written[r] = s->read[r] = 0;
    }
    s->touched = 0;
    s->state = s->barrier = s->control = s->check = s->loads = s->store_end = s->stores =
        s->bundles = 0;
    s->region = region;
}

static bool schedule_region(struct scheduler *s, unsigned number)
{
    struct region *r = &s->t->region[number];
    bool fits;

    scheduler_begin(s, r);
    fits = schedule_atoms(s, r->prefix, r->prefixed) && schedule_atoms(s, r->first, r->count);
    r->bundles = (uint16_t)s->bundles;
    return fits;
}

bool trans_schedule(struct trans *t)
{
    struct scheduler s;

    memset(&s, 0, offsetof(struct scheduler, store));
    s.t = t;
    for (unsigned i = 0; i < t->regions; i++) {
        if (!schedule_region(&s, i)) {
            t->abort = ABORT_SIZE;
            return false;
        }
    }
    return true;
}
