/*
 * disk.c - the disk whose bus master changes code: what is on it, and what its ports do while a
 * case runs on the host's processor, which has no such disk.
 */
#include "disk.h"

#include <string.h>

struct region {
    uint32_t address, length;
};

/* inc, dec eax, edx; nop; cwde; cdq; cmc; clc; stc */
const uint8_t harmless[] = {0x40, 0x42, 0x48, 0x4a, 0x90, 0x98, 0x99, 0xf5, 0xf8, 0xf9};
const unsigned harmless_count = sizeof harmless;

void disk_fill(struct disk *d)
{
    for (uint32_t n = 0; n < SECTORS; n++)
        for (uint32_t i = 0; i < SECTOR; i++)
            d->data[n][i] = harmless[fill_word(n * SECTOR + i) % harmless_count];
}

static void transfer(const struct disk *d)
{
    const struct region *r = (const struct region *)(uintptr_t)REGIONS;
    const uint8_t *from = d->data[d->sector];
    bool last = false;

    for (; !last; r++) {
        uint32_t address = r->address, length = r->length & 0xffff;

        last = r->length & REGION_LAST;
        if (address != JUNK)
            memcpy((void *)(uintptr_t)address, from, length);
        from += length;
    }
}

void disk_out(struct disk *d, uint32_t port, uint8_t value)
{
    if (port == DISK_SECTOR)
        d->sector = value;
    else if (port == MASTER && value == MASTER_READ)
        transfer(d);
}
