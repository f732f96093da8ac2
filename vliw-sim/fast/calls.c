/*
 * calls.c - what host code calls: an access or a fetch that isn't as it was foreseen, a bundle for
 * the reference engine, stores that drain, the way out. All but the commit's two answer with where
 * host code goes on.
 */
#include <string.h>

#include "isa_facts.h"
#include "vliw-sim/fast/build.h"
#include "vliw-sim/fast/run.h"

/* The chip's state before the bundle waits, out of that of its block. */
static void state_at(struct chip *chip, const struct fast_bundle *fb, uint64_t base)
{
    way_to_chip(chip, &chip->fast->ways, fb->way, base + fb->start);
    chip->pc = fb->b->pc;
    chip->r_dirty |= fb->dirty;
    chip->fpu.dirty |= fb->f_dirty;
    chip->hot.count[fb->tally]++;
}

/* ... and when its atoms before entry `done` of atom[] have executed. */
static void state_within(struct chip *chip, const struct fast_bundle *fb, uint64_t base,
                         unsigned done)
{
    struct tally t = {0};

    state_at(chip, fb, base);
    chip->fetch_line = fb->b->last_line;
    for (unsigned i = 0; i < done; i++) {
        if (fb->inlined >> i & 1)
            tally_atom(&t, &fb->b->atom[i]);
    }
    t.n[TALLY_L1I] = fb->fetches;
    t.n[TALLY_OPERAND] = fb->operand;
    t.n[TALLY_UNIT] = fb->unit;
    tally_add(chip, &t, 1);
}

/* Is nothing on its way in `later` cycles? */
static bool nothing_left(const struct fast *f, const struct fast_bundle *fb, uint32_t later)
{
    const struct way *w = &f->ways.way[fb->way];

    for (uint32_t i = 0; i < w->items; i++) {
        if (w->item[i].left > later)
            return false;
    }
    return true;
}

/* The stores that wait before entry `done` of atom[], of which host code has kept what it must. */
static void late_stores(struct chip *chip, const struct bundle *b, unsigned done)
{
    chip->late_stores = chip->late_guest = 0;
    for (unsigned i = 0; b->careful && i < done; i++) {
        const struct isa_fact *fact = &isa_facts[b->atom[i].op.atom];
        if (!is_store(&b->atom[i]))
            continue;
        struct chip_store *s = &chip->late_store[chip->late_stores++];
        s->size = fact->size;
        if (fact->flags & ISA_F_GUEST) {
            s->host = NULL;
            chip->late_guest++;
        }
    }
}

/* Does something happen at the bundle's end that is not in line? */
static bool after_odd(const struct chip *chip, const struct atom *a)
{
    const struct isa_fact *fact = &isa_facts[a->op.atom];
    uint32_t expected = chip->careful && fact->size <= 8 ? AFTER_STORES : 0;

    return (chip->after & ~expected) ||
           (chip->late_guest && chip->sbuf.used + chip->late_guest > chip->sbuf.room);
}

/* Behind the site, with the registers that host code there expects in pins. */
static void *resume(struct chip *chip, const struct fast_site *s)
{
    for (unsigned i = 0; i < PINS; i++)
        chip->hot.pin[i] = chip->r[s->pin[i]];
    return (void *)s->resume;
}

static void *fast_atom(struct chip *chip, uint64_t base, uint64_t addr, uint64_t number)
{
    struct fast *f = chip->fast;
    const struct fast_site *s = &f->site[number];
    const struct fast_bundle *fb = &s->block->bundle[s->bundle];
    struct bundle *b = fb->b;
    const struct atom *a = &b->atom[s->atom];
    uint64_t cycle = base + fb->issue;

    chip->hier.clock += s->order;
    f->at = s;
    f->at_base = base;
    chip->cycle = cycle;
    chip->pc = b->pc;
    chip->npc = b->next;
    chip->taken = false;
    chip->careful = b->careful;
    late_stores(chip, b, s->atom);
    a->exec(chip, a);
    f->at = NULL;

    uint64_t stall = chip->cycle - cycle;
    chip->hot.base = base + stall;
    bool on = !stall || (nothing_left(f, fb, fb->issue - fb->start) &&
                         chip->hot.base < chip->hot.limit &&
                         !(fb->commits && chip->cycle + 1 + chip->machine.branch_taken >=
                                              chip->irq_cycle));
    if (on && !after_odd(chip, a)) {
        if (!s->always) {
            tally_excuse(chip, a);
            view_learn(chip, a, addr);
        }
        chip->hier.clock -= s->order;
        chip->late_stores = chip->late_guest = 0;
        chip->after = 0;
        return resume(chip, s);
    }
    state_within(chip, fb, base, s->atom);
    if (chip->late_stores)
        chip->after |= AFTER_STORES;
    engine_rest(chip, b, s->atom + 1u);
    return (void *)fast_follow(chip, NULL);
}

/* A bundle of a block, fetched so far as host code foresaw it, by the reference engine. */
static void *fast_alone(struct chip *chip, const struct fast_bundle *fb, uint64_t base,
                        uint32_t stall)
{
    state_at(chip, fb, base);
    chip->fetch_line = fb->b->last_line;
    chip->cycle = base + fb->start;
    if (stall)
        chip_stall(chip, STALL_icache, stall);
    fast_step_with(chip, fb->b, engine_fetched);
    return (void *)fast_follow(chip, NULL);
}

static void *fast_fetch(struct chip *chip, uint64_t base, uint64_t extra, uint64_t number)
{
    struct fast *f = chip->fast;
    const struct fast_site *s = &f->site[number];
    const struct fast_bundle *fb = &s->block->bundle[s->bundle];
    struct bundle *b = fb->b;
    bool second = s->atom;

    (void)extra;
    chip->hier.clock += s->order;
    if (s->kind == SITE_COMMIT) {
        chip->hier.l1i.hits += fb->fetches;
        return fast_alone(chip, fb, base, 0);
    }
    uint32_t stall = hier_fetch(&chip->hier, second ? b->last_line : b->first_line);
    line_learn(chip, second ? b->last_line : b->first_line);
    chip->hot.base = base + stall;
    if (!stall || (nothing_left(f, fb, 0) && chip->hot.base < chip->hot.limit)) {
        chip->stall_row[STALL_icache] += stall;
        chip->hier.l1i.hits -= s->kind == SITE_FETCH;
        chip->hier.clock -= s->order;
        return resume(chip, s);
    }
    if (!second && b->last_line != b->first_line && b->last_line != LINE_NONE)
        stall += hier_fetch(&chip->hier, b->last_line);
    chip->hier.l1i.hits += second && fb->first_fetch;
    return fast_alone(chip, fb, base, stall);
}

/*
 * All registers become official, whether or not they are already. Each is copied by itself, as it
 * was written: a vector of them would have to wait for all.
 */
static void fast_official(struct chip *chip)
{
#pragma GCC unroll 32
    for (unsigned n = ISA_SHADOW_R_FIRST; n <= ISA_SHADOW_R_LAST; n++) {
        chip->r_shadow[n] = chip->r[n];
        __asm__("" ::: "memory");
    }
#pragma GCC unroll 32
    for (unsigned n = 0; n < ISA_C_COUNT; n++) {
        chip->c_shadow[n] = chip->c[n];
        __asm__("" ::: "memory");
    }
    fpu_commit(&chip->fpu);
    chip->r_dirty = 0;
    chip->hot.stale = 0;
}

static void fast_drain(struct chip *chip, uint64_t cycle)
{
    sbuf_commit(&chip->sbuf, chip->dram, &chip->hier, cycle);
}

/*
 * Called in the middle of an atom: the value of a guest load from `host` that meets stores which
 * wait.
 */
KEEPS_REGISTERS static uint64_t fast_merge(char *middle, const uint8_t *host, uint64_t size)
{
    struct chip *chip = (struct chip *)(middle - CHIP_MIDDLE);
    uint64_t value = 0;

    switch (size) {
    case 1: memcpy(&value, host, 1); break;
    case 2: memcpy(&value, host, 2); break;
    case 4: memcpy(&value, host, 4); break;
    default: memcpy(&value, host, 8); break;
    }
    return sbuf_merge_slow(&chip->sbuf, (uint64_t)(host - chip->dram), (unsigned)size, value);
}

/* The chip's state at a way out of a block. */
static void state_after(struct chip *chip, const struct fast_site *s, uint64_t base)
{
    chip->cycle = base;
    chip->pc = s->indirect ? chip->hot.target : s->target;
    chip->fetch_line = s->line;
    way_to_chip(chip, &chip->fast->ways, s->way, base);
}

static void *fast_step(struct chip *chip, uint64_t base, uint64_t extra, uint64_t number)
{
    const struct fast_site *s = &chip->fast->site[number];

    (void)extra;
    state_after(chip, s, base);
    fast_step_with(chip, bundle_known(chip, chip->pc), engine_step);
    return (void *)fast_follow(chip, NULL);
}

static void *fast_exit(struct chip *chip, uint64_t base, uint64_t extra, uint64_t number)
{
    struct fast_site *s = &chip->fast->site[number];

    (void)extra;
    state_after(chip, s, base);
    if (s->kind == SITE_LIMIT)
        return (void *)chip->fast->back;
    return (void *)fast_follow(chip, s);
}

void calls_trapped(struct chip *chip)
{
    struct fast *f = chip->fast;
    const struct fast_site *s = f->at;

    f->at = NULL;
    f->inside = false;
    if (s)
        state_within(chip, &s->block->bundle[s->bundle], f->at_base, s->atom);
}

void calls_open(struct chip *chip)
{
    chip->hot.on_atom = fast_atom;
    chip->hot.on_fetch = fast_fetch;
    chip->hot.on_step = fast_step;
    chip->hot.on_exit = fast_exit;
    chip->hot.on_official = fast_official;
    chip->hot.on_drain = fast_drain;
    chip->hot.on_merge = (void *)(uintptr_t)fast_merge;
    chip->hot.on_find = jtlb_find;
    chip->hot.on_jtlb = jtlb_write;
    chip->hot.on_push = rstack_push;
    chip->hot.on_pop = rstack_pop;
}
