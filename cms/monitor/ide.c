/*
 * ide.c - PIIX3 IDE: two channels in their traditional places, up to four disks and CD-ROM drives.
 *
 * A command takes no simulated time but the host's: data is in the buffer, or the transfer done,
 * when the access that asked for it returns. One set of task file registers serves both drives of a
 * channel, as every drive listens to every write. Drive 0 answers for an absent drive 1: a disk
 * with these registers, a CD-ROM drive with zeros. A channel without drives reads as a bus that
 * nobody drives.
 */
#include "monitor/ide.h"

#define IDE_FUNCTION (1 << 3 | 1)

enum { CFG_MASTER_BASE = 0x20, CFG_TIMING = 0x40, MASTER_WIDTH = 4 };
enum { COMMAND_PORTS = 1, COMMAND_MASTER = 4 };
#define TIMING_DECODE 0x80008000u /* both channels answer */
enum { D_LBA = 0x40, D_DRIVE = 0x10, D_ALWAYS = 0xa0 };
enum { CTL_NO_INTERRUPT = 2, CTL_RESET = 4, CTL_HIGH = 0x80 };

enum command {
    C_DEVICE_RESET = 0x08,
    C_RECALIBRATE = 0x10, /* to 1F */
    C_READ = 0x20,
    C_READ_ONCE = 0x21,
    C_READ_EXT = 0x24,
    C_READ_DMA_EXT = 0x25,
    C_READ_MAX_EXT = 0x27,
    C_READ_MULTIPLE_EXT = 0x29,
    C_WRITE = 0x30,
    C_WRITE_ONCE = 0x31,
    C_WRITE_EXT = 0x34,
    C_WRITE_DMA_EXT = 0x35,
    C_WRITE_MULTIPLE_EXT = 0x39,
    C_VERIFY = 0x40,
    C_VERIFY_ONCE = 0x41,
    C_VERIFY_EXT = 0x42,
    C_SEEK = 0x70,
    C_DIAGNOSE = 0x90,
    C_SET_GEOMETRY = 0x91,
    C_PACKET = 0xa0,
    C_IDENTIFY_PACKET = 0xa1,
    C_READ_MULTIPLE = 0xc4,
    C_WRITE_MULTIPLE = 0xc5,
    C_SET_MULTIPLE = 0xc6,
    C_READ_DMA = 0xc8,
    C_READ_DMA_ONCE = 0xc9,
    C_WRITE_DMA = 0xca,
    C_WRITE_DMA_ONCE = 0xcb,
    C_STANDBY_NOW = 0xe0,
    C_IDLE_NOW = 0xe1,
    C_STANDBY = 0xe2,
    C_IDLE = 0xe3,
    C_CHECK_POWER = 0xe5,
    C_SLEEP = 0xe6,
    C_FLUSH = 0xe7,
    C_FLUSH_EXT = 0xea,
    C_IDENTIFY = 0xec,
    C_SET_FEATURES = 0xef,
    C_READ_MAX = 0xf8,
};

struct disk *ide_selected(struct ide_channel *c)
{
    return &c->disk[c->device >> 4 & 1];
}

static bool any_drive(const struct ide_channel *c)
{
    return c->disk[0].present || c->disk[1].present;
}

static void ide_interrupt(struct ide_channel *c, bool on)
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

/* The address that a command names, and how many sectors. False if it is not all on the disk. */
static bool ide_range(struct ide_channel *c, bool ext)
{
    const struct disk *d = ide_selected(c);
    uint64_t low = c->lba[0][0] | (uint64_t)c->lba[1][0] << 8 | (uint64_t)c->lba[2][0] << 16;

    c->left = c->count[0];
    if (ext) {
        c->left |= (uint32_t)c->count[1] << 8;
        c->left = c->left ? c->left : 65536;
        c->sector = low | (uint64_t)c->lba[0][1] << 24 | (uint64_t)c->lba[1][1] << 32 |
                    (uint64_t)c->lba[2][1] << 40;
    } else {
        c->left = c->left ? c->left : 256;
        if (c->device & D_LBA) {
            c->sector = low | (uint64_t)(c->device & 15) << 24;
        } else {
            uint64_t cylinder = c->lba[1][0] | (uint64_t)c->lba[2][0] << 8;
            if (c->lba[0][0] == 0 || c->lba[0][0] > d->per_track || (c->device & 15) >= d->heads)
                return false;
            c->sector = (cylinder * d->heads + (c->device & 15)) * d->per_track + c->lba[0][0] - 1;
        }
    }
    return c->sector <= d->sectors && c->left <= d->sectors - c->sector;
}

/* Sectors of the next PIO block. */
static uint32_t ide_block(const struct ide_channel *c)
{
    return c->left < c->block ? c->left : c->block;
}

/* PIO in: the next block into the buffer. */
static void ide_fill(struct ide_channel *c)
{
    uint32_t n = ide_block(c);

    if (!disk_read(ide_selected(c), c->sector * SECTOR, (uintptr_t)c->buffer, n * SECTOR)) {
        ide_finish(c, E_UNCORRECTABLE);
        return;
    }
    c->sector += n;
    c->left -= n;
    c->at = 0;
    c->end = n * SECTOR;
    ide_ask_for_data(c, true);
}

/* PIO out: room for the next block. */
static void ide_empty(struct ide_channel *c)
{
    c->at = 0;
    c->end = ide_block(c) * SECTOR;
    ide_ask_for_data(c, false);
}

/* PIO out: the block is complete. */
static void ide_drain(struct ide_channel *c)
{
    uint32_t n = c->end / SECTOR;

    if (!disk_write(ide_selected(c), c->sector * SECTOR, (uintptr_t)c->buffer, n * SECTOR)) {
        ide_finish(c, E_ABORT);
        return;
    }
    c->sector += n;
    c->left -= n;
    if (c->left == 0) {
        ide_finish(c, 0);
        return;
    }
    ide_empty(c);
    ide_interrupt(c, true);
}

static void ide_start(struct ide_channel *c, enum ide_transfer transfer, bool ext, bool multiple)
{
    const struct disk *d = ide_selected(c);
    bool out = transfer == T_PIO_OUT || transfer == T_DMA_OUT;

    if ((multiple && !d->multiple) || (out && d->readonly)) {
        ide_finish(c, E_ABORT);
        return;
    }
    if (!ide_range(c, ext)) {
        ide_finish(c, E_NOT_FOUND);
        return;
    }
    c->transfer = transfer;
    c->block = multiple ? d->multiple : 1;
    c->status = S_READY | S_SEEK;
    switch (transfer) {
    case T_PIO_IN: ide_fill(c); break;
    case T_PIO_OUT: ide_empty(c); break;
    default: c->status |= S_BUSY; master_run(c);
    }
}

static void ide_identify(struct ide_channel *c)
{
    disk_identify(ide_selected(c), !(c->device & D_DRIVE), !c->disk[1].present, c->buffer);
    c->transfer = T_PIO_IN;
    c->left = 0;
    c->at = 0;
    c->end = SECTOR;
    ide_ask_for_data(c, true);
}

static void ide_read_max(struct ide_channel *c, bool ext)
{
    uint64_t last = ide_selected(c)->sectors - 1;

    if (!ext && last > 0x0ffffffe)
        last = 0x0ffffffe;
    for (unsigned i = 0; i < 3; i++) {
        c->lba[i][0] = (uint8_t)(last >> (8 * i));
        c->lba[i][1] = (uint8_t)(last >> (8 * i + 24));
    }
    if (!ext)
        c->device = (uint8_t)((c->device & 0xf0) | (last >> 24 & 15));
    ide_finish(c, 0);
}

/* The registers by which software tells a disk from other devices after a reset. */
static void ide_signature(struct ide_channel *c)
{
    bool cd = ide_selected(c)->cd;

    c->count[0] = c->lba[0][0] = 1;
    c->lba[1][0] = cd ? 0x14 : 0;
    c->lba[2][0] = cd ? 0xeb : 0;
    c->device &= D_DRIVE;
    c->error = 1;                        /* diagnostics passed */
    c->status = cd ? 0 : S_READY | S_SEEK; /* a packet drive is ready when it is asked something */
    c->transfer = T_NONE;
}

static void ide_set_geometry(struct ide_channel *c)
{
    struct disk *d = ide_selected(c);

    if (c->count[0] == 0) {
        ide_finish(c, E_ABORT);
        return;
    }
    d->per_track = c->count[0];
    d->heads = (c->device & 15) + 1;
    uint64_t cylinders = d->sectors / ((uint64_t)d->per_track * d->heads);
    d->cylinders = (uint16_t)(cylinders > 65535 ? 65535 : cylinders);
    ide_finish(c, 0);
}

/* Commands of a disk. */
static void ide_disk_command(struct ide_channel *c, uint8_t command)
{
    struct disk *d = ide_selected(c);

    switch (command) {
    case C_READ:
    case C_READ_ONCE: ide_start(c, T_PIO_IN, false, false); break;
    case C_READ_EXT: ide_start(c, T_PIO_IN, true, false); break;
    case C_READ_MULTIPLE: ide_start(c, T_PIO_IN, false, true); break;
    case C_READ_MULTIPLE_EXT: ide_start(c, T_PIO_IN, true, true); break;
    case C_WRITE:
    case C_WRITE_ONCE: ide_start(c, T_PIO_OUT, false, false); break;
    case C_WRITE_EXT: ide_start(c, T_PIO_OUT, true, false); break;
    case C_WRITE_MULTIPLE: ide_start(c, T_PIO_OUT, false, true); break;
    case C_WRITE_MULTIPLE_EXT: ide_start(c, T_PIO_OUT, true, true); break;
    case C_READ_DMA:
    case C_READ_DMA_ONCE: ide_start(c, T_DMA_IN, false, false); break;
    case C_READ_DMA_EXT: ide_start(c, T_DMA_IN, true, false); break;
    case C_WRITE_DMA:
    case C_WRITE_DMA_ONCE: ide_start(c, T_DMA_OUT, false, false); break;
    case C_WRITE_DMA_EXT: ide_start(c, T_DMA_OUT, true, false); break;
    case C_VERIFY:
    case C_VERIFY_ONCE:
    case C_VERIFY_EXT:
        ide_finish(c, ide_range(c, command == C_VERIFY_EXT) ? 0 : E_NOT_FOUND);
        break;
    case C_IDENTIFY: ide_identify(c); break;
    case C_READ_MAX: ide_read_max(c, false); break;
    case C_READ_MAX_EXT: ide_read_max(c, true); break;
    case C_SET_GEOMETRY: ide_set_geometry(c); break;
    case C_SET_MULTIPLE:
        if (c->count[0] > MULTIPLE_MAX || c->count[0] & (c->count[0] - 1)) {
            ide_finish(c, E_ABORT);
            break;
        }
        d->multiple = c->count[0];
        ide_finish(c, 0);
        break;
    case C_FLUSH:
    case C_FLUSH_EXT: ide_finish(c, disk_flush(d) ? 0 : E_ABORT); break;
    case C_CHECK_POWER:
        c->count[0] = 0xff; /* active */
        ide_finish(c, 0);
        break;
    case C_SET_FEATURES:
    case C_STANDBY_NOW:
    case C_IDLE_NOW:
    case C_STANDBY:
    case C_IDLE:
    case C_SLEEP:
    case C_SEEK: ide_finish(c, 0); break;
    default: ide_finish(c, command >> 4 == C_RECALIBRATE >> 4 ? 0 : E_ABORT);
    }
}

/* Commands of a CD-ROM drive. To those of a disk it answers by saying what it is. */
static void ide_cd_command(struct ide_channel *c, uint8_t command)
{
    switch (command) {
    case C_PACKET: cd_packet(c); break;
    case C_IDENTIFY_PACKET: ide_identify(c); break;
    case C_DEVICE_RESET: ide_signature(c); break;
    case C_SET_FEATURES:
    case C_STANDBY_NOW:
    case C_IDLE_NOW:
    case C_SLEEP: ide_finish(c, 0); break;
    case C_CHECK_POWER:
        c->count[0] = 0xff; /* active */
        ide_finish(c, 0);
        break;
    case C_IDENTIFY:
    case C_READ: ide_signature(c); /* and refuses */ __attribute__((fallthrough));
    default: ide_finish(c, E_ABORT);
    }
}

static void ide_command(struct ide_channel *c, uint8_t command)
{
    ide_interrupt(c, false);
    if (command == C_DIAGNOSE) {
        c->device &= (uint8_t)~D_DRIVE;
        ide_signature(c);
        ide_interrupt(c, true);
        return;
    }
    if (!ide_selected(c)->present)
        return;
    c->error = 0;
    c->transfer = T_NONE;
    if (ide_selected(c)->cd)
        ide_cd_command(c, command);
    else
        ide_disk_command(c, command);
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
