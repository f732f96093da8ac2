/*
 * alias.h - alias registers: which bytes of guest-physical memory a load has read that was moved
 * above stores.
 */
#ifndef SELKIRK_ALIAS_H
#define SELKIRK_ALIAS_H

#include <stdint.h>

#define ALIAS_MAX 16

struct alias {
    uint64_t from[ALIAS_MAX]; /* first byte, */
    uint64_t to[ALIAS_MAX];   /* and the one behind the last */
    uint32_t used;            /* bit mask of registers that remember something */
    uint32_t registers;       /* of this machine */
    uint64_t protects, hits;
};

/* A load of `size` bytes at guest-physical `pa`; nothing if the machine lacks the register. */
static inline void alias_protect(struct alias *al, uint32_t n, uint64_t pa, unsigned size)
{
    if (n >= al->registers)
        return;
    al->from[n] = pa;
    al->to[n] = pa + size;
    al->used |= 1u << n;
    al->protects++;
}

/* The first register of `mask` that remembers a byte of [pa, pa + size), or -1. */
static inline int alias_hit(const struct alias *al, uint64_t mask, uint64_t pa, unsigned size)
{
    for (uint32_t left = (uint32_t)mask & al->used; left; left &= left - 1) {
        unsigned n = (unsigned)__builtin_ctz(left);
        if (pa < al->to[n] && al->from[n] < pa + size)
            return (int)n;
    }
    return -1;
}

#endif
