/*
 * string.c - memory and string functions, with the compiler's own expectations of them.
 *
 * Whole words are moved when both sides are equally aligned, which firmware data nearly always is.
 * Compiled with -fno-tree-loop-distribute-patterns, so that no loop here is turned into a call of
 * itself.
 */
#include "cms.h"
#include "isa_intrinsics.h"

typedef uint64_t __attribute__((may_alias)) word;

#define WORD sizeof(word)
#define WORD_OFFSET(p) ((uintptr_t)(p) % WORD)
#define LINE (8 * WORD) /* a round of the unrolled loops, and what dcz clears */
#define CLEAR_FROM (4 * LINE)

/* Lowest address first, so that the two may overlap by words. */
static inline void copy_line(word *to, const word *from)
{
    word a = from[0], b = from[1], c = from[2], d = from[3];

    to[0] = a;
    to[1] = b;
    to[2] = c;
    to[3] = d;
    a = from[4];
    b = from[5];
    c = from[6];
    d = from[7];
    to[4] = a;
    to[5] = b;
    to[6] = c;
    to[7] = d;
}

/* Lowest address first; also right when `to` lies below `from` and they overlap. */
static inline void *copy_up(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;

    if (WORD_OFFSET(d) == WORD_OFFSET(s)) {
        for (; n > 0 && WORD_OFFSET(d) != 0; n--)
            *d++ = *s++;
        for (; n >= LINE; n -= LINE, d += LINE, s += LINE)
            copy_line((word *)d, (const word *)s);
        for (; n >= WORD; n -= WORD, d += WORD, s += WORD)
            *(word *)d = *(const word *)s;
    }
    while (n-- > 0)
        *d++ = *s++;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    return copy_up(to, from, n);
}

void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;

    if ((uintptr_t)d - (uintptr_t)s >= n)
        return copy_up(to, from, n);
    while (n-- > 0)
        d[n] = s[n];
    return to;
}

void *memset(void *to, int value, size_t n)
{
    uint8_t *d = to;
    word w = (uint8_t)value;

    w |= w << 8;
    __asm__("" : "+r"(w)); /* or the compiler multiplies; boot/absent.c uses this */
    w |= w << 16;
    w |= w << 32;
    for (; n > 0 && WORD_OFFSET(d) != 0; n--)
        *d++ = (uint8_t)value;
    if (w == 0 && n >= CLEAR_FROM) {
        for (; (uintptr_t)d % LINE != 0; n -= WORD, d += WORD)
            *(word *)d = 0;
        for (; n >= LINE; n -= LINE, d += LINE)
            vx_dcz((uintptr_t)d);
    }
    for (; n >= LINE; n -= LINE, d += LINE) {
        word *line = (word *)d;

        line[0] = line[1] = line[2] = line[3] = w;
        line[4] = line[5] = line[6] = line[7] = w;
    }
    for (; n >= WORD; n -= WORD, d += WORD)
        *(word *)d = w;
    while (n-- > 0)
        *d++ = (uint8_t)value;
    return to;
}

int memcmp(const void *left, const void *right, size_t n)
{
    const uint8_t *a = left, *b = right;

    for (; n > 0; n--, a++, b++)
        if (*a != *b)
            return *a - *b;
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}
