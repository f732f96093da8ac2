/*
 * energy.h - where the energy goes: every femtojoule belongs to one phase and one unit.
 *
 * Nothing is multiplied while bundles execute. Events are counted by phase, and turned into energy
 * when what they cost changes (another power point, other ways in use) and when somebody asks. So
 * all is integers, exact, and the same in every run.
 *
 * Atoms are counted through *mixes*: a mix is a number of atoms of each energy class, and a bundle
 * knows the number of its mix. One addition a bundle, chip->mix_runs[bundle->mix]++, counts them
 * all. An engine that executes several bundles at once may make a mix of their sum.
 *
 * A unit is an energy class of atoms (isa/) or an entry of energy.def. docs/energy.md has the
 * model.
 */
#ifndef SELKIRK_ENERGY_H
#define SELKIRK_ENERGY_H

#include <stdbool.h>
#include <stdint.h>

#include "isa.h"

enum energy_unit {
    ENERGY_FIRST = EN_COUNT - 1, /* units before these are the atoms' */
#define EVENT(name, key, pj, scaled, count, text) ENERGY_##name,
#define LEAK(name, key, uw, share, text) ENERGY_##name,
#include "vliw-sim/energy.def"
#undef EVENT
#undef LEAK
    ENERGY_UNITS
};

struct energy_mix {
    uint16_t atoms[EN_COUNT];
};

struct energy {
    struct energy_mix *mix;
    uint32_t mixes, room;
    uint32_t *slot; /* hash table of mix numbers + 1; twice `room` */
    uint64_t *runs; /* [phase][room]: how often bundles of each mix have run */

    uint64_t seen[ENERGY_UNITS];               /* each count when the phase last changed */
    uint64_t count[PHASE_COUNT][ENERGY_UNITS]; /* by phase, up to then */
    uint64_t paid[PHASE_COUNT][ENERGY_UNITS];  /* of these, turned into energy */
    uint64_t paid_all[ENERGY_UNITS];
    uint64_t each[ENERGY_UNITS]; /* fJ at present */
    unsigned __int128 fj[PHASE_COUNT][ENERGY_UNITS];
    unsigned __int128 fj_all;
};

struct chip;

void energy_init(struct chip *chip);
void energy_free(struct chip *chip);

/* The number of a mix; the same numbers of atoms give the same one. Moves chip->mix_runs. */
uint32_t energy_mix(struct chip *chip, const struct energy_mix *mix);

/* Counts what was since the last call to the current phase. */
void energy_count(struct chip *chip);

/* chip->phase has changed. */
void energy_phase(struct chip *chip);

/* Before what things cost changes, and after it. */
void energy_pay(struct chip *chip);
void energy_price(struct chip *chip);

/* Panics unless phases, units and the whole agree. */
void energy_check(struct chip *chip);

/* Picojoules of a unit in a phase, as last paid; and of everything, paid now. */
uint64_t energy_pj(const struct chip *chip, unsigned phase, unsigned unit);
uint64_t energy_total_pj(struct chip *chip);

/* Names of units, for reports. */
const char *energy_unit_name(unsigned unit);
const char *energy_unit_text(unsigned unit);

#endif
