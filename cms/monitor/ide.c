/*
 * ide.c - PIIX3 IDE: two channels in their traditional places, up to four disks and CD-ROM drives.
 *
 * One set of task file registers serves both drives of a channel, as every drive listens to every
 * write. Drive 0 answers for an absent drive 1: a disk with these registers, a CD-ROM drive with
 * zeros. A channel without drives reads as a bus that nobody drives.
 */
#include "monitor/ide.h"

#define IDE_FUNCTION (1 << 3 | 1)

enum { CFG_MASTER_BASE = 0x20, CFG_TIMING = 0x40, MASTER_WIDTH = 4 };
enum { COMMAND_PORTS = 1, COMMAND_MASTER = 4 };
#define TIMING_DECODE 0x80008000u /* both channels answer */
enum { D_ALWAYS = 0xa0 };
enum { CTL_NO_INTERRUPT = 2, CTL_RESET = 4, CTL_HIGH = 0x80 };

struct disk *ide_selected(struct ide_channel *c)
{
    return &c->disk[c->device >> 4 & 1];
}

static bool any_drive(const struct ide_channel *c)
{
    return c->disk[0].present || c->disk[1].present;
}

void ide_interrupt(struct ide_channel *c, bool on)
{
    if (on && !c->interrupt)
        c->master.status |= MASTER_INTERRUPT; /* of whatever command */
    c->interrupt = on;
    pic_set_irq(c->irq, on && !(c->control & CTL_NO_INTERRUPT));
}

void ide_finish(struct ide_channel *c, uint8_t error)
{
    c->transfer = T_NONE;
    c->error = error;
    c->status = S_READY | S_SEEK | (error ? S_ERR : 0);
    ide_interrupt(c, true);
}

void ide_ask_for_data(struct ide_channel *c, bool interrupt)
{
    c->status = S_READY | S_SEEK | S_DRQ;
    if (interrupt)
        ide_interrupt(c, true);
}

static bool ide_gives(const struct ide_channel *c)
{
    return (c->transfer == T_PIO_IN || c->transfer == T_CD_IN) && c->status & S_DRQ;
}

/* One word of the data port. */
static uint16_t ide_word_in(struct ide_channel *c)
{
    uint16_t value;

    if (!ide_gives(c))
        return 0xffff;
    memcpy(&value, c->buffer + c->at, sizeof(value));
    c->at += sizeof(value);
    if (c->at < c->end)
        return value;
    if (c->transfer == T_CD_IN) {
        cd_next(c);
    } else if (c->left) {
        ide_fill(c);
    } else {
        c->transfer = T_NONE;
        c->status = S_READY | S_SEEK;
    }
    return value;
}

static void ide_word_out(struct ide_channel *c, uint16_t value)
{
    if ((c->transfer != T_PIO_OUT && c->transfer != T_CD_COMMAND) || !(c->status & S_DRQ))
        return;
    memcpy(c->buffer + c->at, &value, sizeof(value));
    c->at += sizeof(value);
    if (c->at < c->end)
        return;
    if (c->transfer == T_CD_COMMAND)
        cd_command(c);
    else
        ide_drain(c);
}

/* The data port is 16 bits wide; 32 are two words. */
static uint32_t ide_data_in(struct ide_channel *c, unsigned size)
{
    uint32_t value = ide_word_in(c);

    return size == 4 ? value | (uint32_t)ide_word_in(c) << 16 : value;
}

static void ide_data_out(struct ide_channel *c, unsigned size, uint32_t value)
{
    ide_word_out(c, (uint16_t)value);
    if (size == 4)
        ide_word_out(c, (uint16_t)(value >> 16));
}

static void ide_control(struct ide_channel *c, uint8_t value)
{
    bool was_reset = c->control & CTL_RESET;

    c->control = value;
    if (value & CTL_RESET) {
        c->transfer = T_NONE;
        c->status = S_BUSY;
        ide_interrupt(c, false);
    } else if (was_reset) {
        c->device = 0;
        ide_signature(c);
    }
    pic_set_irq(c->irq, c->interrupt && !(value & CTL_NO_INTERRUPT));
}

/* 48-bit registers are two deep; CTL_HIGH shows the older byte. */
static uint8_t deep(const struct ide_channel *c, const uint8_t reg[2])
{
    return reg[c->control & CTL_HIGH ? 1 : 0];
}

static void push(uint8_t reg[2], uint8_t value)
{
    reg[1] = reg[0];
    reg[0] = value;
}

static uint8_t ide_status(struct ide_channel *c)
{
    return ide_selected(c)->present ? c->status : 0;
}

static uint32_t ide_register_in(struct ide_channel *c, unsigned reg, unsigned size)
{
    if (!any_drive(c))
        return UINT32_MAX;
    if (c->disk[0].cd && !ide_selected(c)->present && reg != 6)
        return 0;
    switch (reg) {
    case 0: return ide_data_in(c, size);
    case 1: return c->error;
    case 2: return deep(c, c->count);
    case 3:
    case 4:
    case 5: return deep(c, c->lba[reg - 3]);
    case 6: return c->device | D_ALWAYS;
    default: ide_interrupt(c, false); return ide_status(c);
    }
}

static void ide_register_out(struct ide_channel *c, unsigned reg, unsigned size, uint32_t value)
{
    uint8_t v = (uint8_t)value;

    if (!any_drive(c))
        return;
    if (reg != 0)
        c->control &= (uint8_t)~CTL_HIGH;
    switch (reg) {
    case 0: ide_data_out(c, size, value); break;
    case 1: push(c->feature, v); break;
    case 2: push(c->count, v); break;
    case 3:
    case 4:
    case 5: push(c->lba[reg - 3], v); break;
    case 6: c->device = v & (uint8_t)~D_ALWAYS; break;
    default:
        if (!(c->control & CTL_RESET))
            ide_command(c, v);
    }
}

/* Command block 1F0 or 170, control block 3F6 or 376, bus masters where the guest put them. */
static uint32_t ide_in(void *state, uint16_t port, unsigned size)
{
    struct ide *ide = state;
    unsigned master = (unsigned)port - ide->master_base;

    if (ide->master_base && master < MASTER_PORTS)
        return master_in(&ide->channel[master >> 3], master & 7, size);
    struct ide_channel *c = &ide->channel[!(port & 0x80)];
    if ((port & 0x3f8) == 0x1f0 || (port & 0x3f8) == 0x170)
        return ide_register_in(c, port & 7, size);
    return any_drive(c) ? ide_status(c) : UINT32_MAX;
}

/* The channel whose data register that is, or NULL. */
static struct ide_channel *data_channel(struct ide *ide, uint16_t port)
{
    return port == 0x1f0 ? &ide->channel[0] : port == 0x170 ? &ide->channel[1] : NULL;
}

/* All of the block but its end, where the next one begins. */
static const uint8_t *ide_ahead(void *state, uint16_t port, unsigned size, uint32_t *length)
{
    const struct ide_channel *c = data_channel(state, port);
    uint32_t ready;

    if (!c || size < 2 || !ide_gives(c) || c->end - c->at <= size)
        return NULL;
    ready = (c->end - c->at - 1) / size * size;
    if (*length > ready)
        *length = ready;
    return c->buffer + c->at;
}

static void ide_skip(void *state, uint16_t port, uint32_t length)
{
    data_channel(state, port)->at += length;
}

static void ide_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct ide *ide = state;
    unsigned master = (unsigned)port - ide->master_base;

    if (ide->master_base && master < MASTER_PORTS) {
        master_out(&ide->channel[master >> 3], master & 7, size, value);
        return;
    }
    struct ide_channel *c = &ide->channel[!(port & 0x80)];
    if ((port & 0x3f8) == 0x1f0 || (port & 0x3f8) == 0x170)
        ide_register_out(c, port & 7, size, value);
    else
        ide_control(c, (uint8_t)value);
}

static void ide_written(struct pci_function *f, unsigned reg, unsigned size)
{
    struct ide *ide = cms.mon->state[DEV_ide];
    uint16_t base = 0;

    (void)reg;
    (void)size;
    if (pci_get(f, 4, 2) & 1) /* answers ports */
        base = (uint16_t)(pci_get(f, CFG_MASTER_BASE, 2) & 0xfff0);
    if (base == ide->master_base)
        return;
    if (ide->master_base)
        bus_unmap_ports(DEV_ide, ide->master_base, ide->master_base + MASTER_PORTS - 1u,
                        MASTER_WIDTH);
    if (base)
        bus_map_ports(DEV_ide, base, base + MASTER_PORTS - 1u, MASTER_WIDTH);
    ide->master_base = base;
}

void ide_place(uint16_t base)
{
    struct ide *ide = cms.mon->state[DEV_ide];
    struct pci_function *f = ide->function;

    pci_put(f, CFG_MASTER_BASE, 4, base | 1u);
    pci_put(f, CFG_TIMING, 4, TIMING_DECODE);
    pci_put(f, 4, 2, COMMAND_PORTS | COMMAND_MASTER);
    ide_written(f, CFG_MASTER_BASE, 4);
}

static void ide_init(void *state)
{
    static const struct pci_identity id = {0x8086, 0x7010, 0x010180, 0, 0, 0};
    struct ide *ide = state;
    struct pci_function *f = ide->function = pci_add(IDE_FUNCTION, &id);

    pci_put(f, CFG_MASTER_BASE, 4, 1);
    pci_allow(f, CFG_MASTER_BASE, 4, 0xfffffff0);
    pci_allow(f, CFG_TIMING, 4, UINT32_MAX);
    f->written = ide_written;
    for (unsigned i = 0; i < CHANNELS; i++) {
        ide->channel[i].irq = (uint8_t)(14 + i);
        for (unsigned n = 0; n < DRIVES; n++)
            disk_init(&ide->channel[i].disk[n], i * DRIVES + n);
    }
}

static void ide_reset(void *state)
{
    struct ide *ide = state;

    for (unsigned i = 0; i < CHANNELS; i++) {
        struct ide_channel *c = &ide->channel[i];
        c->control = 0;
        c->device = 0;
        c->master = (struct bus_master){0};
        ide_signature(c);
        ide_interrupt(c, false);
    }
}

const struct device ide_device = {
    .name = "ide",
    .state_size = sizeof(struct ide),
    .ports = (const struct port_range[]){{0x1f0, 0x1f0, 4},
                                         {0x1f1, 0x1f7, 1},
                                         {0x170, 0x170, 4},
                                         {0x171, 0x177, 1},
                                         {0x3f6, 0x3f6, 1},
                                         {0x376, 0x376, 1},
                                         {0}},
    .init = ide_init,
    .reset = ide_reset,
    .in = ide_in,
    .out = ide_out,
    .ahead = ide_ahead,
    .skip = ide_skip,
};
