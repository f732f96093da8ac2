/*
 * random.h - numbers that are the same in every run: xorshift.
 */
#ifndef SELKIRK_RANDOM_H
#define SELKIRK_RANDOM_H

#include <stdint.h>

/* The next of a stream; `state`, which is the last, is never 0. */
static inline uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
