/* disk.h - the disk of the cases, natively. */
#ifndef TESTS_GEARS_DISK_H
#define TESTS_GEARS_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"

/* Instructions of one byte that any code can have anywhere: what the disk is full of. */
extern const uint8_t harmless[];
extern const unsigned harmless_count;

struct disk {
    uint8_t data[SECTORS][SECTOR];
    uint8_t sector; /* that the next transfer reads */
};

void disk_fill(struct disk *d);

/* OUT of a byte to a port, as far as the cases need it; the sector goes where REGIONS says. */
void disk_out(struct disk *d, uint32_t port, uint8_t value);

#endif
