/*
 * pic.c - two 8259A interrupt controllers, master and slave, as the PC wires them.
 *
 * The slave's output is the master's input 2. A chip's output follows from its registers alone, so
 * after each change both are evaluated, slave first, and cms.intr is the master's output.
 */
#include "monitor/monitor.h"

#define LINES 8
#define CASCADE 2

enum { ICW1_ICW4 = 1, ICW1_SINGLE = 2, ICW1_LEVEL = 8, ICW1 = 0x10 };
enum { ICW4_AUTO_EOI = 2, ICW4_FULLY_NESTED = 0x10 };
enum { OCW3 = 8, OCW3_POLL = 4 };

struct chip8259 {
    uint8_t irr, isr, imr;
    uint8_t lines;  /* inputs as they are now */
    uint8_t level;  /* level-triggered inputs (ELCR) */
    uint8_t lowest; /* input of lowest priority */
    uint8_t vector; /* of input 0 */
    uint8_t expect; /* 0, or the number of the initialization word that comes next */
    uint8_t icw4;
    bool wants_icw4, single;
    bool read_isr, special_mask, rotate_on_auto_eoi, poll;
};

struct pic {
    struct chip8259 chip[2]; /* master, slave */
};

/* The pending input of highest priority that may interrupt now, or -1. */
static int chip_request(const struct chip8259 *c, bool master)
{
    uint8_t ready = c->irr & (uint8_t)~c->imr;
    uint8_t blocking = c->special_mask ? c->isr & (uint8_t)~c->imr : c->isr;

    for (unsigned i = 1; i <= LINES; i++) {
        unsigned n = (c->lowest + i) % LINES;
        bool nested = master && n == CASCADE && (c->icw4 & ICW4_FULLY_NESTED);
        if (ready >> n & 1 && (!(blocking >> n & 1) || nested))
            return (int)n;
        if (blocking >> n & 1 && !c->special_mask)
            return -1;
    }
    return -1;
}

static void chip_line(struct chip8259 *c, unsigned n, bool high)
{
    uint8_t bit = (uint8_t)(1u << n);

    if (c->level & bit)
        c->irr = high ? c->irr | bit : c->irr & (uint8_t)~bit;
    else if (high && !(c->lines & bit))
        c->irr |= bit;
    else if (!high)
        c->irr &= (uint8_t)~bit;
    c->lines = high ? c->lines | bit : c->lines & (uint8_t)~bit;
}

static void pic_update(struct pic *pic)
{
    chip_line(&pic->chip[0], CASCADE, chip_request(&pic->chip[1], false) >= 0);
    cms.intr = chip_request(&pic->chip[0], true) >= 0;
}

void pic_set_irq(unsigned irq, bool level)
{
    struct pic *pic = cms.mon->state[DEV_pic];
    struct chip8259 *c = &pic->chip[irq / LINES];

    if (level && !(c->lines >> irq % LINES & 1))
        cms_count(EV_IRQS);
    chip_line(c, irq % LINES, level);
    pic_update(pic);
}

/* What the chip does when the processor (or a poll) takes input n. */
static void chip_take(struct chip8259 *c, unsigned n)
{
    uint8_t bit = (uint8_t)(1u << n);

    if (!(c->level & bit))
        c->irr &= (uint8_t)~bit;
    if (!(c->icw4 & ICW4_AUTO_EOI))
        c->isr |= bit;
    else if (c->rotate_on_auto_eoi)
        c->lowest = (uint8_t)n;
}

uint8_t monitor_irq_ack(void)
{
    struct pic *pic = cms.mon->state[DEV_pic];
    struct chip8259 *master = &pic->chip[0], *slave = &pic->chip[1];
    int n = chip_request(master, true);
    uint8_t vector;

    if (n < 0) { /* spurious: input 7 without its bit in service */
        vector = master->vector + 7;
    } else if (n == CASCADE) {
        chip_take(master, CASCADE);
        n = chip_request(slave, false);
        if (n >= 0)
            chip_take(slave, (unsigned)n);
        vector = slave->vector + (uint8_t)(n < 0 ? 7 : n);
    } else {
        chip_take(master, (unsigned)n);
        vector = master->vector + (uint8_t)n;
    }
    pic_update(pic);
    return vector;
}

static void chip_init_word(struct chip8259 *c, uint8_t value)
{
    switch (c->expect) {
    case 2:
        c->vector = value & 0xf8;
        c->expect = !c->single ? 3 : c->wants_icw4 ? 4 : 0;
        break;
    case 3: /* the wiring is what it is */ c->expect = c->wants_icw4 ? 4 : 0; break;
    default: c->icw4 = value; c->expect = 0;
    }
}

static void chip_start(struct chip8259 *c, uint8_t value)
{
    uint8_t lines = c->lines, level = c->level;

    *c = (struct chip8259){
        .lines = lines,
        .level = level,
        .irr = lines & level,
        .lowest = LINES - 1,
        .expect = 2,
        .wants_icw4 = value & ICW1_ICW4,
        .single = value & ICW1_SINGLE,
    };
}

/* The input in service of highest priority, or -1. */
static int chip_serviced(const struct chip8259 *c)
{
    for (unsigned i = 1; i <= LINES; i++) {
        unsigned n = (c->lowest + i) % LINES;
        if (c->isr >> n & 1 && !(c->special_mask && c->imr >> n & 1))
            return (int)n;
    }
    return -1;
}

/* OCW2: bits 7..5 rotate, specific, end of interrupt. */
static void chip_end(struct chip8259 *c, uint8_t value)
{
    bool rotate = value & 0x80, specific = value & 0x40, eoi = value & 0x20;
    int n = specific ? value & 7 : chip_serviced(c);

    if (!eoi && !specific) {
        c->rotate_on_auto_eoi = rotate;
        return;
    }
    if (eoi && n >= 0)
        c->isr &= (uint8_t) ~(1u << n);
    if (rotate && n >= 0)
        c->lowest = (uint8_t)n;
}

static void chip_command(struct chip8259 *c, uint8_t value)
{
    if (value & ICW1) {
        chip_start(c, value);
    } else if (value & OCW3) {
        c->poll = value & OCW3_POLL;
        if (value & 2)
            c->read_isr = value & 1;
        if (value & 0x40)
            c->special_mask = value & 0x20;
    } else {
        chip_end(c, value);
    }
}

static uint32_t pic_in(void *state, uint16_t port, unsigned size)
{
    struct pic *pic = state;

    (void)size;
    if (port >= 0x4d0)
        return pic->chip[port & 1].level;
    struct chip8259 *c = &pic->chip[port >= 0xa0];
    if (c->poll) {
        int n = chip_request(c, port < 0xa0);
        c->poll = false;
        if (n < 0)
            return 0;
        chip_take(c, (unsigned)n);
        pic_update(pic);
        return 0x80u | (unsigned)n;
    }
    if (port & 1)
        return c->imr;
    return c->read_isr ? c->isr : c->irr;
}

static void pic_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct pic *pic = state;

    (void)size;
    if (port >= 0x4d0) { /* inputs 0, 1, 2, 8 and 13 are always edges */
        pic->chip[port & 1].level = value & (port & 1 ? 0xde : 0xf8);
        return;
    }
    struct chip8259 *c = &pic->chip[port >= 0xa0];
    if (!(port & 1))
        chip_command(c, (uint8_t)value);
    else if (c->expect)
        chip_init_word(c, (uint8_t)value);
    else
        c->imr = (uint8_t)value;
    pic_update(pic);
}

static void pic_reset(void *state)
{
    struct pic *pic = state;

    memset(pic, 0, sizeof(*pic));
    for (unsigned i = 0; i < 2; i++) {
        pic->chip[i].lowest = LINES - 1;
        pic->chip[i].imr = 0xff; /* nothing before it has been programmed */
    }
    pic_update(pic);
}

const struct device pic_device = {
    .name = "pic",
    .state_size = sizeof(struct pic),
    .ports = (const struct port_range[]){{0x20, 0x21, 1}, {0xa0, 0xa1, 1}, {0x4d0, 0x4d1, 1}, {0}},
    .reset = pic_reset,
    .in = pic_in,
    .out = pic_out,
};
