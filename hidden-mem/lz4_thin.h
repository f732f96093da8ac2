/*
 * lz4_thin.h - an LZ4 block without its short matches, for a reader to whom a match costs more than
 * some bytes.
 */
#ifndef SELKIRK_LZ4_THIN_H
#define SELKIRK_LZ4_THIN_H

#include <stddef.h>
#include <stdint.h>

/*
 * `packed`, `size` bytes that the library made of `plain`, anew at `out`: matches of less than
 * `least` bytes are literals. Returns how many bytes that takes, at most `room`; 0: more.
 */
size_t lz4_thin(const uint8_t *packed, size_t size, const uint8_t *plain, size_t least,
                uint8_t *out, size_t room);

#endif
