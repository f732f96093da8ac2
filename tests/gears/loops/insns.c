/*
 * insns.c - random instructions, one at a time, by the rules of make.c.
 */
#include "maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t rnd(struct maker *m, uint32_t below)
{
    m->state = m->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(m->state >> 33) % below;
}

uint32_t number(struct maker *m)
{
    static const uint32_t edge[] = {0,      1,      0x7f,       0x80,       0xff,      0x7fff,
                                    0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};

    return rnd(m, 2) ? edge[rnd(m, sizeof edge / sizeof *edge)]
                     : rnd(m, 0x10000) << 16 | rnd(m, 0x10000);
}

/* ---------------------------------------------------------------- one instruction */

void put(struct maker *m, unsigned value)
{
    m->insn[m->size++] = (uint8_t)value;
}

void put_le(struct maker *m, uint32_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        put(m, value >> 8 * i & 0xff);
}

void copy(struct maker *m, const void *bytes, unsigned size)
{
    if (m->at + size > CODE_MAX) {
        fprintf(stderr, "loops: a piece of code is too long\n");
        exit(2);
    }
    memcpy(m->p->code + m->at, bytes, size);
    m->at += size;
}

/* CMP EAX, EDX */
void define_flags(struct maker *m)
{
    copy(m, "\x39\xd0", 2);
    m->undef = 0;
}

/* The instruction goes into the code. */
void done(struct maker *m)
{
    struct insn i;
    int length = x86_decode(m->insn, sizeof m->insn, true, &i);

    if (length != (int)m->size) {
        fprintf(stderr, "loops: made %u bytes of an instruction of %d:", m->size, length);
        for (unsigned n = 0; n < m->size; n++)
            fprintf(stderr, " %02x", m->insn[n]);
        fputc('\n', stderr);
        exit(2);
    }
    const struct x86_op_info *info = &x86_ops[i.op];
    if (info->reads & m->undef)
        define_flags(m);
    copy(m, m->insn, m->size);
    m->size = 0;
    if (!(info->props & P_FLAGMAY))
        m->undef &= ~(uint32_t)info->writes;
    m->undef |= info->undef;
    m->p->ever |= m->undef;
}

void done1(struct maker *m, unsigned a)
{
    put(m, a);
    done(m);
}

void done2(struct maker *m, unsigned a, unsigned b)
{
    put(m, a);
    done1(m, b);
}

void set_le(struct maker *m, uint32_t at, uint32_t value)
{
    memcpy(m->p->code + at, &value, 4);
}

uint32_t here(const struct maker *m)
{
    return m->p->start + m->at;
}

/* A branch of the opcode with a displacement of 32 bits; its place is set by land(). */
uint32_t branch(struct maker *m, unsigned escape, unsigned opcode)
{
    if (escape)
        put(m, escape);
    put(m, opcode);
    put_le(m, 0, 4);
    done(m);
    return m->at - 4;
}

void land_at(struct maker *m, uint32_t field, uint32_t target)
{
    set_le(m, field, target - (field + 4));
}

void land(struct maker *m, uint32_t field)
{
    land_at(m, field, m->at);
}

/* ---------------------------------------------------------------- operands */

unsigned free_reg(struct maker *m)
{
    static const uint8_t regs[] = {EAX, EDX, EBP, ECX};

    return regs[rnd(m, m->ecx_counts ? 3 : 4)];
}

static unsigned byte_reg(struct maker *m)
{
    static const uint8_t regs[] = {EAX, EDX, EAX + 4, EDX + 4, ECX, ECX + 4};

    return regs[rnd(m, m->ecx_counts ? 4 : 6)];
}

static unsigned reg_of(struct maker *m, unsigned size)
{
    return size == 1 ? byte_reg(m) : free_reg(m);
}

/* 1, 2 or 4, mostly 4; writes the prefix */
static unsigned opsize(struct maker *m)
{
    unsigned n = rnd(m, 8);

    if (n == 0)
        put(m, 0x66);
    return n == 0 ? 2 : n < 3 ? 1 : 4;
}

void memory(struct maker *m, unsigned reg)
{
    static const uint8_t base[] = {EBX, ESI, EDI};
    unsigned b = base[rnd(m, 3)];

    switch (rnd(m, 5)) {
    case 0: put(m, reg << 3 | b); break;
    case 1:
    case 2:
        put(m, 0x40 | reg << 3 | b);
        put(m, rnd(m, 32));
        break;
    case 3:
        put(m, 0x80 | reg << 3 | b);
        put_le(m, rnd(m, 0x100) - 0x80, 4);
        break;
    default:
        put(m, reg << 3 | 5);
        put_le(m, DATA + rnd(m, DATA_SIZE - 4), 4);
    }
}

static void operand(struct maker *m, unsigned reg, unsigned size)
{
    if (rnd(m, 2))
        put(m, 0xc0 | reg << 3 | reg_of(m, size));
    else
        memory(m, reg);
}

void mov_reg(struct maker *m, unsigned reg, uint32_t value)
{
    put(m, 0xb8 | reg);
    put_le(m, value, 4);
    done(m);
}

/* ---------------------------------------------------------------- plain instructions */

static void remember(struct maker *m, unsigned back)
{
    if (m->modifies && m->patches < PATCHES && rnd(m, 2))
        m->patch[m->patches++] = m->at - back;
}

static void alu(struct maker *m)
{
    unsigned op = rnd(m, 8), size = opsize(m);

    switch (rnd(m, 3)) {
    case 0:
        put(m, op << 3 | (size != 1) | rnd(m, 2) << 1);
        operand(m, reg_of(m, size), size);
        done(m);
        break;
    case 1: {
        unsigned form = size == 1 ? 0x80 : rnd(m, 2) ? 0x81 : 0x83;

        put(m, form);
        operand(m, op, size);
        put_le(m, number(m), form == 0x81 ? size : 1);
        done(m);
        remember(m, 1);
        break;
    }
    default:
        put(m, op << 3 | 4 | (size != 1));
        put_le(m, number(m), size);
        done(m);
        remember(m, size);
    }
}

static void test(struct maker *m)
{
    unsigned size = opsize(m);

    if (rnd(m, 2)) {
        put(m, 0x84 | (size != 1));
        operand(m, reg_of(m, size), size);
    } else {
        put(m, 0xf6 | (size != 1));
        operand(m, 0, size);
        put_le(m, number(m), size);
    }
    done(m);
}

static void unary(struct maker *m)
{
    unsigned size = opsize(m);
    bool step = rnd(m, 2);

    put(m, (step ? 0xfe : 0xf6) | (size != 1));
    operand(m, step ? rnd(m, 2) : 2 + rnd(m, 2), size);
    done(m);
}

static void shift(struct maker *m)
{
    unsigned op = rnd(m, 8), size = opsize(m), form = rnd(m, 3);

    put(m, (form == 0 ? 0xd0 : form == 1 ? 0xd2 : 0xc0) | (size != 1));
    operand(m, op, size);
    if (form == 2)
        put(m, rnd(m, 34));
    done(m);
}

static void move(struct maker *m)
{
    unsigned size = opsize(m);

    switch (rnd(m, 4)) {
    case 0:
    case 1:
        put(m, 0x88 | (size != 1) | rnd(m, 2) << 1);
        operand(m, reg_of(m, size), size);
        break;
    case 2:
        put(m, 0xc6 | (size != 1));
        operand(m, 0, size);
        put_le(m, number(m), size);
        break;
    default:
        put(m, 0x86 | (size != 1));
        operand(m, reg_of(m, size), size);
    }
    done(m);
}

static void extend(struct maker *m)
{
    unsigned op = rnd(m, 4);

    put(m, 0x0f);
    put(m, 0xb6 | (op & 1) | (op & 2) << 2);
    operand(m, free_reg(m), op & 1 ? 2 : 1);
    done(m);
}

static void multiply(struct maker *m)
{
    unsigned size;

    switch (rnd(m, 3)) {
    case 0:
        size = opsize(m);
        put(m, 0xf6 | (size != 1));
        operand(m, 4 + rnd(m, 2), size);
        break;
    case 1:
        put(m, 0x0f), put(m, 0xaf);
        operand(m, free_reg(m), 4);
        break;
    default:
        put(m, 0x69);
        operand(m, free_reg(m), 4);
        put_le(m, number(m), 4);
    }
    done(m);
}

static void divide(struct maker *m)
{
    bool is_signed = rnd(m, 2);

    if (!m->daring || rnd(m, 4)) {
        done2(m, 0x31, 0xd2);                            /* xor edx, edx */
        put(m, 0x25), put_le(m, 0x7fffff00, 4), done(m); /* and eax, .. */
        put(m, 0x83), put(m, 0xcd), done1(m, 1);         /* or ebp, 1 */
    }
    done2(m, 0xf7, 0xc0 | (is_signed ? 7 : 6) << 3 | EBP);
}

static void condition(struct maker *m)
{
    put(m, 0x0f);
    if (rnd(m, 2)) {
        put(m, 0x90 | rnd(m, 16));
        operand(m, 0, 1);
    } else {
        put(m, 0x40 | rnd(m, 16));
        operand(m, free_reg(m), 4);
    }
    done(m);
}

static void bits(struct maker *m)
{
    unsigned reg = free_reg(m);

    switch (rnd(m, 4)) {
    case 0:
        put(m, 0x0f);
        put(m, 0xa3 | rnd(m, 4) << 3);
        put(m, 0xc0 | reg << 3 | free_reg(m));
        break;
    case 1:
        put(m, 0x0f), put(m, 0xba);
        operand(m, 4 + rnd(m, 4), 4);
        put(m, rnd(m, 40));
        break;
    case 2: /* of 0 the result would be undefined */
        put(m, 0x83), put(m, 0xc8 | reg), put(m, 1 + rnd(m, 127)), done(m);
        put(m, 0x0f), put(m, 0xbc | rnd(m, 2));
        put(m, 0xc0 | free_reg(m) << 3 | reg);
        break;
    default:
        put(m, 0x0f), put(m, 0xa4 | rnd(m, 2) << 3);
        operand(m, free_reg(m), 4);
        put(m, rnd(m, 33));
    }
    done(m);
}

static void exchange(struct maker *m)
{
    unsigned size;

    switch (rnd(m, 3)) {
    case 0:
        put(m, 0x0f), put(m, 0xc8 | free_reg(m));
        break;
    case 1:
        put(m, 0x0f), put(m, 0xc7), memory(m, 1);
        if (m->ecx_counts || m->insn[2] >> 6 == 3) { /* it compares EDX:EAX, writes ECX:EBX */
            m->size = 0;
            put(m, 0x90);
        }
        break;
    default:
        size = opsize(m);
        put(m, 0x0f), put(m, (rnd(m, 2) ? 0xb0 : 0xc0) | (size != 1));
        operand(m, reg_of(m, size), size);
    }
    done(m);
}

static void single(struct maker *m)
{
    static const uint8_t ops[] = {0x98, 0x99, 0xf8, 0xf9, 0xf5, 0x9f, 0x90};

    done1(m, ops[rnd(m, sizeof ops)]);
}

static void lea(struct maker *m)
{
    put(m, 0x8d);
    if (rnd(m, 2)) {
        memory(m, free_reg(m));
    } else {
        put(m, 0x44 | free_reg(m) << 3);
        put(m, rnd(m, 4) << 6 | EDX << 3 | EAX);
        put(m, rnd(m, 256));
    }
    done(m);
}

/* An index of one byte. */
static void indexed(struct maker *m)
{
    put(m, 0x0f), put(m, 0xb6), put(m, 0xc0 | EBP << 3 | byte_reg(m)), done(m);
    put(m, rnd(m, 2) ? 0x8b : 0x01);
    put(m, 0x44 | (rnd(m, 2) ? EAX : EDX) << 3);
    put(m, rnd(m, 3) << 6 | EBP << 3 | EBX);
    put(m, rnd(m, 64));
    done(m);
}

/* ---------------------------------------------------------------- what wanders */

void step(struct maker *m)
{
    static const int8_t steps[] = {1, 2, 4, 4, 4, 8, -1, -4, 3};
    static const uint8_t base[] = {EBX, ESI, EDI};

    put(m, 0x83), put(m, 0xc0 | base[rnd(m, 3)]);
    put(m, (uint8_t)steps[rnd(m, sizeof steps)]);
    done(m);
}

void plain(struct maker *m)
{
    static void (*const kinds[])(struct maker *) = {alu,    alu,       alu,    alu,     alu,
                                                    test,   unary,     shift,  shift,   move,
                                                    move,   move,      extend, multiply, divide,
                                                    condition, condition, bits, exchange, single,
                                                    lea,    indexed,   step};

    kinds[rnd(m, sizeof kinds / sizeof *kinds)](m);
}
