/*
 * ide_disk.c - a disk: its identity, its geometry, and its sectors on the host.
 */
#include "hidden-mem/hostport.h"
#include "monitor/ide.h"

#define HEADS 16
#define PER_TRACK 63
#define CYLINDERS_MAX 16383
#define LBA28_MAX 0x0fffffffu

void disk_init(struct disk *d, unsigned unit)
{
    struct host_request rq = {.op = HOST_BLK_INFO, .arg = {unit}};

    if (proxy_call(&rq) != HOST_OK)
        return;
    d->present = true;
    d->unit = (uint8_t)unit;
    d->readonly = rq.arg[1] != 0;
    d->cd = rq.arg[2] == HOST_MEDIUM_CD;
    d->sectors = rq.result / SECTOR;
    d->heads = HEADS;
    d->per_track = PER_TRACK;
    uint64_t cylinders = d->sectors / (HEADS * PER_TRACK);
    d->cylinders = (uint16_t)(cylinders > CYLINDERS_MAX ? CYLINDERS_MAX
                              : cylinders               ? cylinders
                                                        : 1);
}

static void put_word(uint8_t *data, unsigned word, uint32_t value)
{
    data[word * 2] = (uint8_t)value;
    data[word * 2 + 1] = (uint8_t)(value >> 8);
}

/* Text in ATA's order: the first character in the high byte; filled with blanks. */
static void put_text(uint8_t *data, unsigned word, unsigned words, const char *text)
{
    for (unsigned i = 0; i < words * 2; i++)
        data[word * 2 + (i ^ 1)] = (uint8_t)(*text ? *text++ : ' ');
}

/* Words 63 to 68: multiword DMA 0 to 2, mode 2 in use; PIO 3 and 4; cycle times in ns. */
static void put_modes(uint8_t *data)
{
    put_word(data, 63, 0x0407);
    put_word(data, 64, 0x0003);
    for (unsigned word = 65; word <= 68; word++)
        put_word(data, word, 120);
}

static void cd_identify(const struct disk *d, uint8_t data[SECTOR])
{
    char serial[16];

    memset(data, 0, SECTOR);
    cms_snprintf(serial, sizeof(serial), "SK%04u", d->unit);
    put_word(data, 0, 0x85c0); /* CD-ROM, removable, packets of 12 bytes, DRQ within 50 us */
    put_text(data, 10, 10, serial);
    put_text(data, 23, 4, "1.0");
    put_text(data, 27, 20, "SELKIRK CD-ROM");
    put_word(data, 49, 0x0b00); /* IORDY, LBA, DMA */
    put_word(data, 53, 0x0002); /* words 64-70 hold */
    put_modes(data);
    put_word(data, 73, 0x0007); /* ATA/ATAPI-4 */
    put_word(data, 80, 0x001e);
    put_word(data, 82, 0x0010); /* packet commands */
    put_word(data, 85, 0x0010);
}

void disk_identify(const struct disk *d, bool first, bool alone, uint8_t data[SECTOR])
{
    if (d->cd) {
        cd_identify(d, data);
        return;
    }
    uint32_t lba28 = d->sectors > LBA28_MAX ? LBA28_MAX : (uint32_t)d->sectors;
    uint32_t chs = (uint32_t)d->cylinders * d->heads * d->per_track;
    char serial[16];

    memset(data, 0, SECTOR);
    cms_snprintf(serial, sizeof(serial), "SK%04u", d->unit);
    put_word(data, 0, 0x0040); /* fixed disk */
    put_word(data, 1, d->cylinders);
    put_word(data, 3, d->heads);
    put_word(data, 4, d->per_track * SECTOR); /* bytes of a track and of a sector, for old BIOSes */
    put_word(data, 5, SECTOR);
    put_word(data, 6, d->per_track);
    put_text(data, 10, 10, serial);
    put_text(data, 23, 4, "1.0");
    put_text(data, 27, 20, "SELKIRK DISK");
    put_word(data, 47, 0x8000 | MULTIPLE_MAX);
    put_word(data, 49, 0x0b00); /* IORDY, LBA, DMA */
    put_word(data, 50, 0x4000);
    put_word(data, 53, 0x0003); /* words 54-58 and 64-70 hold */
    put_word(data, 54, d->cylinders);
    put_word(data, 55, d->heads);
    put_word(data, 56, d->per_track);
    put_word(data, 57, chs);
    put_word(data, 58, chs >> 16);
    put_word(data, 59, d->multiple ? 0x0100u | d->multiple : 0);
    put_word(data, 60, lba28);
    put_word(data, 61, lba28 >> 16);
    put_modes(data);
    put_word(data, 80, 0x00f0); /* ATA-4 to ATA-7 */
    put_word(data, 82, 0x0020);    /* write cache */
    put_word(data, 83, 0x7400);    /* LBA48, FLUSH CACHE, FLUSH CACHE EXT */
    put_word(data, 84, 0x4000);
    put_word(data, 85, 0x0020);
    put_word(data, 86, 0x3400);
    put_word(data, 87, 0x4000);
    /* Result of the hardware reset: drive 0 says whether it also answers for an absent drive 1. */
    put_word(data, 93, first ? (alone ? 0x4049 : 0x4009) : 0x4900);
    for (unsigned i = 0; i < 4; i++)
        put_word(data, 100 + i, (uint32_t)(d->sectors >> (16 * i)));
}

static bool disk_transfer(const struct disk *d, uint32_t op, uint64_t offset, uint64_t buffer,
                          uint32_t length)
{
    struct host_request rq = {
        .op = op,
        .arg = {d->unit, offset},
        .buffer = buffer,
        .length = length,
    };

    return proxy_call(&rq) == HOST_OK;
}

/* Sectors that end in a piece of a transfer: it may be less than one. */
static uint64_t sectors_ended(uint64_t offset, uint32_t length)
{
    return (offset + length) / SECTOR - offset / SECTOR;
}

bool disk_read(const struct disk *d, uint64_t offset, uint64_t buffer, uint32_t length)
{
    cms.count[EV_DISK_READ] += sectors_ended(offset, length);
    return disk_transfer(d, HOST_BLK_READ, offset, buffer, length);
}

bool disk_write(const struct disk *d, uint64_t offset, uint64_t buffer, uint32_t length)
{
    cms.count[EV_DISK_WRITTEN] += sectors_ended(offset, length);
    return disk_transfer(d, HOST_BLK_WRITE, offset, buffer, length);
}

bool disk_flush(const struct disk *d)
{
    return disk_transfer(d, HOST_BLK_FLUSH, 0, 0, 0);
}
