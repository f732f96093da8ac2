/*
 * ide.h - what the files of the IDE controller share.
 *
 *   ide.c          ports, task file registers, the PCI function
 *   ide_command.c  commands, PIO transfers
 *   ide_dma.c      bus master: descriptors in guest memory
 *   ide_disk.c     a disk: its identity, its geometry, and its sectors on the host
 *   ide_cd.c       a CD-ROM drive: its command packets
 */
#ifndef CMS_MONITOR_IDE_H
#define CMS_MONITOR_IDE_H

#include "monitor/monitor.h"

#define SECTOR 512
#define CHANNELS 2
#define DRIVES 2
#define CD_SECTOR 2048
#define PACKET_SIZE 12
#define MULTIPLE_MAX 16 /* sectors of one PIO block */

enum ide_status {
    S_ERR = 1,
    S_DRQ = 8,
    S_SEEK = 0x10,
    S_FAULT = 0x20,
    S_READY = 0x40,
    S_BUSY = 0x80
};
enum ide_error { E_ABORT = 4, E_NOT_FOUND = 0x10, E_UNCORRECTABLE = 0x40 };
enum ide_transfer { T_NONE, T_PIO_IN, T_PIO_OUT, T_DMA_IN, T_DMA_OUT, T_CD_COMMAND, T_CD_IN };

struct disk {
    bool present, readonly;
    bool cd;      /* a CD-ROM drive */
    uint8_t unit; /* the host's number for it */
    uint64_t sectors;
    uint16_t cylinders, heads, per_track;
    uint8_t multiple; /* sectors of a block in READ/WRITE MULTIPLE; 0: not set */
};

enum { MASTER_INTERRUPT = 4 }; /* of its status: the drive has raised its interrupt */

struct bus_master {
    uint8_t command, status;
    uint32_t table;
};

/* A packet command under way, and what the last one complained of. */
struct packet {
    uint32_t limit;  /* bytes of one PIO block */
    uint32_t filled; /* bytes in the buffer; sectors that are not in it yet come after them */
    bool dma;
    uint8_t sense, code;
};

struct ide_channel {
    struct disk disk[DRIVES];
    uint8_t irq;

    /* task file; [1] is what was there before the last write, for 48-bit commands */
    uint8_t feature[2], count[2], lba[3][2], device;
    uint8_t status, error, control;
    bool interrupt;

    /* the transfer under way */
    enum ide_transfer transfer;
    uint64_t sector;  /* next one of the disk, or of the CD in its own size */
    uint32_t left;    /* sectors after those in the buffer */
    uint32_t block;   /* sectors per block */
    uint32_t at, end; /* bytes of the buffer: next, and how many there are */
    uint8_t buffer[MULTIPLE_MAX * SECTOR];

    struct packet packet;
    struct bus_master master;
};

struct ide {
    struct ide_channel channel[CHANNELS];
    uint16_t master_base; /* ports of the bus masters; 0: nowhere */
    struct pci_function *function;
};

enum { D_LBA = 0x40, D_DRIVE = 0x10 }; /* of the device register */

/* ide.c */
struct disk *ide_selected(struct ide_channel *c);
void ide_interrupt(struct ide_channel *c, bool on);
void ide_ask_for_data(struct ide_channel *c, bool interrupt); /* sets DRQ */
void ide_finish(struct ide_channel *c,
                uint8_t error); /* command over; 0: good. Raises the interrupt */

/* ide_command.c */
void ide_command(struct ide_channel *c, uint8_t command);
void ide_fill(struct ide_channel *c);  /* PIO in: the next block into the buffer */
void ide_drain(struct ide_channel *c); /* PIO out: the block is complete */
/* The registers by which software tells a disk from other devices after a reset. */
void ide_signature(struct ide_channel *c);

/* ide_disk.c */
void disk_init(struct disk *d, unsigned unit);
void disk_identify(const struct disk *d, bool first, bool alone, uint8_t data[SECTOR]);
bool disk_read(const struct disk *d, uint64_t offset, uint64_t buffer, uint32_t length);
bool disk_write(const struct disk *d, uint64_t offset, uint64_t buffer, uint32_t length);
bool disk_flush(const struct disk *d);

/* ide_cd.c */
void cd_packet(struct ide_channel *c);           /* the command PACKET */
void cd_command(struct ide_channel *c);          /* the packet is in the buffer */
void cd_next(struct ide_channel *c);             /* the guest has read a block: the next one */
void cd_moved(struct ide_channel *c, bool good); /* the bus master is through */

/* ide_dma.c */
#define MASTER_PORTS 16
uint32_t master_in(struct ide_channel *c, unsigned reg, unsigned size);
void master_out(struct ide_channel *c, unsigned reg, unsigned size, uint32_t value);
void master_run(struct ide_channel *c); /* if a command and the guest's start bit are both there */

#endif
