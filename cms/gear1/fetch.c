/*
 * fetch.c - from EIP to a decoded instruction.
 *
 * Decoded instructions are kept by guest-physical address and code size, so that they outlive task
 * switches and remapping. They fill slots in turn; a line for each address, shared by few, says
 * which slot. So a slot needn't be read to know that it is another's, and code that is executed for
 * the first time, which is most of what gear 1 gets, waits for memory little. Only an instruction
 * that lies whole inside one page of memory is kept here. Those few that cross a border are kept by
 * border.c; those in a page of a device are decoded each time into a slot that stays empty.
 *
 * Windows spare the translation of EIP: while EIP stays in a page where an instruction came from
 * before, its physical address is a subtraction away. gear1_refetch closes them all whenever a
 * mapping, CS or CPL changes. The limit of CS is folded into a window's size. A line's number is
 * the offset in the page, exclusive-or a hash of the page; the window knows the hash, so that the
 * way from EIP to its slot (g1_fetch) is short.
 *
 * Bytes that have been decoded are announced to smc.c; gear1_forget hears from there when they
 * change. In single-step mode nothing new is kept or announced, so that an instruction can store
 * next to itself (trap.c).
 */
#include "gear1/gear1.h"

#include "hidden-mem/map.h"
#include "runtime/context.h"
#include "runtime/runtime.h"

#define UNDEFINED_LOGGED 8

_Static_assert(SLOT_LINES >= PAGE_SIZE, "a window's flip must keep tags of a page apart");

static uint64_t slot_tag(uint64_t gpa, bool code32)
{
    return gpa | SLOT_VALID | (code32 ? SLOT_CODE32 : 0);
}

/* A tag or address of the page, exclusive-or this, is the number of its line. */
static uint64_t slot_flip(uint64_t tag)
{
    uint64_t page = tag & ~(uint64_t)PAGE_MASK;
    uint32_t hash = (uint32_t)(tag >> PAGE_SHIFT) * UINT32_C(0x9e3779b1) >> 16;

    return page | (hash & (SLOT_LINES - 1));
}

struct slot_page gear1_slot_page(uint64_t gpa, bool code32)
{
    uint64_t tag = slot_tag(gpa & ~(uint64_t)PAGE_MASK, code32);

    return (struct slot_page){cms.gear1.lines, cms.gear1.slots, SLOT_PAGE(tag),
                              (uint32_t)(tag ^ slot_flip(tag))};
}

static struct slot_line *slot_line(uint64_t tag)
{
    return &cms.gear1.lines[tag ^ slot_flip(tag)];
}

void g1_fetch_init(void)
{
    struct gear1 *g = &cms.gear1;
    uintptr_t slots = (uintptr_t)cms_reserve(SLOT_COUNT * SLOT_SIZE + SLOT_SIZE - 1);

    g->slots = (struct slot *)((slots + SLOT_SIZE - 1) & ~(uintptr_t)(SLOT_SIZE - 1));
    g->owner = cms_alloc(SLOT_COUNT * sizeof(g->owner[0]));
    g->lines = cms_alloc(SLOT_LINES * sizeof(g->lines[0]));
}

uint64_t g1_slot_tag(const struct slot *s)
{
    const struct gear1 *g = &cms.gear1;
    uint32_t n = (uint32_t)(s - g->slots), owner = g->owner[n];
    const struct slot_line *line = &g->lines[owner];
    uint64_t page = (uint64_t)line->page << PAGE_SHIFT;

    return line->page && line->at == n * SLOT_SIZE ? page | ((owner ^ slot_flip(page)) & PAGE_MASK)
                                                   : 0;
}

void gear1_refetch(void)
{
    for (unsigned n = 0; n < WINDOWS; n++)
        cms.gear1.window[n].size = 0;
}

/* What begins in [from, to) of a page. */
static void drop(uint64_t from, uint64_t to, bool code32)
{
    uint64_t tag = slot_tag(from, code32), flip = slot_flip(tag);

    for (uint64_t end = tag + (to - from); tag < end; tag++) {
        struct slot_line *line = &cms.gear1.lines[tag ^ flip];

        if (line->page == SLOT_PAGE(tag))
            line->page = 0;
    }
}

void gear1_forget(uint64_t gpa, unsigned length)
{
    unsigned before = gpa & PAGE_MASK, longest = X86_MAX_LENGTH - 1;
    uint64_t first = gpa - (before < longest ? before : longest);

    drop(first, gpa + length, false);
    drop(first, gpa + length, true);
    if (before < longest || before + length > PAGE_SIZE - longest)
        g1_border_forget(gpa, length);
}

const struct insn *gear1_decoded(uint64_t gpa, bool code32)
{
    uint64_t tag = slot_tag(gpa, code32);
    const struct slot_line *line = slot_line(tag);

    return line->page == SLOT_PAGE(tag) ? &g1_slot_at(line->at)->insn : NULL;
}

uint64_t g1_code_address(uint32_t lin, bool *memory)
{
    uint64_t gpa, dram;
    uint32_t error, page;

    *memory = true;
    if (context_code_page(lin, &page))
        return (uint64_t)page << PAGE_SHIFT | (lin & PAGE_MASK);

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
    w->page = SLOT_PAGE(tag);
    w->protected = smc_mask(tag & (SLOT_CODE32 - 1));
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

#define NO_REST UINT64_MAX /* it lies in one page */

/*
 * Decodes the instruction at EIP. `near` bytes of it are in the page of `gpa`; only if that isn't
 * all, the next page is looked up, and may fault. Returns where in DRAM that part begins, or
 * NO_REST. `memory` says whether the first part is in memory, then whether both are.
 */
static uint64_t decode(uint32_t eip, uint64_t gpa, bool *memory, struct insn *i)
{
    uint8_t copy[X86_MAX_LENGTH] = {0};
    const uint8_t *bytes = *memory ? (const uint8_t *)(GUEST_BASE + gpa) : copy;
    uint64_t rest = NO_REST;
    uint32_t limit = cms.cpu.seg[SEG_CS].limit, lin = cms.cpu.seg[SEG_CS].base + eip;
    unsigned most = limit - eip < X86_MAX_LENGTH - 1 ? limit - eip + 1 : X86_MAX_LENGTH;
    unsigned near = PAGE_SIZE - (lin & PAGE_MASK);
    int length;

    if (near > most)
        near = most;
    if (!*memory)
        code_bytes(gpa, false, copy, near);
    length = x86_decode(bytes, near, cms.cpu.code32, i);
    if (length == 0 && near < most) {
        bool too;

        code_bytes(gpa, *memory, copy, near);
        rest = g1_code_address(lin + near, &too);
        code_bytes(rest, too, copy + near, most - near);
        *memory &= too;
        bytes = copy;
        length = x86_decode(bytes, most, cms.cpu.code32, i);
    }
    if (length == 0 || length == X86_ELONG)
        x86_fault_code(X86_GP, 0);
    if (length < 0)
        undefined(bytes, bytes == copy ? most : near, eip);
    return rest;
}

/* The next slot, in turn, cleared without being read into the cache. */
static struct slot *slot_take(void)
{
    struct gear1 *g = &cms.gear1;
    struct slot_line *line = &g->lines[g->owner[g->filling]];

    if (line->at == g->filling * SLOT_SIZE)
        line->page = 0;
    vx_dcz((uintptr_t)&g->slots[g->filling]);
    return &g->slots[g->filling];
}

/* What it has become is kept. */
static void slot_enter(uint64_t tag, struct slot_line *line)
{
    struct gear1 *g = &cms.gear1;

    *line = (struct slot_line){SLOT_PAGE(tag), g->filling * SLOT_SIZE};
    g->owner[g->filling] = (uint16_t)(line - g->lines);
    g->filling = (g->filling + 1) % SLOT_COUNT;
}

/* All that follows from the instruction in it. */
static void describe(struct slot *s)
{
    s->traits = x86_traits[s->insn.op];
    s->handler = g1_pick(&s->insn);
}

/* The instruction at `gpa`, whose line that is, is decoded, and kept if it lies in memory. */
static const struct slot *fill(uint32_t eip, uint64_t gpa, bool memory, struct slot_line *line)
{
    uint64_t tag = slot_tag(gpa, cms.cpu.code32), rest;
    const struct slot *known = NULL;
    struct slot *s;

    if (memory && (gpa & PAGE_MASK) > PAGE_SIZE - X86_MAX_LENGTH)
        known = g1_border_find(eip, tag);
    if (known)
        return known;
    s = slot_take();
    rest = decode(eip, gpa, &memory, &s->insn);
    describe(s);
    if (!memory || cms.step)
        return s;
    if (rest != NO_REST)
        g1_border_keep(s, tag, rest);
    else if (smc_protect(gpa, s->insn.length))
        slot_enter(tag, line);
    return s;
}

/* Are the granules that the instruction lies in, in the window's page, protected already? */
static inline bool is_protected(const struct window *w, uint64_t gpa, unsigned length)
{
    unsigned first = (gpa & PAGE_MASK) >> SMC_GRANULE_SHIFT;
    unsigned last = ((gpa & PAGE_MASK) + length - 1) >> SMC_GRANULE_SHIFT;
    uint32_t mask = *w->protected;

    return mask >> first & mask >> last & 1;
}

/* Likewise in a window, where most lie far enough from the page's end to need no care. */
static const struct slot *fill_near(const struct window *w, uint32_t eip, uint64_t tag,
                                    struct slot_line *line)
{
    uint64_t gpa = tag & (SLOT_CODE32 - 1);
    const uint8_t *bytes = (const uint8_t *)(GUEST_BASE + gpa);
    struct slot *s;

    if ((gpa & PAGE_MASK) > PAGE_SIZE - X86_MAX_LENGTH || cms.step ||
        cms.cpu.seg[SEG_CS].limit - eip < X86_MAX_LENGTH)
        return fill(eip, gpa, true, line);
    s = slot_take();
    if (x86_decode(bytes, X86_MAX_LENGTH, cms.cpu.code32, &s->insn) <= 0)
        return fill(eip, gpa, true, line);
    describe(s);
    if (is_protected(w, gpa, s->insn.length) || smc_protect(gpa, s->insn.length))
        slot_enter(tag, line);
    return s;
}

const struct slot *g1_fetch_slow(uint32_t eip)
{
    const struct window *w = g1_window(eip);
    const struct segment *cs = &cms.cpu.seg[SEG_CS];
    uint64_t tag = w->tag + (eip - w->eip);
    uint32_t lin = cs->base + eip;
    bool memory;

    if (eip - w->eip < w->size)
        return fill_near(w, eip, tag, &cms.gear1.lines[tag ^ w->flip]);
    if (eip > cs->limit)
        x86_fault_code(X86_GP, 0);

    uint64_t gpa = g1_code_address(lin, &memory);

    tag = slot_tag(gpa, cms.cpu.code32);
    if (memory)
        open_window(eip, lin, tag);

    struct slot_line *line = slot_line(tag);
    const struct slot *s = g1_slot_at(line->at);
    uint32_t last = eip + s->insn.length - 1;

    if (line->page == SLOT_PAGE(tag) && last <= cs->limit && last >= eip)
        return s;
    return fill(eip, gpa, memory, line);
}
