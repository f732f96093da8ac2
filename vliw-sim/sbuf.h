/*
 * sbuf.h - the gated store buffer: guest stores wait here until commit.
 *
 * Uncommitted stores are kept in program order; guest loads see them byte by byte. Commit hands
 * them to memory at once as far as values go. As far as time goes they drain in the background, one
 * a cycle plus what each misses, and hold their slot until then.
 */
#ifndef SELKIRK_SBUF_H
#define SELKIRK_SBUF_H

#include <stdbool.h>
#include <stdint.h>

struct hier;

/*
 * A function that the fast engine's host code calls in the middle of its work keeps all registers
 * but the one of its value.
 */
#ifdef __x86_64__
#define KEEPS_REGISTERS __attribute__((no_caller_saved_registers, target("general-regs-only")))
#else
#define KEEPS_REGISTERS
#endif

struct sbuf_store {
    uint64_t addr; /* guest-physical; the store lies inside one page */
    uint64_t value;
    uint32_t size; /* bytes: 1, 2, 4, 8 */
    uint32_t unused[3]; /* for a size that is a power of two */
};

struct sbuf {
    struct sbuf_store *store; /* uncommitted, oldest first */
    uint64_t *done;           /* ring: cycle at which each draining store gives its slot back */
    uint32_t size;            /* slots */
    uint32_t used;            /* uncommitted */
    uint32_t room;            /* slots that don't drain, as far as that has been looked at */
    uint32_t head;      /* of the ring */
    uint64_t last_done; /* when all will have drained */
    uint64_t filter;    /* bit (addr / 8) % 64 of all bytes of uncommitted stores */
    uint64_t released;  /* ... and committed */
    uint64_t dropped;   /* ... and rolled back */
    uint64_t forwards;  /* loads that met an uncommitted store */
    uint32_t most;      /* most uncommitted stores at once, when they were released or dropped */
};

void sbuf_init(struct sbuf *sb, uint32_t size);
void sbuf_free(struct sbuf *sb);

static inline uint64_t sbuf_filter(uint64_t addr, unsigned size)
{
    return 1ull << (addr >> 3 & 63) | 1ull << ((addr + size - 1) >> 3 & 63);
}

/* Stores ever put in, and the most that were uncommitted at once. */
static inline uint64_t sbuf_stores(const struct sbuf *sb)
{
    return sb->released + sb->dropped + sb->used;
}

static inline uint32_t sbuf_most(const struct sbuf *sb)
{
    return sb->used > sb->most ? sb->used : sb->most;
}

/*
 * `value` is what memory holds at addr; the result has the bytes of uncommitted stores put over it.
 */
KEEPS_REGISTERS uint64_t sbuf_merge_slow(struct sbuf *sb, uint64_t addr, unsigned size,
                                         uint64_t value);

static inline uint64_t sbuf_merge(struct sbuf *sb, uint64_t addr, unsigned size, uint64_t value)
{
    if (!(sb->filter & sbuf_filter(addr, size)))
        return value;
    return sbuf_merge_slow(sb, addr, size, value);
}

uint32_t sbuf_wait_slow(struct sbuf *sb, uint64_t now);

/* Cycles to wait at `now` for a slot. Some slot must not be uncommitted (used < size). */
static inline uint32_t sbuf_wait(struct sbuf *sb, uint64_t now)
{
    return sb->used < sb->room ? 0 : sbuf_wait_slow(sb, now);
}

/* Puts a store in; sbuf_wait() has found its slot. */
static inline void sbuf_put(struct sbuf *sb, uint64_t addr, unsigned size, uint64_t value)
{
    struct sbuf_store *s = &sb->store[sb->used++];

    s->addr = addr;
    s->value = value;
    s->size = size;
    sb->filter |= sbuf_filter(addr, size);
}

/*
 * Writes all uncommitted stores to `memory` (guest-physical 0) and lets them drain from cycle `now`
 * on.
 */
void sbuf_commit(struct sbuf *sb, uint8_t *memory, struct hier *h, uint64_t now);

void sbuf_rollback(struct sbuf *sb);

#endif
