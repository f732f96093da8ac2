/*
 * media.c - files behind block devices and blobs.
 */
#define _POSIX_C_SOURCE 200809L

#include "media.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool media_open(struct medium *m, const char *path, bool readonly, const char *expected,
                       char *error, size_t error_size)
{
    struct stat st;

    m->readonly = readonly;
    m->fd = open(path, (readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    if (m->fd < 0) {
        /* Opening a directory for writing is the one failure whose own text misleads. */
        snprintf(error, error_size, "%s: %s, expected %s", path,
                 errno == EISDIR ? "is a directory" : strerror(errno), expected);
        return false;
    }
    const char *wrong = NULL;
    if (fstat(m->fd, &st) != 0)
        wrong = strerror(errno);
    else if (S_ISDIR(st.st_mode))
        wrong = "is a directory";
    else if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
        wrong = "is neither a file nor a block device";
    off_t end = wrong ? -1 : lseek(m->fd, 0, SEEK_END);
    if (!wrong && end < 0)
        wrong = strerror(errno);
    else if (!wrong && end == 0)
        wrong = "is empty";
    if (wrong) {
        snprintf(error, error_size, "%s: %s, expected %s", path, wrong, expected);
        media_close(m);
        return false;
    }
    m->size = (uint64_t)end;
    return true;
}

bool media_open_disk(struct medium *m, const struct host_disk_config *config, char *error,
                     size_t error_size)
{
    int sector = config->cd ? MEDIA_CD_SECTOR : MEDIA_SECTOR;

    if (!media_open(m, config->path, config->readonly || config->cd,
                    config->cd ? "a CD image" : "a raw disk image", error, error_size))
        return false;
    if (m->size % (unsigned)sector != 0) {
        snprintf(error, error_size, "%s: %" PRIu64 " bytes, expected a multiple of %d",
                 config->path, m->size, sector);
        media_close(m);
        return false;
    }
    return true;
}

bool media_open_blob(struct medium *m, const char *path, uint64_t limit, char *error,
                     size_t error_size)
{
    if (!media_open(m, path, true, "a file to load", error, error_size))
        return false;
    if (m->size > limit) {
        snprintf(error, error_size, "%s: %" PRIu64 " bytes, expected at most %" PRIu64, path,
                 m->size, limit);
        media_close(m);
        return false;
    }
    return true;
}

void media_close(struct medium *m)
{
    if (m->fd >= 0)
        close(m->fd);
    m->fd = -1;
}

static bool media_inside(const struct medium *m, uint64_t length, uint64_t offset)
{
    return length <= m->size && offset <= m->size - length;
}

enum host_status media_read(const struct medium *m, void *to, uint64_t length, uint64_t offset)
{
    uint8_t *p = to;

    if (!media_inside(m, length, offset))
        return HOST_ERANGE;
    while (length > 0) {
        ssize_t n = pread(m->fd, p, length, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return HOST_EIO;
        p += n;
        length -= (uint64_t)n;
        offset += (uint64_t)n;
    }
    return HOST_OK;
}

enum host_status media_write(const struct medium *m, const void *from, uint64_t length,
                             uint64_t offset)
{
    const uint8_t *p = from;

    if (m->readonly)
        return HOST_EREADONLY;
    if (!media_inside(m, length, offset))
        return HOST_ERANGE;
    while (length > 0) {
        ssize_t n = pwrite(m->fd, p, length, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return HOST_EIO;
        p += n;
        length -= (uint64_t)n;
        offset += (uint64_t)n;
    }
    return HOST_OK;
}

enum host_status media_flush(const struct medium *m)
{
    if (m->readonly)
        return HOST_OK;
    return fsync(m->fd) == 0 ? HOST_OK : HOST_EIO;
}
