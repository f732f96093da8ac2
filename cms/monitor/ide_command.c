/*
 * ide_command.c - commands of the IDE controller's drives, and their PIO transfers.
 *
 * A command takes no simulated time but the host's: data is in the buffer, or the transfer done,
 * when the access that asked for it returns.
 */
#include "monitor/ide.h"

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

void ide_fill(struct ide_channel *c)
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

void ide_drain(struct ide_channel *c)
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

void ide_signature(struct ide_channel *c)
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

void ide_command(struct ide_channel *c, uint8_t command)
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
