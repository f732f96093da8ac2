/* flags.c - instructions whose business is EFLAGS. */
#include "gear1/system.h"

#define AH 4 /* byte register */

void g1_lahf(const struct insn *i)
{
    (void)i;
    g1_set_reg8(AH, (uint32_t)(vx_movfc() & 0xff) | 2);
}

void g1_sahf(const struct insn *i)
{
    (void)i;
    vx_movtc((vx_movfc() & FL_OF) | (g1_reg8(AH) & (FL_STATUS & 0xff)));
}

void g1_salc(const struct insn *i)
{
    (void)i;
    g1_set_reg8(EAX, vx_movfc() & FL_CF ? 0xff : 0);
}

void g1_clc(const struct insn *i)
{
    (void)i;
    vx_movtc(vx_movfc() & ~(uint64_t)FL_CF);
}

void g1_stc(const struct insn *i)
{
    (void)i;
    vx_movtc(vx_movfc() | FL_CF);
}

void g1_cmc(const struct insn *i)
{
    (void)i;
    vx_movtc(vx_movfc() ^ FL_CF);
}

void g1_cld(const struct insn *i)
{
    (void)i;
    cms.cpu.eflags &= ~(uint32_t)FL_DF;
}

void g1_std(const struct insn *i)
{
    (void)i;
    cms.cpu.eflags |= FL_DF;
}

void g1_pushf(const struct insn *i)
{
    uint32_t flags = g1_eflags();

    if (v86_extended(i->opsize))
        flags = v86_flags();
    else if (cpu_v86() && cpu_iopl() < 3)
        x86_fault_code(X86_GP, 0);
    g1_stack_push(i->opsize, flags & ~(uint32_t)(FL_VM | FL_RF));
}

void g1_popf(const struct insn *i)
{
    uint32_t old = g1_eflags();
    uint32_t changes = FL_STATUS | FL_TF | FL_DF | FL_NT;
    uint32_t value;

    if (v86_extended(i->opsize)) {
        value = g1_stack_pop(2);
        v86_check_flags(value);
        v86_set_flags(value);
        return;
    }
    if (cpu_v86() && cpu_iopl() < 3)
        x86_fault_code(X86_GP, 0);
    if (cms.cpu.cpl == 0)
        changes |= FL_IOPL;
    if (cms.cpu.cpl <= cpu_iopl())
        changes |= FL_IF;
    if (i->opsize == 4)
        changes |= FL_AC | FL_ID;
    value = g1_stack_pop(i->opsize);
    cpu_set_eflags((old & ~(changes | FL_RF)) | (value & changes));
}
