/* chain.h - exits that lead straight to another translation. */
#ifndef CMS_RUNTIME_CHAIN_H
#define CMS_RUNTIME_CHAIN_H

#include "runtime/tcache.h"

void chain_link(struct exit *e,
                struct translation *to);   /* if the displacement reaches, else nothing */
void chain_unlink(struct exit *e);         /* back to the dispatcher */
void chain_isolate(struct translation *t); /* nothing leads here, and it leads nowhere */

/*
 * `word`, a branch in the bundle at `bundle` whose displacement is its lowest `bits`, led to
 * `target`; 0 if that is too far.
 */
static inline uint32_t chain_branch(uint32_t word, unsigned bits, const uint32_t *bundle,
                                    const uint32_t *target)
{
    int64_t away = target - bundle, above = away >> (bits - 1);
    uint32_t mask = (1u << bits) - 1;

    return above == 0 || above == -1 ? (word & ~mask) | ((uint32_t)away & mask) : 0;
}

#endif
