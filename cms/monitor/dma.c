/*
 * dma.c - the 8237 pair and the page registers, and how devices reach into the guest's memory.
 *
 * Nothing on this PC uses an 8237 channel, but software programs them: the registers hold what is
 * written. Port 80h, a page register without a channel, is where a BIOS writes its progress and old
 * drivers wait a microsecond.
 *
 * Bus masters go through dma_memory(): it is the one place where a device gets a native pointer
 * into the guest's memory, and dma_written() is how translated code hears of it.
 */
#include "hidden-mem/map.h"
#include "monitor/monitor.h"

#define CONTROLLERS 2
#define REGISTERS 8 /* address and count of four channels */

struct controller {
    uint16_t value[REGISTERS];
    bool high; /* the next access to a 16-bit register is to its upper half */
    uint8_t command, mask;
};

struct dma {
    struct controller controller[CONTROLLERS];
    uint8_t page[16];
};

void *dma_memory(uint64_t gpa, uint64_t length)
{
    if (length > cms.guest_size || gpa > cms.guest_size - length)
        return NULL;
    return (void *)(GUEST_BASE + gpa);
}

void dma_written(uint64_t gpa, uint64_t length)
{
    if (length)
        smc_written(gpa, length);
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
        uint8_t value = (uint8_t)(c->high ? c->value[reg] >> 8 : c->value[reg]);
        c->high = !c->high;
        return value;
    }
    return reg == 15 ? c->mask : 0;
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
        if (c->high)
            c->value[reg] = (uint16_t)((c->value[reg] & 0x00ff) | value << 8);
        else
            c->value[reg] = (uint16_t)((c->value[reg] & 0xff00) | value);
        c->high = !c->high;
        return;
    }
    switch (reg) {
    case 8: c->command = (uint8_t)value; break;
    case 10: /* one channel's mask */
        if (value & 4)
            c->mask |= (uint8_t)(1u << (value & 3));
        else
            c->mask &= (uint8_t) ~(1u << (value & 3));
        break;
    case 12: /* byte pointer */ c->high = false; break;
    case 13: /* master clear */
        c->high = false;
        c->command = 0;
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
