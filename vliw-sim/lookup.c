/* lookup.c - see lookup.h */
#include "vliw-sim/lookup.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "vliw-sim/panic.h"

/* ---------------------------------------------------------------- JTLB */

void jtlb_init(struct jtlb *t, uint32_t entries, uint32_t ways)
{
    *t = (struct jtlb){.sets = entries / ways, .ways = ways};
    t->entry = panic_if_null(calloc(entries + 1, sizeof *t->entry));
    t->turn = panic_if_null(calloc(t->sets + 1, sizeof *t->turn));
}

void jtlb_free(struct jtlb *t)
{
    free(t->entry);
    free(t->turn);
}

static uint32_t jtlb_set(const struct jtlb *t, uint64_t key)
{
    return (uint32_t)(key ^ key >> 9 ^ key >> 19 ^ key >> 37) & (t->sets - 1);
}

static struct jtlb_entry *jtlb_look(const struct jtlb *t, uint64_t key)
{
    struct jtlb_entry *e = t->entry + jtlb_set(t, key) * t->ways;

    for (uint32_t way = 0; t->sets && way < t->ways; way++) {
        if (e[way].target && e[way].key == key)
            return &e[way];
    }
    return NULL;
}

uint64_t jtlb_find(struct jtlb *t, uint64_t key)
{
    if (!t->sets)
        return 0;
    const struct jtlb_entry *e = jtlb_look(t, key);
    t->finds++;
    t->hits += e != NULL;
    return e ? e->target : 0;
}

void jtlb_write(struct jtlb *t, uint64_t key, uint64_t target)
{
    if (!t->sets)
        return;
    uint32_t set = jtlb_set(t, key);
    struct jtlb_entry *e = jtlb_look(t, key);
    t->writes++;
    for (uint32_t way = 0; !e && way < t->ways; way++) {
        if (!t->entry[set * t->ways + way].target)
            e = &t->entry[set * t->ways + way];
    }
    if (!e) {
        e = &t->entry[set * t->ways + t->turn[set]];
        t->turn[set] = (uint8_t)((t->turn[set] + 1) % t->ways);
    }
    *e = (struct jtlb_entry){key, target};
}

void jtlb_flush(struct jtlb *t)
{
    memset(t->entry, 0, (size_t)t->sets * t->ways * sizeof *t->entry);
}

/* ---------------------------------------------------------------- return stack */

void rstack_init(struct rstack *s, uint32_t size)
{
    *s = (struct rstack){.size = size};
    s->entry = panic_if_null(calloc(size + 1, sizeof *s->entry));
}

void rstack_free(struct rstack *s)
{
    free(s->entry);
}

void rstack_push(struct rstack *s, uint64_t key, uint64_t target)
{
    if (!s->size)
        return;
    s->entry[s->top] = (struct jtlb_entry){key, target};
    s->top = (s->top + 1) % s->size;
    s->used += s->used < s->size;
    s->pushes++;
}

uint64_t rstack_pop(struct rstack *s, uint64_t key)
{
    if (!s->size)
        return 0;
    s->pops++;
    if (!s->used)
        return 0;
    s->used--;
    s->top = (s->top + s->size - 1) % s->size;
    const struct jtlb_entry *e = &s->entry[s->top];
    if (e->key != key)
        return 0;
    s->hits++;
    return e->target;
}

void rstack_flush(struct rstack *s)
{
    s->used = s->top = 0;
}
