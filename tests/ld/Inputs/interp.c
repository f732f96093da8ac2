/*
 * interp.c - the shape of firmware: a state structure, a decoder with fields, a big switch,
 * helpers, flags.
 */
#include "test.h"

struct cpu {
    uint32_t reg[8];
    uint32_t flags, pc;
    uint8_t memory[256];
    uint64_t count[4];
    void (*hook)(struct cpu *, unsigned);
};

enum { CF = 1, ZF = 2, SF = 4 };

static NOINLINE void set_flags(struct cpu *c, uint64_t r)
{
    c->flags = (r >> 32 & 1 ? CF : 0) | ((uint32_t)r == 0 ? ZF : 0) | (r >> 31 & 1 ? SF : 0);
}

static uint32_t operand(struct cpu *c, unsigned mode, unsigned r)
{
    switch (mode) {
    case 0: return c->reg[r];
    case 1: return c->memory[(c->reg[r] + c->memory[(uint8_t)c->pc++]) & 255];
    case 2: return (uint32_t)(int8_t)c->memory[(uint8_t)c->pc++];
    default: return r * 0x01010101u;
    }
}

static NOINLINE void hook_sum(struct cpu *c, unsigned op)
{
    c->count[1] += op * (c->reg[0] | 1);
}

static NOINLINE void hook_mix(struct cpu *c, unsigned op)
{
    c->count[2] = c->count[2] * 33 ^ op ^ c->flags;
    if (op == 9)
        c->hook = hook_sum;
}

static NOINLINE int step(struct cpu *c)
{
    uint8_t at = (uint8_t)c->pc;
    unsigned byte = c->memory[at], op = byte >> 4, mode = byte >> 2 & 3,
             r = c->memory[(uint8_t)(at + 1)];
    unsigned d = r >> 3 & 7, s = r & 7;
    uint32_t v;

    c->pc += 2;
    c->count[0]++;
    v = operand(c, mode, s);
    switch (op) {
    case 0: c->reg[d] = v; break;
    case 1:
        set_flags(c, (uint64_t)c->reg[d] + v);
        c->reg[d] += v;
        break;
    case 2:
        set_flags(c, (uint64_t)c->reg[d] - v);
        c->reg[d] -= v;
        break;
    case 3:
        c->reg[d] &= v;
        set_flags(c, c->reg[d]);
        break;
    case 4:
        c->reg[d] ^= v;
        set_flags(c, c->reg[d]);
        break;
    case 5: c->reg[d] = c->reg[d] << (v & 31) | c->reg[d] >> (-v & 31); break;
    case 6: set_flags(c, (uint64_t)c->reg[d] - v); break;
    case 7:
        if (c->flags & ZF)
            c->pc += v & 15;
        break;
    case 8:
        if (!(c->flags & CF))
            c->pc -= v & 7;
        break;
    case 9: c->memory[(uint8_t)(c->reg[d] + v)] = (uint8_t)c->reg[s]; break;
    case 10: c->reg[d] = c->reg[d] * v + 1; break;
    case 11: c->reg[d] = v ? c->reg[d] / v : 0xffffffff; break;
    case 12: {
        uint32_t t = c->reg[d];
        c->reg[d] = c->reg[s];
        c->reg[s] = t;
        break;
    }
    case 13: c->hook = c->hook == hook_sum ? hook_mix : hook_sum; break;
    case 14: c->reg[d] = (uint32_t)__builtin_popcount(v) + c->flags; break;
    default: c->pc += c->reg[d] & 3;
    }
    c->hook(c, op);
    return c->count[0] < 3000;
}

int main(void)
{
    static struct cpu c;
    uint64_t r = 2463534242;

    for (int i = 0; i < 256; i++)
        c.memory[i] = (uint8_t)test_random(&r);
    c.hook = hook_sum;
    while (step(&c))
        ;
    for (int i = 0; i < 8; i++)
        printf("r%d %08x\n", i, c.reg[i]);
    test_show("sum", c.count[1]);
    test_show("mix", c.count[2]);
    return 0;
}
