/*
 * fetch.c - from EIP to a decoded instruction.
 *
 * Decoded instructions are kept in a direct-mapped store, keyed by guest-physical address and code
 * size, so that they outlive task switches and remapping. Only an instruction that lies whole
 * inside one page of memory is kept: the few that cross a border, or stand in a page of a device,
 * are decoded each time into a slot that stays empty.
 *
 * Windows spare the translation of EIP: while EIP stays in a page where an instruction came from
 * before, its physical address is a subtraction away. gear1_refetch closes them all whenever a
 * mapping, CS or CPL changes. The limit of CS is folded into a window's size. A slot's number is
 * the offset in the page, exclusive-or a hash of the page; the window knows the hash, so that the
 * way from EIP to its slot (g1_fetch) is short.
 *
 * Bytes that have been decoded are announced to smc.c; gear1_forget hears from there when they
 * change. In single-step mode nothing new is kept or announced, so that an instruction can store
 * next to itself (trap.c).
 */
#include "gear1/gear1.h"

#include "hidden-mem/map.h"

#define UNDEFINED_LOGGED 8

_Static_assert(SLOT_COUNT >= PAGE_SIZE, "a window's flip must keep tags of a page apart");

/* A tag or address of the page, exclusive-or this, is the number of its slot. */
static uint64_t slot_flip(uint64_t tag)
{
    uint64_t page = tag & ~(uint64_t)PAGE_MASK;
    uint32_t hash = (uint32_t)(tag >> PAGE_SHIFT) * UINT32_C(0x9e3779b1) >> 16;

    return page | (hash & (SLOT_COUNT - 1));
}

static uint64_t slot_tag(uint64_t gpa, bool code32)
{
    return gpa | SLOT_VALID | (code32 ? SLOT_CODE32 : 0);
}

uint64_t gear1_page_flip(uint64_t gpa, bool code32)
{
    return slot_flip(slot_tag(gpa, code32));
}

static struct slot *slot_of(uint64_t tag)
{
    return &cms.gear1.slots[(tag ^ slot_flip(tag)) & (SLOT_COUNT - 1)];
}

void gear1_refetch(void)
{
    for (unsigned n = 0; n < WINDOWS; n++)
        cms.gear1.window[n].size = 0;
}

static void slot_drop(uint64_t tag)
{
    struct slot *s = slot_of(tag);

    if (s->tag == tag)
        s->tag = 0;
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
        slot_drop(at | SLOT_VALID);
        slot_drop(at | SLOT_VALID | SLOT_CODE32);
    }
}

const struct insn *gear1_decoded(uint64_t gpa, bool code32)
{
    return gear1_decoded_near(gpa, code32, gear1_page_flip(gpa, code32));
}

/*
 * Where a code byte is: in DRAM (*memory), or at a guest-physical address that a device answers.
 * Raises the page fault.
 */
static uint64_t code_address(uint32_t lin, bool *memory)
{
    uint64_t gpa, dram;
    uint32_t error;

    if (!mmu_translate(lin, false, cms.cpu.cpl == 3, &gpa, &error))
        x86_page_fault(lin, error);
    dram = monitor_memory(gpa);
    *memory = dram != MONITOR_NOWHERE;
    return *memory ? dram : gpa;
}

static void code_bytes(uint64_t gpa, bool memory, uint8_t *bytes, unsigned count)
{
    if (memory) {
        memcpy(bytes, (const uint8_t *)(GUEST_BASE + gpa), count);
        return;
    }
    for (unsigned n = 0; n < count; n++)
        bytes[n] = (uint8_t)monitor_read(gpa + n, 1);
}

/* The page of `gpa`, where EIP is, becomes a window: as far as CS's limit leaves it whole
 * instructions. */
static void open_window(uint32_t eip, uint32_t lin, uint64_t tag)
{
    struct window *w = g1_window(eip);
    uint32_t limit = cms.cpu.seg[SEG_CS].limit;
    uint32_t below = lin & PAGE_MASK, above = PAGE_MASK - below;

    w->size = 0;
    if (below > eip)
        below = eip;
    if (limit - eip <= above) { /* whole instructions only, and EIP after them doesn't wrap */
        if (limit - eip < X86_MAX_LENGTH)
            return;
        above = limit - eip - X86_MAX_LENGTH;
    }
    w->eip = eip - below;
    w->tag = tag - below;
    w->flip = slot_flip(tag);
    w->size = below + above + 1;
}

static void undefined(const uint8_t *bytes, unsigned count, uint32_t eip) __attribute__((noreturn));
static void undefined(const uint8_t *bytes, unsigned count, uint32_t eip)
{
    char text[3 * X86_MAX_LENGTH + 1] = "";

    if (cms.gear1.undefined++ < UNDEFINED_LOGGED) {
        for (unsigned n = 0; n < count; n++)
            cms_snprintf(text + 3 * n, 4, " %02x", bytes[n]);
        cms_log(1, "undefined instruction at %04x:%08x:%s", cms.cpu.seg[SEG_CS].selector,
                (unsigned)eip, text);
    }
    x86_fault(X86_UD);
}

/*
 * Decodes the instruction at EIP. `near` bytes of it are in the page of `gpa`; only if that isn't
 * all, the next page is looked up, and may fault. Returns whether it lies in one page.
 */
static bool decode(uint32_t eip, uint64_t gpa, bool memory, struct insn *i)
{
    uint8_t copy[X86_MAX_LENGTH] = {0};
    const uint8_t *bytes = memory ? (const uint8_t *)(GUEST_BASE + gpa) : copy;
    uint32_t limit = cms.cpu.seg[SEG_CS].limit, lin = cms.cpu.seg[SEG_CS].base + eip;
    unsigned most = limit - eip < X86_MAX_LENGTH - 1 ? limit - eip + 1 : X86_MAX_LENGTH;
    unsigned near = PAGE_SIZE - (lin & PAGE_MASK);
    int length;

    if (near > most)
        near = most;
    if (!memory)
        code_bytes(gpa, false, copy, near);
    length = x86_decode(bytes, near, cms.cpu.code32, i);
    if (length == 0 && near < most) {
        code_bytes(gpa, memory, copy, near);
        gpa = code_address(lin + near, &memory);
        code_bytes(gpa, memory, copy + near, most - near);
        bytes = copy;
        length = x86_decode(bytes, most, cms.cpu.code32, i);
    }
    if (length == 0 || length == X86_ELONG)
        x86_fault_code(X86_GP, 0);
    if (length < 0)
        undefined(bytes, bytes == copy ? most : near, eip);
    return (unsigned)length <= near;
}

/* The instruction at `gpa` is decoded into its slot; kept if it lies in one page of memory. */
static const struct slot *fill_slot(uint32_t eip, uint64_t gpa, bool memory)
{
    uint64_t tag = slot_tag(gpa, cms.cpu.code32);
    struct slot *s = slot_of(tag);

    s->tag = 0;
    s->taken = s->through = s->io = 0;
    if (decode(eip, gpa, memory, &s->insn) && memory && !cms.step) {
        if (smc_protect(gpa, s->insn.length))
            s->tag = tag;
    }
    s->handler = g1_pick(&s->insn);
    return s;
}

const struct slot *g1_fetch_slow(uint32_t eip)
{
    const struct window *w = g1_window(eip);
    const struct segment *cs = &cms.cpu.seg[SEG_CS];
    uint32_t lin = cs->base + eip;
    bool memory;

    if (eip - w->eip < w->size)
        return fill_slot(eip, (w->tag + (eip - w->eip)) & UINT32_MAX, true);
    if (eip > cs->limit)
        x86_fault_code(X86_GP, 0);

    uint64_t gpa = code_address(lin, &memory);
    uint64_t tag = slot_tag(gpa, cms.cpu.code32);
    const struct slot *s = slot_of(tag);

    if (memory)
        open_window(eip, lin, tag);
    if (s->tag == tag && eip + s->insn.length - 1 <= cs->limit && eip + s->insn.length > eip)
        return s;
    return fill_slot(eip, gpa, memory);
}
