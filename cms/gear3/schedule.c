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
 * Bundles are numbered through all regions, with a gap as long as the longest latency between two:
 * what a register's numbers say of an earlier region is no later than any bundle of this one.
 */
#include "gear3/schedule.h"

#include "gear3/turn.h"

#define SCHEDULE_BUNDLES 1024 /* of one region */

/*
 * What is taken of a bundle: for each unit, and in the place of UNIT_none for atoms of any kind, so
 * many bits, of which the highest is set if `spare` is added to more than there is.
 */
#define SLOT(unit) (UINT64_C(1) << BUNDLE_FIELD * (unit))
#define SLOTS_MOST ((1u << (BUNDLE_FIELD - 1)) - 1)

/* Of one register: bundles. */
union times {
    uint64_t all;
    struct {
        uint16_t ready;   /* its value can be read */
        uint16_t written; /* one past the last write */
        uint16_t unused;
        uint16_t kept;    /* it may be written again: not before the last read and the last exit
                           * that needs it, and after the last write */
    };
};

struct scheduler {
    struct trans *t;
    const struct timing *timing;
    struct bundle *bundle; /* of the region */
    unsigned begin;   /* number of its first, */
    unsigned end;     /* of the first that isn't cleared, */
    unsigned limit;   /* and of the first that there is no room for */
    unsigned barrier; /* guest accesses not before this */
    unsigned control; /* one past the last branch */
    unsigned check;   /* one past the last check */
    unsigned commit;  /* one past the last commit */
    unsigned loads;   /* last load */
    unsigned store_end; /* one past the last store */
    unsigned stores;  /* in store[] */
    uint64_t spare, guards; /* what bundles lack of all that could be counted; the highest bits */
    struct store {
        const struct atom *atom;
        unsigned latest; /* bundle of this or those before it */
    } store[TRANS_STORES];
    union times reg[64];
};

static inline unsigned max(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

/* In the bundle before `end`, or later. */
static inline unsigned with(const struct scheduler *s, unsigned end)
{
    return max(end, s->begin + 1) - 1;
}

/* Bundles are there up to that one; false if that isn't possible. */
static OUT_OF_LINE bool extend(struct scheduler *s, unsigned when)
{
    while (when >= s->end) {
        if (s->end >= s->limit)
            return false;
        line_clear(&s->bundle[s->end - s->begin]);
        s->end += LINE_BYTES / sizeof(struct bundle);
    }
    return true;
}

/* The first bundle from `when` on that has the slots; s->limit if there is none. */
static inline uint64_t find_slot(struct scheduler *s, uint64_t when, uint64_t takes)
{
    const struct bundle *b = &s->bundle[when - s->begin];

    for (;; when++, b++) {
        if (when >= s->end && !extend(s, (unsigned)when))
            return s->limit;
        if (!((b->taken + takes + s->spare) & s->guards))
            return when;
    }
}

/* ---- memory */

/*
 * Can the two never touch a common byte? Two pages of linear space may be one in memory, so only
 * the offset within a page tells two addresses apart.
 */
static inline bool apart(const struct scheduler *s, const struct atom *a, const struct atom *b)
{
    uint32_t distance = ((uint32_t)b->offset - a->offset) & PAGE_MASK;

    return a->stable && b->stable && a->reads[1] == b->reads[1] && a->base == b->base &&
           distance >= s->timing[a->op].size && PAGE_SIZE - distance >= s->timing[b->op].size;
}

/*
 * The first bundle from `when` on, after all stores that it must not pass: a load may pass those
 * that look at one of its alias registers, `passes`.
 */
static inline unsigned past_stores(const struct scheduler *s, const struct atom *a,
                                   unsigned passes, unsigned when)
{
    for (unsigned i = s->stores; i && s->store[i - 1].latest >= when; i--) {
        const struct atom *store = s->store[i - 1].atom;

        if (store->bundle >= when && !(store->alias & passes) && !apart(s, store, a))
            when = store->bundle + 1u;
    }
    return when;
}

/* A store and the load that it watches never share a bundle: the store would look too early. */
static OUT_OF_LINE unsigned past_watchers(const struct scheduler *s, const struct atom *load,
                                          unsigned when)
{
    unsigned before;

    do {
        before = when;
        for (unsigned i = s->stores; i && s->store[i - 1].latest >= when; i--) {
            const struct atom *store = s->store[i - 1].atom;

            if (store->bundle == when && store->alias & load->alias)
                when++;
        }
    } while (when != before);
    return when;
}

static OUT_OF_LINE unsigned place_store(struct scheduler *s, const struct atom *a, unsigned when,
                                        uint64_t takes)
{
    unsigned latest = s->stores ? s->store[s->stores - 1].latest : 0;

    when = past_stores(s, a, 0, max(when, max(s->barrier, s->loads)));
    when = (unsigned)find_slot(s, when, takes);
    s->store_end = max(s->store_end, when + 1);
    s->store[s->stores++] = (struct store){a, max(latest, when)};
    return when;
}

static OUT_OF_LINE unsigned place_load(struct scheduler *s, const struct atom *a, unsigned when,
                                       uint64_t takes)
{
    unsigned before;

    if (s->timing[a->op].flags & ISA_F_GUEST)
        when = past_stores(s, a, a->alias, a->early ? when : max(when, s->barrier));
    do {
        before = when = (unsigned)find_slot(s, when, takes);
        if (a->alias)
            when = past_watchers(s, a, when);
    } while (when != before);
    s->loads = max(s->loads, when);
    return when;
}

/* ---- exits and commits */

static unsigned last_written(const struct scheduler *s, uint64_t regs)
{
    unsigned when = 0;

    for (uint64_t m = regs; m; m &= m - 1)
        when = max(when, s->reg[__builtin_ctzll(m)].written);
    return when;
}

static void keep(struct scheduler *s, uint64_t regs, unsigned until)
{
    for (uint64_t m = regs; m; m &= m - 1) {
        union times *r = &s->reg[__builtin_ctzll(m)];

        r->kept = (uint16_t)max(r->kept, until);
    }
}

static OUT_OF_LINE unsigned place_side(struct scheduler *s, const struct atom *a, unsigned when,
                                       uint64_t takes)
{
    uint64_t needs = s->t->exit[a->exit].needs;

    when = max(max(when, s->control), s->loads);
    when = max(when, with(s, max(last_written(s, needs), s->store_end)));
    when = (unsigned)find_slot(s, when, takes);
    keep(s, needs, when + 1);
    s->control = s->barrier = when + 1;
    return when;
}

/* Nothing that the guest has is written after it. */
static OUT_OF_LINE unsigned place_commit(struct scheduler *s, unsigned when, uint64_t takes)
{
    when = max(max(when, s->loads), max(s->check, s->barrier));
    when = max(when, with(s, max(last_written(s, GUEST_STATE), s->store_end)));
    when = (unsigned)find_slot(s, when, takes);
    s->barrier = max(s->barrier, when + 1);
    s->commit = when + 1;
    return when;
}

/* Checks, branches after the commit; the JTLB learns what a branch has made sure. */
static unsigned place_other(struct scheduler *s, const struct atom *a, unsigned when,
                            uint64_t takes)
{
    bool branches = s->timing[a->op].flags & ISA_F_BRANCH;

    when = max(when, s->control);
    if (branches && a->role != ROLE_CHECK)
        when = max(max(when, s->loads), with(s, s->commit));
    when = (unsigned)find_slot(s, when, takes);
    if (!branches)
        return when;
    s->control = when + 1;
    if (a->role == ROLE_CHECK)
        s->check = when + 1;
    else
        s->barrier = max(s->barrier, when + 1);
    return when;
}

/* One that doesn't only compute, not before `when`. */
static inline unsigned place(struct scheduler *s, const struct atom *a, unsigned when,
                             const struct timing *timing)
{
    turn_point();
    if (timing->flags & ISA_F_STORE)
        return place_store(s, a, when, timing->takes);
    if (timing->flags & ISA_F_LOAD)
        return place_load(s, a, when, timing->takes);
    if (a->role == ROLE_SIDE)
        return place_side(s, a, when, timing->takes);
    if (timing->flags & ISA_F_COMMIT)
        return place_commit(s, when, timing->takes);
    return place_other(s, a, when, timing->takes);
}

/* ---- all atoms */

static inline uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/*
 * Registers are looked up for all that an atom may have; r0, which stands for none, forgets. All is
 * read before any of it is written, since the compiler can't tell what is apart.
 */
static OUT_OF_LINE bool schedule_atoms(struct scheduler *s, unsigned first, unsigned count)
{
    struct atom *atom = s->t->atom;
    union times *r = s->reg;

    for (unsigned n = first; n < first + count; n++) {
        struct atom *a = &atom[n];
        const struct timing *timing = &s->timing[a->op];
        uint64_t o = a->operation, takes = timing->takes, when, written, taken;
        uint64_t d_kept, x_kept, y_kept, c_kept;
        union times *d = &r[o >> 32 & 0xff], *x = &r[o >> 40 & 0xff], *y = &r[o >> 48 & 0xff];
        union times *c = &r[o >> 56], *to = &r[o >> 16 & 0xff], *flags = &r[o >> 24 & 0xff];
        struct bundle *b;

        when = later(later(later(d->ready, x->ready), later(y->ready, c->ready)),
                     later(later(to->kept, flags->kept), s->begin));
        when = timing->computes ? find_slot(s, when, takes) : place(s, a, (unsigned)when, timing);
        if (when >= s->limit)
            return false;
        b = &s->bundle[when - s->begin];
        written = (when + timing->latency) | (when + 1) << 16 | (when + 1) << 48;
        taken = b->taken;
        d_kept = later(d->kept, when);
        x_kept = later(x->kept, when);
        y_kept = later(y->kept, when);
        c_kept = later(c->kept, when);
        b->taken = taken + takes;
        b->atom[BUNDLE_ATOMS(taken)] = (uint16_t)n;
        a->bundle = (uint16_t)when;
        d->kept = (uint16_t)d_kept;
        x->kept = (uint16_t)x_kept;
        y->kept = (uint16_t)y_kept;
        c->kept = (uint16_t)c_kept;
        to->all = flags->all = written;
        r[0].all = 0;
    }
    return true;
}

/* The next region begins at that number, and with a line of the bundles that are left. */
static void scheduler_begin(struct scheduler *s, unsigned number)
{
    unsigned room = TRANS_BUNDLES - s->t->bundles;

    s->bundle = &s->t->bundle[s->t->bundles];
    s->begin = s->end = number;
    s->limit = number + (room < SCHEDULE_BUNDLES ? room : SCHEDULE_BUNDLES);
    s->barrier = s->control = s->check = s->commit = s->loads = s->store_end = number;
    s->stores = 0;
}

static bool schedule_region(struct scheduler *s, struct region *r)
{
    bool fits = (!r->prefixed || schedule_atoms(s, r->prefix, r->prefixed)) &&
                schedule_atoms(s, r->first, r->count);

    r->bundle = (uint16_t)s->t->bundles;
    r->bundles = (uint16_t)(s->end - s->begin);
    s->t->bundles += s->end - s->begin;
    return fits;
}

/* An atom takes a slot of its unit, of any unit that contains this, and of the bundle. */
static uint64_t slots_of(unsigned unit)
{
    uint64_t takes = SLOT(UNIT_none);

    if (unit == UNIT_none)
        return takes;
    takes += SLOT(unit);
    return isa_unit_within[unit] == UNIT_COUNT ? takes : takes + SLOT(isa_unit_within[unit]);
}

void schedule_init(struct timing timing[ISA_ATOM_COUNT], const struct machine *m)
{
    const uint32_t effects = ISA_F_LOAD | ISA_F_STORE | ISA_F_GUEST | ISA_F_BRANCH | ISA_F_COMMIT |
                             ISA_F_ROLLBACK | ISA_F_SEQ;

    for (unsigned n = 0; n < ISA_ATOM_COUNT; n++) {
        const struct isa_fact *f = &isa_facts[n];

        timing[n] = (struct timing){.takes = slots_of(f->unit),
                                    .flags = f->flags,
                                    .latency = (uint16_t)m->latency[f->latency],
                                    .size = f->size,
                                    .computes = !(f->flags & effects)};
    }
}

static unsigned slowest(const struct machine *m)
{
    unsigned latency = 0;

    for (unsigned i = 0; i < LAT_COUNT; i++)
        latency = max(latency, m->latency[i]);
    return latency;
}

static void scheduler_init(struct scheduler *s, struct trans *t)
{
    const struct machine *m = t->machine;

    s->t = t;
    s->timing = t->timing;
    s->spare = (SLOTS_MOST - m->issue) * SLOT(UNIT_none);
    s->guards = (SLOTS_MOST + 1) * SLOT(UNIT_none);
    for (unsigned u = 0; u < UNIT_none; u++) {
        s->spare += (m->unit[u] < SLOTS_MOST ? SLOTS_MOST - m->unit[u] : 0) * SLOT(u);
        s->guards |= (SLOTS_MOST + 1) * SLOT(u);
    }
    memset(s->reg, 0, sizeof(s->reg));
}

bool trans_schedule(struct trans *t)
{
    struct scheduler s;
    unsigned gap = slowest(t->machine), number = 1;

    scheduler_init(&s, t);
    t->bundles = 0;
    for (unsigned i = 0; i < t->regions; i++) {
        turn_point();
        scheduler_begin(&s, number);
        if (s.limit + gap > UINT16_MAX || !schedule_region(&s, &t->region[i])) {
            t->abort = ABORT_SIZE;
            return false;
        }
        number = s.end + gap;
    }
    return true;
}
