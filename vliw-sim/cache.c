/* cache.c - see cache.h */
#include "vliw-sim/cache.h"

#include <stdlib.h>
#include <string.h>

#include "vliw-sim/machine.h"
#include "vliw-sim/panic.h"

void cache_init(struct cache *cache, const struct machine_cache *config)
{
    uint32_t sets = config->size / (config->ways * config->line);

    *cache = (struct cache){.ways = config->ways, .set_mask = sets - 1};
    cache->entry = panic_if_null(calloc((size_t)sets * config->ways, sizeof *cache->entry));
}

void cache_free(struct cache *cache)
{
    free(cache->entry);
    cache->entry = NULL;
}

/* Entry `way` becomes the first, those before it move back by one. */
static void set_promote(uint32_t *set, uint32_t way, uint32_t entry)
{
    memmove(set + 1, set, way * sizeof *set);
    set[0] = entry;
}

bool cache_access(struct cache *cache, uint32_t line, bool write, uint32_t *victim)
{
    uint32_t *set = cache_set(cache, line);

    *victim = 0;
    for (uint32_t way = 0; way < cache->ways; way++) {
        if (set[way] >> 1 == line) {
            set_promote(set, way, set[way] | write);
            cache->hits++;
            return true;
        }
    }
    uint32_t last = set[cache->ways - 1];
    set_promote(set, cache->ways - 1, line << 1 | write);
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

    for (uint32_t way = 0; way < cache->ways; way++) {
        if (set[way] >> 1 == line) {
            memmove(set + way, set + way + 1, (cache->ways - 1 - way) * sizeof *set);
            set[cache->ways - 1] = 0;
            return;
        }
    }
}

void cache_clear(struct cache *cache)
{
    memset(cache->entry, 0, (cache->set_mask + 1) * (size_t)cache->ways * sizeof *cache->entry);
}
