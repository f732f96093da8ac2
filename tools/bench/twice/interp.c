/* interp.c - an interpreter's loop: a register machine counts primes and Collatz steps. */
#include "bench.h"

#define CELLS 512

const unsigned bench_rounds = 36, bench_warm_rounds = 80;

enum op { SET, MOVE, ADD, ADDI, MULI, HALVE, ANDI, LOAD, STORE, JUMP, LESS, ZERO, STOP };

struct code {
    uint8_t op, a, b;
    int16_t n;
};

enum { I, J, T, U, COUNT, LIMIT, STEPS };

/* Branches are relative to the next instruction. */
static const struct code program[] = {
    {SET, COUNT, 0, 0}, {SET, I, 0, 2},  {SET, U, 0, 0},
    /* 3: all cells are 0 */
    {STORE, U, I, 0},   {ADDI, I, 0, 1}, {LESS, I, LIMIT, -3}, {SET, I, 0, 2},
    /* 7: the sieve */
    {LOAD, T, I, 0},    {ZERO, T, 0, 1}, {JUMP, 0, 0, 6},      {ADDI, COUNT, 0, 1},
    {SET, U, 0, 1},     {MOVE, J, I, 0}, {STORE, U, J, 0},     {ADD, J, I, 0},
    {LESS, J, LIMIT, -3},
    /* 16 */
    {ADDI, I, 0, 1},    {LESS, I, LIMIT, -11},
    /* 18: Collatz, from 1 to 63 */
    {SET, I, 0, 1},     {SET, STEPS, 0, 0},
    /* 20 */
    {MOVE, J, I, 0},
    /* 21 */
    {MOVE, T, J, 0},    {ADDI, T, 0, -1}, {ZERO, T, 0, 9},     {ADDI, STEPS, 0, 1},
    {MOVE, T, J, 0},    {ANDI, T, 0, 1},  {ZERO, T, 0, 3},     {MULI, J, 0, 3},
    {ADDI, J, 0, 1},    {JUMP, 0, 0, -10},
    /* 31 */
    {HALVE, J, 0, 0},   {JUMP, 0, 0, -12},
    /* 33 */
    {ADDI, I, 0, 1},    {SET, T, 0, 64},  {LESS, I, T, -16},   {STOP, 0, 0, 0},
};

static int32_t reg[8], cell[CELLS];

void bench_setup(void)
{
}

static void run(const struct code *c)
{
    for (;; c++) {
        switch (c->op) {
        case SET: reg[c->a] = c->n; break;
        case MOVE: reg[c->a] = reg[c->b]; break;
        case ADD: reg[c->a] += reg[c->b]; break;
        case ADDI: reg[c->a] += c->n; break;
        case MULI: reg[c->a] *= c->n; break;
        case HALVE: reg[c->a] /= 2; break;
        case ANDI: reg[c->a] &= c->n; break;
        case LOAD: reg[c->a] = cell[reg[c->b]]; break;
        case STORE: cell[reg[c->b]] = reg[c->a]; break;
        case JUMP: c += c->n; break;
        case LESS:
            if (reg[c->a] < reg[c->b])
                c += c->n;
            break;
        case ZERO:
            if (!reg[c->a])
                c += c->n;
            break;
        default: return;
        }
    }
}

uint32_t bench_round(uint32_t sum)
{
    reg[LIMIT] = CELLS;
    run(program);
    return bench_mix(sum, (uint32_t)reg[COUNT] << 16 | (uint32_t)reg[STEPS]);
}
