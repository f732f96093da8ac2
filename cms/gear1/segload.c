/* segload.c - instructions that move segment registers: MOV, PUSH, POP, LDS and its kin. */
#include "gear1/system.h"

void g1_mov_from_seg(const struct insn *i)
{
    if (i->reg >= SEG_COUNT)
        x86_fault(X86_UD);
    g1_set_rm(i, cms.cpu.seg[i->reg].selector);
}

/* After a load of SS no interrupt may come before the next instruction, which loads ESP. */
static void load(unsigned sreg, const struct segment *s)
{
    seg_set(sreg, s);
    if (sreg == SEG_SS)
        cpu_shadow(true);
}

void g1_mov_to_seg(const struct insn *i)
{
    struct segment s;

    if (i->reg >= SEG_COUNT || i->reg == SEG_CS)
        x86_fault(X86_UD);
    seg_prepare(i->reg, g1_get_rm(i), &s);
    load(i->reg, &s);
}

void g1_push_seg(const struct insn *i)
{
    g1_stack_push(i->opsize, cms.cpu.seg[i->reg].selector);
}

void g1_pop_seg(const struct insn *i)
{
    struct segment s;

    seg_prepare(i->reg, g1_stack_pop(i->opsize), &s);
    load(i->reg, &s);
}

static void load_far(const struct insn *i, unsigned sreg)
{
    struct segment s;
    uint16_t selector;
    uint32_t offset;

    if (!i->is_mem)
        x86_fault(X86_UD);
    far_pointer(i, &selector, &offset);
    seg_prepare(sreg, selector, &s);
    g1_set_reg(i->reg, i->opsize, offset);
    seg_set(sreg, &s);
}

void g1_les(const struct insn *i)
{
    load_far(i, SEG_ES);
}

void g1_lds(const struct insn *i)
{
    load_far(i, SEG_DS);
}

void g1_lss(const struct insn *i)
{
    load_far(i, SEG_SS);
}

void g1_lfs(const struct insn *i)
{
    load_far(i, SEG_FS);
}

void g1_lgs(const struct insn *i)
{
    load_far(i, SEG_GS);
}
