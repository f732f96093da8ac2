/* control.c - control and debug registers, and what of the processor follows from them. */
#include "gear1/system.h"

#define CR0_KNOWN                                                                              \
    (CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | \
     CR0_PG)
#define CR0_PAGING (CR0_PE | CR0_WP | CR0_PG) /* what the page walk looks at */
#define CR4_KNOWN \
    (CR4_VME | CR4_PVI | CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_PGE | \
     CR4_OSFXSR | CR4_OSXMMEXCPT)
#define CR4_PAGING (CR4_PSE | CR4_PAE | CR4_PGE)

enum dr_bits {
    DR6_FIXED = 0xffff0ff0,
    DR6_KNOWN = 0xe00f,
    DR7_GD = 1u << 13,
    DR7_FIXED = 0x400,
    DR7_KNOWN = 0xffff23ff,
};

/* The pointers for PAE paging, if this state of the registers uses them; raises #GP(0). */
static void load_pdpte(uint32_t cr0, uint32_t cr3, uint32_t cr4)
{
    uint64_t pdpte[4];

    if (!(cr0 & CR0_PG) || !(cr4 & CR4_PAE))
        return;
    if (!mmu_load_pdpte(cr3, pdpte))
        x86_fault_code(X86_GP, 0);
    memcpy(cms.cpu.pdpte, pdpte, sizeof(pdpte));
}

void cpu_write_cr0(uint32_t value)
{
    struct cpu *cpu = &cms.cpu;
    uint32_t old = cpu->cr0;

    value = (value & CR0_KNOWN) | CR0_ET;
    if ((value & CR0_PG && !(value & CR0_PE)) || (value & CR0_NW && !(value & CR0_CD)))
        x86_fault_code(X86_GP, 0);
    if (value & ~old & CR0_PG)
        load_pdpte(value, cpu->cr3, cpu->cr4);
    cpu->cr0 = value;
    cpu_watch_update();
    if ((value ^ old) & CR0_PAGING)
        mmu_flush();
}

void cpu_write_cr3(uint32_t value)
{
    load_pdpte(cms.cpu.cr0, value, cms.cpu.cr4);
    cms.cpu.cr3 = value;
    mmu_flush_local();
}

void cpu_write_cr4(uint32_t value)
{
    struct cpu *cpu = &cms.cpu;
    uint32_t old = cpu->cr4;

    if (value & ~CR4_KNOWN)
        x86_fault_code(X86_GP, 0);
    if ((value ^ old) & CR4_PAGING)
        load_pdpte(cpu->cr0, cpu->cr3, value);
    cpu->cr4 = value;
    cpu_watch_update();
    if ((value ^ old) & CR4_PAGING)
        mmu_flush();
}

/* A register that doesn't exist is undefined before it is privileged. */
static void control_register(const struct insn *i)
{
    if (!(0x1d >> i->reg & 1))
        x86_fault(X86_UD);
    cpu_privileged();
}

void g1_mov_from_cr(const struct insn *i)
{
    const struct cpu *cpu = &cms.cpu;

    control_register(i);
    switch (i->reg) {
    case 0: g1_set_reg32(i->rm, cpu->cr0); break;
    case 2: g1_set_reg32(i->rm, cpu->cr2); break;
    case 3: g1_set_reg32(i->rm, cpu->cr3); break;
    case 4: g1_set_reg32(i->rm, cpu->cr4); break;
    }
}

void g1_mov_to_cr(const struct insn *i)
{
    uint32_t value = g1_reg32(i->rm);

    control_register(i);
    switch (i->reg) {
    case 0: cpu_write_cr0(value); break;
    case 2: cms.cpu.cr2 = value; break;
    case 3: cpu_write_cr3(value); break;
    case 4: cpu_write_cr4(value); break;
    }
}

void g1_smsw(const struct insn *i)
{
    g1_set_rm(i, cms.cpu.cr0);
}

/* The low four bits of CR0; PE can be set but not cleared. */
void g1_lmsw(const struct insn *i)
{
    uint32_t cr0 = cms.cpu.cr0, value;

    cpu_privileged();
    value = (g1_get_rm(i) & 0xf) | (cr0 & CR0_PE);
    cpu_write_cr0((cr0 & ~0xfu) | value);
}

void g1_clts(const struct insn *i)
{
    (void)i;
    cpu_privileged();
    cms.cpu.cr0 &= ~CR0_TS;
}

void g1_invlpg(const struct insn *i)
{
    if (!i->is_mem)
        x86_fault(X86_UD);
    cpu_privileged();
    mmu_invlpg(cms.cpu.seg[i->seg].base + g1_ea(i));
}

/* DR4 and DR5 are DR6 and DR7, but don't exist with CR4.DE. */
static unsigned debug_register(const struct insn *i)
{
    struct cpu *cpu = &cms.cpu;

    if (cpu->cr4 & CR4_DE && (i->reg == 4 || i->reg == 5))
        x86_fault(X86_UD);
    cpu_privileged();
    if (cpu->dr[7] & DR7_GD) {
        cpu->dr[7] &= ~DR7_GD;
        cpu->eflags |= FL_RF; /* a fault: its frame says so */
        debug_report(DR6_BD);
        x86_fault(X86_DB);
    }
    return i->reg == 4 || i->reg == 5 ? i->reg + 2 : i->reg;
}

void g1_mov_from_dr(const struct insn *i)
{
    unsigned n = debug_register(i);

    g1_set_reg32(i->rm, cms.cpu.dr[n]);
}

void g1_mov_to_dr(const struct insn *i)
{
    unsigned n = debug_register(i);
    uint32_t value = g1_reg32(i->rm);

    if (n == 6)
        value = (value & DR6_KNOWN) | DR6_FIXED;
    else if (n == 7)
        value = (value & DR7_KNOWN) | DR7_FIXED;
    cms.cpu.dr[n] = value;
    cpu_watch_update();
}
