/* chip.c - making a chip, and what several of its rooms need. */
#include "vliw-sim/chip.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "vliw-sim/bundle.h"
#include "hidden-mem/image.h"
#include "vliw-sim/panic.h"

#define MIB (1ull << 20)

/* Zeroed pages that cost nothing until they are touched. */
static uint8_t *dram_map(uint64_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);

    return panic_if_null(p == MAP_FAILED ? NULL : p);
}

struct chip *chip_new(const struct machine *m)
{
    struct chip *chip = panic_if_null(calloc(1, sizeof *chip));

    chip->machine = *m;
    chip->dram_size = (uint64_t)(m->guest_mib + m->hidden_mib) * MIB;
    chip->guest_size = chip->dram_size;
    chip->dram = dram_map(chip->dram_size);
    tlb_init(&chip->tlb, m->tlb_entries, m->tlb_ways);
    sbuf_init(&chip->sbuf, m->sbuf_entries);
    hier_init(&chip->hier, m);
    chip->code = bundle_cache_new();
    chip->tlb_stall = m->tlb_latency - 1;
    chip->pc = ROM_BASE + sizeof(struct rom_header);
    chip->vbase = LPM_BASE;
    chip->timer = chip->timer_cycle = UINT64_MAX;
    chip->max_cycles = UINT64_MAX;
    chip->stall_row = chip->stall[chip->phase];
    chip->fetch_line = LINE_NONE;
    chip->watch_left = m->irq_every;
    chip->signal_fd = -1;
    return chip;
}

void chip_free(struct chip *chip)
{
    bundle_cache_free(chip->code);
    hier_free(&chip->hier);
    sbuf_free(&chip->sbuf);
    tlb_free(&chip->tlb);
    munmap(chip->dram, chip->dram_size);
    free(chip->rom);
    free(chip->flash);
    free(chip);
}

bool chip_hide(struct chip *chip, uint64_t size)
{
    if (chip->hidden_locked || size % MIB || size > HIDDEN_MAX || size >= chip->dram_size)
        return false;
    chip->hidden_size = size;
    chip->guest_size = chip->dram_size - size;
    chip->hidden = chip->dram + chip->guest_size;
    chip->hidden_line_at = GUEST_BASE + chip->guest_size;
    tlb_flush(&chip->tlb);
    bundle_flush(chip, HIDDEN_BASE, HIDDEN_MAX);
    return true;
}

void chip_halt_with(struct chip *chip, enum chip_stop why)
{
    if (!chip->stop) {
        chip->stop = why;
        chip->stop_pc = chip->pc;
    }
    engine_plan(chip);
}

uint64_t chip_time(const struct chip *chip)
{
    return (uint64_t)((unsigned __int128)chip->cycle * 1000000 / chip->machine.khz);
}

uint64_t chip_cycle_of(const struct chip *chip, uint64_t ns)
{
    unsigned __int128 cycles;

    if (ns == UINT64_MAX)
        return UINT64_MAX;
    cycles = ((unsigned __int128)ns * chip->machine.khz + 999999) / 1000000;
    return cycles < UINT64_MAX ? (uint64_t)cycles : UINT64_MAX;
}
