/* counters.c - every cycle has one phase and one cause, every femtojoule one phase and one unit. */
#include <inttypes.h>

#include "vliw-sim/chip.h"
#include "vliw-sim/panic.h"

void counters_settle(struct chip *chip)
{
    chip->stall_row[STALL_issue] += chip->bundles - chip->counted_bundles;
    chip->phase_atoms[chip->phase] += chip->atoms - chip->counted_atoms;
    chip->phase_retired[chip->phase] += chip->retired - chip->counted_retired;
    energy_count(chip);
    chip->counted_bundles = chip->bundles;
    chip->counted_atoms = chip->atoms;
    chip->counted_retired = chip->retired;
}

void counters_check(struct chip *chip)
{
    uint64_t sum = 0, issued = 0;

    counters_settle(chip);
    for (unsigned p = 0; p < PHASE_COUNT; p++) {
        issued += chip->stall[p][STALL_issue];
        for (unsigned s = 0; s < STALL_COUNT; s++)
            sum += chip->stall[p][s];
    }
    if (sum != chip->cycle)
        panic("%" PRIu64 " cycles passed, but phases and causes add up to %" PRIu64, chip->cycle,
              sum);
    if (issued != chip->bundles)
        panic("%" PRIu64 " bundles completed, but %" PRIu64 " were counted", chip->bundles, issued);
    energy_check(chip);
}
