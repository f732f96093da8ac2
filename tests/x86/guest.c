/*
 * guest.c - a case in gear 1: a flat 32-bit guest at CPL 3, paging on, the areas mapped one to one.
 */
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "gear1/simd.h"
#include "hidden-mem/map.h"
#include "host/host.h"
#include "runtime/runtime.h"

#define GUEST_SIZE (64u << 20)
#define PAGE_DIRECTORY 0x100000u
#define PAGE_TABLES 0x101000u /* one for each directory entry */
#define PTE_USER 7u           /* present, writable, user */
#define STEPS 4096            /* no case needs as many */

uint8_t *guest_memory(uint32_t addr)
{
    return (uint8_t *)(GUEST_BASE + addr);
}

static void map_page(uint32_t addr)
{
    uint32_t *directory = (uint32_t *)guest_memory(PAGE_DIRECTORY);
    uint32_t table = PAGE_TABLES + (addr >> 22) * PAGE_SIZE;

    directory[addr >> 22] = table | PTE_USER;
    ((uint32_t *)guest_memory(table))[addr >> 12 & 1023] = addr | PTE_USER;
}

static void user_segments(void)
{
    const struct segment data = {
        .selector = 0x2b,
        .attr = SA_PRESENT | SA_DPL | SA_SEGMENT | SA_WRITE | SA_ACCESSED | SA_BIG | SA_GRANULAR,
        .limit = 0xffffffff,
        .valid = true,
    };
    struct segment code = data;

    code.attr |= SA_CODE;
    code.selector = 0x23;
    for (unsigned n = 0; n < SEG_COUNT; n++)
        seg_set(n, n == SEG_CS ? &code : &data);
    seg_null(0, &cms.cpu.seg[SEG_FS]);
    seg_null(0, &cms.cpu.seg[SEG_GS]);
}

void guest_init(void)
{
    static const char *const option[] = {NULL};
    static const char *const blob[] = {"bios", "/usr/share/seabios/bios.bin",
                                       NULL}; /* the monitor wants one */
    static const struct host_files files = {.blob = blob, .option = option};

    host_memory(GUEST_SIZE);
    host_port(&files);
    runtime_init();
    monitor_init();
    gear1_init();
    gear1_reset();
    for (unsigned n = 0; n < AREA_COUNT; n++)
        for (uint32_t at = 0; at < areas[n].size; at += PAGE_SIZE)
            map_page(areas[n].base + at);
    cms.cpu.cr0 = CR0_PE | CR0_PG | CR0_ET | CR0_NE | CR0_WP | CR0_AM;
    cms.cpu.cr4 = CR4_OSFXSR | CR4_OSXMMEXCPT;
    cms.cpu.cr3 = PAGE_DIRECTORY;
    user_segments();
    cpu_set_cpl(3);
    mmu_flush();
    gear1_refetch();
}

static void code_size(bool code32)
{
    struct segment code = cms.cpu.seg[SEG_CS];

    if (cms.cpu.code32 == code32)
        return;
    code.attr ^= SA_BIG;
    code.selector = code32 ? 0x23 : 0x07; /* what native.c has */
    seg_set(SEG_CS, &code);
    gear1_refetch();
}

void guest_code_changed(uint32_t addr, size_t length)
{
    smc_written(addr, length);
}

enum { FX_CONTROL = 0, FX_STATUS = 2, FX_FULL = 4, FX_MXCSR = 24, FX_ST = 32, FX_XMM = 160 };

static void load_fpu(const struct fpu *fpu)
{
    uint16_t control, status;

    memcpy(&control, fpu->image + FX_CONTROL, 2);
    memcpy(&status, fpu->image + FX_STATUS, 2);
    x87_set_control(control);
    x87_set_status_word(status);
    for (unsigned n = 0; n < 8; n++) {
        struct isa_v v = {0};

        memcpy(&v, fpu->image + FX_ST + 16 * n, 10);
        x87_set(n, v);
    }
    cms.cpu.x87.full = fpu->image[FX_FULL];
    memcpy(&control, fpu->image + FX_MXCSR, 2);
    vx_mtsr(SR_MXCSR, control);
    for (unsigned n = 0; n < 8; n++) {
        struct isa_v v;

        memcpy(&v, fpu->image + FX_XMM + 16 * n, 16);
        simd_set_xmm(n, v);
    }
}

static void store_fpu(struct fpu *fpu)
{
    uint16_t status = x87_status_word();

    memset(fpu, 0, sizeof(*fpu));
    memcpy(fpu->image + FX_CONTROL, &cms.cpu.x87.control, 2);
    memcpy(fpu->image + FX_STATUS, &status, 2);
    fpu->image[FX_FULL] = cms.cpu.x87.full;
    for (unsigned n = 0; n < 8; n++) {
        struct isa_v v = x87_get(n);

        memcpy(fpu->image + FX_ST + 16 * n, &v, 10);
        v = simd_xmm(n);
        memcpy(fpu->image + FX_XMM + 16 * n, &v, 16);
    }
    status = (uint16_t)vx_mfsr(SR_MXCSR);
    memcpy(fpu->image + FX_MXCSR, &status, 2);
}

static void load(const struct regs *in)
{
    for (unsigned n = 0; n < 8; n++)
        g1_set_reg32(n, in->gpr[n]);
    g1_set_eip(in->eip);
    vx_movtc(in->eflags & FL_STATUS);
    cms.cpu.eflags = in->eflags & ~(uint32_t)FL_STATUS;
    cpu_watch_update();
    cms.step = false;
    vx_commit(0);
}

static void store(struct outcome *out)
{
    for (unsigned n = 0; n < 8; n++)
        out->regs.gpr[n] = g1_reg32(n);
    out->regs.eip = g1_eip();
    out->regs.eflags = g1_eflags();
}

/* The CC that ends a case stands in the code area; anywhere else fetching it may fault like
 * anything. */
static bool at_end(void)
{
    const struct area *code = &areas[AREA_CODE];

    return g1_eip() - code->base < code->size && *guest_memory(g1_eip()) == 0xcc;
}

void guest_run(const struct regs *in, const struct fpu *fpu, bool code32, struct outcome *out)
{
    static volatile unsigned steps; /* survives landings */
    int why;

    *out = (struct outcome){.vector = NO_VECTOR};
    code_size(code32);
    load_fpu(fpu);
    load(in);
    steps = 0;
    why = cms_setjmp(cms.landing);
    if (why == UNWIND_FAULT) {
        out->vector = cms.fault.vector;
        if (out->vector == X86_PF) {
            out->error = cms.fault.error;
            out->cr2 = cms.fault.cr2;
        }
    } else {
        if (why)
            trap_land(why);
        while (!at_end() && steps++ < STEPS)
            gear1_run(1);
    }
    store(out);
    store_fpu(&out->fpu);
}
