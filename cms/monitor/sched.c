/*
 * sched.c - device events by simulated time.
 *
 * Each device has at most one deadline, so the queue is an array; the chip's timer is set to the
 * earliest. An event runs with the time it was asked for, not with the time at which the firmware
 * got round to it, so that periodic devices don't drift. Events of the same nanosecond run in the
 * order of devices.def.
 */
#include "hidden-mem/hostport.h"
#include "monitor/monitor.h"
#include "runtime/power.h"

#define SECOND UINT64_C(1000000000)

uint64_t sched_now(void)
{
    return vx_mfsr(SR_TIME);
}

/* Split at whole seconds: neither product leaves 64 bits. */
uint64_t time_to_ticks(uint64_t ns, uint32_t hz)
{
    return ns / SECOND * hz + ns % SECOND * hz / SECOND;
}

uint64_t ticks_to_time(uint64_t ticks, uint32_t hz)
{
    return ticks / hz * SECOND + (ticks % hz * SECOND + hz - 1) / hz;
}

static enum device_id sched_first(void)
{
    unsigned first = 0;

    for (unsigned i = 1; i < DEV_COUNT; i++)
        if (cms.mon->deadline[i] < cms.mon->deadline[first])
            first = i;
    return first;
}

/*
 * The timer: the first deadline, the governor's, or the next look at what translated code is
 * running.
 */
static void sched_arm(uint64_t due)
{
    uint64_t power = power_due();

    if (power < due)
        due = power;
    vx_mtsr(SR_TIMER, due < cms.sample_at ? due : cms.sample_at);
}

void sched_sample(void)
{
    cms.sample_at =
        cms.opt->gear < 3 ? NEVER : sched_now() + cms.opt->gear3_period * UINT64_C(1000);
    sched_arm(cms.mon->deadline[sched_first()]);
}

void sched_late(uint64_t ns)
{
    uint64_t due = cms.intr ? sched_now() : cms.mon->deadline[sched_first()];

    vx_mtsr(SR_TIMER, due < NEVER - ns ? due + ns : NEVER);
}

enum { IPEND_HOST = 2 }; /* of SR_IPEND: the host wants the run to end */

/* Will anything happen? The display only looks. */
static bool sched_any(void)
{
    for (unsigned i = 0; i < DEV_COUNT; i++)
        if (i != DEV_vga && cms.mon->deadline[i] != NEVER)
            return true;
    return false;
}

void sched_at(enum device_id id, uint64_t time)
{
    cms.mon->deadline[id] = time;
    sched_arm(cms.mon->deadline[sched_first()]);
}

/* What is due at the first poll has waited for the start. */
static void note_late(uint64_t late)
{
    if (cms.count[EV_POLLS] > 1 && late > cms.count[EV_LATEST])
        cms.count[EV_LATEST] = late;
}

void monitor_poll(void)
{
    uint64_t phase = vx_mfsr(SR_PHASE);

    vx_mtsr(SR_PHASE, PHASE_monitor);
    if (vx_mfsr(SR_IPEND) & IPEND_HOST)
        monitor_exit(HOST_EXIT_ASKED, 0, "the host has asked for it");
    power_poll();
    for (;;) {
        enum device_id id = sched_first();
        uint64_t due = cms.mon->deadline[id], now;

        sched_arm(due);
        now = sched_now();
        if (due == NEVER || due > now)
            break;
        note_late(now - due);
        cms.mon->deadline[id] = NEVER;
        cms_count(EV_EVENTS);
        devices[id]->event(cms.mon->state[id], due);
    }
    if (cms.sample_at <= sched_now())
        sched_sample();
    vx_mtsr(SR_PHASE, phase);
}

void monitor_idle(void)
{
    monitor_poll();
    if (cms.intr)
        return;
    if (!sched_any())
        monitor_exit(HOST_EXIT_HALT, 0, "the guest waits for an interrupt that nothing will send");
    uint64_t phase = vx_mfsr(SR_PHASE);
    uint64_t since = sched_now();
    vx_mtsr(SR_PHASE, PHASE_idle);
    cms.sample_at = NEVER; /* nothing runs that could be looked at */
    sched_arm(cms.mon->deadline[sched_first()]);
    vx_halt();
    sched_sample();
    vx_mtsr(SR_PHASE, phase);
    power_idled(sched_now() - since);
    monitor_poll();
}
