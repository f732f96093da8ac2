/* sbuf.c - see sbuf.h */
#include "vliw-sim/sbuf.h"

#include <stdlib.h>
#include <string.h>

#include "hidden-mem/map.h"
#include "vliw-sim/hier.h"
#include "vliw-sim/panic.h"

void sbuf_init(struct sbuf *sb, uint32_t size)
{
    *sb = (struct sbuf){.size = size, .room = size};
    sb->store = panic_if_null(calloc(size, sizeof *sb->store));
    sb->done = panic_if_null(calloc(size, sizeof *sb->done));
}

void sbuf_free(struct sbuf *sb)
{
    free(sb->store);
    free(sb->done);
    *sb = (struct sbuf){0};
}

KEEPS_REGISTERS static bool store_meets(const struct sbuf_store *s, uint64_t addr, unsigned size)
{
    return addr + size - 1 - s->addr < (uint64_t)s->size + size - 1;
}

/* Puts those of its bytes over the value that lie in it. */
KEEPS_REGISTERS static uint64_t store_over(const struct sbuf_store *s, uint64_t addr, unsigned size,
                                           uint64_t value)
{
    for (unsigned k = 0; k < size; k++) {
        uint64_t at = addr + k - s->addr;
        if (at < s->size)
            value = (value & ~(0xffull << 8 * k)) | (s->value >> 8 * at & 0xff) << 8 * k;
    }
    return value;
}

/* Stores up to this one that meet the value are put over it, one after the other. */
KEEPS_REGISTERS __attribute__((noinline)) static uint64_t
merge_all(const struct sbuf *sb, const struct sbuf_store *newest, uint64_t addr, unsigned size,
          uint64_t value)
{
    for (const struct sbuf_store *s = sb->store; s <= newest; s++) {
        if (store_meets(s, addr, size))
            value = store_over(s, addr, size, value);
    }
    return value;
}

KEEPS_REGISTERS uint64_t sbuf_merge_slow(struct sbuf *sb, uint64_t addr, unsigned size,
                                         uint64_t value)
{
    const struct sbuf_store *s = sb->store + sb->used;

    while (s > sb->store) {
        if (!store_meets(--s, addr, size))
            continue;
        sb->forwards++;
        uint64_t in = addr - s->addr;
        if (in < s->size && in + size <= s->size)
            return s->value << 8 * (8 - size - in) >> 8 * (8 - size);
        return merge_all(sb, s, addr, size, value);
    }
    return value;
}

static void ring_retire(struct sbuf *sb, uint64_t now)
{
    while (sb->room < sb->size && sb->done[sb->head] <= now) {
        sb->head = sb->head + 1 == sb->size ? 0 : sb->head + 1;
        sb->room++;
    }
}

uint32_t sbuf_wait_slow(struct sbuf *sb, uint64_t now)
{
    ring_retire(sb, now);
    if (sb->used < sb->room)
        return 0;
    uint64_t free_at = sb->done[sb->head];
    ring_retire(sb, free_at);
    return (uint32_t)(free_at - now);
}

static inline void write_bytes(uint8_t *to, uint64_t value, uint32_t size)
{
    switch (size) {
    case 4: memcpy(to, &value, 4); break;
    case 8: memcpy(to, &value, 8); break;
    case 1: *to = (uint8_t)value; break;
    default: memcpy(to, &value, 2); break;
    }
}

/* Stall cycles of a store to another line than that of the `again` stores before it. */
__attribute__((noinline)) static uint32_t drain_to(struct hier *h, const struct sbuf_store *s,
                                                   uint32_t again)
{
    if (again)
        cache_repeat(&h->l1d, (uint32_t)((GUEST_BASE + s[-1].addr) >> h->line_shift), again);
    return hier_span(h, GUEST_BASE + s->addr, s->size, true);
}

/*
 * L1D is asked once for stores that lie in one line, one behind the other: what the others change
 * there is made up for when the next line is asked for.
 */
void sbuf_commit(struct sbuf *sb, uint8_t *memory, struct hier *h, uint64_t now)
{
    uint64_t *ring = sb->done;
    uint32_t slots = sb->size, used = sb->used, again = 0;
    uint64_t line_size = 1ull << h->line_shift, line = sb->store->addr + 1; /* not that */

    if (sb->last_done <= now)
        sb->room = slots;
    uint64_t done = sb->room < slots ? sb->last_done : now;
    uint32_t at = sb->head + slots - sb->room;
    at -= at >= slots ? slots : 0;
    const struct sbuf_store *s = sb->store, *end = s + used;
    for (; s < end; s++) {
        uint64_t addr = s->addr;
        uint32_t size = s->size;
        write_bytes(memory + addr, s->value, size);
        done++;
        if (addr - line > line_size - size) {
            done += drain_to(h, s, again);
            line = (addr + size - 1) & -line_size;
            again = 0;
        } else {
            again++;
        }
        ring[at] = done;
        at = at + 1 == slots ? 0 : at + 1;
    }
    if (again)
        cache_repeat(&h->l1d, (uint32_t)((GUEST_BASE + line) >> h->line_shift), again);
    sb->last_done = done;
    sb->room -= used;
    sb->most = sbuf_most(sb);
    sb->released += used;
    sb->used = 0;
    sb->filter = 0;
}

void sbuf_rollback(struct sbuf *sb)
{
    sb->most = sbuf_most(sb);
    sb->dropped += sb->used;
    sb->used = 0;
    sb->filter = 0;
}
