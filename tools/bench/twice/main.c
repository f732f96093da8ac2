/*
 * main.c - runs a program: rounds until the machine is warm (caches, and all translations are
 * made), then those between two marks, which are what is measured. Prints the checksum.
 */
#include "bench.h"

static const char digits[] = "0123456789abcdef";

uint32_t bench_main(unsigned rounds)
{
    unsigned warm = rounds ? 0 : bench_warm_rounds;
    uint32_t sum = 1;

    bench_setup();
    for (unsigned i = 0; i < warm; i++)
        sum = bench_round(sum);
    machine_mark(1);
    rounds = rounds ? rounds : bench_rounds;
    for (unsigned i = 0; i < rounds; i++)
        sum = bench_round(sum);
    machine_mark(0);
    for (int shift = 28; shift >= 0; shift -= 4)
        machine_put(digits[sum >> shift & 15]);
    machine_put('\n');
    return sum;
}
