/*
 * block_cache.c - the blocks that there are: found by entry and way, made, linked to each other,
 * and dropped with the bundles that they were made from, or all at once when their room is used up.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vliw-sim/fast/run.h"

static struct fast_near **near_blocks(struct fast *f, uint64_t page)
{
    return &f->near[page & (PAGE_HASH - 1)];
}

static void jumps_clear(struct chip *chip)
{
    for (unsigned i = 0; i < JUMPS; i++)
        chip->hot.jump[i].target = CODE_ODD;
}

static void block_kill(struct fast *f, struct fast_block *block)
{
    struct fast_block **at = &block->entry->blocks;

    while (*at != block)
        at = &(*at)->version;
    *at = block->version;
    block->dead = true;
    for (unsigned i = 0; i < block->pages; i++) {
        struct fast_near *n = &block->near[i];
        *n->from = n->next;
        if (n->next)
            n->next->from = n->from;
    }
    for (struct fast_site *s = block->incoming; s; s = s->next_incoming)
        code_redirect(&f->code, s->jump, f->code.run + s->stub);
    block->incoming = NULL;
}

static bool block_has(const struct fast_block *block, const struct bundle *b)
{
    for (uint32_t i = 0; i < block->bundles; i++) {
        if (block->bundle[i].b == b)
            return true;
    }
    return block->stepped == b;
}

void block_dropped(struct chip *chip, struct bundle *b)
{
    struct fast *f = chip->fast;
    struct fast_near *n = *near_blocks(f, b->pc >> PAGE_SHIFT);
    bool known = false;

    while (n) {
        struct fast_near *next = n->next;
        if (!n->block->dead && block_has(n->block, b)) {
            block_kill(f, n->block);
            known |= n->block->jumped_to;
        }
        n = next;
    }
    if (known)
        jumps_clear(chip);
}

void block_flush(struct chip *chip)
{
    struct fast *f = chip->fast;

    tally_flush(chip);
    while (f->blocks) {
        struct fast_block *block = f->blocks;
        f->blocks = block->next;
        if (!block->dead)
            block->entry->blocks = NULL;
        free(block->bundle);
        free(block);
    }
    memset(f->near, 0, sizeof f->near);
    f->code.used = f->code_start;
    f->code.cold = f->code.size;
    lines_clear(chip);
    f->tallies = 0;
    f->sites = 0;
    chip->hot.wides = 0;
    f->full = false;
    ways_reset(&f->ways);
    jumps_clear(chip);
}

struct fast_block *block_find(const struct bundle *b, uint32_t way, unsigned *versions)
{
    *versions = 0;
    for (struct fast_block *block = b->blocks; block; block = block->version) {
        if (block->way == way)
            return block;
        ++*versions;
    }
    return NULL;
}

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct fast_block *block_new(struct chip *chip, struct bundle *b, uint32_t way)
{
    struct fast *f = chip->fast;
    double start = seconds_now();
    struct fast_block *block = f->full ? NULL : block_build(chip, b, way);

    chip->hot.built_seconds += seconds_now() - start;
    if (!block) {
        f->full = true;
        return NULL;
    }
    block->version = b->blocks;
    b->blocks = block;
    block->next = f->blocks;
    f->blocks = block;
    for (unsigned i = 0; i < f->route.pages; i++) {
        struct fast_near **first = near_blocks(f, f->route.page[i]);
        block->near[i] = (struct fast_near){block, *first, first};
        if (*first)
            (*first)->from = &block->near[i].next;
        *first = &block->near[i];
    }
    block->pages = f->route.pages;
    return block;
}

void block_link(struct chip *chip, struct fast_site *s, struct fast_block *block,
                const void *code)
{
    struct fast *f = chip->fast;

    if (s->indirect) {
        uint64_t target = block->entry->pc;
        uint64_t site = (uint64_t)(s - f->site) * sizeof(struct fast_jump);
        uint64_t at = ((uint32_t)target * JUMP_SPREAD ^ site) & JUMP_MASK;
        block->jumped_to = true;
        chip->hot.jump[at / sizeof(struct fast_jump)] = (struct fast_jump){target, site, code, 0};
        return;
    }
    code_redirect(&f->code, s->jump, code);
    s->next_incoming = block->incoming;
    block->incoming = s;
}
