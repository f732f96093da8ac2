/* system.c - privileged and system instructions that belong to no other file. */
#include "gear1/system.h"

void cpu_privileged(void)
{
    if (cms.cpu.cpl)
        x86_fault_code(X86_GP, 0);
}

/* CLI and STI: IF if IOPL allows it, VIF instead if CR4 has it so; raises. */
static bool flag_is_virtual(void)
{
    const struct cpu *cpu = &cms.cpu;

    if (cpu_real() || cpu->cpl <= cpu_iopl())
        return false;
    if (cpu->cpl != 3 || !(cpu->cr4 & (cpu_v86() ? CR4_VME : CR4_PVI)))
        x86_fault_code(X86_GP, 0);
    return true;
}

void g1_cli(const struct insn *i)
{
    (void)i;
    cms.cpu.eflags &= ~(flag_is_virtual() ? FL_VIF : FL_IF);
}

void cpu_shadow(bool debug)
{
    struct cpu *cpu = &cms.cpu;

    cpu->int_shadow = true;
    if (debug)
        cpu->debug_shadow = true;
    cpu->shadow_at = vx_mfsr(SR_RETIRED) + 1;
}

bool gear1_shadow_holds(void)
{
    struct cpu *cpu = &cms.cpu;

    if (cpu->shadow_at != vx_mfsr(SR_RETIRED))
        cpu->int_shadow = cpu->debug_shadow = false;
    return cpu->int_shadow;
}

void g1_sti(const struct insn *i)
{
    (void)i;
    if (flag_is_virtual()) {
        if (cms.cpu.eflags & FL_VIP)
            x86_fault_code(X86_GP, 0);
        cms.cpu.eflags |= FL_VIF;
        return;
    }
    if (cms.cpu.eflags & FL_IF)
        return;
    cms.cpu.eflags |= FL_IF;
    cpu_shadow(false);
    g1_stop();
}

void g1_hlt(const struct insn *i)
{
    (void)i;
    cpu_privileged();
    cms.cpu.halted = true;
    g1_stop();
}

/* Guest caches hold nothing that memory doesn't. */
void g1_invd(const struct insn *i)
{
    (void)i;
    cpu_privileged();
}

void g1_wbinvd(const struct insn *i)
{
    (void)i;
    cpu_privileged();
}

/* ---------------------------------------------------------------- fast system calls */
/* A flat 32-bit segment of level `dpl`. */
static struct segment flat(uint16_t selector, unsigned dpl, unsigned type)
{
    return (struct segment){
        .selector = selector,
        .attr = SA_PRESENT | SA_SEGMENT | SA_BIG | SA_GRANULAR | SA_ACCESSED | dpl << 5 | type,
        .limit = 0xffffffff,
        .valid = true,
    };
}

static void fast_transfer(uint16_t selector, unsigned dpl, uint32_t eip, uint32_t esp)
{
    struct segment cs = flat((selector & 0xfffc) | dpl, dpl, SA_CODE | SA_READ);
    struct segment ss = flat(((selector & 0xfffc) + 8) | dpl, dpl, SA_WRITE);

    seg_set(SEG_SS, &ss);
    g1_set_reg32(ESP, esp);
    far_enter(&cs, eip, dpl);
}

void g1_sysenter(const struct insn *i)
{
    const struct cpu *cpu = &cms.cpu;

    (void)i;
    if (cpu_real() || !(cpu->sysenter_cs & 0xfffc))
        x86_fault_code(X86_GP, 0);
    cms.cpu.eflags &= ~(FL_VM | FL_IF);
    fast_transfer(cpu->sysenter_cs, 0, cpu->sysenter_eip, cpu->sysenter_esp);
}

void g1_sysexit(const struct insn *i)
{
    const struct cpu *cpu = &cms.cpu;

    (void)i;
    if (cpu_real() || !(cpu->sysenter_cs & 0xfffc))
        x86_fault_code(X86_GP, 0);
    cpu_privileged();
    fast_transfer(cpu->sysenter_cs + 16, 3, g1_reg32(EDX), g1_reg32(ECX));
}
