/* way.c - see fast.h */
#include <stdlib.h>
#include <string.h>

#include "vliw-sim/fast/fast.h"

#define ITEMS (WAYS * 8u)

static void score_set(struct score *s, unsigned reg, uint32_t ready)
{
    s->ready[reg] = ready;
    s->late[reg >> 6] |= 1ull << (reg & 63);
}

void score_start(struct score *s, const struct ways *ways, uint32_t way)
{
    const struct way *w = &ways->way[way];

    *s = (struct score){0};
    for (uint32_t i = 0; i < w->items; i++)
        score_set(s, w->item[i].reg, w->item[i].left);
}

bool ways_open(struct ways *ways)
{
    ways->items = malloc(ITEMS * sizeof *ways->items);
    return ways->items;
}

void ways_reset(struct ways *ways)
{
    memset(ways->hash, 0, sizeof ways->hash);
    ways->way[WAY_NOTHING] = (struct way){ways->items, 0, DIRTY_UNKNOWN};
    ways->used = 1;
    ways->items_used = 0;
}

static uint32_t score_late(struct score *s, unsigned reg)
{
    uint64_t *late = &s->late[reg >> 6], bit = 1ull << (reg & 63);

    if (!(*late & bit))
        return 0;
    *late &= ~bit;
    return s->ready[reg] > s->now ? s->ready[reg] - s->now : 0;
}

void score_wait(struct score *s, const struct bundle *b, uint32_t *operand, uint32_t *unit)
{
    uint32_t most = 0;

    for (uint64_t regs = b->r_uses; regs; regs &= regs - 1) {
        uint32_t left = score_late(s, (unsigned)__builtin_ctzll(regs));
        most = left > most ? left : most;
    }
    for (unsigned regs = b->c_uses; regs; regs &= regs - 1) {
        uint32_t left = score_late(s, LATE_FLAG + (unsigned)__builtin_ctz(regs));
        most = left > most ? left : most;
    }
    for (uint32_t regs = b->f_uses; regs; regs &= regs - 1) {
        uint32_t left = score_late(s, LATE_F + (unsigned)__builtin_ctz(regs));
        most = left > most ? left : most;
    }
    s->now += most;
    *operand = most;
    *unit = b->divides ? score_late(s, SCORE_DIVIDER) : 0;
    s->now += *unit;
    uint32_t f_unit = b->f_divides ? score_late(s, SCORE_F_DIVIDER) : 0;
    s->now += f_unit;
    *unit += f_unit;
}

void score_issue(struct score *s, const struct bundle *b, const struct machine *m)
{
    for (unsigned i = 0; i < b->lates; i++)
        score_set(s, b->late[i].reg, s->now + b->late[i].cycles);
    if (b->divides)
        score_set(s, SCORE_DIVIDER, s->now + m->latency[LAT_div]);
    if (b->f_divides)
        score_set(s, SCORE_F_DIVIDER, s->now + m->latency[b->f_divides]);
    s->now++;
}

static uint32_t way_number(struct ways *ways, const struct way_item *item, uint32_t items,
                           uint32_t dirty)
{
    uint32_t hash = (items ^ dirty) * 0x85ebca6bu;

    if (!items && dirty == DIRTY_UNKNOWN)
        return WAY_NOTHING;

    for (uint32_t i = 0; i < items; i++)
        hash = (hash ^ (uint32_t)(item[i].reg << 8 | item[i].left)) * 0x9e3779b1u;
    hash ^= hash >> 15;
    for (;; hash++) {
        uint32_t *slot = &ways->hash[hash & (2 * WAYS - 1)];
        if (*slot) {
            const struct way *w = &ways->way[*slot - 1];
            if (w->items == items && w->dirty == dirty &&
                memcmp(w->item, item, items * sizeof *item) == 0)
                return *slot - 1;
            continue;
        }
        if (ways->used == WAYS || ways->items_used + items > ITEMS)
            return UINT32_MAX;
        struct way_item *kept = ways->items + ways->items_used;
        memcpy(kept, item, items * sizeof *item);
        ways->items_used += items;
        ways->way[ways->used] = (struct way){kept, items, dirty};
        *slot = ++ways->used;
        return *slot - 1;
    }
}

uint32_t way_unknown(struct ways *ways, uint32_t way)
{
    const struct way *w = &ways->way[way];

    return way_number(ways, w->item, w->items, DIRTY_UNKNOWN);
}

uint32_t score_way(const struct score *s, struct ways *ways, uint32_t dirty)
{
    struct way_item item[SCORES];
    uint32_t n = 0;

    for (unsigned half = 0; half < 2; half++) {
        for (uint64_t late = s->late[half]; late; late &= late - 1) {
            unsigned reg = half * 64 + (unsigned)__builtin_ctzll(late);
            if (s->ready[reg] > s->now)
                item[n++] = (struct way_item){(uint8_t)reg, (uint8_t)(s->ready[reg] - s->now)};
        }
    }
    return way_number(ways, item, n, dirty);
}

/* Adds a register of the chip's scoreboard if its result is still on its way. */
static uint32_t add_late(struct way_item *item, unsigned reg, uint64_t ready, uint64_t now)
{
    if (ready <= now)
        return 0;
    *item = (struct way_item){(uint8_t)reg, (uint8_t)(ready - now)};
    return 1;
}

uint32_t way_of_chip(struct chip *chip, struct ways *ways)
{
    struct way_item item[SCORES];
    uint32_t n = 0;

    for (uint64_t regs = chip->r_busy; regs; regs &= regs - 1) {
        unsigned reg = (unsigned)__builtin_ctzll(regs);
        n += add_late(&item[n], reg, chip->r_ready[reg], chip->cycle);
    }
    for (unsigned regs = chip->c_busy; regs; regs &= regs - 1) {
        unsigned reg = (unsigned)__builtin_ctz(regs);
        n += add_late(&item[n], LATE_FLAG + reg, chip->c_ready[reg], chip->cycle);
    }
    for (uint32_t regs = chip->fpu.busy; regs; regs &= regs - 1) {
        unsigned reg = (unsigned)__builtin_ctz(regs);
        n += add_late(&item[n], LATE_F + reg, chip->fpu.ready[reg], chip->cycle);
    }
    n += add_late(&item[n], SCORE_DIVIDER, chip->div_free, chip->cycle);
    n += add_late(&item[n], SCORE_F_DIVIDER, chip->fpu.div_free, chip->cycle);
    return way_number(ways, item, n, DIRTY_UNKNOWN);
}

void way_to_chip(struct chip *chip, const struct ways *ways, uint32_t way, uint64_t now)
{
    const struct way *w = &ways->way[way];

    chip->r_busy = 0;
    chip->c_busy = 0;
    chip->div_free = 0;
    chip->fpu.busy = 0;
    chip->fpu.div_free = 0;
    for (uint32_t i = 0; i < w->items; i++) {
        unsigned reg = w->item[i].reg;
        uint64_t ready = now + w->item[i].left;
        if (reg < LATE_FLAG) {
            chip->r_busy |= 1ull << reg;
            chip->r_ready[reg] = ready;
        } else if (reg < LATE_F) {
            chip->c_busy |= (uint8_t)(1u << (reg - LATE_FLAG));
            chip->c_ready[reg - LATE_FLAG] = ready;
        } else if (reg < SCORE_DIVIDER) {
            chip->fpu.busy |= 1u << (reg - LATE_F);
            chip->fpu.ready[reg - LATE_F] = ready;
        } else if (reg == SCORE_DIVIDER) {
            chip->div_free = ready;
        } else {
            chip->fpu.div_free = ready;
        }
    }
}
