/*
 * hier.h - the memory hierarchy: L1I, L1D, L2, DRAM, and what an access to them costs.
 *
 * It sees line numbers of *canonical* addresses: the native address of the byte in the
 * guest-physical window, hidden memory being the top of that; ROM and flash as they are. So a byte
 * has one line whichever window names it.
 *
 * A line that misses a first-level cache comes from L2 (its latency) or from memory behind L2
 * (latencies added); the line it replaces goes to L2 if dirty. L2 need not hold what L1 holds.
 * Write-backs cost the core nothing, but they change what L2 holds and which DRAM pages are open.
 */
#ifndef SELKIRK_HIER_H
#define SELKIRK_HIER_H

#include <stdbool.h>
#include <stdint.h>

#include "vliw-sim/cache.h"
#include "vliw-sim/dram.h"

struct machine;

struct hier {
    struct cache l1i, l1d, l2;
    int64_t clock; /* accesses to any of them */
    struct dram dram;
    uint32_t line_shift;
    uint32_t l2_latency; /* cycles */
    uint32_t rom_cycles; /* a line from ROM or flash */
    uint64_t rom_lines;  /* read from ROM or flash */
};

void hier_init(struct hier *h, const struct machine *m);
void hier_free(struct hier *h);

enum hier_cache { HIER_L1I, HIER_L1D, HIER_L2, HIER_CACHES };

struct cache *hier_cache(struct hier *h, enum hier_cache which);

/*
 * Uses the ways of `mask` (not 0) of a cache and no others. Returns the cycles that it takes to
 * write back what was dirty in the rest.
 */
uint32_t hier_use(struct hier *h, enum hier_cache which, uint32_t mask);

/* The core clock has changed: what takes a fixed time takes other cycles. */
void hier_clock(struct hier *h, const struct machine *m, uint32_t khz);

/* Stall cycles of an access to `line` that isn't the most recent of its set. */
uint32_t hier_data_slow(struct hier *h, uint32_t line, bool write);
uint32_t hier_fetch_slow(struct hier *h, uint32_t line);

/* Stall cycles of a data access inside one line; 0 on a hit. */
static inline uint32_t hier_data(struct hier *h, uint32_t line, bool write)
{
    return cache_again(&h->l1d, line, write) ? 0 : hier_data_slow(h, line, write);
}

/*
 * Stall cycles of a data access of `size` bytes at a canonical address, which may touch two lines.
 */
static inline uint32_t hier_span(struct hier *h, uint64_t addr, unsigned size, bool write)
{
    uint32_t first = (uint32_t)(addr >> h->line_shift);
    uint32_t last = (uint32_t)((addr + size - 1) >> h->line_shift);
    uint32_t stall = hier_data(h, first, write);

    if (last != first)
        stall += hier_data(h, last, write);
    return stall;
}

/* `line` becomes the most recent one of L1D, dirty, whatever it held before. */
void hier_claim(struct hier *h, uint32_t line);

/* Stall cycles of fetching a bundle's line. */
static inline uint32_t hier_fetch(struct hier *h, uint32_t line)
{
    return cache_again(&h->l1i, line, false) ? 0 : hier_fetch_slow(h, line);
}

#endif
