/*
 * rtc.c - MC146818 real-time clock and its CMOS memory.
 *
 * The clock is an offset: the host says once what time it was at reset (HOST_CLOCK), simulated time
 * is added, and what the guest writes changes the offset. While the guest holds the clock (SET) the
 * registers are plain memory. Events are asked for only while an interrupt is enabled; flags that
 * are merely polled are brought up to date by reading.
 */
#include "hidden-mem/hostport.h"
#include "monitor/monitor.h"

#define IRQ 8
#define CMOS_SIZE 128
#define SECOND UINT64_C(1000000000)
#define CRYSTAL 32768u
#define UPDATE_NS 244000u /* UIP is set so long before the seconds change */

enum {
    R_SECOND,
    R_SECOND_ALARM,
    R_MINUTE,
    R_MINUTE_ALARM,
    R_HOUR,
    R_HOUR_ALARM,
    R_WEEKDAY,
    R_DAY,
    R_MONTH,
    R_YEAR,
    R_A,
    R_B,
    R_C,
    R_D,
    R_FLOPPIES = 0x10, /* types of the two drives */
    R_EQUIPMENT = 0x14,
    R_BASE_LOW = 0x15, /* KiB below 640 */
    R_EXT_LOW = 0x17,  /* KiB above 1 MiB, as POST is to find */
    R_EXT2_LOW = 0x30, /* the same, as POST did find */
    R_CENTURY = 0x32,
    R_HIGH_LOW = 0x34, /* 64 KiB units above 16 MiB */
    R_BOOT_THIRD = 0x38, /* high half */
    R_BOOT_ORDER = 0x3d, /* low half first, then the high half */
    R_BOOT_FAST = 0x3f,  /* 1: no time for a boot menu */
};

enum { A_UIP = 0x80 };
enum { B_SET = 0x80, B_PERIODIC = 0x40, B_ALARM = 0x20, B_UPDATE = 0x10, B_BINARY = 4, B_24H = 2 };
enum { EQUIPMENT_FLOPPY = 1, EQUIPMENT_MOUSE = 4, EQUIPMENT_SECOND = 0x40 };
enum { C_IRQ = 0x80, C_PERIODIC = 0x40, C_ALARM = 0x20, C_UPDATE = 0x10 };

#define BOOT_DEVICES 3
enum { BOOT_FLOPPY = 1, BOOT_DISK, BOOT_CD };

struct rtc {
    uint8_t index;
    uint8_t cmos[CMOS_SIZE];
    uint64_t epoch;  /* seconds since 1970 at simulated time `base` */
    uint64_t base;   /* ns */
    uint64_t period; /* number of the periodic tick up to which C_PERIODIC is known */
    uint64_t second; /* likewise the second, for C_UPDATE and C_ALARM */
};

static uint64_t rtc_seconds(const struct rtc *rtc, uint64_t now)
{
    return rtc->epoch + (now - rtc->base) / SECOND;
}

static uint8_t to_register(const struct rtc *rtc, unsigned n)
{
    return (uint8_t)(rtc->cmos[R_B] & B_BINARY ? n : n / 10 << 4 | n % 10);
}

static unsigned from_register(const struct rtc *rtc, uint8_t r)
{
    return rtc->cmos[R_B] & B_BINARY ? r : (r >> 4) * 10u + (r & 15);
}

static uint8_t hour_to_register(const struct rtc *rtc, unsigned hour)
{
    if (rtc->cmos[R_B] & B_24H)
        return to_register(rtc, hour);
    return to_register(rtc, (hour + 11) % 12 + 1) | (hour >= 12 ? 0x80 : 0);
}

static unsigned hour_from_register(const struct rtc *rtc, uint8_t r)
{
    if (rtc->cmos[R_B] & B_24H)
        return from_register(rtc, r);
    return from_register(rtc, r & 0x7f) % 12 + (r & 0x80 ? 12 : 0);
}

/* Days since 1970 of a date in the proleptic Gregorian calendar; years are counted from March. */
static int64_t days_from_date(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    unsigned year_of_era = (unsigned)(year - era * 400);
    unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

/* Brings the time registers up to the present. */
static void rtc_show(struct rtc *rtc, uint64_t now)
{
    uint64_t seconds = rtc_seconds(rtc, now);
    uint64_t days = seconds / 86400;
    unsigned rest = (unsigned)(seconds % 86400);
    uint64_t z = days + 719468;
    uint64_t era = z / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    unsigned month = mp < 10 ? mp + 3 : mp - 9;
    unsigned year = (unsigned)(era * 400 + yoe) + (month <= 2);

    rtc->cmos[R_SECOND] = to_register(rtc, rest % 60);
    rtc->cmos[R_MINUTE] = to_register(rtc, rest / 60 % 60);
    rtc->cmos[R_HOUR] = hour_to_register(rtc, rest / 3600);
    rtc->cmos[R_WEEKDAY] = to_register(rtc, (unsigned)((days + 4) % 7) + 1);
    rtc->cmos[R_DAY] = to_register(rtc, doy - (153 * mp + 2) / 5 + 1);
    rtc->cmos[R_MONTH] = to_register(rtc, month);
    rtc->cmos[R_YEAR] = to_register(rtc, year % 100);
    rtc->cmos[R_CENTURY] = to_register(rtc, year / 100);
}

/* The guest has written the time registers: they are the time from now on. */
static void rtc_adopt(struct rtc *rtc, uint64_t now)
{
    const uint8_t *r = rtc->cmos;
    unsigned month = from_register(rtc, r[R_MONTH]);
    int64_t year = from_register(rtc, r[R_CENTURY]) * 100 + from_register(rtc, r[R_YEAR]);
    int64_t days = days_from_date(year, month ? month : 1, from_register(rtc, r[R_DAY]));

    rtc->epoch = (uint64_t)(days * 86400 + hour_from_register(rtc, r[R_HOUR]) * 3600 +
                            from_register(rtc, r[R_MINUTE]) * 60 + from_register(rtc, r[R_SECOND]));
    rtc->base = now;
    rtc->second = rtc->epoch;
}

static bool rtc_held(const struct rtc *rtc)
{
    return rtc->cmos[R_B] & B_SET;
}

/* Ticks of the periodic interrupt a second; 0: off. */
static uint32_t periodic_hz(const struct rtc *rtc)
{
    unsigned rate = rtc->cmos[R_A] & 15;

    if (rate == 0)
        return 0;
    return CRYSTAL >> (rate <= 2 ? rate + 6 : rate - 1);
}

static bool alarm_matches(const struct rtc *rtc)
{
    static const uint8_t pairs[3][2] = {
        {R_SECOND, R_SECOND_ALARM}, {R_MINUTE, R_MINUTE_ALARM}, {R_HOUR, R_HOUR_ALARM}};

    for (unsigned i = 0; i < 3; i++) {
        uint8_t alarm = rtc->cmos[pairs[i][1]];
        if (alarm < 0xc0 && alarm != rtc->cmos[pairs[i][0]]) /* C0 and up: any value */
            return false;
    }
    return true;
}

/* Sets the flags of everything that has happened since the last look. */
static void rtc_catch_up(struct rtc *rtc, uint64_t now)
{
    uint32_t hz = periodic_hz(rtc);

    if (hz && time_to_ticks(now, hz) != rtc->period) {
        rtc->period = time_to_ticks(now, hz);
        rtc->cmos[R_C] |= C_PERIODIC;
    }
    if (!rtc_held(rtc) && rtc_seconds(rtc, now) != rtc->second) {
        rtc->second = rtc_seconds(rtc, now);
        rtc->cmos[R_C] |= C_UPDATE;
        rtc_show(rtc, now);
        if (alarm_matches(rtc))
            rtc->cmos[R_C] |= C_ALARM;
    }
    if (rtc->cmos[R_C] & rtc->cmos[R_B] & (C_PERIODIC | C_ALARM | C_UPDATE)) {
        rtc->cmos[R_C] |= C_IRQ;
        pic_set_irq(IRQ, true);
    }
}

static void rtc_schedule(struct rtc *rtc, uint64_t now)
{
    uint32_t hz = periodic_hz(rtc);
    uint64_t at = NEVER;

    if (hz && rtc->cmos[R_B] & B_PERIODIC)
        at = ticks_to_time(time_to_ticks(now, hz) + 1, hz);
    if (rtc->cmos[R_B] & (B_ALARM | B_UPDATE) && !rtc_held(rtc)) {
        uint64_t update = now + SECOND - (now - rtc->base) % SECOND;
        at = update < at ? update : at;
    }
    sched_at(DEV_rtc, at);
}

/* Is it a register of the time? The alarms lie between them. */
static bool is_time(unsigned index)
{
    switch (index) {
    case R_SECOND:
    case R_MINUTE:
    case R_HOUR:
    case R_WEEKDAY:
    case R_DAY:
    case R_MONTH:
    case R_YEAR:
    case R_CENTURY:
        return true;
    default: return false;
    }
}

static void rtc_event(void *state, uint64_t now)
{
    rtc_catch_up(state, now);
    rtc_schedule(state, now);
}

static uint32_t rtc_read(struct rtc *rtc)
{
    uint64_t now = sched_now();
    uint8_t value;

    if (is_time(rtc->index)) {
        if (!rtc_held(rtc))
            rtc_show(rtc, now);
        return rtc->cmos[rtc->index];
    }
    switch (rtc->index) {
    case R_A:
        value = rtc->cmos[R_A];
        if (!rtc_held(rtc) && (now - rtc->base) % SECOND >= SECOND - UPDATE_NS)
            value |= A_UIP;
        return value;
    case R_C:
        rtc_catch_up(rtc, now);
        value = rtc->cmos[R_C];
        rtc->cmos[R_C] = 0;
        pic_set_irq(IRQ, false);
        return value;
    default: return rtc->cmos[rtc->index];
    }
}

static void rtc_write(struct rtc *rtc, uint8_t value)
{
    uint64_t now = sched_now();

    if (is_time(rtc->index)) {
        if (!rtc_held(rtc))
            rtc_show(rtc, now);
        rtc->cmos[rtc->index] = value;
        if (!rtc_held(rtc))
            rtc_adopt(rtc, now);
        return;
    }
    switch (rtc->index) {
    case R_A: rtc->cmos[R_A] = value & 0x7f; break;
    case R_B:
        if (!rtc_held(rtc))
            rtc_show(rtc, now);
        if (rtc_held(rtc) && !(value & B_SET)) {
            rtc->cmos[R_B] = value;
            rtc_adopt(rtc, now);
        }
        rtc->cmos[R_B] = value & B_SET ? value & (uint8_t)~B_UPDATE : value;
        break;
    case R_C:
    case R_D: return;
    default: rtc->cmos[rtc->index] = value; return;
    }
    rtc_catch_up(rtc, now);
    rtc_schedule(rtc, now);
}

static uint32_t rtc_in(void *state, uint16_t port, unsigned size)
{
    (void)size;
    return port & 1 ? rtc_read(state) : 0xff;
}

static void rtc_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct rtc *rtc = state;

    (void)size;
    if (port & 1)
        rtc_write(rtc, (uint8_t)value);
    else
        rtc->index = value & (CMOS_SIZE - 1); /* bit 7 masks NMI, which nothing here raises */
}

static void put16(struct rtc *rtc, unsigned low, uint32_t value)
{
    uint16_t v = value > 0xffff ? 0xffff : (uint16_t)value;

    rtc->cmos[low] = (uint8_t)v;
    rtc->cmos[low + 1] = (uint8_t)(v >> 8);
}

/*
 * Where the BIOS looks for something to boot, one digit a device, first to last; then the others.
 */
static void rtc_boot_order(struct rtc *rtc, uint32_t digits)
{
    static const uint8_t others[BOOT_DEVICES] = {BOOT_DISK, BOOT_CD, BOOT_FLOPPY};
    uint8_t order[BOOT_DEVICES] = {0};
    unsigned n = 0, known = 0;

    for (uint32_t unit = 100; unit > 0; unit /= 10)
        if (digits / unit % 10 && n < BOOT_DEVICES)
            order[n++] = (uint8_t)(digits / unit % 10);
    for (unsigned i = 0; i < n; i++)
        known |= 1u << order[i];
    for (unsigned i = 0; i < BOOT_DEVICES; i++)
        if (!(known & 1u << others[i]) && n < BOOT_DEVICES)
            order[n++] = others[i];
    rtc->cmos[R_BOOT_ORDER] = (uint8_t)(order[0] | order[1] << 4);
    rtc->cmos[R_BOOT_THIRD] = (uint8_t)(order[2] << 4);
}

void rtc_floppies(uint8_t first, uint8_t second)
{
    struct rtc *rtc = cms.mon->state[DEV_rtc];

    rtc->cmos[R_FLOPPIES] = (uint8_t)(first << 4 | second);
    rtc->cmos[R_EQUIPMENT] = (uint8_t)(EQUIPMENT_MOUSE | (first ? EQUIPMENT_FLOPPY : 0) |
                                       (first && second ? EQUIPMENT_SECOND : 0));
}

/* The clock goes on over a reset, as with a battery. */
static void rtc_init(void *state)
{
    struct rtc *rtc = state;
    struct host_request rq = {.op = HOST_CLOCK};

    proxy_call(&rq);
    rtc->epoch = rq.result;
    rtc->base = sched_now();
    rtc->second = rtc->epoch;
    rtc->cmos[R_A] = 0x26; /* 32768 Hz, periodic rate 1024 Hz */
    rtc->cmos[R_B] = B_24H;
    rtc->cmos[R_D] = 0x80; /* battery good */
    rtc->cmos[R_BOOT_FAST] = 1;
    rtc_boot_order(rtc, cms.opt->boot);
    put16(rtc, R_BASE_LOW, 640);
    put16(rtc, R_EXT_LOW, (cms.guest_size >> 10) - 1024);
    put16(rtc, R_EXT2_LOW, (cms.guest_size >> 10) - 1024);
    if (cms.guest_size > 16u << 20)
        put16(rtc, R_HIGH_LOW, (cms.guest_size - (16u << 20)) >> 16);
}

static void rtc_reset(void *state)
{
    struct rtc *rtc = state;

    rtc->cmos[R_B] &= (uint8_t) ~(B_PERIODIC | B_ALARM | B_UPDATE);
    rtc->cmos[R_C] = 0;
    pic_set_irq(IRQ, false);
    rtc_schedule(rtc, sched_now());
}

const struct device rtc_device = {
    .name = "rtc",
    .state_size = sizeof(struct rtc),
    .ports = (const struct port_range[]){{0x70, 0x71, 1}, {0}},
    .init = rtc_init,
    .reset = rtc_reset,
    .in = rtc_in,
    .out = rtc_out,
    .event = rtc_event,
};
