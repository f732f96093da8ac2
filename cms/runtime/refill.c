/* refill.c - see refill.h */
#include "runtime/refill.h"

#include "cms.h"
#include "isa.h"
#include "isa_intrinsics.h"

static struct refill_entry *refill_entry(uint32_t page)
{
    return &cms.refill.entry[page >> PAGE_SHIFT & (REFILL_ENTRIES - 1)];
}

static uint32_t refill_stamp(void)
{
    return cms.refill.stamp << REFILL_STAMP_SHIFT;
}

void refill_put(uint32_t hi, uint64_t lo)
{
    if (hi & TLB_PORT)
        return;
    if (lo & TLB_IO) {
        refill_drop(hi);
        return;
    }
    *refill_entry(hi) = (struct refill_entry){
        .lo = lo,
        .hi = (uint64_t)(uintptr_t)smc_mask(lo) << REFILL_MASK_AT_SHIFT | hi | refill_stamp()};
}

void refill_drop(uint32_t page)
{
    refill_entry(page)->hi = 0;
}

void refill_flush(void)
{
    struct refill *r = &cms.refill;

    if (++r->stamp > REFILL_STAMP_MAX) {
        memset(r->entry, 0, sizeof r->entry);
        r->stamp = 1;
    }
    r->want = refill_stamp() | (r->want & REFILL_OFF);
}

/*
 * The bundle that missed is done again, not its instruction, so nothing else need be in the TLB.
 * But all of what it accesses must be, at once.
 */
void refill_arm(void)
{
    unsigned ways = 0;

    for (uint64_t use = vx_mfsr(SR_TLB_WAYS); use; use &= use - 1)
        ways++;
    vx_mtsr(SR_CFG_INDEX, CFG_UNIT_alu + UNIT_mem);
    cms.refill.want = cms.opt->refill && ways >= vx_mfsr(SR_CFG_DATA) ? 0 : REFILL_OFF;
    refill_flush();
}
