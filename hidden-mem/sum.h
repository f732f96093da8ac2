/*
 * sum.h - the checksum of firmware images (image.h): two sums of 64-bit words, one of the words and
 * one of the first sum after each of them, both modulo 2^64. Any change of one word shows in the
 * first, an exchange of two in the second.
 *
 * For host programs. The boot ROM makes it while it copies: two atoms for eight bytes (rom.s).
 */
#ifndef SELKIRK_SUM_H
#define SELKIRK_SUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "hidden-mem/image.h"

#define IMAGE_SUM_START {1, 0} /* so that zeros in front count */

/* `size` bytes more, a multiple of 8, on a little-endian machine. */
static inline void image_sum_add(struct image_sum *s, const void *data, size_t size)
{
    const uint8_t *p = data;

    for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, p + at, sizeof(word));
        s->words += word;
        s->sums += s->words;
    }
}

/* Of `size` bytes alone. */
static inline struct image_sum image_sum_of(const void *data, size_t size)
{
    struct image_sum s = IMAGE_SUM_START;

    image_sum_add(&s, data, size);
    return s;
}

#endif
