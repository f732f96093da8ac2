/*
 * digest.h - what a run leaves behind, to be compared with another run's: the official registers
 * and all of the guest's memory, which hold nothing of time, caches and translations.
 */
#ifndef SELKIRK_DIGEST_H
#define SELKIRK_DIGEST_H

#include <stdio.h>

struct chip;
struct host_report;

/*
 * A line `all HASH`; `registers` with the shadowed registers that are persistent by their values;
 * a line for each of the firmware's statistics whose name begins with `state.`; a line for each
 * page that isn't all zeros. `all` is over all other lines. `report` may be NULL.
 */
void digest_write(const struct chip *chip, const struct host_report *report, FILE *out);

#endif
