/*
 * memory.c - more data than caches hold: a chain of indices through 2 MiB in no order, sums over
 * and copies of as much, and a histogram.
 */
#include "bench.h"

#define WORDS (1u << 19)
#define HOPS 2500
#define PART (WORDS / 8) /* of a round */
#define STRIDE 16 /* words of 64 bytes */

const unsigned bench_rounds = 40, bench_warm_rounds = 20;

static uint32_t chain[WORDS], copy[WORDS], histogram[1 << 14];

/* One cycle through all lines, each entered in its first word. */
void bench_setup(void)
{
    uint32_t x = 1234567;
    uint32_t lines = WORDS / STRIDE;

    for (uint32_t i = 0; i < lines; i++)
        chain[i * STRIDE] = i * STRIDE;
    for (uint32_t i = lines - 1; i > 0; i--) {
        uint32_t j = bench_random(&x) % i, t = chain[i * STRIDE];

        chain[i * STRIDE] = chain[j * STRIDE];
        chain[j * STRIDE] = t;
    }
    for (uint32_t i = 0; i < WORDS; i++)
        if (i % STRIDE)
            chain[i] = bench_random(&x);
}

static uint32_t hop(uint32_t at)
{
    for (int i = 0; i < HOPS; i++)
        at = chain[at];
    return at;
}

static uint32_t scan(uint32_t sum, uint32_t at)
{
    for (uint32_t i = 1; i < PART; i += 8)
        sum += chain[at + i];
    return sum;
}

static void stream(uint32_t value, uint32_t at)
{
    for (uint32_t i = 0; i < PART / 2; i++)
        copy[at + i] = chain[at + i] + value;
}

static uint32_t count(uint32_t sum, uint32_t at)
{
    for (uint32_t i = 0; i < PART / 4; i++)
        histogram[copy[at + i] >> 18]++;
    for (uint32_t i = 0; i < 1 << 14; i += 64)
        sum = bench_mix(sum, histogram[i]);
    return sum;
}

uint32_t bench_round(uint32_t sum)
{
    static uint32_t at;

    sum = bench_mix(sum, hop(sum % (WORDS / STRIDE) * STRIDE));
    at = (at + PART) % WORDS;
    sum = scan(sum, at);
    stream(sum, at);
    return count(sum, at);
}
