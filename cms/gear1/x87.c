/*
 * x87.c - a processor without a floating-point unit.
 *
 * With CR0.EM or CR0.TS set every escape opcode is #NM, which is where an operating system
 * emulates. Else the probes that boot code makes find nothing there: FNINIT does nothing, FNSTSW
 * and FNSTCW read as an empty bus, all ones. Anything else is undefined.
 */
#include "gear1/gear1.h"

#define EMPTY_BUS 0xffffu

void g1_wait(const struct insn *i)
{
    (void)i;
    if ((cms.cpu.cr0 & (CR0_MP | CR0_TS)) == (CR0_MP | CR0_TS))
        x86_fault(X86_NM);
}

void g1_x87(const struct insn *i)
{
    if (cms.cpu.cr0 & (CR0_EM | CR0_TS))
        x86_fault(X86_NM);
    if (i->opcode == 0xdb && !i->is_mem && (i->reg == 4 && (i->rm == 2 || i->rm == 3)))
        return; /* FNCLEX, FNINIT */
    if ((i->opcode == 0xd9 || i->opcode == 0xdd) && i->is_mem && i->reg == 7)
        g1_write(i->seg, g1_ea(i), 2, EMPTY_BUS);
    else if (i->opcode == 0xdf && !i->is_mem && i->reg == 4 && i->rm == 0)
        g1_set_reg16(EAX, EMPTY_BUS);
    else
        x86_fault(X86_UD);
}
