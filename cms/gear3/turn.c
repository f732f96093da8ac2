/*
 * turn.c - gear 3 gives way to interrupts.
 *
 * A region takes up to half a millisecond to be made. So that no interrupt waits for that, whoever
 * makes it is a coroutine of the main loop, with a stack and a struct trans of its own. It works in
 * turns: between two small pieces of its work (turn_point()) it looks whether the chip's timer has
 * run out, and if so goes back to the loop, which runs what is due, lets the guest take its
 * interrupt, and comes back when the guest may take another. For the length of a turn the timer
 * comes as much later as `cms.gear3.latency` says that a device event may.
 *
 * What has been made so far holds as long as the bytes of the guest that it was made from are the
 * same. So before the guest runs these are protected, as a translation's are; if they are written,
 * the region is dropped. All else that translations rely on is in their context, and compared when
 * they are looked for; what gear 1 and the profile know is advice; the translation cache is asked
 * for memory when all is ready to be written there. While a region waits no other is begun.
 */
#include "gear3/turn.h"

#include "gear2/trans.h"
#include "gear3/gear3.h"
#include "runtime/runtime.h"

#define STACK_BYTES (64u << 10)
#define MICROSECOND UINT64_C(1000)
#define PATIENCE (1000 * MICROSECOND) /* that gear 3 waits for an interrupt to be taken */

/* In cms_setjmp's buffer. */
enum { UNWIND_TO, UNWIND_STACK };

void turn_init(void)
{
    cms.gear3->turn.stack = cms_reserve(STACK_BYTES);
}

/* The coroutine's first and last function. */
static void work(void)
{
    gear3_promote(&cms.gear3->watched);
    cms_longjmp(cms.gear3->turn.loop, 1);
}

static void wait_for_turn(struct turn *u)
{
    u->until = vx_mfsr(SR_TIME) + PATIENCE;
    u->waits = true;
}

void turn_begin(void)
{
    struct turn *u = &cms.gear3->turn;

    u->work[UNWIND_TO] = (uintptr_t)work;
    u->work[UNWIND_STACK] = (uintptr_t)u->stack + STACK_BYTES;
    u->granules = 0;
    wait_for_turn(u);
}

/* If these bytes are written, turn_code_changed() is to hear of it. */
static void protect(struct turn *u)
{
    const struct trans *t = cms.gear3->trans;

    u->granules = 0;
    for (const struct guest_insn *g = t->insn; g < t->insn + t->insns; g++)
        u->granules |= smc_granules((t->key.cs_base + g->eip) & PAGE_MASK, g->insn.length);
    smc_protect_granules(t->key.page, u->granules);
}

void turn_over(void)
{
    struct turn *u = &cms.gear3->turn;

    cms_count(EV_GEAR3_GAVE_WAY);
    protect(u);
    u->interrupts = cms.count[EV_INTERRUPTS];
    wait_for_turn(u);
    if (!cms_setjmp(u->work))
        cms_longjmp(u->loop, 1);
    cms_count(EV_GEAR3_RESUMED);
}

/* Does an interrupt wait, or is the guest at work on one that has come since? */
static bool interrupted(const struct turn *u)
{
    return cms.intr ||
           (cms.count[EV_INTERRUPTS] != u->interrupts && !(cms.cpu.eflags & FL_IF));
}

bool turn_take(void)
{
    struct turn *u = &cms.gear3->turn;

    if (!u->waits || (interrupted(u) && vx_mfsr(SR_TIME) < u->until))
        return false;
    u->waits = false;
    vx_mtsr(SR_PHASE, PHASE_translate);
    sched_late(cms.opt->gear3_latency * MICROSECOND);
    if (!cms_setjmp(u->loop))
        cms_longjmp(u->work, 1);
    vx_mtsr(SR_PHASE, PHASE_dispatch);
    sched_sample();
    return true;
}

void turn_code_changed(uint32_t page, uint32_t granules)
{
    struct turn *u = &cms.gear3->turn;

    if (!u->waits || page != cms.gear3->watched.page || !(granules & u->granules))
        return;
    cms_count(EV_GEAR3_OUTDATED);
    u->waits = false;
}
