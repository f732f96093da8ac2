/*
 * export.c - cases for the chip, with what the host's processor made of them (guest/vectors.S).
 *
 * A record is words: its size; the code's length; numbers of pokes and changes; vector (3 if it ran
 * to its CC); mask of the flags that count, bit 31: 16-bit code segment; registers before and
 * after, EIP and EFLAGS last; where the floating-point state stands in the record, 0: nowhere, and
 * its size << 16; the code, filled up to a whole word; pokes, (address, value) to set before;
 * changes, (address, value to restore, value after); floating-point state before and after, as much
 * of FXSAVE's image as has the x87, or all registers.
 */
#include <stdio.h>
#include <string.h>

#include "diff.h"

struct record {
    uint32_t size, length, pokes, changes, vector, mask;
    struct regs in, out;
    uint32_t fpu;
    uint32_t list[256];
};

_Static_assert(offsetof(struct record, list) == 108, "guest/vectors.S knows the layout");

#define BREAKPOINT 3
#define CODE16 (1u << 31)
#define X87_SIZE 160
#define SIMD_SIZE 288
#define LIST (sizeof(((struct record *)0)->list) / sizeof(uint32_t))

/* Appends where memory has another word than the image. False: the list is full. */
static bool list_words(struct record *r, unsigned *used, unsigned area, const uint8_t *image,
                       const uint8_t *poked)
{
    for (uint32_t at = 0; at < areas[area].size; at += 4) {
        const uint8_t *now = native_memory(areas[area].base + at);
        bool differs = memcmp(now, image + at, 4) != 0;

        if (!differs && !(poked && memcmp(poked + at, image + at, 4) != 0))
            continue;
        if (*used + 3 > LIST)
            return false;
        r->list[(*used)++] = areas[area].base + at;
        if (poked) {
            memcpy(&r->list[(*used)++], image + at, 4);
            r->changes++;
        } else {
            r->pokes++;
        }
        memcpy(&r->list[(*used)++], now, 4);
    }
    return true;
}

bool export_case(const struct testcase *tc, uint8_t *const image[AREA_COUNT], uint32_t mask,
                 FILE *to, size_t *room)
{
    static uint8_t before[AREA_COUNT][0x8000];
    struct record r = {
        .length = tc->length, .mask = mask | (tc->code32 ? 0 : CODE16), .in = tc->in};
    struct outcome out;
    unsigned used = 0;

    if (tc->length > MAX_CODE)
        return false;
    for (unsigned n = AREA_DATA; n < AREA_COUNT; n++) {
        if (!image[n])
            continue;
        memcpy(before[n], native_memory(areas[n].base), areas[n].size);
        if (!list_words(&r, &used, n, image[n], NULL))
            return false;
    }
    native_run(&tc->in, &tc->fpu, tc->code32, &out);
    if (out.vector == X86_PF)
        return false; /* vectors.S runs without paging */
    r.vector = out.vector == NO_VECTOR ? BREAKPOINT : out.vector;
    r.out = out.regs;
    for (unsigned n = AREA_DATA; n < AREA_COUNT; n++)
        if (image[n] && !list_words(&r, &used, n, image[n], before[n]))
            return false;

    size_t head = offsetof(struct record, list), code = (tc->length + 3) & ~(size_t)3;

    size_t fpu = tc->has_simd ? SIMD_SIZE : tc->has_fpu ? X87_SIZE : 0;

    r.size = (uint32_t)(head + code + used * 4);
    if (tc->has_fpu)
        r.fpu = r.size | (uint32_t)fpu << 16;
    r.size += 2 * (uint32_t)fpu;
    if (r.size + 4 > *room)
        return false;
    *room -= r.size;
    return fwrite(&r, 1, head, to) == head && fwrite(tc->code, 1, code, to) == code &&
           fwrite(r.list, 4, used, to) == used && fwrite(tc->fpu.image, 1, fpu, to) == fpu &&
           fwrite(out.fpu.image, 1, fpu, to) == fpu;
}
