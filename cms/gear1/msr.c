/*
 * msr.c - model-specific registers and the time-stamp counter.
 *
 * Only what CPUID announces exists: the time-stamp counter, the registers of SYSENTER, MTRRs and
 * PAT. Memory types change nothing here, as the chip's caches are coherent with all that it has;
 * but what is written is checked as a processor checks it, and kept. Any other number is #GP(0),
 * which kernels count on when they probe.
 */
#include "gear1/system.h"
#include "runtime/power.h"

enum msr {
    MSR_TSC = 0x10,
    MSR_SYSENTER_CS = 0x174,
    MSR_SYSENTER_ESP = 0x175,
    MSR_SYSENTER_EIP = 0x176,
    MSR_MTRR_CAP = 0xfe,
    MSR_MTRR_RANGE = 0x200, /* base and mask in turn */
    MSR_PAT = 0x277,
    MSR_MTRR_DEFAULT = 0x2ff,
};

#define MTRR_RANGES 8
#define MTRR_CAP (MTRR_RANGES | 1u << 8 | 1u << 10) /* fixed ranges and write-combining too */
#define MTRR_FIXED 11
#define MTRR_ADDRESS UINT64_C(0xffffff000) /* 36 bits */
#define MTRR_DEFAULT_BITS 0xcffu           /* type, fixed ranges on, all on */
#define MTRR_MASK_VALID (1u << 11)
#define PAT_RESET UINT64_C(0x0007040600070406)

/* Places in cpu.msr_misc. */
enum misc {
    MISC_RANGE,
    MISC_FIXED = MISC_RANGE + 2 * MTRR_RANGES,
    MISC_DEFAULT = MISC_FIXED + MTRR_FIXED,
    MISC_PAT,
    MISC_COUNT
};

_Static_assert(MISC_COUNT <= sizeof(cms.cpu.msr_misc) / sizeof(cms.cpu.msr_misc[0]),
               "struct cpu holds them");

static uint64_t *misc_of(uint32_t number)
{
    static const uint16_t fixed[MTRR_FIXED] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
                                               0x26b, 0x26c, 0x26d, 0x26e, 0x26f};
    uint64_t *misc = cms.cpu.msr_misc;

    if (number - MSR_MTRR_RANGE < 2 * MTRR_RANGES)
        return &misc[MISC_RANGE + number - MSR_MTRR_RANGE];
    for (unsigned n = 0; n < MTRR_FIXED; n++)
        if (number == fixed[n])
            return &misc[MISC_FIXED + n];
    return number == MSR_MTRR_DEFAULT ? &misc[MISC_DEFAULT]
           : number == MSR_PAT        ? &misc[MISC_PAT]
                                      : NULL;
}

/* Are the eight bytes memory types out of this bit mask? */
static bool are_types(uint64_t value, unsigned types)
{
    for (unsigned n = 0; n < 64; n += 8)
        if ((value >> n & 0xff) > 7 || !(types >> (value >> n & 7) & 1))
            return false;
    return true;
}

#define TYPES_MTRR 0x73u /* UC, WC, WT, WP, WB */
#define TYPES_PAT 0xf3u  /* and UC- */

static bool misc_allows(uint32_t number, uint64_t value)
{
    uint64_t type = value & 0xff;

    if (number == MSR_PAT)
        return are_types(value, TYPES_PAT);
    if (number == MSR_MTRR_DEFAULT)
        return !(value & ~(uint64_t)MTRR_DEFAULT_BITS) && are_types(type, TYPES_MTRR);
    if (number - MSR_MTRR_RANGE >= 2 * MTRR_RANGES)
        return are_types(value, TYPES_MTRR);
    if (number & 1)
        return !(value & ~(MTRR_ADDRESS | MTRR_MASK_VALID));
    return !(value & ~(MTRR_ADDRESS | 0xff)) && are_types(type, TYPES_MTRR);
}

void msr_reset(void)
{
    cms.cpu.msr_misc[MISC_PAT] = PAT_RESET;
}

uint64_t cpu_tsc(void)
{
    return power_cycles() + cms.cpu.tsc_base;
}

bool msr_read(uint32_t number, uint64_t *value)
{
    const struct cpu *cpu = &cms.cpu;
    const uint64_t *misc = misc_of(number);

    if (misc) {
        *value = *misc;
        return true;
    }
    switch (number) {
    case MSR_MTRR_CAP: *value = MTRR_CAP; return true;
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
    uint64_t *misc = misc_of(number);

    if (misc) {
        if (!misc_allows(number, value))
            return false;
        *misc = value;
        return true;
    }
    switch (number) {
    case MSR_TSC: cpu->tsc_base = value - power_cycles(); return true;
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
