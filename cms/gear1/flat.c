/*
 * flat.c - the processor as a boot loader leaves it: protected mode, flat segments, no paging.
 */
#include "gear1/gear1.h"
#include "gear1/seg.h"
#include "isa_intrinsics.h"

void gear1_start_flat(const struct flat_start *start)
{
    struct segment data = {
        .selector = start->data_selector,
        .attr = SA_PRESENT | SA_SEGMENT | SA_WRITE | SA_ACCESSED | SA_BIG | SA_GRANULAR,
        .limit = UINT32_MAX,
        .valid = true,
    };
    struct segment code = data;

    gear1_reset();
    code.selector = start->code_selector;
    code.attr |= SA_CODE;
    cms.cpu.cr0 = CR0_PE | CR0_ET;
    cms.cpu.gdtr = (struct table_reg){start->gdt, start->gdt_limit};
    for (unsigned i = 0; i < SEG_COUNT; i++)
        seg_set(i, i == SEG_CS ? &code : &data);
    cpu_set_cpl(0);
    g1_set_reg32(EDX, 0);
    g1_set_reg32(EAX, start->eax);
    g1_set_reg32(EBX, start->ebx);
    g1_set_reg32(ESI, start->esi);
    g1_set_reg32(ESP, start->esp);
    g1_set_eip(start->entry);
    mmu_flush();
    vx_commit(0);
}
