/* recursive.c - functions that call themselves: Fibonacci, Takeuchi, queens, towers. */
#include "bench.h"

#define QUEENS 7
#define DISKS 10

const unsigned bench_rounds = 50, bench_warm_rounds = 300;

static uint8_t tower[3][DISKS + 1];
static uint32_t moves;

void bench_setup(void)
{
}

__attribute__((noinline)) static uint32_t fib(uint32_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

__attribute__((noinline)) static int tak(int x, int y, int z)
{
    return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

__attribute__((noinline)) static uint32_t queens(uint32_t columns, uint32_t left, uint32_t right)
{
    uint32_t count = 0, free = ~(columns | left | right) & ((1u << QUEENS) - 1);

    if (columns == (1u << QUEENS) - 1)
        return 1;
    while (free) {
        uint32_t bit = free & -free;

        free ^= bit;
        count += queens(columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

__attribute__((noinline)) static void move(unsigned disks, unsigned from, unsigned to)
{
    if (!disks)
        return;
    move(disks - 1, from, 3 - from - to);
    uint8_t disk = tower[from][tower[from][0]--];
    tower[to][++tower[to][0]] = disk;
    moves = bench_mix(moves, disk);
    move(disks - 1, 3 - from - to, to);
}

uint32_t bench_round(uint32_t sum)
{
    for (unsigned i = 1; i <= DISKS; i++)
        tower[0][i] = (uint8_t)(DISKS + 1 - i);
    tower[0][0] = DISKS;
    tower[1][0] = tower[2][0] = 0;
    moves = sum;
    move(DISKS, 0, 2);
    sum = bench_mix(moves, tower[2][0]);
    sum = bench_mix(sum, fib(17 + sum % 3));
    sum = bench_mix(sum, (uint32_t)tak(9, 5, (int)(sum % 3)));
    return bench_mix(sum, queens(0, 0, 0));
}
