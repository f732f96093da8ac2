/*
 * fault.h - parity errors on purpose: section [fault] says what breaks and when.
 *
 * From fault.cycle on, parity is wrong in one way of a cache or of the TLB, or in one register. A
 * scrubber finds it and reports it where an interrupt could be taken, as cause parity. It finds a
 * way again fault.again cycles later, as long as that way is in use; a register it reports once.
 * The parity is wrong, not the data: what a broken way still holds can be written back.
 */
#ifndef SELKIRK_FAULT_H
#define SELKIRK_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "hidden-mem/fault.h"

struct fault {
    uint64_t cycle;   /* when it will be found; UINT64_MAX: never */
    uint64_t latched; /* SR_FAULT */
    uint64_t found;
};

struct chip;

void fault_init(struct chip *chip);

/* Its cycle has come: true if there is something to report, in chip->fault.latched. */
bool fault_find(struct chip *chip);

#endif
