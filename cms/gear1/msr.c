/*
 * msr.c - model-specific registers and the time-stamp counter.
 *
 * Only what CPUID announces exists: the time-stamp counter and the registers of SYSENTER. MTRRs,
 * PAT, machine check and the local APIC are announced by none, so guests leave their registers
 * alone; any other number is #GP(0), which kernels count on when they probe.
 */
#include "gear1/system.h"

enum msr {
    MSR_TSC = 0x10,
    MSR_SYSENTER_CS = 0x174,
    MSR_SYSENTER_ESP = 0x175,
    MSR_SYSENTER_EIP = 0x176,
};

/* The counter counts the chip's cycles. */
uint64_t cpu_tsc(void)
{
    return vx_mfsr(SR_CYCLE) + cms.cpu.tsc_base;
}

bool msr_read(uint32_t number, uint64_t *value)
{
    const struct cpu *cpu = &cms.cpu;

    switch (number) {
    case MSR_TSC: *value = cpu_tsc(); return true;
    case MSR_SYSENTER_CS: *value = cpu->sysenter_cs; return true;
    case MSR_SYSENTER_ESP: *value = cpu->sysenter_esp; return true;
    case MSR_SYSENTER_EIP: *value = cpu->sysenter_eip; return true;
    default: return false;
    }
}

bool msr_write(uint32_t number, uint64_t value)
{
    struct cpu *cpu = &cms.cpu;

    switch (number) {
    case MSR_TSC: cpu->tsc_base = value - vx_mfsr(SR_CYCLE); return true;
    case MSR_SYSENTER_CS: cpu->sysenter_cs = value; return true;
    case MSR_SYSENTER_ESP: cpu->sysenter_esp = value; return true;
    case MSR_SYSENTER_EIP: cpu->sysenter_eip = value; return true;
    default: return false;
    }
}

void g1_rdmsr(const struct insn *i)
{
    uint64_t value;

    (void)i;
    cpu_privileged();
    if (!msr_read(g1_reg32(ECX), &value))
        x86_fault_code(X86_GP, 0);
    g1_set_reg32(EAX, (uint32_t)value);
    g1_set_reg32(EDX, value >> 32);
}

void g1_wrmsr(const struct insn *i)
{
    (void)i;
    cpu_privileged();
    if (!msr_write(g1_reg32(ECX), (uint64_t)g1_reg32(EDX) << 32 | g1_reg32(EAX)))
        x86_fault_code(X86_GP, 0);
}

void g1_rdtsc(const struct insn *i)
{
    (void)i;
    if (cms.cpu.cr4 & CR4_TSD)
        cpu_privileged();

    uint64_t value = cpu_tsc();

    g1_set_reg32(EAX, (uint32_t)value);
    g1_set_reg32(EDX, value >> 32);
}
