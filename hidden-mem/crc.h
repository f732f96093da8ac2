/*
 * crc.h - the checksum of the boot ROM's file: CRC-32 (IEEE, reflected), as in zlib.
 *
 * For host programs. One bit at a time: what it runs over is small.
 */
#ifndef SELKIRK_CRC_H
#define SELKIRK_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from `crc`, the checksum of the bytes before: 0 at the beginning. */
static inline uint32_t crc32_add(uint32_t crc, const void *data, size_t size)
{
    const uint8_t *p = data;

    crc = ~crc;
    while (size--) {
        crc ^= *p++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

#endif
