/* sbuf.c - see sbuf.h */
#include "vliw-sim/sbuf.h"

#include <stdlib.h>
#include <string.h>

#include "hidden-mem/map.h"
#include "vliw-sim/hier.h"
#include "vliw-sim/panic.h"

void sbuf_init(struct sbuf *sb, uint32_t size)
{
    *sb = (struct sbuf){.size = size};
    sb->store = panic_if_null(calloc(size, sizeof *sb->store));
    sb->done = panic_if_null(calloc(size, sizeof *sb->done));
}

void sbuf_free(struct sbuf *sb)
{
    free(sb->store);
    free(sb->done);
    *sb = (struct sbuf){0};
}

uint64_t sbuf_merge_slow(struct sbuf *sb, uint64_t addr, unsigned size, uint64_t value)
{
    uint8_t bytes[8];
    bool met = false;

    memcpy(bytes, &value, sizeof bytes);
    for (uint32_t i = 0; i < sb->used; i++) {
        const struct sbuf_store *s = &sb->store[i];
        if (s->addr >= addr + size || addr >= s->addr + s->size)
            continue;
        for (unsigned k = 0; k < size; k++) {
            uint64_t at = addr + k - s->addr;
            if (at < s->size) {
                bytes[k] = (uint8_t)(s->value >> (8 * at));
                met = true;
            }
        }
    }
    sb->forwards += met;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static void ring_retire(struct sbuf *sb, uint64_t now)
{
    while (sb->draining && sb->done[sb->head] <= now) {
        sb->head = sb->head + 1 == sb->size ? 0 : sb->head + 1;
        sb->draining--;
    }
}

uint32_t sbuf_wait(struct sbuf *sb, uint64_t now)
{
    if (sb->used + sb->draining < sb->size)
        return 0;
    ring_retire(sb, now);
    if (sb->used + sb->draining < sb->size)
        return 0;
    uint64_t free_at = sb->done[sb->head];
    ring_retire(sb, free_at);
    return (uint32_t)(free_at - now);
}

static void write_bytes(uint8_t *to, uint64_t value, uint32_t size)
{
    switch (size) {
    case 8: memcpy(to, &value, 8); break;
    case 4: memcpy(to, &value, 4); break;
    case 1: *to = (uint8_t)value; break;
    default: memcpy(to, &value, size); break;
    }
}

void sbuf_commit(struct sbuf *sb, uint8_t *memory, struct hier *h, uint64_t now)
{
    ring_retire(sb, now);
    uint64_t done = sb->last_done;
    uint32_t at = sb->head + sb->draining;
    if (at >= sb->size)
        at -= sb->size;
    for (uint32_t i = 0; i < sb->used; i++) {
        const struct sbuf_store *s = &sb->store[i];
        write_bytes(memory + s->addr, s->value, s->size);
        done = (done > now ? done : now) + 1 + hier_span(h, GUEST_BASE + s->addr, s->size, true);
        sb->done[at] = done;
        at = at + 1 == sb->size ? 0 : at + 1;
    }
    sb->last_done = done;
    sb->draining += sb->used;
    sb->most = sbuf_most(sb);
    sb->released += sb->used;
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
