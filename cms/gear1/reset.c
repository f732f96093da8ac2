/*
 * reset.c - the processor as power-on and INIT leave it: real mode at F000:FFF0, with CS based at
 * FFFF0000.
 */
#include "gear1/system.h"
#include "gear1/x87.h"
#include "runtime/power.h"

void gear1_reset(void)
{
    struct cpu *cpu = &cms.cpu;
    struct segment data = {
        .attr = SA_PRESENT | SA_SEGMENT | SA_WRITE | SA_ACCESSED,
        .limit = 0xffff,
        .valid = true,
    };
    struct segment code = data;

    memset(cpu, 0, sizeof(*cpu));
    code.selector = 0xf000;
    code.base = 0xffff0000;
    for (unsigned i = 0; i < SEG_COUNT; i++)
        seg_set(i, i == SEG_CS ? &code : &data);
    cpu->ldtr = (struct segment){.attr = SA_PRESENT | SYS_LDT, .limit = 0xffff, .valid = true};
    cpu->tr = (struct segment){.attr = SA_PRESENT | SYS_TSS32_BUSY, .limit = 0xffff, .valid = true};
    cpu->gdtr.limit = cpu->idtr.limit = 0xffff;
    cpu->cr0 = CR0_CD | CR0_NW | CR0_ET;
    cpu->dr[6] = 0xffff0ff0;
    cpu->dr[7] = 0x400;
    cpu->a20 = true;
    msr_reset();
    x87_reset();
    cpu->tsc_base = -power_cycles();
    cms.delivering = 0;
    cpu_set_eflags(0);
    cpu_set_cpl(0);
    for (unsigned i = 0; i < 8; i++)
        g1_set_reg32(i, 0);
    g1_set_reg32(EDX, CPUID_SIGNATURE);
    g1_set_eip(0xfff0);
    mmu_flush();
    vx_commit(0);
}
