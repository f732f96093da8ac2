/*
 * engine.h - what an engine is made of: everything that happens to a bundle beside its atoms.
 *
 * The engines differ in how they get through the common case. Whatever is rare, or defines what a
 * bundle means, is here once: traps, commit and rollback, late stores, host requests, halting, the
 * scoreboard's waits, looking up from the work. engine_ref.c shows the order in which they are
 * called. A function that may call chip_trap() leaves by chip->trap_exit.
 */
#ifndef SELKIRK_ENGINE_H
#define SELKIRK_ENGINE_H

#include "vliw-sim/bundle.h"

/* Passes time until `cycle`, if that has not come. */
static inline void engine_wait_until(struct chip *chip, enum isa_stall why, uint64_t cycle)
{
    if (cycle > chip->cycle)
        chip_stall(chip, why, cycle - chip->cycle);
}

/* Is there anything to be taken, now that the bundle has committed? */
static inline bool engine_interrupt(const struct chip *chip)
{
    return (chip->status & (STATUS_IE | STATUS_TL)) == STATUS_IE && chip->cycle >= chip->irq_cycle;
}

/* If so: takes it (traps), unless what was broken is out of use by now. */
void engine_take(struct chip *chip);

/* What the bundle's control atom cost, on a machine that predicts branches. */
void engine_branch(struct chip *chip, const struct bundle *b);

/*
 * When event_cycle has come, before the bundle at chip->pc: limits, Ctrl-C, watchdog, traces, the
 * profile, test interrupts (which trap). Sets the next event_cycle. False: the machine stands
 * still.
 */
bool engine_event(struct chip *chip);

/* The bundle's lines, if they are not the one fetched last, from L1I. */
void engine_fetch(struct chip *chip, const struct bundle *b);

/* Waits until the scoreboard has nothing against the bundle. */
void engine_wait(struct chip *chip, const struct bundle *b);

/* Results of the bundle that take more than a cycle are on their way from now on. */
void engine_late(struct chip *chip, const struct bundle *b);

/* Waits until the dividers that the bundle needs are free; and takes them. */
void engine_wait_divider(struct chip *chip, const struct bundle *b);
void engine_divide(struct chip *chip, const struct bundle *b);

/*
 * What the bundle's atoms asked for in chip->after, once its own cycle has passed. True if it
 * committed.
 */
bool engine_after(struct chip *chip);

/*
 * One bundle by the reference engine, at chip->pc: the whole of it; without its fetch; what is left
 * when the first `done` entries of atom[] have executed.
 */
void engine_step(struct chip *chip, struct bundle *b);
void engine_fetched(struct chip *chip, struct bundle *b);
void engine_rest(struct chip *chip, struct bundle *b, unsigned done);

/* Enters the vector for *t: the bundle at chip->pc has not happened. */
void engine_trap(struct chip *chip, const struct chip_trap *t);

#endif
