/*
 * view.c - what host code knows of the caches: views of L1D's lines (state.h), and which lines of
 * blocks L1I holds.
 *
 * Both are kept by slots of the caches: `seen` says for each slot of L1D the places of the views
 * that name it, so that they go when its line does. Lines of L1I have numbers, found by hashing.
 */
#include <stdlib.h>
#include <string.h>

#include "isa_facts.h"
#include "vliw-sim/fast/fast.h"
#include "vliw-sim/panic.h"

/* ---------------------------------------------------------------- views */

/* Bytes between lines whose places are neighbours. */
static uint32_t view_step(const struct chip *chip)
{
    uint32_t line = 1u << chip->hier.line_shift;

    return line < VIEW_LINE ? VIEW_LINE : line;
}

uint32_t view_mask(const struct chip *chip)
{
    return VIEWS * VIEW_LINE - view_step(chip);
}

static uint32_t view_place(const struct chip *chip, uint64_t addr)
{
    return (uint32_t)(addr & view_mask(chip)) / VIEW_LINE;
}

/* An address in a line that is never looked up at this place. */
static uint32_t view_none(const struct chip *chip, uint32_t place)
{
    return (place * VIEW_LINE) ^ view_step(chip);
}

static void forget_native(struct chip *chip, uint32_t place)
{
    struct fast_view *v = &chip->hot.view[place];

    v->native_read = v->native_write = view_none(chip, place);
}

static void forget_guest(struct chip *chip, uint32_t place)
{
    chip->hot.view[place].guest_read = view_none(chip, place);
}

void views_clear_guest(struct chip *chip)
{
    for (uint32_t i = 0; i < VIEWS; i++) {
        forget_guest(chip, i);
        chip->hot.view[i].guest_write = view_none(chip, i);
    }
}

void views_clear(struct chip *chip)
{
    for (uint32_t i = 0; i < VIEWS; i++)
        forget_native(chip, i);
    views_clear_guest(chip);
}

void views_drop_page(struct chip *chip, uint32_t page)
{
    uint32_t line = 1u << chip->hier.line_shift;

    if (line < VIEW_LINE)
        return;
    for (uint32_t at = 0; at < TLB_PAGE_SIZE; at += line) {
        uint32_t place = view_place(chip, page + at);
        struct fast_view *v = &chip->hot.view[place];
        if (v->guest_read == page + at)
            forget_guest(chip, place);
        if (v->guest_write == page + at)
            v->guest_write = view_none(chip, place);
    }
}

/* The line of this slot of L1D goes. */
static void view_leaves(void *owner, uint32_t slot)
{
    struct chip *chip = owner;
    const struct fast_seen *seen = &chip->fast->seen[slot];
    const int64_t *stamp = &chip->hier.l1d.stamp[slot];

    if (chip->hot.view[seen->native].native_stamp == stamp)
        forget_native(chip, seen->native);
    if (chip->hot.view[seen->guest].guest_stamp == stamp)
        forget_guest(chip, seen->guest);
}

/* A slot has one view of each kind: that at `place`, from now on. */
static void see_native(struct chip *chip, uint32_t slot, uint32_t place)
{
    struct fast_seen *seen = &chip->fast->seen[slot];
    int64_t *stamp = &chip->hier.l1d.stamp[slot];

    if (seen->native != place && chip->hot.view[seen->native].native_stamp == stamp)
        forget_native(chip, seen->native);
    seen->native = (uint16_t)place;
    chip->hot.view[place].native_stamp = stamp;
}

static void see_guest(struct chip *chip, uint32_t slot, uint32_t place)
{
    struct fast_seen *seen = &chip->fast->seen[slot];
    int64_t *stamp = &chip->hier.l1d.stamp[slot];

    if (seen->guest != place && chip->hot.view[seen->guest].guest_stamp == stamp)
        forget_guest(chip, seen->guest);
    seen->guest = (uint16_t)place;
    chip->hot.view[place].guest_stamp = stamp;
}

static uint32_t slot_of(const struct chip *chip, uint64_t canonical)
{
    return cache_find(&chip->hier.l1d, (uint32_t)(canonical >> chip->hier.line_shift));
}

static void view_native(struct chip *chip, uint64_t addr)
{
    uint64_t line = 1ull << chip->hier.line_shift, start = addr & -line;
    uint32_t place = view_place(chip, addr);
    struct fast_view *v = &chip->hot.view[place];
    struct mem_place there;

    if (!mem_find(chip, start, line, false, &there) || !there.cached)
        return;
    uint32_t slot = slot_of(chip, there.canonical);
    if (slot == CACHE_NOWHERE)
        return;
    see_native(chip, slot, place);
    v->native_read = start;
    v->native_host = (uint64_t)there.host;
    bool writable = mem_find(chip, start, line, true, &there);
    v->native_write =
        writable && (chip->hier.l1d.entry[slot] & 1) ? start : view_none(chip, place);
}

static void view_guest(struct chip *chip, uint64_t addr, bool write)
{
    uint64_t line = 1ull << chip->hier.line_shift;
    uint32_t start = (uint32_t)(addr & -line), offset = start & (TLB_PAGE_SIZE - 1);
    uint32_t place = view_place(chip, addr);
    struct fast_view *v = &chip->hot.view[place];
    const struct tlb_entry *e = tlb_find(&chip->tlb, start - offset);

    if (!e || chip->tlb_stall || (e->lo & TLB_LO_IO) || !tlb_permits(e, write, chip->user))
        return;
    uint64_t pa = (e->lo & TLB_LO_PAGE) + offset;
    if (write) {
        if (tlb_watched(e, offset, (unsigned)line))
            return;
        v->guest_write = start;
        v->guest_pa = pa;
        return;
    }
    uint32_t slot = slot_of(chip, GUEST_BASE + pa);
    if (slot == CACHE_NOWHERE)
        return;
    see_guest(chip, slot, place);
    v->guest_read = start;
    v->guest_host = (uint64_t)chip->dram + pa;
}

void view_learn(struct chip *chip, const struct atom *a, uint64_t addr)
{
    uint32_t flags = isa_facts[a->op.atom].flags;

    if (1u << chip->hier.line_shift < VIEW_LINE)
        return;
    if (flags & ISA_F_GUEST)
        view_guest(chip, addr, flags & ISA_F_STORE);
    else
        view_native(chip, addr);
}

/* ---------------------------------------------------------------- lines of L1I */

/* Where the line's number is kept, or would be. */
static uint32_t line_place(const struct fast *f, uint32_t line)
{
    uint32_t place = line * 0x9e3779b1u >> (32 - LINES_LOG);

    while (f->lines[place % LINES] && f->lines[place % LINES] != line)
        place++;
    return place % LINES;
}

uint32_t line_record(struct chip *chip, uint32_t line)
{
    struct fast *f = chip->fast;
    uint32_t place = line_place(f, line);

    if (!f->lines[place]) {
        f->lines[place] = line;
        if (++f->lines_used > LINES / 2)
            f->full = true;
        line_learn(chip, line);
    }
    return place;
}

void line_learn(struct chip *chip, uint32_t line)
{
    uint32_t place = line_place(chip->fast, line);
    uint32_t slot = cache_find(&chip->hier.l1i, line);

    if (chip->fast->lines[place] == line)
        chip->hot.line[place] = slot == CACHE_NOWHERE ? NULL : &chip->hier.l1i.stamp[slot];
}

static void line_leaves(void *owner, uint32_t slot)
{
    struct chip *chip = owner;
    uint32_t line = chip->hier.l1i.entry[slot] >> 1;
    uint32_t place = line_place(chip->fast, line);

    if (chip->fast->lines[place] == line)
        chip->hot.line[place] = NULL;
}

void lines_clear(struct chip *chip)
{
    memset(chip->fast->lines, 0, sizeof chip->fast->lines);
    memset(chip->hot.line, 0, sizeof chip->hot.line);
    chip->fast->lines_used = 0;
}

/* ---------------------------------------------------------------- both */

void views_open(struct chip *chip)
{
    struct hier *h = &chip->hier;
    size_t slots = (size_t)(h->l1d.set_mask + 1) * h->l1d.ways;

    chip->fast->seen = panic_if_null(calloc(slots, sizeof *chip->fast->seen));
    h->l1d.leaves = view_leaves;
    h->l1i.leaves = line_leaves;
    h->l1d.owner = h->l1i.owner = chip;
    views_clear(chip);
    lines_clear(chip);
}

void views_close(struct chip *chip)
{
    chip->hier.l1d.leaves = chip->hier.l1i.leaves = NULL;
    free(chip->fast->seen);
}
