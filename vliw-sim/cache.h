/*
 * cache.h - one set-associative write-back cache: tags only, true LRU.
 *
 * Data live in DRAM's host copy; a cache knows which lines it would hold. A *slot* is one way of
 * one set. Its entry is (line number << 1 | dirty), 0 if empty: line 0 is no memory. Its stamp says
 * when it was used last, by a clock that counts accesses; the victim of a set is the slot with the
 * lowest stamp. So using a line again is one store, wherever in its set it is.
 *
 * Ways can be switched off: their slots stay empty, and are never the oldest.
 */
#ifndef SELKIRK_CACHE_H
#define SELKIRK_CACHE_H

#include <stdbool.h>
#include <stdint.h>

struct machine_cache;

struct cache {
    uint32_t *entry;  /* of each slot: sets * ways */
    int64_t *stamp;   /* INT64_MAX: the way is off */
    uint32_t *recent; /* per set: the slot that was looked up last */
    int64_t *clock;   /* of the last access; caches may share one */
    int64_t first;    /* stamps of empty slots count down from here */
    uint32_t ways;
    uint32_t live; /* ways that are in use */
    uint32_t set_mask;
    uint64_t hits;                               /* of cache_access() */
    uint64_t misses;                             /* of cache_access() */
    uint64_t writebacks;                         /* dirty lines that left it */
    void (*leaves)(void *owner, uint32_t slot);  /* told before a slot's line goes */
    void *owner;
};

void cache_init(struct cache *cache, const struct machine_cache *config, int64_t *clock);
void cache_free(struct cache *cache);

/* The first slot of the line's set. */
static inline uint32_t cache_set(const struct cache *cache, uint32_t line)
{
    return (line & cache->set_mask) * cache->ways;
}

#define CACHE_NOWHERE UINT32_MAX

/* The slot that holds the line, or CACHE_NOWHERE. */
uint32_t cache_find(const struct cache *cache, uint32_t line);

/* The common case: the line is the one of its set that was looked up last. Else nothing changes. */
static inline bool cache_again(struct cache *cache, uint32_t line, bool write)
{
    uint32_t slot = cache->recent[line & cache->set_mask];

    if (cache->entry[slot] >> 1 != line)
        return false;
    cache->entry[slot] |= write;
    cache->stamp[slot] = ++*cache->clock;
    cache->hits++;
    return true;
}

/* The line was the last one looked up, and written, and is written so many times more. */
static inline void cache_repeat(struct cache *cache, uint32_t line, uint32_t times)
{
    cache->stamp[cache->recent[line & cache->set_mask]] = *cache->clock += times;
    cache->hits += times;
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
