/*
 * fdc.c - 82077 floppy disk controller with up to two drives.
 *
 * A command is bytes written to the data port; how many, its table entry says. Then it runs, and
 * leaves its results to be read. Sectors go by channel 2 of the 8237, or byte by byte through the
 * data port if the guest has chosen so. Nothing takes simulated time but the host: heads are where
 * they are wanted, and a disk turns whether its motor is on or not.
 */
#include "monitor/fdc.h"

#define PORT_BASE 0x3f0
#define IRQ 6
#define DMA_CHANNEL 2
#define VERSION 0x90 /* an 82077 */

enum { DOR_DRIVE = 3, DOR_RUN = 4, DOR_ENABLE = 8 };
enum { MSR_BUSY = 0x10, MSR_POLLED = 0x20, MSR_TO_HOST = 0x40, MSR_READY = 0x80 };
enum { DSR_RESET = 0x80, DIR_CHANGED = 0x80 };
enum { ST0_SEEK_END = 0x20, ST0_ABNORMAL = 0x40, ST0_INVALID = 0x80, ST0_RESET = 0xc0 };
enum {
    ST1_NO_ID = 1,
    ST1_PROTECTED = 2,
    ST1_NO_DATA = 4,
    ST1_OVERRUN = 0x10,
    ST1_DATA = 0x20,
    ST1_END = 0x80
};
enum { ST3_HEAD = 4, ST3_TWO_SIDES = 8, ST3_TRACK0 = 0x10, ST3_READY = 0x20, ST3_PROTECTED = 0x40 };
enum { BIT_MULTITRACK = 0x80 };

static struct floppy *selected(struct fdc *f)
{
    return &f->drive[f->unit % FLOPPIES];
}

static void fdc_interrupt(struct fdc *f, bool on)
{
    f->interrupt = on;
    pic_set_irq(IRQ, on && f->dor & DOR_ENABLE);
}

/* ---------------------------------------------------------------- phases */

static void fdc_idle(struct fdc *f)
{
    f->phase = PHASE_COMMAND;
    f->at = 0;
}

static void fdc_results(struct fdc *f, const uint8_t *bytes, unsigned count)
{
    memcpy(f->fifo, bytes, count);
    f->phase = PHASE_RESULT;
    f->at = 0;
    f->length = (uint8_t)count;
}

/* The end of a command that moves data: where the head is now, and why. */
static void fdc_finish(struct fdc *f, uint8_t st0, uint8_t st1, uint8_t st2)
{
    const struct address *a = &f->here;
    uint8_t result[] = {(uint8_t)(st0 | (f->unit & 3) | (f->fifo[1] & ST3_HEAD)),
                        st1, st2, a->track, a->head, a->sector, FLOPPY_SIZE_CODE};

    fdc_results(f, result, sizeof(result));
    fdc_interrupt(f, true);
}

/* ---------------------------------------------------------------- sectors */

/* To the sector after this one. False: it was the last that the command names. */
static bool fdc_advance(struct fdc *f)
{
    struct address *a = &f->here;

    if (a->sector != f->last) {
        a->sector++;
        return true;
    }
    a->sector = 1;
    if (f->multitrack) {
        a->head ^= 1;
        if (a->head)
            return true;
    }
    a->track++;
    return false;
}

static bool fdc_sector(struct fdc *f)
{
    struct floppy *d = selected(f);

    return f->transfer == TRANSFER_WRITE ? floppy_write(d, &f->here, f->data)
                                         : floppy_read(d, &f->here, f->data);
}

/* By DMA until its count, or the command, is at an end. */
static void fdc_run_dma(struct fdc *f)
{
    bool done = false, more = true;

    while (more && !done) {
        bool to_memory = f->transfer == TRANSFER_READ;
        unsigned moved = FLOPPY_SECTOR;

        if (!floppy_has(selected(f), &f->here)) {
            fdc_finish(f, ST0_ABNORMAL, ST1_NO_DATA, 0);
            return;
        }
        if (f->transfer != TRANSFER_WRITE && !fdc_sector(f)) {
            fdc_finish(f, ST0_ABNORMAL, ST1_DATA, 0);
            return;
        }
        if (f->transfer != TRANSFER_VERIFY)
            moved = dma_move(DMA_CHANNEL, f->data, FLOPPY_SECTOR, to_memory, &done);
        memset(f->data + moved, 0, FLOPPY_SECTOR - moved); /* what the guest doesn't give */
        if (moved == 0) {
            fdc_finish(f, ST0_ABNORMAL, ST1_OVERRUN, 0);
            return;
        }
        if (f->transfer == TRANSFER_WRITE && !fdc_sector(f)) {
            fdc_finish(f, ST0_ABNORMAL, ST1_DATA, 0);
            return;
        }
        more = fdc_advance(f);
    }
    done |= f->transfer == TRANSFER_VERIFY;
    fdc_finish(f, done ? 0 : ST0_ABNORMAL, done ? 0 : ST1_END, 0);
}

/* By the data port: the next sector is to be fetched or given. */
static void fdc_run_polled(struct fdc *f)
{
    if (!floppy_has(selected(f), &f->here)) {
        fdc_finish(f, ST0_ABNORMAL, ST1_NO_DATA, 0);
        return;
    }
    if (f->transfer == TRANSFER_READ && !fdc_sector(f)) {
        fdc_finish(f, ST0_ABNORMAL, ST1_DATA, 0);
        return;
    }
    f->phase = PHASE_POLLED;
    f->moved = 0;
    fdc_interrupt(f, true);
}

/*
 * A sector has gone through the data port. Without a terminal count, the end of the track is one.
 */
static void fdc_polled_done(struct fdc *f)
{
    if (f->transfer == TRANSFER_WRITE && !fdc_sector(f))
        fdc_finish(f, ST0_ABNORMAL, ST1_DATA, 0);
    else if (fdc_advance(f))
        fdc_run_polled(f);
    else
        fdc_finish(f, ST0_ABNORMAL, ST1_END, 0);
}

/* ---------------------------------------------------------------- commands */

static void run_transfer(struct fdc *f)
{
    struct floppy *d = selected(f);

    f->here = (struct address){f->fifo[2], f->fifo[3], f->fifo[4]};
    f->last = f->fifo[6];
    f->multitrack = f->fifo[0] & BIT_MULTITRACK;
    if (!d->present) {
        fdc_finish(f, ST0_ABNORMAL, ST1_NO_ID, 0);
        return;
    }
    d->track = f->here.track;
    if (f->transfer == TRANSFER_WRITE && d->readonly)
        fdc_finish(f, ST0_ABNORMAL, ST1_PROTECTED, 0);
    else if (f->polled)
        fdc_run_polled(f);
    else
        fdc_run_dma(f);
}

static void run_read(struct fdc *f)
{
    f->transfer = TRANSFER_READ;
    run_transfer(f);
}

static void run_write(struct fdc *f)
{
    f->transfer = TRANSFER_WRITE;
    run_transfer(f);
}

static void run_verify(struct fdc *f)
{
    bool polled = f->polled;

    f->transfer = TRANSFER_VERIFY;
    f->polled = false;
    run_transfer(f);
    f->polled = polled;
}

/* Sectors of a track, as the guest names them, filled with one byte. */
static void run_format(struct fdc *f)
{
    struct floppy *d = selected(f);
    unsigned count = f->fifo[3];
    bool done = false;

    f->here = (struct address){d->track, f->fifo[1] >> 2 & 1, 1};
    if (!d->present || d->readonly) {
        fdc_finish(f, ST0_ABNORMAL, d->present ? ST1_PROTECTED : ST1_NO_ID, 0);
        return;
    }
    memset(f->data, f->fifo[5], FLOPPY_SECTOR);
    while (count-- > 0 && !done) {
        uint8_t id[4] = {0};

        if (dma_move(DMA_CHANNEL, id, sizeof(id), false, &done) < sizeof(id))
            break;
        f->here.sector = id[2];
        if (id[0] != d->track || !floppy_has(d, &f->here) || !floppy_write(d, &f->here, f->data)) {
            fdc_finish(f, ST0_ABNORMAL, ST1_NO_DATA, 0);
            return;
        }
    }
    fdc_finish(f, 0, 0, 0);
}

static void run_read_id(struct fdc *f)
{
    struct floppy *d = selected(f);

    f->here = (struct address){d->track, f->fifo[1] >> 2 & 1, 1};
    fdc_finish(f, d->present ? 0 : ST0_ABNORMAL, d->present ? 0 : ST1_NO_ID, 0);
}

/* The head is there; the guest asks with SENSE INTERRUPT STATUS what became of it. */
static void fdc_seek(struct fdc *f, uint8_t track)
{
    struct floppy *d = selected(f);

    if (d->present) {
        d->track = track < d->tracks ? track : (uint8_t)(d->tracks - 1);
        d->changed = false;
    }
    f->sense = (uint8_t)(ST0_SEEK_END | (f->unit & 3) | (f->fifo[1] & ST3_HEAD));
    if (!d->present && track == 0)
        f->sense |= ST0_ABNORMAL | 0x10; /* track 0 was never felt */
    f->senses = 1;
    fdc_idle(f);
    fdc_interrupt(f, true);
}

static void run_seek(struct fdc *f)
{
    fdc_seek(f, f->fifo[2]);
}

static void run_recalibrate(struct fdc *f)
{
    fdc_seek(f, 0);
}

static void run_sense_interrupt(struct fdc *f)
{
    uint8_t result[] = {f->sense, selected(f)->track};

    if (!f->senses) {
        result[0] = ST0_INVALID;
        fdc_results(f, result, 1);
        return;
    }
    if (f->senses > 1) /* after a reset, one for each drive that could be */
        f->sense = (uint8_t)(ST0_RESET | (FLOPPY_SENSES - f->senses + 1));
    f->senses--;
    fdc_interrupt(f, false);
    fdc_results(f, result, sizeof(result));
}

static void run_sense_drive(struct fdc *f)
{
    const struct floppy *d = selected(f);
    uint8_t st3 = (uint8_t)(ST3_READY | ST3_TWO_SIDES | (f->fifo[1] & 7) |
                            (d->track == 0 ? ST3_TRACK0 : 0) | (d->readonly ? ST3_PROTECTED : 0));

    fdc_results(f, &st3, 1);
}

static void run_specify(struct fdc *f)
{
    memcpy(f->timing, f->fifo + 1, sizeof(f->timing));
    f->polled = f->fifo[2] & 1;
    fdc_idle(f);
}

static void run_configure(struct fdc *f)
{
    f->config = f->fifo[2];
    fdc_idle(f);
}

static void run_dump(struct fdc *f)
{
    uint8_t result[] = {f->drive[0].track, f->drive[1].track, 0, 0, f->timing[0], f->timing[1],
                        f->last, (uint8_t)(f->locked ? 0x80 : 0), f->config, 0};

    fdc_results(f, result, sizeof(result));
}

static void run_version(struct fdc *f)
{
    uint8_t version = VERSION;

    fdc_results(f, &version, 1);
}

static void run_lock(struct fdc *f)
{
    f->locked = f->fifo[0] & 0x80;
    uint8_t result = f->locked ? 0x10 : 0;

    fdc_results(f, &result, 1);
}

static void run_perpendicular(struct fdc *f)
{
    fdc_idle(f);
}

static void run_invalid(struct fdc *f)
{
    uint8_t result = ST0_INVALID;

    fdc_results(f, &result, 1);
}

/* The first entry that fits; the last one fits everything. `names_drive`: byte 1 says which. */
static const struct command {
    uint8_t mask, value, length;
    bool names_drive;
    void (*run)(struct fdc *f);
} commands[] = {
    {0x1f, 0x06, 9, true, run_read},         {0x1f, 0x0c, 9, true, run_read}, /* deleted ones */
    {0x9f, 0x02, 9, true, run_read},         {0x3f, 0x05, 9, true, run_write},
    {0x3f, 0x09, 9, true, run_write},        {0x1f, 0x16, 9, true, run_verify},
    {0xbf, 0x0d, 6, true, run_format},       {0xbf, 0x0a, 2, true, run_read_id},
    {0xff, 0x07, 2, true, run_recalibrate},  {0xff, 0x0f, 3, true, run_seek},
    {0xff, 0x08, 1, false, run_sense_interrupt}, {0xff, 0x04, 2, true, run_sense_drive},
    {0xff, 0x03, 3, false, run_specify},     {0xff, 0x13, 4, false, run_configure},
    {0xff, 0x0e, 1, false, run_dump},        {0xff, 0x10, 1, false, run_version},
    {0x7f, 0x14, 1, false, run_lock},        {0xff, 0x12, 2, false, run_perpendicular},
    {0x00, 0x00, 1, false, run_invalid},
};

static const struct command *fdc_command(uint8_t first)
{
    const struct command *c = commands;

    while ((first & c->mask) != c->value)
        c++;
    return c;
}

/* ---------------------------------------------------------------- registers */

static void fdc_restart(struct fdc *f)
{
    fdc_idle(f);
    f->senses = FLOPPY_SENSES;
    f->sense = ST0_RESET;
    if (!f->locked)
        f->config = 0;
    for (unsigned i = 0; i < FLOPPIES; i++)
        f->drive[i].track = 0;
    fdc_interrupt(f, true);
}

static uint8_t fdc_status(const struct fdc *f)
{
    if (!(f->dor & DOR_RUN))
        return 0;
    switch (f->phase) {
    case PHASE_COMMAND: return f->at ? MSR_READY | MSR_BUSY : MSR_READY;
    case PHASE_POLLED:
        return MSR_READY | MSR_BUSY | MSR_POLLED | (f->transfer == TRANSFER_READ ? MSR_TO_HOST : 0);
    default: return MSR_READY | MSR_BUSY | MSR_TO_HOST;
    }
}

static uint8_t fdc_data_in(struct fdc *f)
{
    uint8_t value = 0;

    if (f->phase == PHASE_RESULT) {
        value = f->fifo[f->at++];
        fdc_interrupt(f, false);
        if (f->at == f->length)
            fdc_idle(f);
    } else if (f->phase == PHASE_POLLED && f->transfer == TRANSFER_READ) {
        value = f->data[f->moved++];
        fdc_interrupt(f, false);
        if (f->moved == FLOPPY_SECTOR)
            fdc_polled_done(f);
    }
    return value;
}

static void fdc_data_out(struct fdc *f, uint8_t value)
{
    if (!(f->dor & DOR_RUN))
        return;
    if (f->phase == PHASE_POLLED && f->transfer == TRANSFER_WRITE) {
        f->data[f->moved++] = value;
        fdc_interrupt(f, false);
        if (f->moved == FLOPPY_SECTOR)
            fdc_polled_done(f);
        return;
    }
    if (f->phase != PHASE_COMMAND)
        return;
    f->fifo[f->at++] = value;
    const struct command *c = fdc_command(f->fifo[0]);
    if (f->at < c->length)
        return;
    if (c->names_drive)
        f->unit = f->fifo[1] & 3;
    c->run(f);
}

static void fdc_output(struct fdc *f, uint8_t value)
{
    bool was = f->dor & DOR_RUN;

    f->dor = value;
    f->unit = value & DOR_DRIVE;
    if (!(value & DOR_RUN)) {
        fdc_idle(f);
        f->senses = 0;
        f->interrupt = false;
    } else if (!was) {
        fdc_restart(f);
    }
    fdc_interrupt(f, f->interrupt);
}

static uint32_t fdc_in(void *state, uint16_t port, unsigned size)
{
    struct fdc *f = state;

    (void)size;
    switch (port - PORT_BASE) {
    case 0: return f->interrupt ? 0x80 : 0;
    case 2: return f->dor;
    case 3: return f->tape;
    case 4: return fdc_status(f);
    case 5: return fdc_data_in(f);
    case 7: return f->drive[f->dor & 1].changed ? DIR_CHANGED : 0;
    default: return 0xff;
    }
}

static void fdc_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct fdc *f = state;

    (void)size;
    switch (port - PORT_BASE) {
    case 2: fdc_output(f, (uint8_t)value); break;
    case 3: f->tape = value & 3; break;
    case 4:
        if (value & DSR_RESET && f->dor & DOR_RUN)
            fdc_restart(f);
        break;
    case 5: fdc_data_out(f, (uint8_t)value); break;
    }
}

static void fdc_init(void *state)
{
    struct fdc *f = state;

    for (unsigned i = 0; i < FLOPPIES; i++)
        floppy_init(&f->drive[i], i);
    rtc_floppies(f->drive[0].type, f->drive[1].type);
}

static void fdc_reset(void *state)
{
    struct fdc *f = state;

    f->dor = f->tape = f->senses = f->config = 0;
    f->locked = f->polled = false;
    for (unsigned i = 0; i < FLOPPIES; i++)
        f->drive[i].changed = true;
    fdc_idle(f);
    fdc_interrupt(f, false);
}

const struct device fdc_device = {
    .name = "fdc",
    .state_size = sizeof(struct fdc),
    .ports = (const struct port_range[]){{0x3f0, 0x3f5, 1}, {0x3f7, 0x3f7, 1}, {0}},
    .init = fdc_init,
    .reset = fdc_reset,
    .in = fdc_in,
    .out = fdc_out,
};
