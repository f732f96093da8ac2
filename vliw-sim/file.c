/* file.c - see file.h */
#include "vliw-sim/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vliw-sim/panic.h"

/* Reads to the end, so that pipes work too. */
static bool read_all(struct file *f, FILE *in, size_t most)
{
    size_t room = 0, n;

    do {
        if (room - f->size < 65536) {
            room = room ? 2 * room : 1u << 20;
            f->bytes = panic_if_null(realloc(f->bytes, room));
        }
        n = fread(f->bytes + f->size, 1, room - f->size, in);
        f->size += n;
    } while (n && f->size <= most);
    return !ferror(in);
}

bool file_read(struct file *f, const char *path, size_t most, char *error, size_t error_size)
{
    FILE *in = fopen(path, "rb");

    *f = (struct file){0};
    if (!in) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return false;
    }
    bool good = read_all(f, in, most);
    int why = errno;
    fclose(in);
    if (!good)
        snprintf(error, error_size, "%s: %s", path, strerror(why));
    else if (f->size > most)
        snprintf(error, error_size, "%s: too long, expected at most %zu bytes", path, most);
    else
        return true;
    free(f->bytes);
    *f = (struct file){0};
    return false;
}
