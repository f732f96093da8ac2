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
#include <sys/mman.h>

#include "isa_facts.h"
#include "vliw-sim/fast/build.h"
#include "vliw-sim/fast/run.h"
#include "vliw-sim/panic.h"
#include "vliw-sim/trace.h"

typedef void host_start(struct chip *chip, uint64_t base, uint32_t *count, const void *code);

#define MIB ((size_t)1 << 20)
#define COMMIT_AHEAD (4 * BLOCK_BUNDLES)
#define COUNT_CYCLES (1ull << 31) /* between tally_flush()es: counts have 32 bits */

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

/* Where the bundle leads if its branch, if it is conditional, isn't taken. */
static uint64_t ahead_of(const struct bundle *b)
{
    const struct atom *branch = bundle_branch(b);
    uint32_t flags = branch ? isa_facts[branch->op.atom].flags : ISA_F_COND;

    return flags & (ISA_F_COND | ISA_F_INDIRECT) ? b->next : branch_target(b, branch);
}

/* Is it worth a block to know what is dirty? If a commit comes. */
static bool commits_soon(struct chip *chip, const struct bundle *b)
{
    for (unsigned n = 0; b && n < COMMIT_AHEAD; n++) {
        if (bundle_commits(b))
            return true;
        b = bundle_known(chip, ahead_of(b));
    }
    return false;
}

const void *fast_follow(struct chip *chip, struct fast_site *from)
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
    if (way != UINT32_MAX && f->ways.way[way].dirty != DIRTY_UNKNOWN && !commits_soon(chip, b))
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
        block_link(chip, from, block, code);
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

/* May the bundle do anything at all? */
static bool bundle_touchy(const struct bundle *b)
{
    for (unsigned i = 0; i < b->execs; i++) {
        const struct isa_op *op = &b->atom[i].op;
        if ((isa_facts[op->atom].flags & (ISA_F_SR_READ | ISA_F_SR_WRITE)) && !sreg_plain(op->sr))
            return true;
    }
    return false;
}

void fast_step_with(struct chip *chip, struct bundle *b,
                    void (*step)(struct chip *chip, struct bundle *b))
{
    if (bundle_touchy(b)) {
        tally_flush(chip);
        views_clear(chip);
    }
    step(chip, b);
}

/* ---------------------------------------------------------------- the engine */

__attribute__((noinline)) static void fast_loop(struct chip *chip)
{
    struct fast *f = chip->fast;
    bool arrived = true;

    for (;;) {
        if (chip->cycle >= chip->event_cycle && !engine_event(chip))
            return;
        if (f->full) {
            block_flush(chip);
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
        fast_step_with(chip, b, engine_step);
        arrived = chip->taken;
        if (f->single)
            return;
    }
}

static void fast_run(struct chip *chip)
{
    engine_plan(chip);
    if (setjmp(chip->trap_exit)) {
        calls_trapped(chip);
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
    chip->dropped = block_dropped;
    chip->tlb.leaves = page_leaves;
    chip->tlb.owner = chip;
    calls_open(chip);
    block_common(f, chip);
    views_open(chip);
    block_flush(chip);
    return true;
}

void fast_close(struct chip *chip)
{
    struct fast *f = chip->fast;

    if (!f)
        return;
    block_flush(chip);
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
