/*
 * cache.h - one set-associative write-back cache: tags only, true LRU.
 *
 * Data live in DRAM's host copy; a cache knows which lines it would hold. A set is an array of ways
 * in order of recency, most recent first, so a repeated hit is one comparison and the victim is
 * always the last. An entry is (line number << 1 | dirty), 0 if empty: line 0 is no memory.
 *
 * Which way of the hardware an entry stands for is kept beside it, because ways can be switched
 * off: their entries go behind the others and are not looked at.
 */
#ifndef SELKIRK_CACHE_H
#define SELKIRK_CACHE_H

#include <stdbool.h>
#include <stdint.h>

struct machine_cache;

struct cache {
    uint32_t *entry; /* sets * ways */
    uint8_t *way;    /* of each entry */
    uint32_t ways;
    uint32_t live; /* ways that are in use: the first so many entries of a set */
    uint32_t set_mask;
    uint64_t hits;                            /* of cache_access() */
    uint64_t misses;                          /* of cache_access() */
    uint64_t writebacks;                      /* dirty lines that left it */
    void (*moved)(void *owner, uint32_t set); /* told when a set's most recent line is another */
    void *owner;
};

void cache_init(struct cache *cache, const struct machine_cache *config);
void cache_free(struct cache *cache);

static inline uint32_t *cache_set(const struct cache *cache, uint32_t line)
{
    return cache->entry + (line & cache->set_mask) * cache->ways;
}

/*
 * The common case: the line is its set's most recent one. Counts and changes nothing else if it
 * isn't.
 */
static inline bool cache_again(struct cache *cache, uint32_t line, bool write)
{
    uint32_t *set = cache_set(cache, line);

    if (set[0] >> 1 != line)
        return false;
    set[0] |= write;
    cache->hits++;
    return true;
}

/*
 * Makes `line` the most recent one of its set and marks it if `write`. True if it was there. If
 * not, *victim is the line that had to leave if that was dirty, else 0.
 */
bool cache_access(struct cache *cache, uint32_t line, bool write, uint32_t *victim);

/*
 * Uses the ways of `mask` (not 0) and no others. What a way holds that is switched off is gone;
 * each of its dirty lines is first given to `drop`.
 */
void cache_use(struct cache *cache, uint32_t mask, void (*drop)(void *to, uint32_t line), void *to);

/* Takes the line out; what was dirty is lost. For instruction caches. */
void cache_drop(struct cache *cache, uint32_t line);
void cache_clear(struct cache *cache);

#endif
