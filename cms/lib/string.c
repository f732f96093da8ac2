/*
 * string.c - memory and string functions, with the compiler's own expectations of them.
 *
 * Whole words are moved when both sides are equally aligned, which firmware data nearly always is.
 * Compiled with -fno-tree-loop-distribute-patterns, so that no loop here is turned into a call of
 * itself.
 */
#include "cms.h"

typedef uint64_t __attribute__((may_alias)) word;

#define WORD sizeof(word)
#define WORD_OFFSET(p) ((uintptr_t)(p) % WORD)

/* Lowest address first; also right when `to` lies below `from` and they overlap. */
static inline void *copy_up(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;

    if (WORD_OFFSET(d) == WORD_OFFSET(s)) {
        for (; n > 0 && WORD_OFFSET(d) != 0; n--)
            *d++ = *s++;
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
