/*
 * debug.c - what makes gear 1 look at every instruction and access: breakpoints in the debug
 * registers, and the alignment check of CPL 3.
 *
 * cpu.watch says which of them is armed. While it is not zero nothing is translated, and
 * gear1_run takes one instruction at a time (core.c); if accesses are watched, in single-step mode,
 * where each of them passes by in software. A program that arms nothing pays nothing.
 *
 * A breakpoint on an instruction is a fault before it, unless EFLAGS.RF is set; on data and ports
 * it is a trap after it: what was hit is collected in gear1.hits, and gear1_one reports it.
 */
#include "gear1/system.h"

#define DR7_ENABLES 0xffu

enum breakpoint { BREAK_CODE, BREAK_WRITE, BREAK_PORT, BREAK_ACCESS };

static bool break_enabled(unsigned n)
{
    return cms.cpu.dr[7] >> 2 * n & 3;
}

static enum breakpoint break_kind(unsigned n)
{
    return cms.cpu.dr[7] >> (16 + 4 * n) & 3;
}

/* Address bits that count: breakpoints of 2, 4 and 8 bytes are aligned. */
static uint32_t break_mask(unsigned n)
{
    static const uint8_t bytes[] = {1, 2, 8, 4};

    return ~(bytes[cms.cpu.dr[7] >> (18 + 4 * n) & 3] - 1u);
}

void cpu_watch_update(void)
{
    struct cpu *cpu = &cms.cpu;
    bool align = cpu->cpl == 3 && cpu->cr0 & CR0_AM && cpu->eflags & FL_AC;

    cpu->watch = align ? WATCH_ALIGN : 0;
    if (!(cpu->dr[7] & DR7_ENABLES))
        return;
    for (unsigned n = 0; n < 4; n++) {
        enum breakpoint kind = break_kind(n);

        if (!break_enabled(n) || (kind == BREAK_PORT && !(cpu->cr4 & CR4_DE)))
            continue;
        cpu->watch |= kind == BREAK_CODE ? WATCH_CODE : WATCH_DATA;
    }
}

/* Breakpoints of the kinds in the bit mask that `size` bytes at `addr` touch. */
static unsigned break_hits(unsigned kinds, uint32_t addr, unsigned size)
{
    unsigned hits = 0;

    for (unsigned n = 0; n < 4; n++) {
        uint32_t mask = break_mask(n), first = cms.cpu.dr[n] & mask;

        if (break_enabled(n) && kinds >> break_kind(n) & 1 &&
            (first - addr < size || addr - first < ~mask + 1))
            hits |= 1u << n;
    }
    return hits;
}

void debug_report(uint32_t bits)
{
    cms.cpu.dr[6] = (cms.cpu.dr[6] & ~(uint32_t)DR6_HITS) | bits;
}

/* The trap after MOV SS and POP SS is put off, and so is the breakpoint on the next instruction. */
void debug_fetch(uint32_t eip)
{
    const struct cpu *cpu = &cms.cpu;
    unsigned hits;

    if (cpu->eflags & FL_RF || cpu->debug_shadow)
        return;
    hits = break_hits(1u << BREAK_CODE, cpu->seg[SEG_CS].base + eip, 1);
    if (hits) {
        debug_report(hits);
        x86_fault(X86_DB);
    }
}

/* Ten bytes are aligned like eight. */
static uint32_t align_mask(unsigned size)
{
    return (size == 10 ? 8 : size) - 1;
}

void debug_access(uint32_t lin, unsigned size, bool write, bool user)
{
    if (cms.cpu.watch & WATCH_ALIGN && user && lin & align_mask(size))
        x86_fault_code(X86_AC, 0);
    if (cms.cpu.watch & WATCH_DATA) {
        unsigned kinds = write ? 1u << BREAK_WRITE | 1u << BREAK_ACCESS : 1u << BREAK_ACCESS;

        cms.gear1.hits |= break_hits(kinds, lin, size);
    }
}

void debug_port(uint16_t port, unsigned size)
{
    if (cms.cpu.cr4 & CR4_DE)
        cms.gear1.hits |= break_hits(1u << BREAK_PORT, port, size);
}
