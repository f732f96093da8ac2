/*
 * fault.c - parity errors of the chip.
 *
 * A way of a cache or of the TLB that has failed is switched off: the machine gets a little slower,
 * and the guest doesn't notice. The chip goes on reporting a way until that is done. For a register
 * there is no substitute, and what it held may have gone anywhere since the last commit.
 */
#include "hidden-mem/fault.h"
#include "isa_intrinsics.h"
#include "runtime/runtime.h"

/* The ways without the broken one. */
static uint64_t ways_without(uint64_t ways, unsigned broken, const char *unit)
{
    ways &= ~(1ull << broken);
    if (!ways)
        cms_panic("parity error in the last way of %s", unit);
    return ways;
}

void fault_isolate(void)
{
    uint64_t fault = vx_mfsr(SR_FAULT);
    unsigned index = fault >> FAULT_INDEX_SHIFT & FAULT_INDEX_MASK;

    vx_mtsr(SR_FAULT, 0);
    switch (fault & FAULT_UNIT_MASK) {
    case FAULT_L1I:
        vx_mtsr(SR_L1I_WAYS, ways_without(vx_mfsr(SR_L1I_WAYS), index, "L1I"));
        break;
    case FAULT_L1D:
        vx_mtsr(SR_L1D_WAYS, ways_without(vx_mfsr(SR_L1D_WAYS), index, "L1D"));
        break;
    case FAULT_L2:
        vx_mtsr(SR_L2_WAYS, ways_without(vx_mfsr(SR_L2_WAYS), index, "L2"));
        break;
    case FAULT_TLB:
        vx_mtsr(SR_TLB_WAYS, ways_without(vx_mfsr(SR_TLB_WAYS), index, "the TLB"));
        break;
    case FAULT_REGISTER: cms_panic("parity error in register r%u", index);
    default: cms_panic("parity error in unit %u", (unsigned)(fault & FAULT_UNIT_MASK));
    }
    cms_count(EV_FAULTS_ISOLATED);
}
