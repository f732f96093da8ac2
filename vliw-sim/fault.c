/* fault.c - see fault.h */
#include "vliw-sim/fault.h"

#include "vliw-sim/chip.h"

/* Is the way that is broken in use? */
static bool fault_matters(struct chip *chip)
{
    const struct machine *m = &chip->machine;

    switch ((enum fault_unit)m->fault_unit) {
    case FAULT_L1I: return chip->ways[HIER_L1I] >> m->fault_index & 1;
    case FAULT_L1D: return chip->ways[HIER_L1D] >> m->fault_index & 1;
    case FAULT_L2: return chip->ways[HIER_L2] >> m->fault_index & 1;
    case FAULT_TLB: return chip->tlb.use >> m->fault_index & 1;
    case FAULT_REGISTER: return chip->fault.found == 0;
    case FAULT_NONE: break;
    }
    return false;
}

void fault_init(struct chip *chip)
{
    chip->fault.cycle = chip->machine.fault_unit ? chip->machine.fault_cycle : UINT64_MAX;
}

bool fault_find(struct chip *chip)
{
    const struct machine *m = &chip->machine;
    bool found = fault_matters(chip);

    chip->fault.cycle = found ? chip->cycle + m->fault_again : UINT64_MAX;
    chip_plan_interrupts(chip);
    if (!found)
        return false;
    chip->fault.latched = m->fault_unit | m->fault_index << FAULT_INDEX_SHIFT;
    chip->fault.found++;
    return true;
}
