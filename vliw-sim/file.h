/* file.h - whole input files in memory. */
#ifndef SELKIRK_FILE_H
#define SELKIRK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file {
    uint8_t *bytes;
    size_t size;
};

/* False, and one line in `error`, if the file can't be read or is longer than `most` bytes. */
bool file_read(struct file *f, const char *path, size_t most, char *error, size_t error_size);

#endif
