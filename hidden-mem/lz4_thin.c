/*
 * lz4_thin.c - see lz4_thin.h
 *
 * A block is sequences: a byte with two lengths, the rest of the first if it is 15 or more, so many
 * literals, and, but for the last sequence, a distance back in two bytes and the rest of the second
 * length, which is that of the match less 4.
 */
#include "hidden-mem/lz4_thin.h"

#include <stdbool.h>
#include <string.h>

#define MATCH_LEAST 4
#define LONG 15 /* a length of so much goes on in bytes of its own */

struct writer {
    uint8_t *at, *end;
    bool full;
};

static void put_byte(struct writer *w, size_t byte)
{
    if (w->at == w->end)
        w->full = true;
    else
        *w->at++ = (uint8_t)byte;
}

static void put_rest(struct writer *w, size_t length)
{
    if (length < LONG)
        return;
    for (length -= LONG; length >= 255; length -= 255)
        put_byte(w, 255);
    put_byte(w, length);
}

/* `match` is its length less 4; distance 0: there is none, and the block ends. */
static void put_sequence(struct writer *w, const uint8_t *literals, size_t count, size_t distance,
                         size_t match)
{
    put_byte(w, (count < LONG ? count : LONG) << 4 | (match < LONG ? match : LONG));
    put_rest(w, count);
    if ((size_t)(w->end - w->at) < count) {
        w->full = true;
        return;
    }
    memcpy(w->at, literals, count);
    w->at += count;
    if (!distance)
        return;
    put_byte(w, distance & 0xff);
    put_byte(w, distance >> 8);
    put_rest(w, match);
}

static size_t take_length(const uint8_t **at, size_t length)
{
    uint8_t more = 255;

    if (length < LONG)
        return length;
    while (more == 255) {
        more = *(*at)++;
        length += more;
    }
    return length;
}

size_t lz4_thin(const uint8_t *packed, size_t size, const uint8_t *plain, size_t least,
                uint8_t *out, size_t room)
{
    struct writer w = {out, out + room, false};
    const uint8_t *at = packed, *end = packed + size;
    size_t place = 0, begin = 0; /* in `plain`: here, and where literals that wait begin */

    while (!w.full) {
        uint8_t token = *at++;
        size_t literals = take_length(&at, token >> 4), distance, match;

        at += literals;
        place += literals;
        if (at == end) {
            put_sequence(&w, plain + begin, place - begin, 0, 0);
            break;
        }
        distance = at[0] | (size_t)at[1] << 8;
        at += 2;
        match = take_length(&at, token & 15);
        if (match + MATCH_LEAST >= least) {
            put_sequence(&w, plain + begin, place - begin, distance, match);
            begin = place + match + MATCH_LEAST;
        }
        place += match + MATCH_LEAST;
    }
    return w.full ? 0 : (size_t)(w.at - out);
}
