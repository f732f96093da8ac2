/*
 * dev.h - a monitor of its own for tests of devices: the host build's chip, a host port that
 * answers from memory, and simulated time that goes on when it is told to.
 */
#ifndef TEST_DEV_H
#define TEST_DEV_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cms.h"
#include "hidden-mem/hostport.h"
#include "hidden-mem/map.h"
#include "host/host.h"
#include "isa.h"
#include "isa_intrinsics.h"
#include "tests/unit/check.h"

#define GUEST_BYTES (16u << 20)
#define DISK_SECTORS 4096u
#define BIOS_BYTES 0x20000u

static struct {
    uint64_t clock;
    uint8_t disk[DISK_SECTORS * 512];
    bool disk_readonly;
    uint8_t floppy[2880 * 512]; /* unit 4 */
    bool floppies;
    bool cd;         /* unit 2 is a CD-ROM drive with the same bytes */
    bool quiet;      /* no log on stderr */
    char second[16]; /* the last byte of console 2 */
    uint64_t tone_period;
    char output[4096]; /* of console 0 */
    size_t output_length;
    const char *input; /* for console 0; NULL: nobody there */
    jmp_buf ended;     /* HOST_EXIT comes back here */
    uint64_t exit_how, exit_value;
    const struct host_event *events; /* up to one of kind 0; NULL: nobody there */
    unsigned requests[32];
    const char *option; /* the firmware's only one; NULL: none */
    unsigned picture_line, picture_width, picture_height;
    uint8_t picture[4096 * 3]; /* that line of it */
} host;

static int host_disk(struct host_request *rq)
{
    bool floppy = host.floppies && rq->arg[0] == HOST_UNIT_FLOPPY;
    uint64_t size = floppy ? sizeof(host.floppy) : sizeof(host.disk);

    if (rq->arg[0] != 0 && !(host.cd && rq->arg[0] == 2) && !floppy)
        return HOST_EHANDLE;
    uint8_t *at = (floppy ? host.floppy : host.disk) + rq->arg[1];
    if (rq->op != HOST_BLK_INFO && rq->arg[1] + rq->length > size)
        return HOST_ERANGE;
    switch (rq->op) {
    case HOST_BLK_READ: memcpy((void *)rq->buffer, at, rq->length); return HOST_OK;
    case HOST_BLK_WRITE:
        if (host.disk_readonly)
            return HOST_EREADONLY;
        memcpy(at, (const void *)rq->buffer, rq->length);
        return HOST_OK;
    case HOST_BLK_INFO:
        rq->result = size;
        rq->arg[1] = host.disk_readonly;
        rq->arg[2] = rq->arg[0] == 2 ? HOST_MEDIUM_CD : HOST_MEDIUM_DISK;
        return HOST_OK;
    default: return HOST_OK;
    }
}

static int host_console(struct host_request *rq)
{
    if (rq->op == HOST_CON_READ) {
        if (!host.input || rq->arg[0] != 0)
            return HOST_EHANDLE;
        size_t n = strlen(host.input) < rq->length ? strlen(host.input) : rq->length;
        memcpy((void *)rq->buffer, host.input, n);
        host.input += n;
        rq->result = n;
    } else if (rq->arg[0] == 0 && host.output_length + rq->length < sizeof(host.output)) {
        memcpy(host.output + host.output_length, (const void *)rq->buffer, rq->length);
        host.output_length += rq->length;
        host.output[host.output_length] = '\0';
    } else if (rq->arg[0] == HOST_CONSOLE_SERIAL2) {
        host.second[0] = *(const char *)rq->buffer;
    }
    return HOST_OK;
}

static int host_answer(struct host_request *rq)
{
    host.requests[rq->op]++;
    switch (rq->op) {
    case HOST_OPTION:
        if (rq->arg[0] > 0 || !host.option)
            return HOST_EHANDLE;
        rq->result = strlen(host.option);
        memcpy((void *)rq->buffer, host.option, rq->result);
        return HOST_OK;
    case HOST_EVENTS:
        rq->result = 0;
        if (!host.events)
            return HOST_EHANDLE;
        for (; host.events->kind && rq->result < rq->length / sizeof(*host.events); rq->result++)
            ((struct host_event *)rq->buffer)[rq->result] = *host.events++;
        return HOST_OK;
    case HOST_FRAME:
        host.picture_width = (unsigned)rq->arg[0];
        host.picture_height = (unsigned)rq->arg[1];
        if (rq->arg[2] == host.picture_line)
            memcpy(host.picture, (const void *)rq->buffer, rq->length);
        return HOST_OK;
    case HOST_SCREEN: return HOST_EHANDLE; /* nobody looks: days pass in these tests */
    case HOST_SPEAKER: host.tone_period = rq->arg[1]; return HOST_OK;
    case HOST_CON_READ:
    case HOST_CON_WRITE: return host_console(rq);
    case HOST_LOG:
    case HOST_TRACE:
        if (!host.quiet)
            fprintf(stderr, "%.*s\n", (int)rq->length, (const char *)rq->buffer);
        return HOST_OK;
    case HOST_BLOB_OPEN:
        rq->arg[1] = BIOS_BYTES;
        rq->result = 0;
        return rq->length == 4 && !memcmp((const char *)rq->buffer, "bios", 4) ? HOST_OK
                                                                               : HOST_EHANDLE;
    case HOST_BLOB_READ:
        for (uint64_t i = 0; i < rq->length; i++)
            ((uint8_t *)rq->buffer)[i] = (uint8_t)((rq->arg[1] + i) >> 8);
        rq->result = rq->length;
        return HOST_OK;
    case HOST_BLK_INFO:
    case HOST_BLK_READ:
    case HOST_BLK_WRITE:
    case HOST_BLK_FLUSH: return host_disk(rq);
    case HOST_CLOCK: rq->result = host.clock; return HOST_OK;
    case HOST_EXIT:
        host.exit_how = rq->arg[0];
        host.exit_value = rq->arg[1];
        longjmp(host.ended, 1);
    case HOST_PANIC:
        fprintf(stderr, "panic: %.*s\n", (int)rq->length, (const char *)rq->buffer);
        exit(1);
    default: return HOST_OK;
    }
}

static void host_serve_request(struct host_request *rq)
{
    rq->status = host_answer(rq);
}

static inline void dev_start(void)
{
    host_memory(GUEST_BYTES);
    host_serve(host_serve_request);
    runtime_init();
    cms.opt->gear = 1; /* nothing runs that could be sampled */
    gear1_init();
    monitor_init();
    monitor_reset();
    gear1_reset();
    cms.sample_at = UINT64_MAX; /* nothing runs that could be looked at */
}

static inline uint64_t dev_now(void)
{
    return vx_mfsr(SR_TIME);
}

/* Lets simulated time pass, running every event that falls due. */
static inline void dev_wait(uint64_t ns)
{
    uint64_t until = dev_now() + ns;

    for (;;) {
        monitor_poll();
        uint64_t next = vx_mfsr(SR_TIMER);
        if (dev_now() >= until)
            return;
        vx_mtsr(SR_TIMER, next < until ? next : until);
        vx_halt();
    }
}

static inline uint8_t in8(uint16_t port)
{
    return (uint8_t)monitor_in(port, 1);
}

static inline void out8(uint16_t port, uint32_t value)
{
    monitor_out(port, 1, value);
}

static inline int dev_done(const char *name)
{
    printf("%s: %u failures\n", name, failures);
    return failures != 0;
}

#endif
