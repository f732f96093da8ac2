/* power.c - see power.h */
#include "vliw-sim/power.h"

#include "vliw-sim/chip.h"
#include "vliw-sim/trace.h"

#define FS_PER_NS 1000000u
#define FS_PER_MS 1000000000000ull /* femtoseconds x kHz are cycles x this */

typedef unsigned __int128 wide;

static wide time_fs(const struct chip *chip)
{
    const struct power *p = &chip->power;

    return p->since_fs + (wide)(chip->cycle - p->since) * FS_PER_MS / p->khz;
}

uint64_t chip_time(const struct chip *chip)
{
    return (uint64_t)(time_fs(chip) / FS_PER_NS);
}

uint64_t chip_cycle_of(const struct chip *chip, uint64_t ns)
{
    const struct power *p = &chip->power;
    wide at = (wide)ns * FS_PER_NS, cycles;

    if (ns == UINT64_MAX)
        return UINT64_MAX;
    if (at <= p->since_fs)
        return p->since;
    cycles = ((at - p->since_fs) * p->khz + FS_PER_MS - 1) / FS_PER_MS + p->since;
    return cycles < UINT64_MAX ? (uint64_t)cycles : UINT64_MAX;
}

static void power_enter(struct chip *chip, uint32_t point)
{
    struct power *p = &chip->power;

    p->point = point;
    p->khz = chip->machine.point[point].khz;
    p->mv = chip->machine.point[point].mv;
}

void power_init(struct chip *chip)
{
    power_enter(chip, 0);
}

/* Cycles of the new clock until it is stable. */
static uint64_t settling(const struct chip *chip)
{
    return dram_cycles(chip->power.khz, chip->machine.power_switch_ns);
}

bool power_select(struct chip *chip, uint64_t point)
{
    struct power *p = &chip->power;

    if (point >= MACHINE_POINTS || !chip->machine.point[point].khz)
        return false;
    if (point == p->point)
        return true;
    counters_settle(chip);
    energy_pay(chip);
    p->since_fs = time_fs(chip);
    p->cycles[p->point] += chip->cycle - p->since;
    p->since = chip->cycle;
    power_enter(chip, (uint32_t)point);
    p->switches++;
    hier_clock(&chip->hier, &chip->machine, p->khz);
    energy_price(chip);
    chip->timer_cycle = chip_cycle_of(chip, chip->timer);
    chip_plan_interrupts(chip);
    event_add(&chip->events, EVENT_POWER, chip->cycle, chip->pc, (uint32_t)point, p->khz);
    if (trace_on(chip->trace, TRACE_POWER))
        trace_line(chip, TRACE_POWER, "point %u, %u kHz, %u mV", p->point, p->khz, p->mv);
    chip_stall(chip, STALL_power, settling(chip));
    return true;
}

uint64_t power_cycles(const struct chip *chip, unsigned point)
{
    const struct power *p = &chip->power;

    return p->cycles[point] + (point == p->point ? chip->cycle - p->since : 0);
}
