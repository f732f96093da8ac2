/*
 * pit.c - 8254 interval timer: channel 0 is IRQ 0, channel 1 nothing (once DRAM refresh), channel 2
 * the speaker.
 *
 * No counter counts. A channel remembers at which tick it was loaded; count and output follow from
 * the ticks that have passed since. Only channel 0 needs events: the rising edges of its output.
 */
#include "monitor/monitor.h"

#define PIT_HZ 1193182u
#define CHANNELS 3

enum access { ACCESS_LOW = 1, ACCESS_HIGH = 2, ACCESS_BOTH = 3 };

struct channel {
    uint8_t mode; /* 0..5 */
    uint8_t access;
    bool bcd;
    bool gate;
    bool loaded;     /* a count has been written since the mode was set */
    bool triggered;  /* modes 1 and 5: the gate has risen since */
    bool write_high; /* ACCESS_BOTH: the next byte written is the high one */
    bool read_high;  /* likewise read */
    uint8_t latches; /* bytes of the latched count still to be read */
    bool status_latched;
    uint8_t status;
    uint8_t low; /* first byte of a count being written */
    uint16_t latch;
    uint32_t reload;  /* 1..65536 (BCD: 1..10000) */
    uint64_t start;   /* tick at which counting began */
    uint64_t stopped; /* gate low: ticks that had passed until then */
};

struct pit {
    struct channel channel[CHANNELS];
};

static uint64_t now_ticks(void)
{
    return time_to_ticks(sched_now(), PIT_HZ);
}

static bool periodic(const struct channel *c)
{
    return c->mode == 2 || c->mode == 3;
}

static uint64_t channel_elapsed(const struct channel *c)
{
    if (!c->loaded)
        return 0;
    return c->gate || c->mode == 1 || c->mode == 5 ? now_ticks() - c->start : c->stopped;
}

static bool channel_output(const struct channel *c)
{
    uint64_t t = channel_elapsed(c);

    switch (c->mode) {
    case 0: return c->loaded && t >= c->reload;
    case 1: return !c->triggered || t >= c->reload;
    case 2: return !c->loaded || !c->gate || t % c->reload != c->reload - 1;
    case 3: return !c->loaded || !c->gate || t % c->reload < (c->reload + 1) / 2;
    default: return !c->loaded || t != c->reload;
    }
}

static uint16_t channel_count(const struct channel *c)
{
    uint64_t t = channel_elapsed(c);
    uint32_t modulus = c->bcd ? 10000 : 65536, n;

    if (c->mode == 2)
        n = c->reload - (uint32_t)(t % c->reload);
    else if (c->mode == 3)
        n = (c->reload - (uint32_t)(2 * t % c->reload)) & ~1u;
    else
        n = (uint32_t)((c->reload + modulus - t % modulus) % modulus);
    if (!c->bcd)
        return (uint16_t)n;
    n %= 10000;
    return (uint16_t)(n / 1000 << 12 | n / 100 % 10 << 8 | n / 10 % 10 << 4 | n % 10);
}

/* Channel 0: when does its output rise next? */
static void pit_schedule(const struct pit *pit)
{
    const struct channel *c = &pit->channel[0];
    uint64_t t = channel_elapsed(c), edge;

    if (!c->loaded)
        edge = NEVER;
    else if (periodic(c))
        edge = (t / c->reload + 1) * c->reload;
    else if (c->mode == 0)
        edge = t < c->reload ? c->reload : NEVER;
    else if (c->mode == 4)
        edge = t <= c->reload ? c->reload + 1 : NEVER;
    else
        edge = NEVER; /* modes 1 and 5 wait for a gate that is wired high */
    sched_at(DEV_pit, edge == NEVER ? NEVER : ticks_to_time(c->start + edge, PIT_HZ));
}

static void pit_event(void *state, uint64_t now)
{
    struct pit *pit = state;

    (void)now;
    pic_set_irq(0, false);
    pic_set_irq(0, true);
    pit_schedule(pit);
}

static void channel_load(struct channel *c, uint16_t count)
{
    uint32_t n = count;

    if (c->bcd)
        n = (count >> 12) * 1000u + (count >> 8 & 15) * 100u + (count >> 4 & 15) * 10u +
            (count & 15);
    c->reload = n ? n : c->bcd ? 10000 : 65536;
    c->start = now_ticks();
    c->stopped = 0;
    c->loaded = true;
}

static void channel_write(struct channel *c, uint8_t value)
{
    if (c->access == ACCESS_BOTH && !c->write_high) {
        c->low = value;
        c->write_high = true;
        return;
    }
    c->write_high = false;
    if (c->access == ACCESS_BOTH)
        channel_load(c, (uint16_t)(value << 8 | c->low));
    else
        channel_load(c, c->access == ACCESS_HIGH ? (uint16_t)(value << 8) : value);
}

static uint8_t channel_read(struct channel *c)
{
    uint16_t count;

    if (c->status_latched) {
        c->status_latched = false;
        return c->status;
    }
    if (c->latches) {
        count = c->latch;
        c->latches--;
    } else {
        count = channel_count(c);
    }
    if (c->access == ACCESS_BOTH)
        c->read_high = !c->read_high;
    bool high = c->access == ACCESS_HIGH || (c->access == ACCESS_BOTH && !c->read_high);
    return (uint8_t)(high ? count >> 8 : count);
}

static void channel_latch_count(struct channel *c)
{
    if (c->latches)
        return;
    c->latch = channel_count(c);
    c->latches = c->access == ACCESS_BOTH ? 2 : 1;
    c->read_high = false;
}

static void channel_latch_status(struct channel *c)
{
    if (c->status_latched)
        return;
    c->status = (uint8_t)(channel_output(c) << 7 | !c->loaded << 6 | c->access << 4 | c->mode << 1 |
                          c->bcd);
    c->status_latched = true;
}

static void channel_mode(struct channel *c, uint8_t control)
{
    uint8_t mode = control >> 1 & 7;

    *c = (struct channel){
        .mode = mode > 5 ? mode - 4 : mode,
        .access = control >> 4 & 3,
        .bcd = control & 1,
        .gate = c->gate,
        .reload = 65536,
    };
}

static void pit_control(struct pit *pit, uint8_t value)
{
    unsigned n = value >> 6;

    if (n < CHANNELS) {
        if (value & 0x30) {
            channel_mode(&pit->channel[n], value);
            if (n == 0) /* output low in mode 0, high in the others; only a later rise is an edge */
                pic_set_irq(0, false);
        } else {
            channel_latch_count(&pit->channel[n]);
        }
        return;
    }
    for (unsigned i = 0; i < CHANNELS; i++) { /* read-back; the bits are active low */
        if (!(value >> (i + 1) & 1))
            continue;
        if (!(value & 0x20))
            channel_latch_count(&pit->channel[i]);
        if (!(value & 0x10))
            channel_latch_status(&pit->channel[i]);
    }
}

static uint32_t pit_in(void *state, uint16_t port, unsigned size)
{
    struct pit *pit = state;

    (void)size;
    return port == 0x43 ? 0xff : channel_read(&pit->channel[port & 3]);
}

static void pit_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct pit *pit = state;

    (void)size;
    if (port == 0x43)
        pit_control(pit, (uint8_t)value);
    else
        channel_write(&pit->channel[port & 3], (uint8_t)value);
    pit_schedule(pit);
    speaker_changed();
}

bool pit_speaker_output(void)
{
    struct pit *pit = cms.mon->state[DEV_pit];

    return channel_output(&pit->channel[2]);
}

uint64_t pit_speaker_period(void)
{
    const struct pit *pit = cms.mon->state[DEV_pit];
    const struct channel *c = &pit->channel[2];

    return periodic(c) && c->loaded && c->gate ? ticks_to_time(c->reload, PIT_HZ) : 0;
}

void pit_speaker_gate(bool gate)
{
    struct pit *pit = cms.mon->state[DEV_pit];
    struct channel *c = &pit->channel[2];

    if (gate == c->gate)
        return;
    if (!gate) {
        c->stopped = channel_elapsed(c);
    } else if (c->mode == 0 || c->mode == 4) {
        c->start = now_ticks() - c->stopped;
    } else { /* a rising gate starts the count anew */
        c->start = now_ticks();
        c->triggered = c->loaded;
    }
    c->gate = gate;
}

static void pit_reset(void *state)
{
    struct pit *pit = state;

    memset(pit, 0, sizeof(*pit));
    for (unsigned i = 0; i < CHANNELS; i++) {
        pit->channel[i].access = ACCESS_BOTH;
        pit->channel[i].reload = 65536;
        pit->channel[i].gate = i != 2;
    }
    pit_schedule(pit);
}

const struct device pit_device = {
    .name = "pit",
    .state_size = sizeof(struct pit),
    .ports = (const struct port_range[]){{0x40, 0x43, 1}, {0}},
    .reset = pit_reset,
    .in = pit_in,
    .out = pit_out,
    .event = pit_event,
};
