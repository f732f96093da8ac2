/*
 * bench.h - what a program of this directory is made of. Each is compiled twice, for an i686 and
 * for the chip, and does the same work both times.
 */
#ifndef BENCH_TWICE_H
#define BENCH_TWICE_H

#include <stddef.h>
#include <stdint.h>

/* Of the program: the rounds that are measured, and as many before them that are not. */
extern const unsigned bench_rounds, bench_warm_rounds;

/* Fills the program's data. Not measured. */
void bench_setup(void);

/*
 * A round's work; the value depends on all that it computed and on `sum`, the last round's value.
 */
uint32_t bench_round(uint32_t sum);

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);

/* A stream of numbers that is the same everywhere. */
static inline uint32_t bench_random(uint32_t *state)
{
    uint32_t x = *state;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

static inline uint32_t bench_mix(uint32_t sum, uint32_t value)
{
    return (sum << 5 | sum >> 27) ^ value * 0x9e3779b1u;
}

/* ---------------------------------------------------------------- main.c asks of the machine */

/* Begins (true) or ends what the simulator counts by itself. */
void machine_mark(unsigned begin);
void machine_put(char c);

/* The same on both. With `rounds` that are not 0: so many instead, all of them measured. */
uint32_t bench_main(unsigned rounds);

#endif
