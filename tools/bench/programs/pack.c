/* pack.c - compression: repetitions found through a table of hashes, and unpacked again. */
#include "tools/vliw-cc/rt/native.h"

#define SIZE 24000
#define LEAST 4
#define MOST 67

static uint8_t text[SIZE], packed[2 * SIZE], again[SIZE];
static uint16_t last[4096];

static uint32_t word_at(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Literals are 0 and a byte, repetitions a length and a distance of two bytes. */
__attribute__((noinline)) static size_t pack(const uint8_t *in, size_t size, uint8_t *out)
{
    uint8_t *to = out;

    for (size_t i = 0; i < size;) {
        size_t length = 0, from = 0;

        if (i + LEAST <= size) {
            uint32_t slot = word_at(in + i) * 2654435761u >> 20;
            from = last[slot];
            last[slot] = (uint16_t)i;
            while (from < i && length < MOST && i + length < size &&
                   in[from + length] == in[i + length])
                length++;
        }
        if (length >= LEAST) {
            *to++ = (uint8_t)length;
            *to++ = (uint8_t)(i - from);
            *to++ = (uint8_t)((i - from) >> 8);
            i += length;
        } else {
            *to++ = 0;
            *to++ = in[i++];
        }
    }
    return (size_t)(to - out);
}

__attribute__((noinline)) static size_t unpack(const uint8_t *in, size_t size, uint8_t *out)
{
    uint8_t *to = out;

    for (const uint8_t *end = in + size; in < end;) {
        unsigned length = *in++;

        if (length == 0) {
            *to++ = *in++;
            continue;
        }
        const uint8_t *from = to - (in[0] | in[1] << 8);
        in += 2;
        while (length--)
            *to++ = *from++;
    }
    return (size_t)(to - out);
}

int main(void)
{
    uint32_t x = 7;

    for (size_t i = 0; i < SIZE; i++) {
        x = x * 1103515245 + 12345;
        text[i] = i > 64 && x >> 28 ? text[i - 1 - (i / 256 & 31)] : (uint8_t)(x >> 20);
    }
    size_t size = pack(text, SIZE, packed);
    size_t back = unpack(packed, size, again);
    printf("%u bytes, %s\n", (unsigned)size,
           back == SIZE && memcmp(text, again, SIZE) == 0 ? "same" : "DIFFERENT");
    return 0;
}
