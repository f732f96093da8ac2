/* cache.c - see cache.h */
#include "vliw-sim/cache.h"

#include <stdlib.h>

#include "vliw-sim/machine.h"
#include "vliw-sim/panic.h"

#define STAMP_OFF INT64_MAX

static uint32_t cache_slots(const struct cache *cache)
{
    return (cache->set_mask + 1) * cache->ways;
}

void cache_init(struct cache *cache, const struct machine_cache *config, int64_t *clock)
{
    uint32_t sets = config->size / (config->ways * config->line);

    *cache = (struct cache){
        .ways = config->ways, .live = config->ways, .set_mask = sets - 1, .clock = clock};
    cache->entry = panic_if_null(calloc(cache_slots(cache), sizeof *cache->entry));
    cache->stamp = panic_if_null(calloc(cache_slots(cache), sizeof *cache->stamp));
    cache->recent = panic_if_null(calloc(sets, sizeof *cache->recent));
    for (uint32_t slot = 0; slot < cache_slots(cache); slot++)
        cache->stamp[slot] = --cache->first;
    for (uint32_t set = 0; set < sets; set++)
        cache->recent[set] = set * cache->ways;
}

void cache_free(struct cache *cache)
{
    free(cache->entry);
    free(cache->stamp);
    free(cache->recent);
    *cache = (struct cache){0};
}

/* The slot's line is gone: it is the next to be filled. */
static void slot_empty(struct cache *cache, uint32_t slot)
{
    if (cache->leaves && cache->entry[slot])
        cache->leaves(cache->owner, slot);
    cache->entry[slot] = 0;
    cache->stamp[slot] = --cache->first;
}

/* Looks at all ways: which one it is nobody could foretell. */
static uint32_t set_find(const struct cache *cache, uint32_t at, uint32_t line)
{
    uint32_t found = CACHE_NOWHERE;

    for (uint32_t end = at + cache->ways; at < end; at++)
        found = cache->entry[at] >> 1 == line ? at : found;
    return found;
}

uint32_t cache_find(const struct cache *cache, uint32_t line)
{
    uint32_t recent = cache->recent[line & cache->set_mask];

    return cache->entry[recent] >> 1 == line ? recent
                                             : set_find(cache, cache_set(cache, line), line);
}

/* The slot of the set that was used longest ago. */
static uint32_t set_oldest(const struct cache *cache, uint32_t at)
{
    uint32_t oldest = at;
    int64_t when = cache->stamp[at];

    for (uint32_t slot = at + 1; slot < at + cache->ways; slot++) {
        bool older = cache->stamp[slot] < when;
        when = older ? cache->stamp[slot] : when;
        oldest = older ? slot : oldest;
    }
    return oldest;
}

bool cache_access(struct cache *cache, uint32_t line, bool write, uint32_t *victim)
{
    uint32_t slot = set_find(cache, cache_set(cache, line), line);
    bool hit = slot != CACHE_NOWHERE;

    *victim = 0;
    if (hit) {
        cache->hits++;
        cache->entry[slot] |= write;
    } else {
        slot = set_oldest(cache, cache_set(cache, line));
        uint32_t old = cache->entry[slot];
        cache->misses++;
        if (cache->leaves && old)
            cache->leaves(cache->owner, slot);
        if (old & 1) {
            cache->writebacks++;
            *victim = old >> 1;
        }
        cache->entry[slot] = line << 1 | write;
    }
    cache->recent[line & cache->set_mask] = slot;
    cache->stamp[slot] = ++*cache->clock;
    return hit;
}

void cache_drop(struct cache *cache, uint32_t line)
{
    uint32_t slot = cache_find(cache, line);

    if (slot != CACHE_NOWHERE)
        slot_empty(cache, slot);
}

void cache_use(struct cache *cache, uint32_t mask, void (*drop)(void *to, uint32_t line), void *to)
{
    for (uint32_t slot = 0; slot < cache_slots(cache); slot++) {
        bool on = mask >> slot % cache->ways & 1;
        if (on && cache->stamp[slot] == STAMP_OFF)
            slot_empty(cache, slot);
        if (on)
            continue;
        if (cache->entry[slot] & 1) {
            cache->writebacks++;
            drop(to, cache->entry[slot] >> 1);
        }
        slot_empty(cache, slot);
        cache->stamp[slot] = STAMP_OFF;
    }
    cache->live = (uint32_t)__builtin_popcount(mask);
}

void cache_clear(struct cache *cache)
{
    for (uint32_t slot = 0; slot < cache_slots(cache); slot++) {
        if (cache->stamp[slot] != STAMP_OFF)
            slot_empty(cache, slot);
    }
}
