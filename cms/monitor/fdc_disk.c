/*
 * fdc_disk.c - a floppy drive and its disk. What the image's size says is what the disk is, and the
 * drive is the one that was made for such disks.
 */
#include "hidden-mem/hostport.h"
#include "monitor/fdc.h"

static const struct {
    uint16_t kib;
    uint8_t type, tracks, sectors; /* two sides each */
} formats[] = {
    {360, 1, 40, 9}, {1200, 2, 80, 15}, {720, 3, 80, 9}, {1440, 4, 80, 18}, {2880, 5, 80, 36},
};

void floppy_init(struct floppy *d, unsigned n)
{
    struct host_request rq = {.op = HOST_BLK_INFO, .arg = {HOST_UNIT_FLOPPY + n}};

    if (proxy_call(&rq) != HOST_OK)
        return;
    for (unsigned i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (rq.result == formats[i].kib * UINT64_C(1024)) {
            d->present = true;
            d->type = formats[i].type;
            d->tracks = formats[i].tracks;
            d->sectors = formats[i].sectors;
        }
    if (!d->present) {
        char text[96];

        cms_snprintf(text, sizeof(text),
                     "the floppy disk has %lu bytes, expected 360, 720, 1200, 1440 or 2880 KiB",
                     rq.result);
        monitor_exit(HOST_EXIT_INPUT, 0, text);
    }
    d->unit = (uint8_t)(HOST_UNIT_FLOPPY + n);
    d->readonly = rq.arg[1] != 0;
}

bool floppy_has(const struct floppy *d, const struct address *a)
{
    return d->present && a->track < d->tracks && a->head < 2 && a->sector >= 1 &&
           a->sector <= d->sectors;
}

static bool floppy_transfer(const struct floppy *d, uint32_t op, const struct address *a,
                            uint8_t *data)
{
    uint64_t sector = (a->track * 2u + a->head) * d->sectors + a->sector - 1u;
    struct host_request rq = {
        .op = op,
        .arg = {d->unit, sector * FLOPPY_SECTOR},
        .buffer = (uintptr_t)data,
        .length = FLOPPY_SECTOR,
    };

    return floppy_has(d, a) && proxy_call(&rq) == HOST_OK;
}

bool floppy_read(struct floppy *d, const struct address *a, uint8_t data[FLOPPY_SECTOR])
{
    cms_count(EV_DISK_READ);
    return floppy_transfer(d, HOST_BLK_READ, a, data);
}

bool floppy_write(struct floppy *d, const struct address *a, uint8_t data[FLOPPY_SECTOR])
{
    cms_count(EV_DISK_WRITTEN);
    return floppy_transfer(d, HOST_BLK_WRITE, a, data);
}
