/* run.h - what runs blocks, in three parts: engine.c, block_cache.c, calls.c. */
#ifndef SELKIRK_FAST_RUN_H
#define SELKIRK_FAST_RUN_H

#include "vliw-sim/fast/fast.h"

/* ---------------------------------------------------------------- engine.c */

/*
 * Where the chip's state goes on: a block, or back to the loop. An exit that led here (or NULL)
 * leads there directly from now on.
 */
const void *fast_follow(struct chip *chip, struct fast_site *from);

/* One bundle by the reference engine's `step`. */
void fast_step_with(struct chip *chip, struct bundle *b,
                    void (*step)(struct chip *chip, struct bundle *b));

/* ---------------------------------------------------------------- calls.c */

void calls_open(struct chip *chip);

/* A trap has left an atom that host code called: the chip's state as of then. */
void calls_trapped(struct chip *chip);

/* ---------------------------------------------------------------- block_cache.c */

/* The entry's block for that way, or NULL; `versions` is how many it has for others. */
struct fast_block *block_find(const struct bundle *b, uint32_t way, unsigned *versions);

/* NULL: there is no room left; the next block_flush() makes some. */
struct fast_block *block_new(struct chip *chip, struct bundle *b, uint32_t way);

/* The exit leads to the block's `code` from now on. */
void block_link(struct chip *chip, struct fast_site *s, struct fast_block *block,
                const void *code);

/* The bundle is no longer what it was decoded as: no block has it any more. */
void block_dropped(struct chip *chip, struct bundle *b);

/* Drops all blocks. Not while one is to go on. */
void block_flush(struct chip *chip);

#endif
