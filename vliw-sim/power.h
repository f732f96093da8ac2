/*
 * power.h - clock, voltage and time: the table of power points and what a switch does.
 *
 * Point 0 is core.khz and core.mv, in which a machine starts; points 1.. are those of section
 * [power]. Time is kept in femtoseconds up to the last switch; behind it, it is cycles / the clock.
 * So it never jumps, and no fraction of a cycle gets lost.
 */
#ifndef SELKIRK_POWER_H
#define SELKIRK_POWER_H

#include <stdbool.h>
#include <stdint.h>

#include "vliw-sim/machine.h"

struct power {
    uint32_t point; /* at present */
    uint32_t look;  /* SR_POWER_LOOK */
    uint32_t khz, mv;
    uint64_t since; /* cycle of the last switch */
    unsigned __int128 since_fs;
    uint64_t cycles[MACHINE_POINTS]; /* spent in each point before it */
    uint64_t switches;
};

struct chip;

void power_init(struct chip *chip);

/* Goes to a point: time passes. False: there is no such point. */
bool power_select(struct chip *chip, uint64_t point);

/* Cycles spent in a point so far. */
uint64_t power_cycles(const struct chip *chip, unsigned point);

#endif
