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
    jtlb_init(&chip->jtlb, m->jtlb_entries, m->jtlb_ways);
    rstack_init(&chip->rstack, m->return_stack);
    predict_init(&chip->predictor, m->predict_kind, m->predict_entries);
    chip->alias.registers = m->alias_registers;
    chip->ways[HIER_L1I] = (1u << m->l1i.ways) - 1;
    chip->ways[HIER_L1D] = (1u << m->l1d.ways) - 1;
    chip->ways[HIER_L2] = (1u << m->l2.ways) - 1;
    power_init(chip);
    energy_init(chip);
    fault_init(chip);
    chip->code = bundle_cache_new();
    fpu_reset(&chip->fpu);
    chip->tlb_stall = m->tlb_latency - 1;
    chip->pc = ROM_BASE + sizeof(struct rom_header);
    chip->vbase = LPM_BASE;
    chip->timer = chip->timer_cycle = UINT64_MAX;
    chip_plan_interrupts(chip);
    chip->max_cycles = UINT64_MAX;
    chip->stall_row = chip->stall[chip->phase];
    chip->fetch_line = LINE_NONE;
    chip->watch_left = m->irq_every;
    chip->signal_fd = -1;
    return chip;
}

void chip_free(struct chip *chip)
{
    fast_close(chip);
    bundle_cache_free(chip->code);
    energy_free(chip);
    predict_free(&chip->predictor);
    rstack_free(&chip->rstack);
    jtlb_free(&chip->jtlb);
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

void chip_plan_interrupts(struct chip *chip)
{
    chip->irq_cycle = chip->timer_cycle < chip->fault.cycle ? chip->timer_cycle : chip->fault.cycle;
    if (chip->host_asks)
        chip->irq_cycle = 0;
}

void chip_ask_to_end(struct chip *chip, uint64_t cycles)
{
    chip->stop = STOP_NONE;
    chip->host_asks = true;
    chip->max_cycles = chip->cycle + cycles;
    chip_plan_interrupts(chip);
    engine_plan(chip);
}

static bool mask_valid(uint64_t mask, uint32_t ways)
{
    return mask && !(mask >> ways);
}

bool chip_use_ways(struct chip *chip, enum hier_cache which, uint64_t mask)
{
    if (!mask_valid(mask, hier_cache(&chip->hier, which)->ways))
        return false;
    energy_pay(chip);
    chip->ways[which] = (uint32_t)mask;
    uint32_t stall = hier_use(&chip->hier, which, (uint32_t)mask);
    energy_price(chip);
    chip->fetch_line = LINE_NONE;
    if (stall)
        chip_stall(chip, STALL_dcache, stall);
    return true;
}

bool chip_use_tlb_ways(struct chip *chip, uint64_t mask)
{
    if (!mask_valid(mask, chip->tlb.ways))
        return false;
    tlb_use(&chip->tlb, (uint32_t)mask);
    return true;
}
