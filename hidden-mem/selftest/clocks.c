/* clocks.c - what passes by itself: cycles, time, energy, interrupts, faults. */
#include "hidden-mem/fault.h"
#include "selftest.h"

#define FOREVER "mtsr STATUS, r42; commit 0; br -1"
enum status { STATUS_INTERRUPTS = 1, STATUS_TEST_INTERRUPTS = 4 };

/* The product, on machines that can't multiply. */
static uint64_t product(uint64_t a, uint64_t b)
{
    uint64_t sum = 0;

    for (; b; b >>= 1, a <<= 1)
        if (b & 1)
            sum += a;
    return sum;
}

/*
 * Only the parity of a way is ever wrong, never what it holds. The way is switched off and the
 * self-test goes on without it, but it has found something broken.
 */
static enum outcome way_broken(const char *unit, unsigned way)
{
    detail("way ");
    detail_hex(way);
    detail(" of ");
    detail(unit);
    detail(" is broken; switched off");
    return FAILED;
}

#define WITHOUT(unit, way) vx_mtsr(SR_##unit##_WAYS, vx_mfsr(SR_##unit##_WAYS) & ~(1ull << (way)))

/* Faults are reported where an interrupt could be taken: a few commits, without a timer. */
enum outcome feature_parity(void)
{
    piece_run("mtsr STATUS, r42; addi r12, r0, 100; commit 0; addi r12, r12, -1; brnei r12, 0, -2;"
              "mtsr STATUS, r0",
              ARGUMENTS(STATUS_INTERRUPTS));
    if (self.seen.cause == CAUSE_none) {
        SAME("FAULT", vx_mfsr(SR_FAULT), FAULT_NONE);
        return OK;
    }
    SAME("cause", self.seen.cause, CAUSE_parity);
    SAME("FAULT", vx_mfsr(SR_FAULT), self.seen.einfo);
    vx_mtsr(SR_FAULT, 0);
    SAME("FAULT behind a write", vx_mfsr(SR_FAULT), FAULT_NONE);
    unsigned index = self.seen.einfo >> FAULT_INDEX_SHIFT & FAULT_INDEX_MASK;
    switch (self.seen.einfo & FAULT_UNIT_MASK) {
    case FAULT_L1I: WITHOUT(L1I, index); return way_broken("L1I", index);
    case FAULT_L1D: WITHOUT(L1D, index); return way_broken("L1D", index);
    case FAULT_L2: WITHOUT(L2, index); return way_broken("L2", index);
    case FAULT_TLB: WITHOUT(TLB, index); return way_broken("the TLB", index);
    default:
        detail("bad parity in register ");
        detail_hex(index);
        return FAILED;
    }
}

enum outcome feature_counters(void)
{
    uint64_t cycle = vx_mfsr(SR_CYCLE), time = vx_mfsr(SR_TIME), khz = vx_mfsr(SR_KHZ);

    /* 1000 times two bundles */
    GIVES(0, "addi r42, r0, 1000; addi r42, r42, -1; brnei r42, 0, -1");
    cycle = vx_mfsr(SR_CYCLE) - cycle;
    time = vx_mfsr(SR_TIME) - time;
    SAME("2000 bundles take 2000 cycles", cycle >= 2000, true);
    /* Cycles and nanoseconds agree, but for what passed between two reads. */
    uint64_t by_time = product(time, khz), by_cycle = product(cycle, 1000000);
    uint64_t apart = by_time > by_cycle ? by_time - by_cycle : by_cycle - by_time;
    SAME("nanoseconds and cycles agree", apart <= by_cycle >> 4, true);
    for (unsigned phase = 0; phase < PHASE_COUNT; phase++) {
        vx_mtsr(SR_PHASE, phase);
        SAME("PHASE", vx_mfsr(SR_PHASE), phase);
    }
    return OK;
}

enum outcome feature_timer(void)
{
    enum { TIMER_PENDING = 1, SHORTLY = 20000 };

    SAME("pending without a timer", vx_mfsr(SR_IPEND) & TIMER_PENDING, 0);
    vx_mtsr(SR_TIMER, vx_mfsr(SR_TIME) + SHORTLY);
    TRAPS(interrupt, FOREVER, STATUS_INTERRUPTS);
    SAME("address of the next bundle", self.seen.epc >= (uintptr_t)self.piece, true);
    SAME("pending behind the interrupt", vx_mfsr(SR_IPEND) & TIMER_PENDING, TIMER_PENDING);
    GIVES(1, "commit 0; addi r42, r0, 1"); /* not taken while STATUS.IE is 0 */
    vx_mtsr(SR_TIMER, vx_mfsr(SR_TIME) + SHORTLY);
    uint64_t before = vx_mfsr(SR_TIME);
    vx_halt();
    SAME("halt lasted", vx_mfsr(SR_TIME) - before >= SHORTLY / 2, true);
    vx_mtsr(SR_TIMER, UINT64_MAX);
    SAME("pending with the timer off", vx_mfsr(SR_IPEND) & TIMER_PENDING, 0);
    return OK;
}

/* Only `-o debug.irq_every=N` makes them. */
enum outcome feature_watch(void)
{
    piece_run("mtsr STATUS, r42; addi r12, r0, 2000; addi r12, r12, -1; brnei r12, 0, -1;"
              "mtsr STATUS, r0",
              ARGUMENTS(STATUS_TEST_INTERRUPTS));
    if (self.seen.cause == CAUSE_none)
        return ABSENT;
    SAME("cause", self.seen.cause, CAUSE_watch);
    return OK;
}

#define WORK "addi r42, r0, 2000; addi r42, r42, -1; brnei r42, 0, -1"

/* Energy of the same work at the power point that holds. */
static uint64_t work_energy(void)
{
    piece_run(WORK, ARGUMENTS(0));
    uint64_t before = vx_mfsr(SR_ENERGY);
    piece_run(WORK, ARGUMENTS(0));
    return vx_mfsr(SR_ENERGY) - before;
}

enum outcome feature_power_points(void)
{
    uint64_t points = CONFIG(POWER_POINTS), at_first = vx_mfsr(SR_POWER_POINT), last_khz = 0;

    TRAPS(sreg, "mtsr POWER_POINT, r42", points);
    TRAPS(sreg, "mtsr POWER_LOOK, r42", points);
    for (uint64_t point = 0; point < points; point++) {
        uint64_t time = vx_mfsr(SR_TIME);
        vx_mtsr(SR_POWER_LOOK, point);
        uint64_t khz = vx_mfsr(SR_POWER_KHZ);
        vx_mtsr(SR_POWER_POINT, point);
        SAME("POWER_POINT", vx_mfsr(SR_POWER_POINT), point);
        SAME("KHZ", vx_mfsr(SR_KHZ), khz);
        SAME("slower than the point before", point == 0 || khz < last_khz, true);
        SAME("voltage", vx_mfsr(SR_POWER_MV) != 0, true);
        SAME("time goes on", vx_mfsr(SR_TIME) >= time, true);
        last_khz = khz;
    }
    vx_mtsr(SR_POWER_POINT, at_first);
    return points > 1 ? OK : ABSENT;
}

enum outcome feature_energy(void)
{
    uint64_t points = CONFIG(POWER_POINTS), at_first = vx_mfsr(SR_POWER_POINT);
    uint64_t full = work_energy();

    SAME("work took energy", full != 0, true);
    if (points == 1)
        return OK;
    vx_mtsr(SR_POWER_POINT, points - 1);
    uint64_t slow = work_energy();
    vx_mtsr(SR_POWER_POINT, at_first);
    SAME("less at the last power point", slow < full, true);
    return OK;
}
