/* cache.c - see cache.h */
#include "vliw-sim/cache.h"

#include <stdlib.h>
#include <string.h>

#include "vliw-sim/machine.h"
#include "vliw-sim/panic.h"

void cache_init(struct cache *cache, const struct machine_cache *config)
{
    uint32_t sets = config->size / (config->ways * config->line);

    *cache = (struct cache){.ways = config->ways, .live = config->ways, .set_mask = sets - 1};
    cache->entry = panic_if_null(calloc((size_t)sets * config->ways, sizeof *cache->entry));
    cache->way = panic_if_null(calloc((size_t)sets * config->ways, sizeof *cache->way));
    for (size_t i = 0; i < (size_t)sets * config->ways; i++)
        cache->way[i] = (uint8_t)(i % config->ways);
}

void cache_free(struct cache *cache)
{
    free(cache->entry);
    free(cache->way);
    cache->entry = NULL;
    cache->way = NULL;
}

static uint8_t *set_ways(const struct cache *cache, const uint32_t *set)
{
    return cache->way + (set - cache->entry);
}

/* Entry n becomes the first, those before it move back by one. */
static void set_promote(struct cache *cache, uint32_t *set, uint32_t n, uint32_t entry)
{
    uint8_t *ways = set_ways(cache, set);
    uint8_t way = ways[n];

    if (cache->moved && set[0] >> 1 != entry >> 1)
        cache->moved(cache->owner, (uint32_t)(set - cache->entry) / cache->ways);
    memmove(set + 1, set, n * sizeof *set);
    memmove(ways + 1, ways, n);
    set[0] = entry;
    ways[0] = way;
}

bool cache_access(struct cache *cache, uint32_t line, bool write, uint32_t *victim)
{
    uint32_t *set = cache_set(cache, line);

    *victim = 0;
    for (uint32_t n = 0; n < cache->live; n++) {
        if (set[n] >> 1 == line) {
            set_promote(cache, set, n, set[n] | write);
            cache->hits++;
            return true;
        }
    }
    uint32_t last = set[cache->live - 1];
    set_promote(cache, set, cache->live - 1, line << 1 | write);
    cache->misses++;
    if (last & 1) {
        cache->writebacks++;
        *victim = last >> 1;
    }
    return false;
}

void cache_drop(struct cache *cache, uint32_t line)
{
    uint32_t *set = cache_set(cache, line);

    uint8_t *ways = set_ways(cache, set);
    uint32_t last = cache->live - 1;

    for (uint32_t n = 0; n <= last; n++) {
        if (set[n] >> 1 == line) {
            uint8_t way = ways[n];
            memmove(set + n, set + n + 1, (last - n) * sizeof *set);
            memmove(ways + n, ways + n + 1, last - n);
            set[last] = 0;
            ways[last] = way;
            return;
        }
    }
}

/* The entries of ways in `mask` first, in their order; the others empty behind them. */
static void set_use(struct cache *cache, uint32_t *set, uint32_t mask,
                    void (*drop)(void *to, uint32_t line), void *to)
{
    uint8_t *ways = set_ways(cache, set);
    uint8_t off[32];
    uint32_t used = 0, unused = 0;

    for (uint32_t n = 0; n < cache->ways; n++) {
        if (mask >> ways[n] & 1) {
            set[used] = set[n];
            ways[used++] = ways[n];
            continue;
        }
        if (set[n] & 1) {
            cache->writebacks++;
            drop(to, set[n] >> 1);
        }
        off[unused++] = ways[n];
    }
    memcpy(ways + used, off, unused);
    memset(set + used, 0, unused * sizeof *set);
}

void cache_use(struct cache *cache, uint32_t mask, void (*drop)(void *to, uint32_t line), void *to)
{
    for (uint32_t line = 0; line <= cache->set_mask; line++)
        set_use(cache, cache_set(cache, line), mask, drop, to);
    cache->live = (uint32_t)__builtin_popcount(mask);
}

void cache_clear(struct cache *cache)
{
    memset(cache->entry, 0, (cache->set_mask + 1) * (size_t)cache->ways * sizeof *cache->entry);
}
