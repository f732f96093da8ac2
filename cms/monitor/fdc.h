/*
 * fdc.h - what the files of the floppy controller share.
 *
 *   fdc.c       registers, commands, transfers
 *   fdc_disk.c  a drive and its disk: formats, sectors on the host
 */
#ifndef CMS_MONITOR_FDC_H
#define CMS_MONITOR_FDC_H

#include "monitor/monitor.h"

#define FLOPPIES 2
#define FLOPPY_SECTOR 512
#define FLOPPY_SIZE_CODE 2 /* of 512 bytes, in an address */
#define FLOPPY_SENSES 4    /* interrupts after a reset: one for each drive that could be */
#define FLOPPY_FIFO 16

/* A drive with a disk in it, or none. */
struct floppy {
    bool present, readonly;
    bool changed; /* the disk, since the head last moved */
    uint8_t type; /* as the CMOS memory has it; 0: no drive */
    uint8_t unit; /* the host's number for it */
    uint8_t tracks, sectors;
    uint8_t track; /* where the head is */
};

struct address {
    uint8_t track, head, sector; /* sectors from 1 */
};

enum fdc_phase { PHASE_COMMAND, PHASE_POLLED, PHASE_RESULT };
enum fdc_transfer { TRANSFER_READ, TRANSFER_WRITE, TRANSFER_VERIFY };

struct fdc {
    struct floppy drive[FLOPPIES];
    uint8_t dor, tape, config, timing[2];
    uint8_t unit; /* the drive that the command names */
    bool interrupt, locked;
    bool polled; /* sectors go through the data port */
    uint8_t sense, senses; /* status for SENSE INTERRUPT, and how often there is one */

    enum fdc_phase phase;
    uint8_t fifo[FLOPPY_FIFO]; /* command, or results */
    uint8_t at, length;

    enum fdc_transfer transfer;
    struct address here; /* the next sector */
    uint8_t last;        /* of a track */
    bool multitrack;
    uint16_t moved; /* bytes of `data`, through the data port */
    uint8_t data[FLOPPY_SECTOR];
};

/* fdc_disk.c */
void floppy_init(struct floppy *d, unsigned n);
bool floppy_has(const struct floppy *d, const struct address *a);
bool floppy_read(struct floppy *d, const struct address *a, uint8_t data[FLOPPY_SECTOR]);
bool floppy_write(struct floppy *d, const struct address *a, uint8_t data[FLOPPY_SECTOR]);

#endif
