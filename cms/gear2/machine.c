/* machine.c - the machine that code is scheduled for, out of its configuration registers. */
#include "gear2/trans.h"
#include "isa_intrinsics.h"

static uint32_t config(unsigned index)
{
    vx_mtsr(SR_CFG_INDEX, index);
    return (uint32_t)vx_mfsr(SR_CFG_DATA);
}

void machine_read(struct machine *m)
{
    m->issue = config(CFG_ISSUE);
    for (unsigned i = 0; i < UNIT_COUNT; i++)
        m->unit[i] = config(CFG_UNIT_alu + i);
    for (unsigned i = 0; i < LAT_COUNT; i++)
        m->latency[i] = config(CFG_LAT_alu + i);
    m->alias = config(CFG_ALIAS_REGS);
    m->stores = (uint32_t)vx_mfsr(SR_SBUF_SIZE);
}
