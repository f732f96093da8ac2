/*
 * media.c - files behind block devices and blobs.
 */
#include "media.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool media_open(struct medium *m, const char *path, bool readonly, const char *expected,
                       char *error, size_t error_size)
{
    struct stat st;

    *m = (struct medium){.readonly = readonly};
    m->fd = open(path, (readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    if (m->fd < 0 && !readonly && (errno == EACCES || errno == EROFS) && access(path, R_OK) == 0) {
        snprintf(error, error_size,
                 "%s: can't be written to, expected a writable image, or -snapshot or -read-only",
                 path);
        return false;
    }
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

/* A file without a name, where temporary files go, and the list of what is in it. */
static bool media_add_overlay(struct medium *m)
{
    const char *dir = getenv("TMPDIR");
    char path[4096];

    snprintf(path, sizeof(path), "%s/vliw-sim-XXXXXX", dir && *dir ? dir : "/tmp");
    m->overlay = mkostemp(path, O_CLOEXEC);
    if (m->overlay < 0)
        return false;
    unlink(path);
    m->changed = calloc(m->size / MEDIA_SECTOR / 8 + 1, 1);
    if (!m->changed)
        close(m->overlay);
    m->readonly = false;
    return m->changed != NULL;
}

bool media_open_disk(struct medium *m, const struct host_disk_config *config, char *error,
                     size_t error_size)
{
    bool cd = config->medium == HOST_MEDIUM_CD;
    int sector = cd ? MEDIA_CD_SECTOR : MEDIA_SECTOR;

    if (!media_open(m, config->path, config->readonly || config->overlay || cd,
                    cd ? "a CD image" : "a raw disk image", error, error_size))
        return false;
    if (m->size % (unsigned)sector != 0) {
        snprintf(error, error_size, "%s: %" PRIu64 " bytes, expected a multiple of %d",
                 config->path, m->size, sector);
        media_close(m);
        return false;
    }
    if (config->overlay && !config->readonly && !cd && !media_add_overlay(m)) {
        snprintf(error, error_size, "%s: no room for an overlay: %s", config->path,
                 strerror(errno));
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
    if (m->changed) {
        close(m->overlay);
        free(m->changed);
        m->changed = NULL;
    }
    if (m->fd >= 0)
        close(m->fd);
    m->fd = -1;
}

static bool media_inside(const struct medium *m, uint64_t length, uint64_t offset)
{
    return length <= m->size && offset <= m->size - length;
}

static enum host_status file_read(int fd, uint8_t *to, uint64_t length, uint64_t offset)
{
    while (length > 0) {
        ssize_t n = pread(fd, to, length, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return HOST_EIO;
        to += n;
        length -= (uint64_t)n;
        offset += (uint64_t)n;
    }
    return HOST_OK;
}

static enum host_status file_write(int fd, const uint8_t *from, uint64_t length, uint64_t offset)
{
    while (length > 0) {
        ssize_t n = pwrite(fd, from, length, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return HOST_EIO;
        from += n;
        length -= (uint64_t)n;
        offset += (uint64_t)n;
    }
    return HOST_OK;
}

static bool is_changed(const struct medium *m, uint64_t sector)
{
    return m->changed[sector / 8] >> sector % 8 & 1;
}

/* Runs of sectors that come from the same file. */
static enum host_status overlay_read(const struct medium *m, uint8_t *to, uint64_t length,
                                     uint64_t offset)
{
    enum host_status status = HOST_OK;

    while (length > 0 && status == HOST_OK) {
        bool changed = is_changed(m, offset / MEDIA_SECTOR);
        uint64_t end = offset / MEDIA_SECTOR + 1;

        while (end * MEDIA_SECTOR < offset + length && is_changed(m, end) == changed)
            end++;
        uint64_t n = end * MEDIA_SECTOR - offset;
        n = n < length ? n : length;
        status = file_read(changed ? m->overlay : m->fd, to, n, offset);
        to += n;
        length -= n;
        offset += n;
    }
    return status;
}

enum host_status media_read(const struct medium *m, void *to, uint64_t length, uint64_t offset)
{
    if (!media_inside(m, length, offset))
        return HOST_ERANGE;
    return m->changed ? overlay_read(m, to, length, offset) : file_read(m->fd, to, length, offset);
}

enum host_status media_write(struct medium *m, const void *from, uint64_t length, uint64_t offset)
{
    if (m->readonly)
        return HOST_EREADONLY;
    if (!media_inside(m, length, offset))
        return HOST_ERANGE;
    if (!m->changed)
        return file_write(m->fd, from, length, offset);
    if (length % MEDIA_SECTOR != 0 || offset % MEDIA_SECTOR != 0)
        return HOST_ERANGE;
    enum host_status status = file_write(m->overlay, from, length, offset);
    for (uint64_t s = offset / MEDIA_SECTOR;
         status == HOST_OK && s < (offset + length) / MEDIA_SECTOR; s++)
        m->changed[s / 8] |= (uint8_t)(1u << s % 8);
    return status;
}

enum host_status media_flush(const struct medium *m)
{
    if (m->readonly || m->changed)
        return HOST_OK;
    return fsync(m->fd) == 0 ? HOST_OK : HOST_EIO;
}
