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

/*
 * What is left of a bundle: for each unit, and in the place of UNIT_none for atoms of any kind, six
 * bits, of which the highest is set as long as the others haven't run below zero.
 */
typedef uint64_t slots;

#define SLOT(unit) (UINT64_C(1) << 6 * (unit))
#define SLOTS_MOST 31

/* Of one register: bundles. */
struct times {
    int16_t ready;   /* its value can be read */
    int16_t written; /* one past the last write */
    int16_t kept;    /* it may be written again: not before the last read and the last exit that
                      * needs it, and after the last write */
    int16_t unused;
};

struct scheduler {
    struct trans *t;
    struct region *region;
    int home;         /* guest state may be written again: like kept, for commits */
    int state;        /* one past the last change of guest state */
    int barrier;      /* guest accesses not before this */
    int control;      /* one past the last branch */
    int check;        /* one past the last check */
    int loads;        /* last load */
    int store_end;    /* one past the last store */
    int stores;       /* in store[] */
    int room;         /* for bundles */
    int bundles;      /* in left[] and tail[]; these are not cleared to begin with */
    uint64_t touched; /* registers that reg[] knows something of */
    struct times reg[64];
    slots empty;             /* an empty bundle, */
    slots guards;            /* the highest bits of it, */
    slots takes[UNIT_COUNT]; /* and what an atom of each unit takes */
    const struct atom *store[TRANS_STORES];
    int16_t tail[SCHEDULE_BUNDLES];
    slots left[SCHEDULE_BUNDLES];
};

static inline int max(int a, int b)
{
    return a > b ? a : b;
}

static bool is_store(const struct atom *a)
{
    return isa_facts[a->op.atom].flags & ISA_F_STORE;
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
static int past_watchers(const struct scheduler *s, const struct atom *load, int when)
{
    int before;

    if (!(isa_facts[load->op.atom].flags & ISA_F_PROTECT))
        return when;
    do {
        before = when;
        for (int i = 0; i < s->stores; i++) {
            if (s->store[i]->bundle == when && watches(s->store[i], load))
                when++;
        }
    } while (when != before);
    return when;
}

static int earliest_by_registers(const struct scheduler *s, const struct atom *a)
{
    int when = a->writes & GUEST_STATE ? s->home : 0;

    for (uint64_t m = a->reads; m; m &= m - 1)
        when = max(when, s->reg[__builtin_ctzll(m)].ready);
    for (uint64_t m = a->writes; m; m &= m - 1)
        when = max(when, s->reg[__builtin_ctzll(m)].kept);
    return when;
}

/* In the bundle before `end`, or later. */
static int with(int end)
{
    return end ? end - 1 : 0;
}

static int earliest_by_memory(const struct scheduler *s, const struct atom *a)
{
    int when = a->early ? 0 : s->barrier;

    if (!(isa_facts[a->op.atom].flags & ISA_F_GUEST))
        return 0;
    if (is_store(a))
        when = max(when, s->loads);
    for (int i = 0; i < s->stores; i++) {
        if (!apart(s->store[i], a) && !watches(s->store[i], a))
            when = max(when, s->store[i]->bundle + 1);
    }
    return past_watchers(s, a, when);
}

static int earliest_by_needs(const struct scheduler *s, const struct atom *a)
{
    int when = 0;

    for (uint64_t m = s->t->exit[a->exit].needs & s->touched; m; m &= m - 1)
        when = max(when, s->reg[__builtin_ctzll(m)].written);
    return with(when);
}

static int earliest_by_role(const struct scheduler *s, const struct atom *a)
{
    uint32_t flags = isa_facts[a->op.atom].flags;
    bool commits = flags & (ISA_F_COMMIT | ISA_F_ROLLBACK);
    int when = 0;

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

static void keep(struct scheduler *s, uint64_t regs, int until)
{
    s->touched |= regs;
    for (uint64_t m = regs; m; m &= m - 1) {
        struct times *r = &s->reg[__builtin_ctzll(m)];

        r->kept = (int16_t)max(r->kept, until);
    }
}

static inline void link_in(struct scheduler *s, struct atom *a, int bundle)
{
    int16_t number = (int16_t)(a - s->t->atom);

    if (s->region->head[bundle] < 0)
        s->region->head[bundle] = number;
    else
        s->t->atom[s->tail[bundle]].next = number;
    s->tail[bundle] = number;
    a->next = -1;
    a->bundle = (uint16_t)bundle;
}

static inline void note_registers(struct scheduler *s, const struct atom *a, int bundle,
                                  int latency)
{
    keep(s, a->reads, bundle);
    s->touched |= a->writes;
    for (uint64_t m = a->writes; m; m &= m - 1) {
        s->reg[__builtin_ctzll(m)] = (struct times){.ready = (int16_t)(bundle + latency),
                                                    .written = (int16_t)(bundle + 1),
                                                    .kept = (int16_t)(bundle + 1)};
    }
    if (a->writes & GUEST_STATE)
        s->state = max(s->state, bundle + 1);
}

/* What it means for memory and exits. */
static void note_effects(struct scheduler *s, const struct atom *a, uint32_t flags, int bundle)
{
    if (flags & (ISA_F_BRANCH | ISA_F_COMMIT) && a->role != ROLE_CHECK) {
        if (a->role == ROLE_SIDE)
            keep(s, s->t->exit[a->exit].needs, bundle + 1);
        else
            s->home = max(s->home, bundle + 1);
    }
    if (flags & ISA_F_STORE || a->role == ROLE_COMMIT)
        s->state = max(s->state, bundle + 1);
    if (flags & ISA_F_LOAD)
        s->loads = max(s->loads, bundle);
    if (flags & ISA_F_STORE) {
        s->store_end = max(s->store_end, bundle + 1);
        s->store[s->stores++] = a;
    }
    if (flags & ISA_F_BRANCH)
        s->control = bundle + 1;
    if (a->role == ROLE_CHECK)
        s->check = bundle + 1;
    else if (flags & (ISA_F_BRANCH | ISA_F_COMMIT))
        s->barrier = max(s->barrier, bundle + 1);
}

static inline bool has_room(const struct scheduler *s, int bundle, slots wanted)
{
    return ((s->left[bundle] - wanted) & s->guards) == s->guards;
}

/* The first bundle from `when` on that has the slots; s->room if there is none. */
static int find_slot(struct scheduler *s, int when, slots wanted)
{
    for (; when < s->room; when++) {
        for (; s->bundles <= when; s->bundles++) {
            s->region->head[s->bundles] = -1;
            s->left[s->bundles] = s->empty;
        }
        if (has_room(s, when, wanted))
            break;
    }
    return when;
}

static inline bool place(struct scheduler *s, struct atom *a, const struct isa_fact *fact, int when)
{
    if (when >= s->bundles || !has_room(s, when, s->takes[fact->unit]))
        when = find_slot(s, when, s->takes[fact->unit]);
    if (when >= s->room)
        return false;
    s->left[when] -= s->takes[fact->unit];
    link_in(s, a, when);
    note_registers(s, a, when, (int)s->t->machine->latency[fact->latency]);
    return true;
}

/* One that memory, exits or commits mind. */
static bool place_with_effects(struct scheduler *s, struct atom *a, const struct isa_fact *fact)
{
    int when = max(earliest_by_memory(s, a), earliest_by_role(s, a)), before;

    when = max(when, earliest_by_registers(s, a));
    do {
        before = when;
        when = past_watchers(s, a, find_slot(s, when, s->takes[fact->unit]));
    } while (when != before && fact->flags & ISA_F_PROTECT);
    if (!place(s, a, fact, when))
        return false;
    note_effects(s, a, fact->flags, when);
    return true;
}

/* Atoms that only compute are bound by registers and slots alone. */
static inline bool only_computes(const struct atom *a, uint32_t flags)
{
    return a->role == ROLE_PLAIN &&
           !(flags & (ISA_F_LOAD | ISA_F_STORE | ISA_F_GUEST | ISA_F_BRANCH | ISA_F_COMMIT |
                      ISA_F_ROLLBACK | ISA_F_SEQ));
}

static bool schedule_atoms(struct scheduler *s, unsigned first, unsigned count)
{
    for (struct atom *a = &s->t->atom[first], *end = a + count; a < end; a++) {
        const struct isa_fact *fact = &isa_facts[a->op.atom];

        if (only_computes(a, fact->flags) ? !place(s, a, fact, earliest_by_registers(s, a))
                                          : !place_with_effects(s, a, fact))
            return false;
    }
    return true;
}

/* Forgets the last region; costs what that region touched. */
static void scheduler_begin(struct scheduler *s, struct region *region)
{
    for (uint64_t m = s->touched; m; m &= m - 1)
        s->reg[__builtin_ctzll(m)] = (struct times){0};
    s->touched = 0;
    s->home = s->state = s->barrier = s->control = s->check = s->loads = s->store_end = s->stores =
        s->bundles = 0;
    s->region = region;
    region->head = s->t->head + s->t->heads;
    s->room = (int)(TRANS_BUNDLES - s->t->heads);
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
    s->t->heads += (unsigned)s->bundles;
    return fits;
}

/* An atom takes a slot of its unit, of any unit that contains this, and of the bundle. */
static void scheduler_init(struct scheduler *s, struct trans *t)
{
    const struct machine *m = t->machine;

    memset(s, 0, offsetof(struct scheduler, empty));
    s->t = t;
    s->empty = (m->issue | 32) * SLOT(UNIT_none);
    s->guards = 32 * SLOT(UNIT_none);
    for (unsigned u = 0; u < UNIT_none; u++) {
        s->empty |= ((m->unit[u] < SLOTS_MOST ? m->unit[u] : SLOTS_MOST) | 32) * SLOT(u);
        s->guards |= 32 * SLOT(u);
        s->takes[u] = SLOT(UNIT_none) + SLOT(u);
        if (isa_unit_within[u] != UNIT_COUNT)
            s->takes[u] += SLOT(isa_unit_within[u]);
    }
    s->takes[UNIT_none] = SLOT(UNIT_none);
}

bool trans_schedule(struct trans *t)
{
    struct scheduler s;

    scheduler_init(&s, t);
    t->heads = 0;
    for (unsigned i = 0; i < t->regions; i++) {
        if (!schedule_region(&s, i)) {
            t->abort = ABORT_SIZE;
            return false;
        }
    }
    return true;
}
