/* hier.c - see hier.h */
#include "vliw-sim/hier.h"

#include "hidden-mem/map.h"
#include "vliw-sim/machine.h"

void hier_init(struct hier *h, const struct machine *m)
{
    *h = (struct hier){
        .line_shift = (uint32_t)__builtin_ctz(m->l1d.line),
        .l2_latency = m->l2.latency,
    };
    cache_init(&h->l1i, &m->l1i, &h->clock);
    cache_init(&h->l1d, &m->l1d, &h->clock);
    cache_init(&h->l2, &m->l2, &h->clock);
    dram_init(&h->dram, m);
    hier_clock(h, m, m->point[0].khz);
}

void hier_clock(struct hier *h, const struct machine *m, uint32_t khz)
{
    dram_clock(&h->dram, m, khz);
    h->rom_cycles = dram_cycles(khz, m->rom_ns);
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

void hier_claim(struct hier *h, uint32_t line)
{
    uint32_t victim;

    cache_access(&h->l1d, line, true, &victim);
    if (victim)
        l2_writeback(h, victim);
}

uint32_t hier_fetch_slow(struct hier *h, uint32_t line)
{
    uint32_t victim;

    return cache_access(&h->l1i, line, false, &victim) ? 0 : l2_read(h, line);
}

/* ---------------------------------------------------------------- ways */

struct cache *hier_cache(struct hier *h, enum hier_cache which)
{
    return which == HIER_L1I ? &h->l1i : which == HIER_L1D ? &h->l1d : &h->l2;
}

struct write_back {
    struct hier *h;
    uint32_t cycles;
};

static void write_back_l1d(void *to, uint32_t line)
{
    struct write_back *w = to;

    l2_writeback(w->h, line);
    w->cycles += w->h->l2_latency;
}

static void write_back_l2(void *to, uint32_t line)
{
    struct write_back *w = to;

    w->cycles += memory_line(w->h, line);
}

uint32_t hier_use(struct hier *h, enum hier_cache which, uint32_t mask)
{
    struct write_back w = {.h = h};

    cache_use(hier_cache(h, which), mask, which == HIER_L2 ? write_back_l2 : write_back_l1d, &w);
    return w.cycles;
}
