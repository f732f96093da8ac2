/*
 * sreg.c - special registers. What each is stands in isa/; a register that has no case here does
 * not exist.
 */
#include <string.h>

#include "hidden-mem/hostport.h"
#include "vliw-sim/chip.h"
#include "vliw-sim/trace.h"

static uint64_t points(const struct machine *m)
{
    uint64_t n = 0;

    while (n < MACHINE_POINTS && m->point[n].khz)
        n++;
    return n;
}

static uint64_t config_value(const struct chip *chip)
{
    const struct machine *m = &chip->machine;
    uint64_t n = chip->cfg_index, name = 0;

    switch (n) {
    case CFG_ISSUE: return m->issue;
    case CFG_BRANCH_TAKEN: return m->branch_taken;
    case CFG_TLB_ENTRIES: return m->tlb_entries;
    case CFG_ALIAS_REGS: return m->alias_registers;
    case CFG_JTLB_ENTRIES: return m->jtlb_entries;
    case CFG_RETURN_STACK: return m->return_stack;
    case CFG_POWER_POINTS: return points(m);
    case CFG_PRESET: memcpy(&name, m->name, strnlen(m->name, sizeof name)); return name;
    default:
        if (n >= CFG_UNIT_alu && n < CFG_UNIT_alu + UNIT_COUNT)
            return m->unit[n - CFG_UNIT_alu];
        if (n >= CFG_LAT_alu && n < CFG_LAT_alu + LAT_COUNT)
            return m->latency[n - CFG_LAT_alu];
        return 0;
    }
}

bool sreg_read(struct chip *chip, uint64_t number, uint64_t *value)
{
    const struct machine *m = &chip->machine;

    switch (number) {
    case SR_CHIP_ID: *value = m->chip_id; return true;
    case SR_ISA_ID: *value = ISA_ID; return true;
    case SR_CYCLE: *value = chip->cycle; return true;
    case SR_TIME: *value = chip_time(chip); return true;
    case SR_PHASE: *value = chip->phase; return true;
    case SR_EPC: *value = chip->epc; return true;
    case SR_CAUSE: *value = chip->cause; return true;
    case SR_BADADDR: *value = chip->badaddr; return true;
    case SR_EINFO: *value = chip->einfo; return true;
    case SR_VBASE: *value = chip->vbase; return true;
    case SR_STATUS: *value = chip->status; return true;
    case SR_SCRATCH0:
    case SR_SCRATCH1:
    case SR_SCRATCH2:
    case SR_SCRATCH3: *value = chip->scratch[number - SR_SCRATCH0]; return true;
    case SR_IPEND: *value = chip_pending(chip); return true;
    case SR_TIMER: *value = chip->timer; return true;
    case SR_TLB_HI: *value = chip->tlb_hi; return true;
    case SR_TLB_LO: *value = chip->tlb_lo; return true;
    case SR_TLB_TMASK: *value = chip->tlb_tmask; return true;
    case SR_GMODE: *value = chip->user; return true;
    case SR_HOST_VERSION: *value = HOSTPORT_VERSION; return true;
    case SR_HIDDEN_SIZE: *value = chip->hidden_size; return true;
    case SR_HIDDEN_LOCK: *value = chip->hidden_locked; return true;
    case SR_DRAM_SIZE: *value = chip->dram_size; return true;
    case SR_SBUF_SIZE: *value = chip->sbuf.size; return true;
    case SR_SBUF_USED: *value = chip->sbuf.used; return true;
    case SR_KHZ: *value = chip->power.khz; return true;
    case SR_RETIRED: *value = chip->retired; return true;
    case SR_CFG_INDEX: *value = chip->cfg_index; return true;
    case SR_CFG_DATA: *value = config_value(chip); return true;
    case SR_CFG_UNITS:
        *value = m->has_multiplier | m->has_divider << 1 | m->has_fp << 2 | m->has_packed << 3;
        return true;
    case SR_EMU_BASE: *value = chip->emu_base; return true;
    case SR_L1I_WAYS: *value = chip->ways[HIER_L1I]; return true;
    case SR_L1D_WAYS: *value = chip->ways[HIER_L1D]; return true;
    case SR_L2_WAYS: *value = chip->ways[HIER_L2]; return true;
    case SR_TLB_WAYS: *value = chip->tlb.use; return true;
    case SR_POWER_POINT: *value = chip->power.point; return true;
    case SR_POWER_LOOK: *value = chip->power.look; return true;
    case SR_POWER_KHZ: *value = m->point[chip->power.look].khz; return true;
    case SR_POWER_MV: *value = m->point[chip->power.look].mv; return true;
    case SR_ENERGY: *value = energy_total_pj(chip); return true;
    case SR_FAULT: *value = chip->fault.latched; return true;
    case SR_FPCW: *value = chip->fpu.control.fpcw; return true;
    case SR_FPSW: *value = chip->fpu.control.fpsw; return true;
    case SR_MXCSR: *value = chip->fpu.control.mxcsr; return true;
    default: return false;
    }
}

static bool phase_write(struct chip *chip, uint64_t phase)
{
    if (phase >= PHASE_COUNT)
        return false;
    counters_settle(chip);
    if (phase != chip->phase) {
        event_add(&chip->events, EVENT_PHASE, chip->cycle, chip->pc, (uint32_t)phase, 0);
        if (trace_on(chip->trace, TRACE_PHASE))
            trace_line(chip, TRACE_PHASE, "%s", isa_phase_name[phase]);
    }
    chip->phase = (uint32_t)phase;
    chip->stall_row = chip->stall[phase];
    energy_phase(chip);
    return true;
}

bool sreg_write(struct chip *chip, uint64_t number, uint64_t value)
{
    switch (number) {
    case SR_PHASE: return phase_write(chip, value);
    case SR_EPC: chip->epc = value & ~CODE_ODD; return true;
    case SR_VBASE: chip->vbase = value & ~(uint64_t)(VECTOR_STRIDE - 1); return true;
    case SR_STATUS: chip->status = value & STATUS_ALL; return true;
    case SR_SCRATCH0:
    case SR_SCRATCH1:
    case SR_SCRATCH2:
    case SR_SCRATCH3: chip->scratch[number - SR_SCRATCH0] = value; return true;
    case SR_TIMER:
        chip->timer = value;
        chip->timer_cycle = chip_cycle_of(chip, value);
        chip_plan_interrupts(chip);
        return true;
    case SR_TLB_HI: chip->tlb_hi = value & TLB_HI_MASK; return true;
    case SR_TLB_LO: chip->tlb_lo = value & TLB_LO_MASK; return true;
    case SR_TLB_TMASK: chip->tlb_tmask = (uint32_t)value; return true;
    case SR_GMODE: chip->user = value & 1; return true;
    case SR_HOST_REQ:
        chip->host_block = value;
        chip->after |= AFTER_HOST;
        return true;
    case SR_HIDDEN_SIZE: return chip_hide(chip, value);
    case SR_HIDDEN_LOCK:
        if (chip->hidden_locked)
            return false;
        chip->hidden_locked = value & 1;
        return true;
    case SR_CFG_INDEX: chip->cfg_index = value; return true;
    case SR_EMU_BASE: chip->emu_base = value & ~15ull; return true;
    case SR_L1I_WAYS: return chip_use_ways(chip, HIER_L1I, value);
    case SR_L1D_WAYS: return chip_use_ways(chip, HIER_L1D, value);
    case SR_L2_WAYS: return chip_use_ways(chip, HIER_L2, value);
    case SR_TLB_WAYS: return chip_use_tlb_ways(chip, value);
    case SR_POWER_POINT: return power_select(chip, value);
    case SR_POWER_LOOK:
        if (value >= points(&chip->machine))
            return false;
        chip->power.look = (uint32_t)value;
        return true;
    case SR_FAULT: chip->fault.latched = 0; return true;
    case SR_FPCW: chip->fpu.control.fpcw = value & 0x1fff; return true;
    case SR_FPSW: chip->fpu.control.fpsw = value & (FP_EXCEPTIONS | FP_UP); return true;
    case SR_MXCSR: chip->fpu.control.mxcsr = value & 0xffff; return true;
    default: return false;
    }
}
