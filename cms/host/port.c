/* port.c - a plain host port for the host build: files by name, text to the terminal, no timing. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cms.h"
#include "hidden-mem/hostport.h"
#include "host/host.h"

#define FILES 8

static struct {
    const struct host_files *files;
    FILE *blob[FILES];
    FILE *disk[2];
} port;

static uint64_t file_size(FILE *f)
{
    long size;

    if (fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
        return 0;
    return (uint64_t)size;
}

static int file_read(FILE *f, uint64_t offset, struct host_request *rq)
{
    if (!f)
        return HOST_EHANDLE;
    if (fseek(f, (long)offset, SEEK_SET) != 0)
        return HOST_ERANGE;
    rq->result = fread((void *)rq->buffer, 1, rq->length, f);
    return rq->op == HOST_BLK_READ && rq->result != rq->length ? HOST_ERANGE : HOST_OK;
}

static int blob_open(struct host_request *rq)
{
    const char *const *entry = port.files->blob;

    for (unsigned n = 0; n < FILES && entry[2 * n]; n++) {
        if (strlen(entry[2 * n]) != rq->length ||
            memcmp(entry[2 * n], (const char *)rq->buffer, rq->length) != 0)
            continue;
        if (!port.blob[n] && !(port.blob[n] = fopen(entry[2 * n + 1], "rb")))
            return HOST_EIO;
        rq->result = n;
        rq->arg[1] = file_size(port.blob[n]);
        return HOST_OK;
    }
    return HOST_EHANDLE;
}

static int option(struct host_request *rq)
{
    for (uint64_t n = 0; port.files->option[n]; n++) {
        size_t length = strlen(port.files->option[n]);

        if (n != rq->arg[0])
            continue;
        if (length > rq->length)
            return HOST_ERANGE;
        memcpy((void *)rq->buffer, port.files->option[n], length);
        rq->result = length;
        return HOST_OK;
    }
    return HOST_EHANDLE;
}

static FILE *disk(uint64_t n)
{
    if (n > 1 || !port.files->disk[n])
        return NULL;
    if (!port.disk[n])
        port.disk[n] = fopen(port.files->disk[n], "rb");
    return port.disk[n];
}

static void finish(const struct host_request *rq)
{
    const char *what = rq->op == HOST_PANIC ? "panic" : "end";

    fflush(stdout);
    fprintf(stderr, "%s: %.*s (%llu, value %llu), %llu instructions\n", what, (int)rq->length,
            (const char *)rq->buffer, (unsigned long long)rq->arg[0],
            (unsigned long long)rq->arg[1], (unsigned long long)host_retired());
    if (rq->op == HOST_PANIC)
        exit(3);
    exit(rq->arg[0] == HOST_EXIT_DEBUG && rq->arg[1] == 0 ? 0 : (int)rq->arg[0]);
}

static int answer(struct host_request *rq)
{
    switch (rq->op) {
    case HOST_VERSION: rq->result = HOSTPORT_VERSION; return HOST_OK;
    case HOST_OPTION: return option(rq);
    case HOST_CON_WRITE:
        fwrite((const void *)rq->buffer, 1, rq->length, rq->arg[0] ? stderr : stdout);
        return HOST_OK;
    case HOST_LOG:
    case HOST_TRACE:
        fprintf(stderr, "%.*s\n", (int)rq->length, (const char *)rq->buffer);
        return HOST_OK;
    case HOST_BLOB_OPEN: return blob_open(rq);
    case HOST_BLOB_READ:
        return rq->arg[0] < FILES ? file_read(port.blob[rq->arg[0]], rq->arg[1], rq) : HOST_EHANDLE;
    case HOST_BLK_INFO:
        if (!disk(rq->arg[0]))
            return HOST_EHANDLE;
        rq->result = file_size(disk(rq->arg[0]));
        rq->arg[1] = 1;
        return HOST_OK;
    case HOST_BLK_READ: return file_read(disk(rq->arg[0]), rq->arg[1], rq);
    case HOST_BLK_WRITE: return HOST_EREADONLY;
    case HOST_CON_READ:
    case HOST_CLOCK: rq->result = 0; return HOST_OK;
    case HOST_BLK_FLUSH:
    case HOST_STAT:
    case HOST_SCREEN: return HOST_OK;
    case HOST_EVENTS:
    case HOST_FRAME: return HOST_EHANDLE;
    case HOST_EXIT:
    case HOST_PANIC: finish(rq); return HOST_OK;
    default: return HOST_EOP;
    }
}

static void serve(struct host_request *rq)
{
    rq->status = answer(rq);
}

void host_port(const struct host_files *files)
{
    port.files = files;
    host_serve(serve);
}
