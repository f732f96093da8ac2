/*
 * ide_cd.c - a CD-ROM drive: command packets, answers in pieces, sense data.
 *
 * The drive speaks SCSI's multimedia commands in packets of 12 bytes. What it answers comes from
 * the channel's buffer in blocks of at most the size that the guest named (PIO), or all at once to
 * the guest's table of regions (DMA). Sectors follow one another into the buffer as it empties. A
 * command that fails leaves its reason behind for REQUEST SENSE. The disc is in the drive from the
 * start and never leaves it; it has one track of data.
 */
#include "monitor/big.h"
#include "monitor/ide.h"

enum packet_command {
    P_TEST_READY = 0x00,
    P_REQUEST_SENSE = 0x03,
    P_INQUIRY = 0x12,
    P_START_STOP = 0x1b,
    P_PREVENT_REMOVAL = 0x1e,
    P_READ_CAPACITY = 0x25,
    P_READ_10 = 0x28,
    P_SEEK = 0x2b,
    P_READ_TOC = 0x43,
    P_GET_CONFIGURATION = 0x46,
    P_GET_EVENT = 0x4a,
    P_DISC_INFORMATION = 0x51,
    P_MODE_SENSE_10 = 0x5a,
    P_READ_12 = 0xa8,
    P_SET_SPEED = 0xbb,
    P_MECHANISM_STATUS = 0xbd,
};

enum { SENSE_NONE = 0, SENSE_ILLEGAL = 5, SENSE_MEDIUM = 3 };
enum {
    ASC_UNREADABLE = 0x11,
    ASC_BAD_COMMAND = 0x20,
    ASC_OUT_OF_RANGE = 0x21,
    ASC_BAD_FIELD = 0x24,
};
enum { REASON_COMMAND = 1, REASON_TO_HOST = 2 }; /* sector count register during a packet command */
enum { FEATURE_DMA = 1 };

#define PROFILE_CD_ROM 8
#define LEAD_OUT 0xaa
#define TRACK_DATA 0x14 /* track and sector header say: data, copying prohibited */

static uint32_t cd_sectors(const struct disk *d)
{
    return (uint32_t)(d->sectors / (CD_SECTOR / SECTOR));
}

/* ---------------------------------------------------------------- ends of a command */

static void cd_finish(struct ide_channel *c)
{
    c->count[0] = REASON_COMMAND | REASON_TO_HOST;
    ide_finish(c, 0);
}

static void cd_fail(struct ide_channel *c, uint8_t sense, uint8_t code)
{
    c->packet.sense = sense;
    c->packet.code = code;
    c->count[0] = REASON_COMMAND | REASON_TO_HOST;
    ide_finish(c, (uint8_t)(sense << 4 | E_ABORT));
}

/* ---------------------------------------------------------------- data to the guest */

/* Sectors that are still to come, as many as fit, into the empty buffer. */
static bool cd_fill(struct ide_channel *c)
{
    uint32_t n = sizeof(c->buffer) / CD_SECTOR;

    n = c->left < n ? c->left : n;
    if (!disk_read(ide_selected(c), c->sector * CD_SECTOR, (uintptr_t)c->buffer, n * CD_SECTOR))
        return false;
    c->sector += n;
    c->left -= n;
    c->at = 0;
    c->packet.filled = n * CD_SECTOR;
    return true;
}

void cd_next(struct ide_channel *c)
{
    if (c->at == c->packet.filled) {
        if (c->left == 0) {
            cd_finish(c);
            return;
        }
        if (!cd_fill(c)) {
            cd_fail(c, SENSE_MEDIUM, ASC_UNREADABLE);
            return;
        }
    }
    uint32_t n = c->packet.filled - c->at;
    n = n < c->packet.limit ? n : c->packet.limit;
    c->end = c->at + n;
    c->lba[1][0] = (uint8_t)n;
    c->lba[2][0] = (uint8_t)(n >> 8);
    c->count[0] = REASON_TO_HOST;
    ide_ask_for_data(c, true);
}

/* The bus master has ended a transfer of this drive's. */
void cd_moved(struct ide_channel *c, bool good)
{
    if (good)
        cd_finish(c);
    else
        cd_fail(c, SENSE_MEDIUM, ASC_UNREADABLE);
}

/* Hands over what the buffer holds, and `c->left` sectors after it. */
static void cd_send(struct ide_channel *c)
{
    c->at = 0;
    if (c->packet.dma) {
        c->transfer = T_DMA_IN;
        c->status = S_READY | S_SEEK | S_BUSY;
        master_run(c);
        return;
    }
    c->transfer = T_CD_IN;
    cd_next(c);
}

/* An answer of `size` bytes in the buffer, of which the guest wants `wanted`. */
static void cd_answer(struct ide_channel *c, uint32_t size, uint32_t wanted)
{
    c->left = 0;
    c->packet.filled = size < wanted ? size : wanted;
    if (c->packet.filled == 0)
        cd_finish(c);
    else
        cd_send(c);
}

/* ---------------------------------------------------------------- commands */

static void cd_read(struct ide_channel *c, uint32_t first, uint32_t count)
{
    uint32_t all = cd_sectors(ide_selected(c));

    if (first > all || count > all - first) {
        cd_fail(c, SENSE_ILLEGAL, ASC_OUT_OF_RANGE);
        return;
    }
    if (count == 0) {
        cd_finish(c);
        return;
    }
    c->sector = first;
    c->left = count;
    c->packet.filled = 0;
    cd_send(c);
}

static void cd_inquiry(struct ide_channel *c, const uint8_t *p)
{
    static const uint8_t answer[36] = "\x05\x80\x00\x21\x1f\0\0\0"
                                      "SELKIRK CD-ROM          1.0 ";

    memcpy(c->buffer, answer, sizeof(answer));
    cd_answer(c, sizeof(answer), get_big(p + 3, 2));
}

static void cd_request_sense(struct ide_channel *c, const uint8_t *p)
{
    memset(c->buffer, 0, 18);
    c->buffer[0] = 0x70;
    c->buffer[2] = c->packet.sense;
    c->buffer[7] = 10;
    c->buffer[12] = c->packet.code;
    c->packet.sense = c->packet.code = 0;
    cd_answer(c, 18, p[4]);
}

static void put_address(uint8_t *to, uint32_t sector, bool in_time)
{
    uint32_t frame = sector + 150;

    if (in_time)
        put_big(to, 4, frame / 75 / 60 << 16 | frame / 75 % 60 << 8 | frame % 75);
    else
        put_big(to, 4, sector);
}

/* Format 0: the track and the lead-out; 1: the one session; 2, the raw table, is not kept. */
static void cd_read_toc(struct ide_channel *c, const uint8_t *p)
{
    uint8_t *to = c->buffer + 4;
    bool in_time = p[1] & 2;
    unsigned format = (p[2] & 15) | p[9] >> 6;

    if (format > 1 || (format == 0 && p[6] > 1 && p[6] != LEAD_OUT)) {
        cd_fail(c, SENSE_ILLEGAL, ASC_BAD_FIELD);
        return;
    }
    memset(c->buffer, 0, 20);
    c->buffer[2] = c->buffer[3] = 1;
    if (format == 1 || p[6] <= 1) {
        to[1] = TRACK_DATA;
        to[2] = 1;
        put_address(to + 4, 0, in_time);
        to += 8;
    }
    if (format == 0) {
        to[1] = TRACK_DATA;
        to[2] = LEAD_OUT;
        put_address(to + 4, cd_sectors(ide_selected(c)), in_time);
        to += 8;
    }
    uint32_t size = (uint32_t)(to - c->buffer);
    put_big(c->buffer, 2, size - 2);
    cd_answer(c, size, get_big(p + 7, 2));
}

static void cd_mode_sense(struct ide_channel *c, const uint8_t *p)
{
    unsigned page = p[2] & 63, size = 8;

    memset(c->buffer, 0, 64);
    if (page == 0x01 || page == 0x3f) { /* error recovery: as little as possible */
        c->buffer[size] = 0x01;
        c->buffer[size + 1] = 6;
        size += 8;
    }
    if (page == 0x2a || page == 0x3f) { /* what the drive can: read, lock, 24 times the speed */
        c->buffer[size] = 0x2a;
        c->buffer[size + 1] = 18;
        c->buffer[size + 4] = 0x70;
        c->buffer[size + 6] = 0x29;
        put_big(c->buffer + size + 8, 2, 24 * 176);
        put_big(c->buffer + size + 14, 2, 24 * 176);
        size += 20;
    }
    if (size == 8) {
        cd_fail(c, SENSE_ILLEGAL, ASC_BAD_FIELD);
        return;
    }
    put_big(c->buffer, 2, size - 2);
    c->buffer[2] = 1; /* a data disc of 120 mm */
    cd_answer(c, size, get_big(p + 7, 2));
}

static void cd_configuration(struct ide_channel *c, const uint8_t *p)
{
    memset(c->buffer, 0, 16);
    put_big(c->buffer, 4, 12);
    put_big(c->buffer + 6, 2, PROFILE_CD_ROM);
    c->buffer[10] = 3; /* list of profiles: version 0, permanent, current */
    c->buffer[11] = 4;
    put_big(c->buffer + 12, 2, PROFILE_CD_ROM);
    c->buffer[14] = 1;
    cd_answer(c, 16, get_big(p + 7, 2));
}

static void cd_get_event(struct ide_channel *c, const uint8_t *p)
{
    if (!(p[1] & 1)) { /* to be told later: there is nobody who would */
        cd_fail(c, SENSE_ILLEGAL, ASC_BAD_FIELD);
        return;
    }
    memset(c->buffer, 0, 8);
    c->buffer[1] = 6;
    c->buffer[2] = 4; /* of the medium: nothing has happened, it is there */
    c->buffer[3] = 1 << 4;
    c->buffer[5] = 2;
    cd_answer(c, 8, get_big(p + 7, 2));
}

static void cd_disc_information(struct ide_channel *c, const uint8_t *p)
{
    memset(c->buffer, 0, 34);
    c->buffer[1] = 32;
    c->buffer[2] = 0x0e; /* complete */
    c->buffer[3] = c->buffer[4] = c->buffer[5] = c->buffer[6] = 1;
    cd_answer(c, 34, get_big(p + 7, 2));
}

static void cd_execute(struct ide_channel *c)
{
    uint8_t p[PACKET_SIZE];

    memcpy(p, c->buffer, sizeof(p));
    if (p[0] != P_REQUEST_SENSE)
        c->packet.sense = c->packet.code = 0;
    switch (p[0]) {
    case P_TEST_READY:
    case P_START_STOP:
    case P_PREVENT_REMOVAL:
    case P_SET_SPEED:
    case P_SEEK: cd_finish(c); break;
    case P_REQUEST_SENSE: cd_request_sense(c, p); break;
    case P_INQUIRY: cd_inquiry(c, p); break;
    case P_READ_CAPACITY:
        put_big(c->buffer, 4, cd_sectors(ide_selected(c)) - 1);
        put_big(c->buffer + 4, 4, CD_SECTOR);
        cd_answer(c, 8, 8);
        break;
    case P_READ_10: cd_read(c, get_big(p + 2, 4), get_big(p + 7, 2)); break;
    case P_READ_12: cd_read(c, get_big(p + 2, 4), get_big(p + 6, 4)); break;
    case P_READ_TOC: cd_read_toc(c, p); break;
    case P_MODE_SENSE_10: cd_mode_sense(c, p); break;
    case P_GET_CONFIGURATION: cd_configuration(c, p); break;
    case P_GET_EVENT: cd_get_event(c, p); break;
    case P_DISC_INFORMATION: cd_disc_information(c, p); break;
    case P_MECHANISM_STATUS:
        memset(c->buffer, 0, 8);
        cd_answer(c, 8, get_big(p + 8, 2));
        break;
    default: cd_fail(c, SENSE_ILLEGAL, ASC_BAD_COMMAND);
    }
}

/* PACKET was written to the command register: the packet itself comes through the data port. */
void cd_packet(struct ide_channel *c)
{
    uint32_t limit = c->lba[1][0] | (uint32_t)c->lba[2][0] << 8;

    c->packet.dma = c->feature[0] & FEATURE_DMA;
    c->packet.limit = limit >= 2 ? limit & ~1u : 0xfffe;
    c->transfer = T_CD_COMMAND;
    c->at = 0;
    c->end = PACKET_SIZE;
    c->count[0] = REASON_COMMAND;
    ide_ask_for_data(c, false);
}

/* The packet is complete. */
void cd_command(struct ide_channel *c)
{
    c->status = S_READY | S_SEEK;
    cd_execute(c);
}
