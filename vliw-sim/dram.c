/* dram.c - see dram.h */
#include "vliw-sim/dram.h"

#include "vliw-sim/machine.h"

uint32_t dram_cycles(uint32_t khz, uint32_t ns)
{
    return (uint32_t)(((uint64_t)ns * khz + 999999) / 1000000);
}

void dram_clock(struct dram *dram, const struct machine *m, uint32_t khz)
{
    dram->hit = dram_cycles(khz, m->dram_page_hit_ns);
    dram->miss = dram_cycles(khz, m->dram_page_miss_ns);
}

void dram_init(struct dram *dram, const struct machine *m)
{
    *dram = (struct dram){
        .page_shift = (uint32_t)__builtin_ctz(m->dram_page),
        .bank_mask = m->dram_banks - 1,
    };
    dram_clock(dram, m, m->point[0].khz);
}

uint32_t dram_access(struct dram *dram, uint64_t addr)
{
    uint64_t page = addr >> dram->page_shift;
    uint64_t *open = &dram->open[page & dram->bank_mask];

    if (*open == page + 1) {
        dram->page_hits++;
        return dram->hit;
    }
    *open = page + 1;
    dram->page_misses++;
    return dram->miss;
}
