/*
 * cpuid.c - what the processor says of itself: features of instructions by what the table has,
 * features of the system by what control.c, mmu.c and msr.c do.
 */
#include "gear1/system.h"

/* The bit of each FEATURE_x of the table. */
#define BIT_BASE 0u
#define BIT_I486 0u
#define BIT_FPU CPUID_FPU
#define BIT_TSC CPUID_TSC
#define BIT_MSR CPUID_MSR
#define BIT_CX8 CPUID_CX8
#define BIT_SEP CPUID_SEP
#define BIT_CMOV CPUID_CMOV
#define BIT_FXSR CPUID_FXSR
#define BIT_MMX CPUID_MMX
#define BIT_SSE CPUID_SSE
#define BIT_SSE2 CPUID_SSE2

#define OP(name, mnemonic, reads, writes, undef, props, feature) | BIT_##feature
static const uint32_t table_features = 0
#include "x86/insns.def"
    ;

#define SYSTEM_FEATURES \
    (CPUID_VME | CPUID_DE | CPUID_PSE | CPUID_PAE | CPUID_PGE | CPUID_MTRR | CPUID_PAT)

#define CPUID_EXTENDED 0x80000000u

static const char vendor[] = "SelkirkVLIW ";
static const char brand[48] = "Selkirk VLIW processor with code morphing";

static uint32_t text(const char *from)
{
    uint32_t value;

    memcpy(&value, from, 4);
    return value;
}

/* EAX, EBX, ECX, EDX of a leaf; unknown leaves are all zero. */
static void cpuid_leaf(uint32_t leaf, uint32_t out[4])
{
    memset(out, 0, 16);
    switch (leaf) {
    case 0:
        out[0] = 1;
        out[1] = text(vendor);
        out[3] = text(vendor + 4);
        out[2] = text(vendor + 8);
        break;
    case 1:
        out[0] = CPUID_SIGNATURE;
        out[3] = table_features | SYSTEM_FEATURES;
        break;
    case CPUID_EXTENDED: out[0] = CPUID_EXTENDED + 4; break;
    case CPUID_EXTENDED + 2:
    case CPUID_EXTENDED + 3:
    case CPUID_EXTENDED + 4: memcpy(out, brand + 16 * (leaf - CPUID_EXTENDED - 2), 16); break;
    }
}

void g1_cpuid(const struct insn *i)
{
    uint32_t out[4];

    (void)i;
    cpuid_leaf(g1_reg32(EAX), out);
    g1_set_reg32(EAX, out[0]);
    g1_set_reg32(EBX, out[1]);
    g1_set_reg32(ECX, out[2]);
    g1_set_reg32(EDX, out[3]);
}
