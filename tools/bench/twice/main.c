/*
 * main.c - runs a program: rounds until the machine is warm (caches, and all translations are
 * made), then those between two marks, which are what is measured. Prints the checksum.
 */
#include "bench.h"

static const char digits[] = "0123456789abcdef";

uint32_t bench_main(void)
{
    uint32_t sum = 1;

    bench_setup();
    for (unsigned i = 0; i < bench_warm_rounds; i++)
        sum = bench_round(sum);
    machine_mark(1);
    for (unsigned i = 0; i < bench_rounds; i++)
        sum = bench_round(sum);
    machine_mark(0);
    for (int shift = 28; shift >= 0; shift -= 4)
        machine_put(digits[sum >> shift & 15]);
    machine_put('\n');
    return sum;
}
