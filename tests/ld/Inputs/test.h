/* test.h - what a test program needs, on the chip and on the host that tells the right answer. */
#ifndef TEST_H
#define TEST_H

#ifdef __riscv
#include "tools/vliw-cc/rt/native.h"
#else
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#endif

#define NOINLINE __attribute__((noinline, noipa))

/* A number nobody can compute before the program runs. */
static inline uint64_t test_random(uint64_t *state)
{
    uint64_t x = *state;

    __asm__ volatile("" : "+r"(x));
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static inline void test_show(const char *what, uint64_t value)
{
    printf("%s %08x%08x\n", what, (unsigned)(value >> 32), (unsigned)value);
}

#endif
