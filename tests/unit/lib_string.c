/*
 * lib_string.c - the firmware's memory functions, under other names, against the C library's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define memcpy lib_memcpy
#define memmove lib_memmove
#define memset lib_memset
#define memcmp lib_memcmp
#define strlen lib_strlen
#include "cms/lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen

#define SIZE 96

static unsigned failures;

static void check(int good, const char *what, size_t a, size_t b, size_t n)
{
    if (good)
        return;
    fprintf(stderr, "%s: offsets %zu and %zu, %zu bytes\n", what, a, b, n);
    failures++;
}

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

/* The one atom that these functions use: dcz. */
uint64_t isa_host_atom(unsigned funct3, unsigned funct7, uint64_t address, uint64_t unused)
{
    (void)funct3, (void)funct7, (void)unused;
    return (uintptr_t)memset((void *)(uintptr_t)(address & ~UINT64_C(63)), 0, 64);
}

/* Large enough for whole lines, from every offset to every end. */
static void check_clearing(void)
{
    enum { LARGE = 640 };
    static _Alignas(64) uint8_t ours[LARGE], theirs[LARGE];

    for (size_t from = 0; from < 80; from++) {
        for (size_t n = 200; n < LARGE - from; n += 3) {
            for (int value = 0; value < 2; value++) {
                memset(ours, 0xa5, LARGE);
                memset(theirs, 0xa5, LARGE);
                lib_memset(ours + from, value, n);
                memset(theirs + from, value, n);
                check(memcmp(ours, theirs, LARGE) == 0, "memset", from, (size_t)value, n);
            }
        }
    }
}

int main(void)
{
    uint8_t start[SIZE], ours[SIZE], theirs[SIZE];

    check_clearing();
    for (unsigned i = 0; i < SIZE; i++)
        start[i] = (uint8_t)(i * 37 + 1);
    for (size_t a = 0; a < 20; a++) {
        for (size_t b = 0; b < 20; b++) {
            for (size_t n = 0; n < 40; n++) {
                memcpy(ours, start, SIZE);
                memcpy(theirs, start, SIZE);
                lib_memmove(ours + a, ours + b, n);
                memmove(theirs + a, theirs + b, n);
                check(memcmp(ours, theirs, SIZE) == 0, "memmove", a, b, n);
                lib_memcpy(ours + a, start + b, n);
                memcpy(theirs + a, start + b, n);
                check(memcmp(ours, theirs, SIZE) == 0, "memcpy", a, b, n);
                lib_memset(ours + a, (int)(b * 77), n);
                memset(theirs + a, (int)(b * 77), n);
                check(memcmp(ours, theirs, SIZE) == 0, "memset", a, b, n);
                check(sign(lib_memcmp(ours + a, start + b, n)) ==
                          sign(memcmp(theirs + a, start + b, n)),
                      "memcmp", a, b, n);
            }
        }
    }
    check(lib_strlen("") == 0 && lib_strlen("abc") == 3, "strlen", 0, 0, 0);
    printf("lib_string: %u failures\n", failures);
    return failures != 0;
}
