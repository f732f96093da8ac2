/*
 * engine_ref.c - the reference engine: bundles in order, one at a time, everything counted. The
 * definition. What it calls for anything but the common case is in engine.c, for every engine.
 *
 * A bundle goes through these steps; each may pass time:
 *
 *   look up   only when event_cycle has come: limits, Ctrl-C, test interrupts, traces
 *   fetch     the decoded bundle; its lines from L1I
 *   wait      until what it reads and writes is no longer on its way
 *   issue     its atoms, as bundle.c ordered them; they may miss caches, or trap (exec.c)
 *   after     stores, commit, rollback, host request, halt: what atoms asked for
 *   follow    the bundle behind it or the target; interrupts, if it committed
 *
 * A trap leaves the bundle by longjmp from wherever it was found. Up to there the bundle has only
 * passed time.
 */
#include "vliw-sim/engine.h"

/* Steps are part of the loop, and of the functions that do one of them for another engine. */
#define INLINED static inline __attribute__((always_inline))

/* The atoms from `a` on, and the bundle's end. */
INLINED void engine_issue(struct chip *chip, struct bundle *b, const struct atom *a)
{
    for (const struct atom *end = b->atom + b->execs; a < end; a++)
        a->exec(chip, a);

    if (b->lates)
        engine_late(chip, b);
    if (b->divides | b->f_divides)
        engine_divide(chip, b);
    chip->r_dirty |= b->r_write;
    chip->mix_runs[b->mix]++;
    chip->fpu.dirty |= b->f_write;
    chip->bundles++;
    chip->atoms += b->atoms;
    chip->cycle++;
    bool committed = chip->after && engine_after(chip);
    if (b->flow) {
        engine_branch(chip, b);
    } else if (chip->taken) {
        chip->branches_taken++;
        chip_stall(chip, STALL_branch, chip->machine.branch_taken);
    }
    chip->pc = chip->npc;
    if (committed && engine_interrupt(chip))
        engine_take(chip);
}

/* One bundle that has been fetched. */
INLINED void engine_bundle(struct chip *chip, struct bundle *b)
{
    if ((b->r_uses & chip->r_busy) | (b->c_uses & chip->c_busy) | (b->f_uses & chip->fpu.busy))
        engine_wait(chip, b);
    if (b->divides | b->f_divides)
        engine_wait_divider(chip, b);

    chip->npc = b->next;
    chip->taken = false;
    chip->careful = b->careful;
    engine_issue(chip, b, b->atom);
}

void engine_step(struct chip *chip, struct bundle *b)
{
    if (b->first_line != chip->fetch_line || b->last_line != chip->fetch_line)
        engine_fetch(chip, b);
    engine_bundle(chip, b);
}

void engine_fetched(struct chip *chip, struct bundle *b)
{
    engine_bundle(chip, b);
}

void engine_rest(struct chip *chip, struct bundle *b, unsigned done)
{
    engine_issue(chip, b, b->atom + done);
}

/*
 * Until the machine stops or a trap leaves. Not to be inlined: a function that calls setjmp keeps
 * little in registers.
 */
__attribute__((noinline)) static void engine_loop(struct chip *chip)
{
    struct bundle *b = bundle_nowhere(chip->code);

    for (;;) {
        if (chip->cycle >= chip->event_cycle && !engine_event(chip))
            return;

        struct bundle **way = &b->succ[chip->taken];
        if ((*way)->pc != chip->pc)
            *way = bundle_find(chip, chip->pc);
        b = *way;

        if (b->first_line != chip->fetch_line || b->last_line != chip->fetch_line)
            engine_fetch(chip, b);
        engine_bundle(chip, b);
    }
}

void engine_run(struct chip *chip)
{
    if (chip->run) {
        chip->run(chip);
        return;
    }
    engine_plan(chip);
    if (setjmp(chip->trap_exit))
        engine_trap(chip, &chip->trap);
    engine_loop(chip);
}
