/* energy.c - see energy.h */
#include "vliw-sim/energy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vliw-sim/chip.h"
#include "vliw-sim/panic.h"

#define FIRST_ROOM 256
#define FJ 1000 /* femtojoules of a picojoule */

typedef unsigned __int128 wide;

/* Part of a cache that is switched on, in 256ths. */
static uint32_t energy_share(const struct cache *cache)
{
    return cache->live * 256 / cache->ways;
}

/* ---------------------------------------------------------------- mixes */

static uint32_t mix_hash(const struct energy_mix *mix)
{
    uint32_t hash = 2166136261u;

    for (unsigned i = 0; i < EN_COUNT; i++)
        hash = (hash ^ mix->atoms[i]) * 16777619u;
    return hash ^ hash >> 15;
}

/* Where the mix's number stands, or is to stand. */
static uint32_t *mix_slot(const struct energy *e, const struct energy_mix *mix)
{
    uint32_t mask = 2 * e->room - 1, at = mix_hash(mix) & mask;

    while (e->slot[at] && memcmp(&e->mix[e->slot[at] - 1], mix, sizeof *mix) != 0)
        at = (at + 1) & mask;
    return &e->slot[at];
}

static void mixes_grow(struct chip *chip, uint32_t room)
{
    struct energy *e = &chip->energy;
    uint64_t *runs = panic_if_null(calloc((size_t)PHASE_COUNT * room, sizeof *runs));

    for (unsigned p = 0; e->runs && p < PHASE_COUNT; p++)
        memcpy(runs + (size_t)p * room, e->runs + (size_t)p * e->room, e->mixes * sizeof *runs);
    free(e->runs);
    free(e->slot);
    e->runs = runs;
    e->slot = panic_if_null(calloc((size_t)2 * room, sizeof *e->slot));
    e->mix = panic_if_null(realloc(e->mix, room * sizeof *e->mix));
    e->room = room;
    for (uint32_t i = 0; i < e->mixes; i++)
        *mix_slot(e, &e->mix[i]) = i + 1;
    energy_phase(chip);
}

uint32_t energy_mix(struct chip *chip, const struct energy_mix *mix)
{
    struct energy *e = &chip->energy;
    uint32_t *slot = mix_slot(e, mix);

    if (*slot)
        return *slot - 1;
    if (e->mixes == e->room) {
        mixes_grow(chip, 2 * e->room);
        slot = mix_slot(e, mix);
    }
    e->mix[e->mixes] = *mix;
    *slot = ++e->mixes;
    return e->mixes - 1;
}

/* ---------------------------------------------------------------- counting */

/* How often each event has been; time for what leaks; atoms are counted elsewhere. */
static void counts_now(const struct chip *chip, uint64_t now[ENERGY_UNITS])
{
#define EVENT(name, key, pj, scaled, count, text) now[ENERGY_##name] = count;
#define LEAK(name, key, uw, share, text) now[ENERGY_##name] = chip->cycle;
#include "vliw-sim/energy.def"
#undef EVENT
#undef LEAK
}

void energy_count(struct chip *chip)
{
    struct energy *e = &chip->energy;
    uint64_t now[ENERGY_UNITS];

    counts_now(chip, now);
    for (unsigned u = EN_COUNT; u < ENERGY_UNITS; u++) {
        e->count[chip->phase][u] += now[u] - e->seen[u];
        e->seen[u] = now[u];
    }
}

void energy_phase(struct chip *chip)
{
    chip->mix_runs = chip->energy.runs + (size_t)chip->phase * chip->energy.room;
}

/* The atoms of each class that a phase has executed, from its mixes. */
static void count_atoms(struct energy *e, unsigned phase)
{
    const uint64_t *runs = e->runs + (size_t)phase * e->room;

    memset(e->count[phase], 0, EN_COUNT * sizeof e->count[phase][0]);
    for (uint32_t m = 0; m < e->mixes; m++) {
        for (unsigned u = 0; runs[m] && u < EN_COUNT; u++)
            e->count[phase][u] += runs[m] * e->mix[m].atoms[u];
    }
}

/* ---------------------------------------------------------------- paying */

void energy_pay(struct chip *chip)
{
    struct energy *e = &chip->energy;
    uint64_t all[ENERGY_UNITS] = {0};

    energy_count(chip);
    for (unsigned p = 0; p < PHASE_COUNT; p++) {
        count_atoms(e, p);
        for (unsigned u = 0; u < ENERGY_UNITS; u++) {
            e->fj[p][u] += (wide)(e->count[p][u] - e->paid[p][u]) * e->each[u];
            e->paid[p][u] = e->count[p][u];
            if (u < EN_COUNT)
                all[u] += e->count[p][u];
        }
    }
    counts_now(chip, all);
    for (unsigned u = 0; u < ENERGY_UNITS; u++) {
        e->fj_all += (wide)(all[u] - e->paid_all[u]) * e->each[u];
        e->paid_all[u] = all[u];
    }
}

/* Femtojoules of `pj` picojoules at energy.mv, at the present voltage. */
static uint64_t scaled_fj(const struct chip *chip, uint32_t pj)
{
    uint64_t to = (uint64_t)chip->power.mv * chip->power.mv;
    uint64_t from = (uint64_t)chip->machine.energy_mv * chip->machine.energy_mv;

    return (uint64_t)(((wide)pj * FJ * to + from / 2) / from);
}

/*
 * Femtojoules a cycle of `uw` microwatts at energy.mv, of which `share` 256ths are switched on.
 * Power that leaks goes with the cube of the voltage.
 */
static uint64_t leaked_fj(const struct chip *chip, uint32_t uw, uint32_t share)
{
    wide to = (wide)chip->power.mv * chip->power.mv * chip->power.mv;
    wide from = (wide)chip->machine.energy_mv * chip->machine.energy_mv * chip->machine.energy_mv;
    wide per_cycle = (wide)uw * 1000000 * share * to / (from * 256);

    return (uint64_t)(per_cycle / chip->power.khz);
}

void energy_price(struct chip *chip)
{
    const struct machine *m = &chip->machine;
    uint64_t *each = chip->energy.each;

    for (unsigned u = 0; u < EN_COUNT; u++)
        each[u] = scaled_fj(chip, m->energy[u]);
#define EVENT(name, key, pj, scaled, count, text)                            \
    each[ENERGY_##name] = scaled ? scaled_fj(chip, m->energy[ENERGY_##name]) \
                                 : (uint64_t)m->energy[ENERGY_##name] * FJ;
#define LEAK(name, key, uw, share, text) \
    each[ENERGY_##name] = leaked_fj(chip, m->energy[ENERGY_##name], share);
#include "vliw-sim/energy.def"
#undef EVENT
#undef LEAK
}

void energy_init(struct chip *chip)
{
    mixes_grow(chip, FIRST_ROOM);
    energy_price(chip);
}

void energy_free(struct chip *chip)
{
    free(chip->energy.mix);
    free(chip->energy.slot);
    free(chip->energy.runs);
}

/* ---------------------------------------------------------------- what came of it */

void energy_check(struct chip *chip)
{
    struct energy *e = &chip->energy;
    wide sum = 0;

    energy_pay(chip);
    for (unsigned p = 0; p < PHASE_COUNT; p++) {
        uint64_t atoms = 0, cycles = 0;
        for (unsigned u = 0; u < EN_COUNT; u++)
            atoms += u == EN_lim ? 0 : e->count[p][u];
        for (unsigned s = 0; s < STALL_COUNT; s++)
            cycles += chip->stall[p][s];
        if (atoms != chip->phase_atoms[p] ||
            e->count[p][ENERGY_BUNDLE] != chip->stall[p][STALL_issue])
            panic("phase %s: %" PRIu64 " atoms, but energy for %" PRIu64, isa_phase_name[p],
                  chip->phase_atoms[p], atoms);
        if (e->count[p][ENERGY_CORE] != cycles ||
            e->count[p][ENERGY_CLOCK] != cycles - chip->stall[p][STALL_idle])
            panic("phase %s: %" PRIu64 " cycles, but energy for %" PRIu64, isa_phase_name[p],
                  cycles, e->count[p][ENERGY_CORE]);
        for (unsigned u = 0; u < ENERGY_UNITS; u++)
            sum += e->fj[p][u];
    }
    if (sum != e->fj_all)
        panic("%" PRIu64 " pJ were used, but phases and units add up to %" PRIu64,
              (uint64_t)(e->fj_all / FJ), (uint64_t)(sum / FJ));
}

uint64_t energy_pj(const struct chip *chip, unsigned phase, unsigned unit)
{
    return (uint64_t)(chip->energy.fj[phase][unit] / FJ);
}

uint64_t energy_total_pj(struct chip *chip)
{
    energy_pay(chip);
    return (uint64_t)(chip->energy.fj_all / FJ);
}

static const struct {
    const char *name, *text;
} unit_table[ENERGY_UNITS] = {
#define EVENT(name, key, pj, scaled, count, text) [ENERGY_##name] = {key, text},
#define LEAK(name, key, uw, share, text) [ENERGY_##name] = {key, text},
#include "vliw-sim/energy.def"
#undef EVENT
#undef LEAK
};

const char *energy_unit_name(unsigned unit)
{
    return unit < EN_COUNT ? isa_energy_name[unit] : unit_table[unit].name;
}

const char *energy_unit_text(unsigned unit)
{
    return unit < EN_COUNT ? isa_energy_text[unit] : unit_table[unit].text;
}
