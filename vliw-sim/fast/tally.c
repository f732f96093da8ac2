/*
 * tally.c - how the fast engine counts.
 *
 * What a way through a block counts is known when the block is made, as long as caches hit. So host
 * code counts one thing: how often each way was taken, in which phase. Everything that goes another
 * way than that is counted by whoever does it, and what had been foreseen instead taken back:
 * counters are wrong in between and right whenever they are looked at.
 */
#include <string.h>

#include "isa_facts.h"
#include "vliw-sim/fast/fast.h"

void tally_atom(struct tally *t, const struct atom *a)
{
    uint32_t flags = isa_facts[a->op.atom].flags;
    bool load = flags & ISA_F_LOAD, store = flags & ISA_F_STORE;

    if (flags & ISA_F_GUEST) {
        t->n[TALLY_GUEST_LOADS] += load;
        t->n[TALLY_GUEST_STORES] += store;
        t->n[TALLY_L1D] += load;
    } else {
        t->n[TALLY_LOADS] += load;
        t->n[TALLY_STORES] += store;
        t->n[TALLY_L1D] += load || store;
    }
}

void tally_excuse(struct chip *chip, const struct atom *a)
{
    uint32_t flags = isa_facts[a->op.atom].flags;
    bool load = flags & ISA_F_LOAD, store = flags & ISA_F_STORE;

    if (flags & ISA_F_GUEST) {
        chip->guest_loads -= load;
        chip->guest_stores -= store;
        chip->hier.l1d.hits -= load;
    } else {
        chip->loads -= load;
        chip->stores -= store;
        chip->hier.l1d.hits -= load || store;
    }
}

void tally_bundle(struct tally *t, const struct chip *chip, const struct bundle *b)
{
    const struct energy_mix *mix = &chip->energy.mix[b->mix];

    t->n[TALLY_BUNDLES]++;
    t->n[TALLY_ATOMS] = (uint16_t)(t->n[TALLY_ATOMS] + b->atoms);
    for (unsigned u = 0; u < EN_COUNT; u++)
        t->energy[u] = (uint16_t)(t->energy[u] + mix->atoms[u]);
}

/* The atoms that host code has executed in this phase. */
static void energy_add(struct chip *chip, const uint64_t atoms[EN_COUNT])
{
    for (unsigned u = 0; u < EN_COUNT; u++) {
        if (!atoms[u])
            continue;
        struct energy_mix one = {0};
        one.atoms[u] = 1;
        uint32_t mix = energy_mix(chip, &one);
        chip->mix_runs[mix] += atoms[u];
    }
}

void tally_add(struct chip *chip, const struct tally *t, uint64_t times)
{
    const uint16_t *n = t->n;

    chip->bundles += times * n[TALLY_BUNDLES];
    chip->atoms += times * n[TALLY_ATOMS];
    chip->branches_taken += times * n[TALLY_TAKEN];
    chip->stall_row[STALL_operand] += times * n[TALLY_OPERAND];
    chip->stall_row[STALL_unit] += times * n[TALLY_UNIT];
    chip->stall_row[STALL_branch] += times * n[TALLY_BRANCH];
    chip->hier.l1i.hits += times * n[TALLY_L1I];
    chip->hier.l1d.hits += times * n[TALLY_L1D];
    chip->loads += times * n[TALLY_LOADS];
    chip->stores += times * n[TALLY_STORES];
    chip->guest_loads += times * n[TALLY_GUEST_LOADS];
    chip->guest_stores += times * n[TALLY_GUEST_STORES];
}

void tally_flush(struct chip *chip)
{
    struct fast *f = chip->fast;
    uint32_t phase = chip->phase;

    counters_settle(chip);
    for (uint32_t p = 0; p < PHASE_COUNT; p++) {
        uint32_t *count = f->counts + (size_t)p * TALLIES;
        chip->phase = p;
        chip->stall_row = chip->stall[p];
        energy_phase(chip);
        uint64_t atoms[EN_COUNT] = {0};
        for (uint32_t i = 0; i < f->tallies; i++) {
            if (!count[i])
                continue;
            tally_add(chip, &f->tally[i], count[i]);
            chip->hot.bundles += (uint64_t)count[i] * f->tally[i].n[TALLY_BUNDLES];
            for (unsigned u = 0; u < EN_COUNT; u++)
                atoms[u] += (uint64_t)count[i] * f->tally[i].energy[u];
            count[i] = 0;
        }
        energy_add(chip, atoms);
        counters_settle(chip);
    }
    chip->phase = phase;
    energy_phase(chip);
    chip->stall_row = chip->stall[phase];
    f->counted_cycle = chip->cycle;
}

void fast_settle(struct chip *chip)
{
    if (chip->fast)
        tally_flush(chip);
}
