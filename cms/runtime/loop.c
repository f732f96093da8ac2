/*
 * loop.c - the firmware's main loop: whose turn is it?
 *
 *     +--> attend: due device events, HLT, external interrupts
 *     |       |
 *     |    find a translation for the guest's state --- found ---> enter it; it runs, by chaining,
 *     |       | none                                               until an exit isn't chained or
 *     |       |                                                    a trap lands
 *     |    gear 1 up to the next control transfer, counting block
 *     |    entries; on in blocks that are known to be cold; one that
 *     |    is entered often is translated
 *     +-------+
 *
 * cms_run() holds the landing: every trap of gear 1 and of translated code ends as a second return
 * of its cms_setjmp, with the guest rolled back to its last commit. What is done then is in trap.c;
 * after it the loop starts over. Nothing that the loop keeps in local variables is needed after a
 * landing.
 *
 * Interrupts of the chip are enabled only inside translated code, which is the one place that may
 * run for long. Gear 1 comes back at every control transfer, and the loop polls.
 */
#include "gear2/gear2.h"
#include "gear3/gear3.h"
#include "hidden-mem/hostport.h"
#include "isa.h"
#include "isa_intrinsics.h"
#include "monitor/io_trace.h"
#include "runtime/patch.h"
#include "runtime/power.h"
#include "runtime/profile.h"
#include "runtime/runtime.h"
#include "runtime/stats.h"
#include "runtime/tcache.h"

#define RUN_LIMIT 64 /* longest straight run of gear 1 between two looks at pending events */

void loop_step(void)
{
    vx_mtsr(SR_PHASE, PHASE_step);
    cms_count(EV_STEPS);
    io_trace_step();
    cms.step = true;
    gear1_one();
    cms.step = false;
    cms.owed = false;
    io_trace_resume();
}

void loop_undone(void)
{
    cms.owed = true;
}

void loop_recover(unsigned insns, enum event why)
{
    cms.recover = insns;
    cms.recovering = why;
    cms.recovering_since = vx_mfsr(SR_CYCLE);
    cms.count[why]++;
    loop_undone();
}

/* Gear 1 is past the place. The event of a recovery's cycles follows that of its number. */
static void recovered(void)
{
    cms.count[cms.recovering + 1] += vx_mfsr(SR_CYCLE) - cms.recovering_since;
    cms.recovering = 0;
}

static void wait_for_interrupt(void)
{
    cms_count(EV_HALTS);
    while (cms.cpu.halted && !(cms.intr && cms.cpu.eflags & FL_IF)) {
        if (!(cms.cpu.eflags & FL_IF))
            monitor_exit(HOST_EXIT_HALT, 0, "the guest halted with interrupts off");
        vx_mtsr(SR_PHASE, PHASE_idle);
        monitor_idle();
    }
}

static void take_interrupt(void)
{
    vx_mtsr(SR_PHASE, PHASE_monitor);
    uint8_t vector = monitor_irq_ack();

    cms.cpu.halted = false;
    cms_count(EV_INTERRUPTS);
    if (cms_tracing(D_FAULT))
        cms_trace("interrupt: vector %u eip %x", vector, (uint32_t)vx_getr(REG_EIP));
    vx_mtsr(SR_PHASE, PHASE_interpret);
    tcache_state_changed();
    gear1_interrupt(vector);
}

/* May an interrupt come now? What waits for one, in HLT or for FERR, owes nothing before it. */
static bool interruptible(void)
{
    return cms.cpu.eflags & FL_IF && !gear1_in_shadow() && (!cms.owed || cms.cpu.halted);
}

/*
 * Everything that may happen at an instruction boundary before the next instruction. That follows
 * now; if it is undone, it is owed again.
 */
static void attend(void)
{
    if (vx_mfsr(SR_IPEND)) {
        vx_mtsr(SR_PHASE, PHASE_monitor);
        cms_count(EV_POLLS);
        monitor_poll();
    }
    if (cms.cpu.halted)
        wait_for_interrupt();
    if (cms.intr && interruptible())
        take_interrupt();
    cms.owed = false;
}

/*
 * Gear 1 for at most `limit` instructions, until something is up or, with gear 2, control goes
 * somewhere else.
 */
static void interpret(unsigned limit)
{
    vx_mtsr(SR_PHASE, PHASE_interpret);
    tcache_state_changed();
    gear1_run(limit);
}

/* After a rollback: gear 1 alone, until the instructions that were undone are behind us. */
static void recover(void)
{
    if (!--cms.recover)
        cms.crossings = false;
    cms_count(EV_RECOVER_INSNS);
    interpret(1);
}

static void run_translation(const struct translation *t)
{
    cms_count(EV_DISPATCHES);
    vx_mtsr(SR_PHASE, PHASE_translated);
    vx_mtsr(SR_STATUS, STATUS_TRANSLATED);
    struct exit *from = patch_enter(t->code);

    vx_mtsr(SR_STATUS, STATUS_FIRMWARE);
    vx_mtsr(SR_PHASE, PHASE_dispatch);
    tcache_left(from);
}

/* Translated code may run now: gear 2 is on, and nothing is in the way that it knows nothing of. */
static bool may_translate(void)
{
    const struct cpu *cpu = &cms.cpu;

    return cms.opt->gear >= 2 && !gear1_in_shadow() && !cpu->watch &&
           !(cpu->eflags & (FL_TF | FL_RF));
}

static void forward(void)
{
    if (cms.recover) {
        recover();
        return;
    }
    if (cms.recovering)
        recovered();
    if (!may_translate() || gear3_watching()) {
        interpret(RUN_LIMIT);
        return;
    }
    if (turn_take())
        return;
    vx_mtsr(SR_PHASE, PHASE_dispatch);
    const struct translation *t = tcache_find();

    if (t) {
        run_translation(t);
        return;
    }
    interpret(tcache_is_given_up() ? 1 : RUN_LIMIT);
    while (!vx_mfsr(SR_IPEND) && !cms.intr && !cms.cpu.halted &&
           profile_stays_cold(cms.cpu.seg[SEG_CS].base + (uint32_t)vx_getr(REG_EIP)))
        gear1_run(RUN_LIMIT);
}

void runtime_init(void)
{
    options_read();
    power_init();
    profile_init();
    smc_init();
    tcache_init();
    gear2_init();
    gear3_init();
}

void cms_run(void)
{
    int why = cms_setjmp(cms.landing);

    if (why)
        trap_land(why);
    vx_mtsr(SR_STATUS, STATUS_FIRMWARE);
    for (;;) {
        attend();
        forward();
    }
}
