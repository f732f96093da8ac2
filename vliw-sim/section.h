/*
 * section.h - the part of a run that the program itself marked, through the host port: what is
 * measured when start-up is not to count. Several parts are added up.
 */
#ifndef SELKIRK_SECTION_H
#define SELKIRK_SECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "isa.h"

struct chip;

/* What is counted by phase. */
struct phase_counts {
    uint64_t stall[PHASE_COUNT][STALL_COUNT]; /* cycles */
    uint64_t atoms[PHASE_COUNT];
    uint64_t retired[PHASE_COUNT];
};

struct section {
    struct phase_counts begin, sum;
    double begin_seconds, seconds; /* host processor time */
    uint32_t marked;               /* how often it has ended */
    bool open;
};

/* As of now; settles the chip's counters. */
void section_counts(struct chip *chip, struct phase_counts *now);

/* False: it has begun already, or not yet. */
bool section_begin(struct chip *chip);
bool section_end(struct chip *chip);

#endif
