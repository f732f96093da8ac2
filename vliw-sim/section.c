/* section.c - see section.h */
#include "vliw-sim/section.h"

#include <string.h>
#include <time.h>

#include "vliw-sim/chip.h"

static double host_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void section_counts(struct chip *chip, struct phase_counts *now)
{
    fast_settle(chip);
    counters_settle(chip);
    memcpy(now->stall, chip->stall, sizeof now->stall);
    memcpy(now->atoms, chip->phase_atoms, sizeof now->atoms);
    memcpy(now->retired, chip->phase_retired, sizeof now->retired);
}

bool section_begin(struct chip *chip)
{
    struct section *s = &chip->section;

    if (s->open)
        return false;
    s->open = true;
    section_counts(chip, &s->begin);
    s->begin_seconds = host_seconds();
    return true;
}

bool section_end(struct chip *chip)
{
    struct section *s = &chip->section;
    struct phase_counts now;

    if (!s->open)
        return false;
    s->seconds += host_seconds() - s->begin_seconds;
    section_counts(chip, &now);
    for (unsigned p = 0; p < PHASE_COUNT; p++) {
        for (unsigned c = 0; c < STALL_COUNT; c++)
            s->sum.stall[p][c] += now.stall[p][c] - s->begin.stall[p][c];
        s->sum.atoms[p] += now.atoms[p] - s->begin.atoms[p];
        s->sum.retired[p] += now.retired[p] - s->begin.retired[p];
    }
    s->marked++;
    s->open = false;
    return true;
}
