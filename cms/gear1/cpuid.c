/*
 * cpuid.c - what the processor says of itself. A feature bit stands here when the feature is
 * implemented, and not before: no floating point, no MTRR, no local APIC.
 */
#include "gear1/system.h"

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
        out[3] = CPUID_PSE | CPUID_TSC | CPUID_MSR | CPUID_PAE | CPUID_CX8 | CPUID_SEP | CPUID_PGE |
                 CPUID_CMOV;
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
