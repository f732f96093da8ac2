/*
 * power.c - LongRun: the slowest clock that will do, and no more cache than is used.
 *
 * Time is cut into windows. At the end of one it is known for how much of it the guest was halted,
 * so how fast a clock would have done its work:
 *
 *     needed clock = clock * busy share / GOAL
 *
 * The slowest point of the chip's table that has so much is the one for the next window. A window
 * without any rest says nothing about what is needed: the fastest point it is. The clock goes up at
 * once, since somebody is waiting, and down after CALM windows that agree, since a switch takes
 * time. When the guest does next to nothing at the slowest point, caches are cut down to one way
 * each: what they hold will be missed once, and what doesn't leak is saved all the time. The first
 * window with some work gives them back.
 *
 * What costs nothing when it is off (cms.longrun=0): there is no window then, the clock is that of
 * reset, and the guest's time stamp counter counts its cycles. With LongRun the counter goes at the
 * rate of the fastest clock whatever the clock is, because guests take time by it.
 *
 * The chip's reports of broken ways come here, too (fault.c): a way that is off for good isn't
 * given back.
 */
#include "runtime/power.h"

#include "cms.h"
#include "isa.h"
#include "isa_intrinsics.h"

#define GOAL 80      /* percent of a window that may be busy */
#define BUSY 95      /* percent from which on more may be needed than is known */
#define REST 5       /* percent below which one way of each cache will do */
#define AWAKE 15     /* percent from which on all are wanted */
#define CALM 2       /* windows in a row */
#define POINTS_MAX 8 /* SR_POWER_POINT's */

struct power {
    bool on;
    uint64_t since, due; /* the window, in nanoseconds; no end while off */
    uint64_t idle;       /* of it */
    unsigned points, point, calm;
    uint64_t khz[POINTS_MAX];
    bool cut;                    /* caches have one way each */
    uint64_t ways[POWER_CACHES]; /* that may be used */
};

static uint64_t ways_get(enum power_cache cache)
{
    switch (cache) {
    case POWER_L1I: return vx_mfsr(SR_L1I_WAYS);
    case POWER_L1D: return vx_mfsr(SR_L1D_WAYS);
    default: return vx_mfsr(SR_L2_WAYS);
    }
}

static void ways_set(enum power_cache cache, uint64_t mask)
{
    switch (cache) {
    case POWER_L1I: vx_mtsr(SR_L1I_WAYS, mask); break;
    case POWER_L1D: vx_mtsr(SR_L1D_WAYS, mask); break;
    default: vx_mtsr(SR_L2_WAYS, mask);
    }
}

static void ways_apply(enum power_cache cache)
{
    uint64_t mask = cms.power->ways[cache];

    ways_set(cache, cms.power->cut ? mask & -mask : mask);
}

bool power_way_broken(enum power_cache cache, unsigned way)
{
    uint64_t left = cms.power->ways[cache] & ~(UINT64_C(1) << way);

    if (!left)
        return false;
    cms.power->ways[cache] = left;
    ways_apply(cache);
    return true;
}

static void caches_cut(bool cut)
{
    if (cms.power->cut == cut)
        return;
    cms.power->cut = cut;
    for (unsigned cache = 0; cache < POWER_CACHES; cache++)
        ways_apply(cache);
    cms_count(EV_POWER_WAYS);
}

static void window_open(void)
{
    struct power *p = cms.power;

    p->since = vx_mfsr(SR_TIME);
    p->due = p->since + UINT64_C(1000) * cms.opt->longrun_us;
    p->idle = 0;
}

void power_init(void)
{
    struct power *p = cms_alloc(sizeof(*p));

    cms.power = p;
    p->due = UINT64_MAX;
    for (unsigned cache = 0; cache < POWER_CACHES; cache++)
        p->ways[cache] = ways_get(cache);
    p->point = (unsigned)vx_mfsr(SR_POWER_POINT);
    vx_mtsr(SR_CFG_INDEX, CFG_POWER_POINTS);
    p->points = (unsigned)vx_mfsr(SR_CFG_DATA);
    for (unsigned n = 0; n < p->points; n++) {
        vx_mtsr(SR_POWER_LOOK, n);
        p->khz[n] = vx_mfsr(SR_POWER_KHZ);
    }
    p->on = cms.opt->longrun;
    if (p->on)
        window_open();
}

static void point_select(unsigned point)
{
    struct power *p = cms.power;

    p->calm = 0;
    if (point == p->point)
        return;
    p->point = point;
    vx_mtsr(SR_POWER_POINT, point);
    cms_count(EV_POWER_POINT);
}

/* The slowest point that has what was used, with some room. */
static unsigned point_wanted(uint64_t length, uint64_t busy)
{
    const struct power *p = cms.power;
    unsigned point = p->points - 1;

    if (busy * 100 >= length * BUSY)
        return 0;
    while (point > 0 && p->khz[point] * length * GOAL < p->khz[p->point] * busy * 100)
        point--;
    return point;
}

void power_poll(void)
{
    struct power *p = cms.power;
    uint64_t now = vx_mfsr(SR_TIME);

    if (now < p->due)
        return;
    uint64_t length = (now - p->since) / 1000, busy = length - p->idle / 1000;
    unsigned wanted = point_wanted(length, busy);

    cms_count(EV_POWER_WINDOWS);
    if (busy * 100 >= length * AWAKE)
        caches_cut(false);
    if (wanted < p->point)
        point_select(wanted);
    else if (wanted == p->point && p->point < p->points - 1)
        p->calm = 0;
    else if (++p->calm >= CALM && p->point < p->points - 1)
        point_select(wanted);
    else if (p->calm >= CALM && busy * 100 < length * REST)
        caches_cut(true);
    window_open();
}

uint64_t power_due(void)
{
    return cms.power->due;
}

void power_idled(uint64_t ns)
{
    cms.power->idle += ns;
}

/* Split at whole milliseconds: no product leaves 64 bits. */
uint64_t power_cycles(void)
{
    const struct power *p = cms.power;
    uint64_t ns = vx_mfsr(SR_TIME);

    if (!p->on)
        return vx_mfsr(SR_CYCLE);
    return ns / 1000000 * p->khz[0] + ns % 1000000 * p->khz[0] / 1000000;
}
