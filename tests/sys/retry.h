/*
 * retry.h - what retry_image.c and retry_code.c share: the image, the case at work, and bytes put
 * into its code.
 */
#ifndef RETRY_H
#define RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/random.h"

#define SIZE 0x10000
#define IMAGE_BASE 0xf0000
#define CASES 64 /* retry.S has these, too */
#define CASE_TABLE 0x2000
#define CODE_AT 0x4000
#define CASE_ROOM 0x260
#define STARTS (CODE_AT + CASES * CASE_ROOM)
#define STARTS_ROOM (CASE_ROOM / 8)

#define FLAGS_IOPL 0x3000

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PUT(text) put_bytes(text, sizeof(text) - 1)

enum { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI };

struct segment {
    uint32_t selector, base;
    uint32_t low, high; /* offsets that are allowed, as far as they lie in the memory */
    bool readonly;
};

struct retry {
    uint8_t image[SIZE];
    uint64_t stream; /* of random numbers */

    /* the case that is being made */
    uint32_t at, end;
    bool wide; /* 32-bit code */
    uint32_t code_base;
    bool ring0;
    bool both; /* address sizes make sense */
    const struct segment *segments;
    unsigned segment_count;
    const struct segment *ds, *es, *ss;
};

extern struct retry now;

static inline uint32_t rnd(uint32_t below)
{
    return (uint32_t)((random_next(&now.stream) >> 24) % below);
}

static inline void put(unsigned byte)
{
    if (now.at < now.end)
        now.image[now.at++] = (uint8_t)byte;
}

static inline void put_bytes(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put((uint8_t)text[i]);
}

static inline void put_le(uint32_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        put(value >> 8 * i & 0xff);
}

static inline unsigned word(void)
{
    return now.wide ? 4 : 2;
}

static inline const struct segment *some_segment(void)
{
    return &now.segments[rnd(now.segment_count)];
}

/* A number that is often at an edge. */
uint32_t number(void);

/* An offset in the segment, often as far from its end or from a page border as a loop goes. */
uint32_t pointer(const struct segment *s);

/* An instruction begins here. */
void start(void);

/* So many random instructions. */
void body(unsigned count);

#endif
