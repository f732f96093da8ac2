/*
 * dram.h - timing of main memory: banks with one open page each.
 *
 * A line from the page that its bank has open costs `hit` cycles, any other `miss` cycles and opens
 * its page. Refresh, bus turnaround and queues are not modelled.
 */
#ifndef SELKIRK_DRAM_H
#define SELKIRK_DRAM_H

#include <stdint.h>

#define DRAM_BANKS_MAX 64

struct machine;

struct dram {
    uint32_t hit, miss; /* cycles */
    uint32_t page_shift;
    uint32_t bank_mask;
    uint64_t open[DRAM_BANKS_MAX]; /* page number + 1; 0 none */
    uint64_t page_hits, page_misses;
};

void dram_init(struct dram *dram, const struct machine *m);

/* The core clock is now `khz`: the same times are other cycles. */
void dram_clock(struct dram *dram, const struct machine *m, uint32_t khz);

/* Cycles of one line at byte address `addr`; opens its page. */
uint32_t dram_access(struct dram *dram, uint64_t addr);

/* Core cycles that cover `ns` at a clock of `khz`, rounded up. */
uint32_t dram_cycles(uint32_t khz, uint32_t ns);

#endif
