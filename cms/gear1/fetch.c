/*
 * fetch.c - from EIP to a decoded instruction.
 *
 * Decoded instructions are kept in a direct-mapped store, keyed by guest-physical address and code size, so that they
 * outlive task switches and remapping. Only an instruction that lies whole inside one page of memory is kept: the few
 * that cross a border, or stand in a page of a device, are decoded each time into a slot that stays empty.
 *
 * The fetch window spares the translation of EIP: while EIP stays in the page where the last instruction came from, its
 * physical address is a subtraction away. gear1_refetch closes the window whenever a mapping, CS or CPL changes. The
 * limit of CS is folded into the window's size.
 *
 * Bytes that have been decoded are announced to smc.c; gear1_forget hears from there when they change.
 * In single-step mode nothing new is kept or announced, so that an instruction can store next to itself (trap.c).
 */
#include "gear1/gear1.h"

#include "hidden-mem/map.h"

#define UNDEFINED_LOGGED 8

static inline struct slot *slot_of(uint32_t gpa)
{
    return &cms.gear1.slots[(gpa ^ gpa >> 13) & (SLOT_COUNT - 1)];
}

void gear1_refetch(void)
{
    cms.gear1.win_size = 0;
}

void gear1_forget(uint64_t gpa, uint64_t length)
{
    if (length >= SLOT_COUNT) {
        for (unsigned n = 0; n < SLOT_COUNT; n++)
            cms.gear1.slots[n].tag = 0;
        return;
    }

    uint64_t first = gpa < X86_MAX_LENGTH ? 0 : gpa - (X86_MAX_LENGTH - 1);

    for (uint64_t at = first; at < gpa + length; at++) {
        struct slot *s = slot_of((uint32_t)at);

        if ((uint32_t)s->tag == (uint32_t)at)
            s->tag = 0;
    }
}

/* Physical address of a code byte; raises the page fault. */
static uint64_t code_address(uint32_t lin)
{
    uint64_t gpa;
    uint32_t error;

    if (!mmu_translate(lin, false, cms.cpu.cpl == 3, &gpa, &error))
        x86_page_fault(lin, error);
    return gpa;
}

static void code_bytes(uint64_t gpa, uint8_t *bytes, unsigned count)
{
    if (gpa < cms.guest_size && !monitor_is_io(gpa)) {
        memcpy(bytes, (const uint8_t *)(GUEST_BASE + gpa), count);
        return;
    }
    for (unsigned n = 0; n < count; n++)
        bytes[n] = (uint8_t)monitor_read(gpa + n, 1);
}

/* The page of `gpa`, where EIP is, becomes the window: as far as CS's limit leaves it whole instructions. */
static void open_window(uint32_t eip, uint32_t lin, uint64_t gpa)
{
    struct gear1 *g = &cms.gear1;
    uint32_t limit = cms.cpu.seg[SEG_CS].limit;
    uint32_t below = lin & PAGE_MASK, above = PAGE_MASK - below;

    g->win_size = 0;
    if (below > eip)
        below = eip;
    if (limit - eip < above) {
        if (limit - eip < X86_MAX_LENGTH - 1)
            return;
        above = limit - eip - (X86_MAX_LENGTH - 1);
    }
    g->win_eip = eip - below;
    g->win_tag = (gpa - below) | SLOT_VALID | (cms.cpu.code32 ? SLOT_CODE32 : 0);
    g->win_size = below + above + 1;
}

static void undefined(const uint8_t *bytes, uint32_t eip) __attribute__((noreturn));
static void undefined(const uint8_t *bytes, uint32_t eip)
{
    if (cms.gear1.undefined++ < UNDEFINED_LOGGED)
        cms_log(1, "undefined instruction at %04x:%08x: %02x %02x %02x %02x %02x %02x", cms.cpu.seg[SEG_CS].selector,
                (unsigned)eip, bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
    x86_fault(X86_UD);
}

/*
 * Decodes the instruction at EIP. `near` bytes of it are in the page of `gpa`; if that isn't all, the next page is
 * looked up, and may fault, only then. Returns whether it lies in one page.
 */
static bool decode(uint32_t eip, uint32_t lin, uint64_t gpa, struct insn *i)
{
    uint8_t bytes[X86_MAX_LENGTH] = {0};
    uint32_t limit = cms.cpu.seg[SEG_CS].limit;
    unsigned most = limit - eip < X86_MAX_LENGTH - 1 ? limit - eip + 1 : X86_MAX_LENGTH;
    unsigned near = PAGE_SIZE - (lin & PAGE_MASK);
    int length;

    if (near > most)
        near = most;
    code_bytes(gpa, bytes, near);
    length = x86_decode(bytes, near, cms.cpu.code32, i);
    if (length == 0 && near < most) {
        code_bytes(code_address(lin + near), bytes + near, most - near);
        length = x86_decode(bytes, most, cms.cpu.code32, i);
    }
    if (length == 0 || length == X86_ELONG)
        x86_fault_code(X86_GP, 0);
    if (length < 0)
        undefined(bytes, eip);
    return (unsigned)length <= near;
}

static const struct slot *fetch_slow(uint32_t eip)
{
    const struct segment *cs = &cms.cpu.seg[SEG_CS];
    uint32_t lin = cs->base + eip;

    if (eip > cs->limit)
        x86_fault_code(X86_GP, 0);

    uint64_t gpa = code_address(lin);
    bool memory = gpa < cms.guest_size && !monitor_is_io(gpa);
    uint64_t tag = gpa | SLOT_VALID | (cms.cpu.code32 ? SLOT_CODE32 : 0);
    struct slot *s = slot_of((uint32_t)gpa);

    if (memory)
        open_window(eip, lin, gpa);
    if (s->tag == tag && eip + s->insn.length - 1 <= cs->limit && eip + s->insn.length > eip)
        return s;
    s->tag = 0;
    if (decode(eip, lin, gpa, &s->insn) && memory && !cms.step) {
        s->tag = tag;
        smc_protect(gpa, s->insn.length);
    }
    s->handler = g1_pick(&s->insn);
    return s;
}

const struct slot *g1_fetch(uint32_t eip)
{
    const struct gear1 *g = &cms.gear1;
    uint32_t in = eip - g->win_eip;

    if (likely(in < g->win_size)) {
        uint64_t tag = g->win_tag + in;
        const struct slot *s = slot_of((uint32_t)tag);

        if (likely(s->tag == tag))
            return s;
    }
    return fetch_slow(eip);
}
