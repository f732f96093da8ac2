/* rows.h - where an address is in a table that is sorted by addresses. */
#ifndef TOOLS_ELF_ROWS_H
#define TOOLS_ELF_ROWS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline size_t rows_below(const void *row, size_t count, size_t size, size_t field,
                                uint64_t key)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t number;

        memcpy(&number, (const char *)row + middle * size + field, sizeof number);
        if (number < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How many of the rows, sorted by a field that is a uint64_t, have less there than `key`. */
#define ROWS_BELOW(row, count, type, field, key) \
    rows_below(row, (size_t)(count), sizeof(type), offsetof(type, field), key)

#endif
