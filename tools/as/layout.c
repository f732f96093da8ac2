/*
 * layout.c - where everything goes, and its bytes.
 *
 * Atoms start one word long and become two when their immediate needs it; they never shrink again,
 * so going round until nothing changes comes to an end. Expressions that decide about space may use
 * labels; if these chase each other for ever, the source is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "isa_codec.h"
#include "isa_facts.h"
#include "tools/as/as.h"

#define MAX_ROUNDS 64

/* ---------------------------------------------------------------- addresses */

static uint64_t item_size(struct as *as, const struct item *item, uint64_t addr, bool report)
{
    int64_t value = 0;

    switch (item->kind) {
    case ITEM_ATOM: return item->op.long_imm ? 8 : 4;
    case ITEM_VALUE: return item->unit;
    case ITEM_BYTES: return item->text.length;
    case ITEM_ALIGN:
        if (!expr_value(as, item->text, item->place, addr, report, &value))
            return 0;
        if (value <= 0 || value > 1 << 20 || (value & (value - 1))) {
            if (report)
                as_error(as, item->place, ".align takes a power of two, in bytes");
            return 0;
        }
        return (0 - addr) & ((uint64_t)value - 1);
    case ITEM_SPACE:
        if (!expr_value(as, item->text, item->place, addr, report, &value))
            return 0;
        if (value < 0 || (uint64_t)value > AS_MAX_IMAGE) {
            if (report)
                as_error(as, item->place, ".space of %lld bytes is out of range", (long long)value);
            return 0;
        }
        return (uint64_t)value;
    default: return 0;
    }
}

/* One walk over the items; true if an address moved. */
static bool place_items(struct as *as, bool report)
{
    uint64_t addr = as->base;
    bool moved = false;

    for (size_t i = 0; i < as->count; i++) {
        struct item *item = &as->items[i];
        int64_t value;

        moved |= item->addr != addr;
        item->addr = addr;
        if (item->kind == ITEM_ORG) {
            if (expr_value(as, item->text, item->place, addr, report, &value))
                addr = (uint64_t)value;
            continue;
        }
        item->size = item_size(as, item, addr, report);
        addr += item->size;
    }
    return moved;
}

/* The atom's operands for where it now stands; false, with a message if `report` is set. */
static bool resolve(struct as *as, const struct item *item, struct isa_op *op, bool report)
{
    uint64_t pc = as->items[item->bundle].addr;

    *op = item->op;
    for (unsigned i = 0; i < item->fix.count; i++) {
        struct text text = {item->fix.item[i].text, item->fix.item[i].length};
        int64_t value;

        if (!expr_value(as, text, item->place, pc, report, &value))
            return false;
        if (item->fix.item[i].target) {
            if ((value - (int64_t)pc) & 3) {
                if (report)
                    as_error(as, item->place, "target `%.*s` is not at a multiple of 4",
                             (int)text.length, text.start);
                return false;
            }
            value = (value - (int64_t)pc) / 4;
        }
        if (!isa_set_operand(op, item->fix.item[i].operand, value)) {
            if (report)
                as_error(as, item->place, "`%.*s` is %lld, out of range", (int)text.length,
                         text.start, (long long)value);
            return false;
        }
    }
    return true;
}

/* Give a second word to the atoms that need one; true if there was one. */
static bool grow_atoms(struct as *as)
{
    bool grown = false;

    for (size_t i = 0; i < as->count; i++) {
        struct item *item = &as->items[i];
        struct isa_op op;
        uint32_t words[2];

        if (item->kind != ITEM_ATOM || item->op.long_imm || !resolve(as, item, &op, false))
            continue;
        if (isa_encode(&op, false, words) == 2) {
            item->op.long_imm = true;
            grown = true;
        }
    }
    return grown;
}

/* ---------------------------------------------------------------- bytes */

static void put(uint8_t *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static void emit_atom(struct as *as, const struct item *item, uint8_t *to)
{
    struct isa_op op;
    uint32_t words[2];
    int count;

    if (item->addr & 3) {
        as_error(as, item->place, "bundle at 0x%llx, not a multiple of 4: use .align 4",
                 (unsigned long long)item->addr);
        return;
    }
    if (!resolve(as, item, &op, true))
        return;
    count = isa_encode(&op, item->stop, words);
    if (count == 0) {
        as_error(as, item->place, "immediate %lld is out of range for %s", (long long)op.imm,
                 isa_facts[op.atom].name);
        return;
    }
    for (int i = 0; i < count; i++)
        put(to + 4 * i, words[i], 4);
}

static void emit_value(struct as *as, const struct item *item, uint8_t *to)
{
    unsigned bits = 8 * item->unit;
    int64_t value;

    if (!expr_value(as, item->text, item->place, item->addr, true, &value))
        return;
    if (bits < 64 && (value < -(1ll << (bits - 1)) || value >= 1ll << bits))
        as_error(as, item->place, "`%.*s` is %lld, which does not fit %u bits",
                 (int)item->text.length, item->text.start, (long long)value, bits);
    put(to, (uint64_t)value, item->unit);
}

static void emit(struct as *as, const struct item *item, uint8_t *to)
{
    int64_t fill = 0;

    if (item->kind == ITEM_ATOM)
        emit_atom(as, item, to);
    else if (item->kind == ITEM_VALUE)
        emit_value(as, item, to);
    else if (item->kind == ITEM_BYTES)
        memcpy(to, item->text.start, item->text.length);
    else if (item->kind == ITEM_SPACE && item->fill.length &&
             expr_value(as, item->fill, item->place, item->addr, true, &fill))
        memset(to, (int)(fill & 255), item->size);
}

/* Runs of items without a gap, as they stand in the source. */
static void find_chunks(struct as *as)
{
    uint64_t total = 0;
    size_t orgs = 1, first = 0;

    for (size_t i = 0; i < as->count; i++)
        orgs += as->items[i].kind == ITEM_ORG;
    as->chunks = calloc(orgs, sizeof(*as->chunks));
    for (size_t i = 0; as->chunks && i < as->count; i++) {
        struct chunk *c = &as->chunks[as->chunk_count];

        if (as->items[i].kind != ITEM_ORG && as->items[i].kind != ITEM_END)
            continue;
        *c = (struct chunk){.addr = as->items[first].addr, .first = first, .last = i};
        c->size = as->items[i].addr - c->addr;
        total += c->size;
        if (total > AS_MAX_IMAGE) {
            as_error(as, as->items[i].place, "more than %llu bytes of output", AS_MAX_IMAGE);
            return;
        }
        if (c->size) {
            c->bytes = as_alloc(as, c->size);
            as->chunk_count++;
        }
        first = i + 1;
    }
    if (!as->chunks)
        as_error(as, as->items[0].place, "out of memory");
}

static int by_address(const void *a, const void *b)
{
    const struct chunk *x = a, *y = b;

    return (x->addr > y->addr) - (x->addr < y->addr);
}

void layout(struct as *as)
{
    unsigned rounds = 0;
    bool moved;

    do {
        moved = place_items(as, false);
        moved |= grow_atoms(as);
        if (++rounds > MAX_ROUNDS && moved) {
            as_error(as, as->items[0].place, "addresses depend on each other and never settle");
            return;
        }
    } while (moved);
    place_items(as, true);
    if (as->errors)
        return;
    find_chunks(as);
    for (size_t i = 0; as->errors == 0 && i < as->chunk_count; i++) {
        if (as->chunks[i].addr + as->chunks[i].size < as->chunks[i].addr)
            as_error(as, as->items[as->chunks[i].first].place,
                     "the output wraps around the address space");
    }
    if (as->errors)
        return;
    for (size_t i = 0; i < as->chunk_count; i++) {
        for (size_t k = as->chunks[i].first; k < as->chunks[i].last; k++)
            emit(as, &as->items[k], as->chunks[i].bytes + (as->items[k].addr - as->chunks[i].addr));
    }
    qsort(as->chunks, as->chunk_count, sizeof(*as->chunks), by_address);
    for (size_t i = 1; i < as->chunk_count; i++) {
        const struct chunk *before = &as->chunks[i - 1], *c = &as->chunks[i];

        if (c->addr - before->addr < before->size)
            as_error(as, as->items[c->first].place, "0x%llx..0x%llx overlaps what stands at 0x%llx",
                     (unsigned long long)c->addr, (unsigned long long)(c->addr + c->size - 1),
                     (unsigned long long)before->addr);
    }
}
