/*
 * big.h - big-endian numbers in memory: SCSI packets, QEMU's firmware configuration.
 */
#ifndef MONITOR_BIG_H
#define MONITOR_BIG_H

#include <stdint.h>

/* Numbers of `size` bytes, 1 to 8; what of `value` doesn't fit is dropped. */
static inline void put_big(uint8_t *p, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        p[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

static inline uint64_t get_big(const uint8_t *p, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value = value << 8 | p[i];
    return value;
}

#endif
