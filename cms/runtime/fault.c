/*
 * fault.c - parity errors of the chip.
 *
 * A way of a cache or of the TLB that has failed is switched off: the machine gets a little slower,
 * and the guest doesn't notice. The chip goes on reporting a way until that is done. For a register
 * there is no substitute, and what it held may have gone anywhere since the last commit.
 */
#include "hidden-mem/fault.h"
#include "isa_intrinsics.h"
#include "runtime/power.h"
#include "runtime/runtime.h"

static void cache_isolate(enum power_cache cache, unsigned way)
{
    static const char *const name[] = {"L1I", "L1D", "L2"};

    if (!power_way_broken(cache, way))
        cms_panic("parity error in the last way of %s", name[cache]);
}

static void tlb_isolate(unsigned way)
{
    uint64_t left = vx_mfsr(SR_TLB_WAYS) & ~(1ull << way);

    if (!left)
        cms_panic("parity error in the last way of the TLB");
    vx_mtsr(SR_TLB_WAYS, left);
    refill_arm();
}

void fault_isolate(void)
{
    uint64_t fault = vx_mfsr(SR_FAULT);
    unsigned index = fault >> FAULT_INDEX_SHIFT & FAULT_INDEX_MASK;

    vx_mtsr(SR_FAULT, 0);
    switch (fault & FAULT_UNIT_MASK) {
    case FAULT_L1I: cache_isolate(POWER_L1I, index); break;
    case FAULT_L1D: cache_isolate(POWER_L1D, index); break;
    case FAULT_L2: cache_isolate(POWER_L2, index); break;
    case FAULT_TLB: tlb_isolate(index); break;
    case FAULT_REGISTER: cms_panic("parity error in register r%u", index);
    default: cms_panic("parity error in unit %u", (unsigned)(fault & FAULT_UNIT_MASK));
    }
    cms_count(EV_FAULTS_ISOLATED);
}
