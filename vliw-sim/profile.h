/*
 * profile.h - cycles by place: for each bundle how often it was entered and how long it took, and
 * the sums by symbol, in all and in each phase with what it waited for.
 *
 * A bundle is charged with everything from its look-up to that of the next one: fetch, waits,
 * traps, host requests. It belongs to the phase in which it was looked up.
 */
#ifndef SELKIRK_PROFILE_H
#define SELKIRK_PROFILE_H

#include <stdint.h>
#include <stdio.h>

#include "isa.h"

struct profile;
struct symbols;

struct profile *profile_new(void);
void profile_free(struct profile *p);

/*
 * The bundle at pc is looked up in `cycle`. stall[] counts the phase's cycles by cause, and goes on
 * doing so where it is.
 */
void profile_step(struct profile *p, uint64_t pc, uint64_t cycle, unsigned phase,
                  const uint64_t stall[STALL_COUNT]);

/*
 * Three tables: symbols by cycles, symbols in each phase by cycles, bundles by address. `cycle` is
 * the end of the run.
 */
void profile_write(struct profile *p, uint64_t cycle, const struct symbols *symbols, FILE *out);

#endif
