/*
 * engine.c - the fast engine: when host code runs, and what it can't do by itself.
 *
 * Code that is executed for the first few times is stepped by the reference engine, and so is every
 * bundle that does more than compute, access memory and branch. What is left runs in blocks.
 *
 * Host code calls out where something is not as it was foreseen when the block was made. If that
 * passes no time, or nothing was on its way that could have used the time, the block goes on. Else
 * the chip's state is put together as of that moment, the reference engine does the rest of the
 * bundle, and a block takes over that was made for what is on its way then.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "isa_facts.h"
#include "vliw-sim/fast/build.h"
#include "vliw-sim/panic.h"
#include "vliw-sim/trace.h"

typedef void host_start(struct chip *chip, uint64_t base, uint32_t *count, const void *code);

#define MIB ((size_t)1 << 20)
#define SHADOWED ((2ull << ISA_SHADOW_R_LAST) - (1ull << ISA_SHADOW_R_FIRST))
#define DIRTY_KNOWN 12 /* registers */
#define COUNT_CYCLES (1ull << 31) /* between tally_flush()es: counts have 32 bits */

/* ---------------------------------------------------------------- blocks come and go */

static struct fast_near **near_blocks(struct fast *f, uint64_t page)
{
    return &f->near[page & (PAGE_HASH - 1)];
}

static void jumps_clear(struct chip *chip)
{
    for (unsigned i = 0; i < JUMPS; i++)
        chip->hot.jump[i].target = CODE_ODD;
}

static void block_kill(struct fast *f, struct fast_block *block)
{
    struct fast_block **at = &block->entry->blocks;

    while (*at != block)
        at = &(*at)->version;
    *at = block->version;
    block->dead = true;
    for (unsigned i = 0; i < block->pages; i++) {
        struct fast_near *n = &block->near[i];
        *n->from = n->next;
        if (n->next)
            n->next->from = n->from;
    }
    for (struct fast_site *s = block->incoming; s; s = s->next_incoming)
        code_redirect(&f->code, s->jump, f->code.run + s->stub);
    block->incoming = NULL;
}

static bool block_has(const struct fast_block *block, const struct bundle *b)
{
    for (uint32_t i = 0; i < block->bundles; i++) {
        if (block->bundle[i].b == b)
            return true;
    }
    return block->stepped == b;
}

static void fast_dropped(struct chip *chip, struct bundle *b)
{
    struct fast *f = chip->fast;
    struct fast_near *n = *near_blocks(f, b->pc >> PAGE_SHIFT);
    bool known = false;

    while (n) {
        struct fast_near *next = n->next;
        if (!n->block->dead && block_has(n->block, b)) {
            block_kill(f, n->block);
            known |= n->block->jumped_to;
        }
        n = next;
    }
    if (known)
        jumps_clear(chip);
}

/* Room for everything again. Not while a block is to go on. */
static void fast_flush(struct chip *chip)
{
    struct fast *f = chip->fast;

    tally_flush(chip);
    while (f->blocks) {
        struct fast_block *block = f->blocks;
        f->blocks = block->next;
        if (!block->dead)
            block->entry->blocks = NULL;
        free(block->bundle);
        free(block);
    }
    memset(f->near, 0, sizeof f->near);
    f->code.used = f->code_start;
    f->code.cold = f->code.size;
    lines_clear(chip);
    f->tallies = 0;
    f->sites = 0;
    f->full = false;
    ways_reset(&f->ways);
    jumps_clear(chip);
}

static struct fast_block *block_find(const struct bundle *b, uint32_t way, unsigned *versions)
{
    *versions = 0;
    for (struct fast_block *block = b->blocks; block; block = block->version) {
        if (block->way == way)
            return block;
        ++*versions;
    }
    return NULL;
}

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct fast_block *block_new(struct chip *chip, struct bundle *b, uint32_t way)
{
    struct fast *f = chip->fast;
    double start = seconds_now();
    struct fast_block *block = f->full ? NULL : block_build(chip, b, way);

    chip->hot.built_seconds += seconds_now() - start;
    if (!block) {
        f->full = true;
        return NULL;
    }
    block->version = b->blocks;
    b->blocks = block;
    block->next = f->blocks;
    f->blocks = block;
    for (unsigned i = 0; i < f->route.pages; i++) {
        struct fast_near **first = near_blocks(f, f->route.page[i]);
        block->near[i] = (struct fast_near){block, *first, first};
        if (*first)
            (*first)->from = &block->near[i].next;
        *first = &block->near[i];
    }
    block->pages = f->route.pages;
    return block;
}

/* ---------------------------------------------------------------- moving on */

/* After anything that C did: what host code goes by. */
static void renew(struct chip *chip)
{
    struct fast *f = chip->fast;
    uint64_t event = chip->event_cycle;

    chip->hot.limit = event > EVENT_MARGIN ? event - EVENT_MARGIN : 0;
    if (trace_on(chip->trace, TRACE_COMMIT))
        chip->hot.limit = 0;
    chip->hot.stale = 1;
    chip->hot.count = f->counts + (size_t)chip->phase * TALLIES;
    if (f->hidden_size != chip->hidden_size)
        views_clear(chip);
    else if (f->tlb_version != chip->tlb.version || f->user != chip->user)
        views_clear_guest(chip);
    f->hidden_size = chip->hidden_size;
    f->tlb_version = chip->tlb.version;
    f->user = chip->user;
    if (chip->cycle - f->counted_cycle > COUNT_CYCLES)
        tally_flush(chip);
}

static void link_exit(struct chip *chip, struct fast_site *s, struct fast_block *block,
                      const void *code)
{
    struct fast *f = chip->fast;

    if (s->indirect) {
        uint64_t target = block->entry->pc;
        uint64_t site = (uint64_t)(s - f->site) * sizeof(struct fast_jump);
        uint64_t at = ((uint32_t)target * JUMP_SPREAD ^ site) & JUMP_MASK;
        block->jumped_to = true;
        chip->hot.jump[at / sizeof(struct fast_jump)] = (struct fast_jump){target, site, code, 0};
        return;
    }
    code_redirect(&f->code, s->jump, code);
    s->next_incoming = block->incoming;
    block->incoming = s;
}

/* Is it worth a block to know what is dirty? If it commits, and that hasn't become too much. */
static bool commits_soon(struct chip *chip, const struct bundle *b, uint32_t dirty)
{
    if (dirty == DIRTY_UNKNOWN || __builtin_popcount(dirty) > DIRTY_KNOWN)
        return false;
    for (unsigned n = 0; b && n < BLOCK_BUNDLES; n++) {
        if (bundle_commits(b))
            return true;
        b = bundle_known(chip, b->next);
    }
    return false;
}

/*
 * Where the chip's state goes on: a block, or back to the loop. An exit that led here leads there
 * directly from now on.
 */
static const void *fast_follow(struct chip *chip, struct fast_site *from)
{
    struct fast *f = chip->fast;
    unsigned versions;

    renew(chip);
    chip->hot.base = chip->cycle;
    if (f->single && f->inside)
        return f->back;
    struct bundle *b = bundle_known(chip, chip->pc);
    if (!b || chip->cycle >= chip->hot.limit)
        return f->back;
    if (!b->blocks && ++b->heat < chip->machine.heat && !(from && from->through))
        return f->back;
    if (f->full)
        return f->back;
    uint32_t way = from && from->kind == SITE_EXIT ? from->way : way_of_chip(chip, &f->ways);
    if (way != UINT32_MAX && !commits_soon(chip, b, f->ways.way[way].dirty))
        way = way_unknown(&f->ways, way);
    if (way == UINT32_MAX) {
        f->full = true;
        return f->back;
    }
    struct fast_block *block = block_find(b, way, &versions);
    if (!block && versions < BLOCK_VERSIONS)
        block = block_new(chip, b, way);
    if (!block)
        return f->back;
    const void *code = chip->fetch_line == b->first_line ? block->enter_same : block->enter_other;
    if (from)
        link_exit(chip, from, block, code);
    return code;
}

/* ---------------------------------------------------------------- single bundles */

/* Special registers that have nothing to do with counters, cost or caches. */
static bool sreg_plain(unsigned number)
{
    return number <= SR_HOST_VERSION || number == SR_CFG_INDEX || number == SR_CFG_DATA ||
           number == SR_RETIRED || number == SR_SBUF_USED || number == SR_FPCW ||
           number == SR_FPSW || number == SR_MXCSR;
}

/* Before and after a bundle that may do anything. */
static bool bundle_touchy(const struct bundle *b)
{
    for (unsigned i = 0; i < b->execs; i++) {
        const struct isa_op *op = &b->atom[i].op;
        if ((isa_facts[op->atom].flags & (ISA_F_SR_READ | ISA_F_SR_WRITE)) && !sreg_plain(op->sr))
            return true;
    }
    return false;
}

static void step_with(struct chip *chip, struct bundle *b,
                      void (*step)(struct chip *chip, struct bundle *b))
{
    if (bundle_touchy(b)) {
        tally_flush(chip);
        views_clear(chip);
    }
    step(chip, b);
}

/* ---------------------------------------------------------------- what host code calls */

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
           (chip->late_guest && chip->sbuf.used + chip->sbuf.draining + chip->late_guest >
                                    chip->sbuf.size);
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
    step_with(chip, fb->b, engine_fetched);
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

/* What was written before the block, and is not official yet. */
static void fast_residue(struct chip *chip)
{
    for (uint64_t regs = chip->r_dirty & SHADOWED; regs; regs &= regs - 1) {
        unsigned n = (unsigned)__builtin_ctzll(regs);
        chip->r_shadow[n] = chip->r[n];
    }
    for (unsigned n = 0; n < ISA_C_COUNT; n++)
        chip->c_shadow[n] = chip->c[n];
    fpu_commit(&chip->fpu);
    chip->r_dirty = 0;
    chip->hot.stale = 0;
}

static void fast_drain(struct chip *chip, uint64_t cycle)
{
    sbuf_commit(&chip->sbuf, chip->dram, &chip->hier, cycle);
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
    step_with(chip, bundle_known(chip, chip->pc), engine_step);
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

/* ---------------------------------------------------------------- the engine */

/* A trap has left an atom that host code called. */
static void fast_trapped(struct chip *chip)
{
    struct fast *f = chip->fast;
    const struct fast_site *s = f->at;

    f->at = NULL;
    f->inside = false;
    if (s)
        state_within(chip, &s->block->bundle[s->bundle], f->at_base, s->atom);
}

__attribute__((noinline)) static void fast_loop(struct chip *chip)
{
    struct fast *f = chip->fast;
    bool arrived = true;

    for (;;) {
        if (chip->cycle >= chip->event_cycle && !engine_event(chip))
            return;
        if (f->full) {
            fast_flush(chip);
            chip->hot.flushes++;
        }
        struct bundle *b = bundle_find(chip, chip->pc);
        if (arrived || b->blocks) {
            const void *code = fast_follow(chip, NULL);
            if (code != f->back) {
                f->inside = true;
                ((host_start *)f->start)(chip, chip->hot.base, chip->hot.count, code);
                f->inside = false;
                arrived = false;
                if (f->single)
                    return;
                continue;
            }
        }
        step_with(chip, b, engine_step);
        arrived = chip->taken;
        if (f->single)
            return;
    }
}

static void fast_run(struct chip *chip)
{
    engine_plan(chip);
    if (setjmp(chip->trap_exit)) {
        fast_trapped(chip);
        engine_trap(chip, &chip->trap);
    }
    fast_loop(chip);
    if (!chip->fast->single)
        tally_flush(chip);
}

void fast_single(struct chip *chip)
{
    chip->fast->single = true;
}

static void *room(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);

    return panic_if_null(p == MAP_FAILED ? NULL : p);
}

#define COUNTS_BYTES (sizeof(uint32_t) * PHASE_COUNT * TALLIES)
#define TALLY_BYTES (sizeof(struct tally) * TALLIES)
#define SITE_BYTES (sizeof(struct fast_site) * SITES)

/*
 * What the tables may take when all are full, code counted in both mappings; the rest is bundles.
 */
_Static_assert(COUNTS_BYTES + TALLY_BYTES + SITE_BYTES + 2 * CODE_MOST * MIB <= 96 * MIB,
               "the simulator may take 128 MiB beside DRAM");

static void page_leaves(void *owner, uint32_t hi)
{
    views_drop_page(owner, hi & ~(TLB_PAGE_SIZE - 1));
}

bool fast_open(struct chip *chip)
{
    struct fast *f = room(sizeof *f);

    if (!code_open(&f->code, chip->machine.code_mib * MIB)) {
        munmap(f, sizeof *f);
        return false;
    }
    f->counts = room(COUNTS_BYTES);
    f->tally = room(TALLY_BYTES);
    f->site = room(SITE_BYTES);
    ways_open(&f->ways);
    chip->fast = f;
    chip->run = fast_run;
    chip->dropped = fast_dropped;
    chip->tlb.leaves = page_leaves;
    chip->tlb.owner = chip;
    chip->hot.on_atom = fast_atom;
    chip->hot.on_fetch = fast_fetch;
    chip->hot.on_step = fast_step;
    chip->hot.on_residue = fast_residue;
    chip->hot.on_drain = fast_drain;
    chip->hot.on_merge = sbuf_merge_slow;
    chip->hot.on_find = jtlb_find;
    chip->hot.on_jtlb = jtlb_write;
    chip->hot.on_push = rstack_push;
    chip->hot.on_pop = rstack_pop;
    chip->hot.on_exit = fast_exit;
    block_common(f, chip);
    views_open(chip);
    fast_flush(chip);
    return true;
}

void fast_close(struct chip *chip)
{
    struct fast *f = chip->fast;

    if (!f)
        return;
    fast_flush(chip);
    views_close(chip);
    chip->tlb.leaves = NULL;
    code_close(&f->code);
    munmap(f->counts, COUNTS_BYTES);
    munmap(f->tally, TALLY_BYTES);
    munmap(f->site, SITE_BYTES);
    free(f->ways.items);
    munmap(f, sizeof *f);
    chip->fast = NULL;
    chip->run = NULL;
}
