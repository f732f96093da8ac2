/*
 * media.h - files behind block devices and blobs.
 */
#ifndef SELKIRK_HOST_MEDIA_H
#define SELKIRK_HOST_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hidden-mem/hostport.h"
#include "hostport.h"

#define MEDIA_SECTOR 512
#define MEDIA_CD_SECTOR 2048

/*
 * With an overlay the file is left alone: sectors that have been written lie in a file without a
 * name, which ends with the run.
 */
struct medium {
    int fd; /* -1: none */
    bool readonly;
    uint64_t size;
    int overlay;      /* meaningful if `changed` is */
    uint8_t *changed; /* one bit a sector; NULL: no overlay */
};

/*
 * Opens a raw disk image. False with a line in `error` if it can't serve as one. Its size is what
 * it is now: what the file grows by later is not seen, what it shrinks by gives errors.
 */
bool media_open_disk(struct medium *m, const struct host_disk_config *config, char *error,
                     size_t error_size);

/* Opens a file that is only read, of 1..`limit` bytes. */
bool media_open_blob(struct medium *m, const char *path, uint64_t limit, char *error,
                     size_t error_size);

void media_close(struct medium *m);

/*
 * All of `length` bytes at `offset`, or an error. The range must lie inside the medium; to write
 * over an overlay, it must be whole sectors.
 */
enum host_status media_read(const struct medium *m, void *to, uint64_t length, uint64_t offset);
enum host_status media_write(struct medium *m, const void *from, uint64_t length, uint64_t offset);
enum host_status media_flush(const struct medium *m);

#endif
