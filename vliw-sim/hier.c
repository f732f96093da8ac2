/* hier.c - see hier.h */
#include "vliw-sim/hier.h"

#include "hidden-mem/map.h"
#include "vliw-sim/machine.h"

void hier_init(struct hier *h, const struct machine *m)
{
    *h = (struct hier){
        .line_shift = (uint32_t)__builtin_ctz(m->l1d.line),
        .l2_latency = m->l2.latency,
        .rom_cycles = dram_cycles(m, m->rom_ns),
    };
    cache_init(&h->l1i, &m->l1i);
    cache_init(&h->l1d, &m->l1d);
    cache_init(&h->l2, &m->l2);
    dram_init(&h->dram, m);
}

void hier_free(struct hier *h)
{
    cache_free(&h->l1i);
    cache_free(&h->l1d);
    cache_free(&h->l2);
}

/* What lies behind L2: only DRAM is ever written. */
static uint32_t memory_line(struct hier *h, uint32_t line)
{
    uint64_t addr = (uint64_t)line << h->line_shift;

    if (addr >= GUEST_BASE)
        return dram_access(&h->dram, addr);
    h->rom_lines++;
    return h->rom_cycles;
}

static void l2_writeback(struct hier *h, uint32_t line)
{
    uint32_t victim;

    cache_access(&h->l2, line, true, &victim);
    if (victim)
        memory_line(h, victim);
}

static uint32_t l2_read(struct hier *h, uint32_t line)
{
    uint32_t victim;
    uint32_t stall = h->l2_latency;

    if (!cache_access(&h->l2, line, false, &victim)) {
        stall += memory_line(h, line);
        if (victim)
            memory_line(h, victim);
    }
    return stall;
}

uint32_t hier_data_slow(struct hier *h, uint32_t line, bool write)
{
    uint32_t victim;

    if (cache_access(&h->l1d, line, write, &victim))
        return 0;
    uint32_t stall = l2_read(h, line);
    if (victim)
        l2_writeback(h, victim);
    return stall;
}

uint32_t hier_fetch_slow(struct hier *h, uint32_t line)
{
    uint32_t victim;

    return cache_access(&h->l1i, line, false, &victim) ? 0 : l2_read(h, line);
}
