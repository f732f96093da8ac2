/*
 * dma.c - the 8237 pair and the page registers, and how devices reach into the guest's memory.
 *
 * Two kinds of devices do. Bus masters (IDE, fw_cfg) name guest-physical addresses themselves;
 * dma_memory() is the one place where they get a native pointer, and it gives none that is not
 * wholly memory which the guest could write itself: not what is above the guest's memory, where the
 * firmware's begins, nor the display's window, nor a ROM. Devices on the old bus (the floppy
 * controller) ask a channel of the 8237 to move bytes to where the guest has aimed it; what it aims
 * at no memory reads as ones and is lost when written. dma_written() is how translated code hears
 * of both.
 *
 * A channel moves bytes at the moment when its device asks. Port 80h, a page register without a
 * channel, is where a BIOS writes its progress and old drivers wait a microsecond.
 */
#include "hidden-mem/map.h"
#include "monitor/monitor.h"

#define CONTROLLERS 2
#define CHANNELS 4
#define REGISTERS 8 /* address and count of four channels */
#define WINDOW_BASE 0xa0000u /* the display's */
#define WINDOW_END 0xb0000u

enum { MODE_TO_MEMORY = 1 << 2, MODE_FROM_MEMORY = 2 << 2, MODE_KIND = 3 << 2 };
enum { MODE_AGAIN = 0x10, MODE_DOWN = 0x20 };
enum { COMMAND_OFF = 4 };

struct channel {
    uint16_t base[2], now[2]; /* address, count; the count is one less than the bytes */
    uint8_t mode;
};

struct controller {
    struct channel channel[CHANNELS];
    bool high; /* the next access to a 16-bit register is to its upper half */
    uint8_t command, mask, request;
    uint8_t done; /* bit n: channel n has come to the end of its count; reading clears it */
};

struct dma {
    struct controller controller[CONTROLLERS];
    uint8_t page[16];
};

void *dma_memory(uint64_t gpa, uint64_t length)
{
    if (length > cms.guest_size || gpa > cms.guest_size - length)
        return NULL;
    if (!bios_is_open(gpa, length) || (gpa < WINDOW_END && gpa + length > WINDOW_BASE))
        return NULL;
    return (void *)(GUEST_BASE + gpa);
}

void dma_written(uint64_t gpa, uint64_t length)
{
    if (length)
        smc_written(gpa, length);
}

/* The page register of each channel of the first controller. */
static uint8_t page_of(const struct dma *dma, unsigned channel)
{
    static const uint8_t port[CHANNELS] = {7, 3, 1, 2};

    return dma->page[port[channel]];
}

/* One byte between a device and memory. */
static void move_byte(uint32_t gpa, uint8_t *byte, bool to_memory)
{
    uint8_t *at = dma_memory(gpa, 1);

    if (to_memory && at) {
        *at = *byte;
        dma_written(gpa, 1);
    } else if (!to_memory) {
        *byte = at ? *at : 0xff;
    }
}

unsigned dma_move(unsigned channel, uint8_t *bytes, unsigned length, bool to_memory, bool *done)
{
    struct dma *dma = cms.mon->state[DEV_dma];
    struct controller *c = &dma->controller[0];
    struct channel *ch = &c->channel[channel];
    unsigned kind = ch->mode & MODE_KIND, n = 0;

    *done = false;
    if (c->mask >> channel & 1 || c->command & COMMAND_OFF)
        return 0;
    while (n < length && !*done) {
        if (kind == (to_memory ? MODE_TO_MEMORY : MODE_FROM_MEMORY))
            move_byte((uint32_t)page_of(dma, channel) << 16 | ch->now[0], &bytes[n], to_memory);
        n++;
        ch->now[0] = (uint16_t)(ch->mode & MODE_DOWN ? ch->now[0] - 1 : ch->now[0] + 1);
        *done = ch->now[1]-- == 0;
    }
    if (*done) {
        c->done |= (uint8_t)(1u << channel);
        if (ch->mode & MODE_AGAIN)
            memcpy(ch->now, ch->base, sizeof(ch->now));
        else
            c->mask |= (uint8_t)(1u << channel);
    }
    return n;
}

/* The second controller's registers are two ports apart. */
static struct controller *dma_decode(struct dma *dma, uint16_t port, unsigned *reg)
{
    *reg = port >= 0xc0 ? (port - 0xc0u) >> 1 : port;
    return &dma->controller[port >= 0xc0];
}

static uint32_t dma_in(void *state, uint16_t port, unsigned size)
{
    struct dma *dma = state;
    unsigned reg;

    (void)size;
    if (port >= 0x80 && port <= 0x8f)
        return dma->page[port & 15];
    struct controller *c = dma_decode(dma, port, &reg);
    if (reg < REGISTERS) {
        uint16_t now = c->channel[reg / 2].now[reg % 2];
        uint8_t value = (uint8_t)(c->high ? now >> 8 : now);
        c->high = !c->high;
        return value;
    }
    if (reg == 8) {
        uint8_t status = (uint8_t)(c->request << 4 | c->done);
        c->done = 0;
        return status;
    }
    return reg == 15 ? c->mask : 0;
}

static void set_bit(uint8_t *mask, uint8_t value)
{
    if (value & 4)
        *mask |= (uint8_t)(1u << (value & 3));
    else
        *mask &= (uint8_t) ~(1u << (value & 3));
}

static void dma_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct dma *dma = state;
    unsigned reg;

    (void)size;
    if (port >= 0x80 && port <= 0x8f) {
        dma->page[port & 15] = (uint8_t)value;
        return;
    }
    struct controller *c = dma_decode(dma, port, &reg);
    if (reg < REGISTERS) {
        struct channel *ch = &c->channel[reg / 2];
        uint16_t *base = &ch->base[reg % 2];
        *base = (uint16_t)(c->high ? (*base & 0x00ff) | value << 8 : (*base & 0xff00) | value);
        ch->now[reg % 2] = *base;
        c->high = !c->high;
        return;
    }
    switch (reg) {
    case 8: c->command = (uint8_t)value; break;
    case 9: set_bit(&c->request, (uint8_t)value); break;
    case 10: set_bit(&c->mask, (uint8_t)value); break;
    case 11: c->channel[value & 3].mode = value & 0xfc; break;
    case 12: /* byte pointer */ c->high = false; break;
    case 13: /* master clear */
        c->high = false;
        c->command = c->request = c->done = 0;
        c->mask = 15;
        break;
    case 14: c->mask = 0; break;
    case 15: c->mask = value & 15; break;
    }
}

static void dma_reset(void *state)
{
    struct dma *dma = state;

    memset(dma, 0, sizeof(*dma));
    for (unsigned i = 0; i < CONTROLLERS; i++)
        dma->controller[i].mask = 15;
}

const struct device dma_device = {
    .name = "dma",
    .state_size = sizeof(struct dma),
    .ports = (const struct port_range[]){{0x00, 0x0f, 1}, {0x80, 0x8f, 1}, {0xc0, 0xdf, 1}, {0}},
    .reset = dma_reset,
    .in = dma_in,
    .out = dma_out,
};
