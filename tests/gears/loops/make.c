/*
 * make.c - random code with loops: what makes translations hot, and then awkward.
 *
 * EBX, ESI and EDI point to data; they are set where a loop begins, and wander. Often they point to
 * the same bytes, a few bytes apart, or near the end of what there is, so that some round of a loop
 * faults. ECX or a word on the stack counts rounds. ESP is used in pairs. EAX, EDX and EBP are free.
 * Code writes into code: the immediate or the opcode of the next instruction, of one in this loop,
 * of a routine in the next page. Some branches lead into the middle of an instruction, and code in the
 * last slot runs into the page that isn't there.
 *
 * What the flags are is defined wherever somebody looks: which ones an instruction leaves undefined
 * is known from the decoder's table, and a comparison comes first where it matters.
 */
#include "make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "x86/x86.h"

#define COUNTER (STACK + 0x10) /* and the words behind it: of the loops in it */
#define PATCHES 8
#define LOOPS_DEEP 2

struct maker {
    struct piece *p;
    uint64_t state;
    uint8_t insn[16]; /* the one that is being made */
    unsigned size;
    uint32_t at;     /* in the code */
    uint32_t undef;  /* status flags that are undefined here */
    bool ecx_counts; /* so it isn't free */
    unsigned loops;  /* around this place */
    uint32_t patch[PATCHES]; /* bytes that may be written to: immediates of this loop */
    unsigned patches;
    uint32_t routine; /* in another page; 0: there is none */
    bool modifies;
    bool daring; /* pointers near the end of the data, divisions that may fail */
};

static uint32_t rnd(struct maker *m, uint32_t below)
{
    m->state = m->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(m->state >> 33) % below;
}

static uint32_t number(struct maker *m)
{
    static const uint32_t edge[] = {0,      1,      0x7f,       0x80,       0xff,      0x7fff,
                                    0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};

    return rnd(m, 2) ? edge[rnd(m, sizeof edge / sizeof *edge)]
                     : rnd(m, 0x10000) << 16 | rnd(m, 0x10000);
}

/* ---------------------------------------------------------------- one instruction */

static void put(struct maker *m, unsigned value)
{
    m->insn[m->size++] = (uint8_t)value;
}

static void put_le(struct maker *m, uint32_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        put(m, value >> 8 * i & 0xff);
}

static void copy(struct maker *m, const void *bytes, unsigned size)
{
    if (m->at + size > CODE_MAX) {
        fprintf(stderr, "loops: a piece of code is too long\n");
        exit(2);
    }
    memcpy(m->p->code + m->at, bytes, size);
    m->at += size;
}

/* CMP EAX, EDX */
static void define_flags(struct maker *m)
{
    copy(m, "\x39\xd0", 2);
    m->undef = 0;
}

/* The instruction goes into the code. */
static void done(struct maker *m)
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

static void done1(struct maker *m, unsigned a)
{
    put(m, a);
    done(m);
}

static void done2(struct maker *m, unsigned a, unsigned b)
{
    put(m, a);
    done1(m, b);
}

static uint32_t here(const struct maker *m)
{
    return m->p->start + m->at;
}

/* A branch of the opcode with a displacement of 32 bits; its place is set by land(). */
static uint32_t branch(struct maker *m, unsigned escape, unsigned opcode)
{
    if (escape)
        put(m, escape);
    put(m, opcode);
    put_le(m, 0, 4);
    done(m);
    return m->at - 4;
}

static void land_at(struct maker *m, uint32_t field, uint32_t target)
{
    uint32_t offset = target - (field + 4);

    memcpy(m->p->code + field, &offset, 4);
}

static void land(struct maker *m, uint32_t field)
{
    land_at(m, field, m->at);
}

/* ---------------------------------------------------------------- operands */

static unsigned free_reg(struct maker *m)
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

static void memory(struct maker *m, unsigned reg)
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

static void mov_reg(struct maker *m, unsigned reg, uint32_t value)
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

static void step(struct maker *m)
{
    static const int8_t steps[] = {1, 2, 4, 4, 4, 8, -1, -4, 3};
    static const uint8_t base[] = {EBX, ESI, EDI};

    put(m, 0x83), put(m, 0xc0 | base[rnd(m, 3)]);
    put(m, (uint8_t)steps[rnd(m, sizeof steps)]);
    done(m);
}

static void string(struct maker *m)
{
    static const uint8_t ops[] = {0xa4, 0xa6, 0xaa, 0xac, 0xae};
    unsigned op = ops[rnd(m, sizeof ops)];

    if (!m->ecx_counts && rnd(m, 2)) {
        mov_reg(m, ECX, rnd(m, 9));
        put(m, 0xf2 | rnd(m, 2));
    }
    put(m, op | rnd(m, 2));
    done(m);
}

/* ---------------------------------------------------------------- code that changes code */

/* Writes the byte at offset `target` of the piece. */
static void write_code(struct maker *m, uint32_t target)
{
    uint32_t where = m->p->start + target;

    switch (rnd(m, 3)) {
    case 0: put(m, 0xa2), put_le(m, where, 4); break;                            /* mov [..], al */
    case 1: put(m, 0xfe), put(m, 0x05), put_le(m, where, 4); break;              /* inc byte [..] */
    default: put(m, 0x80), put(m, 0x35), put_le(m, where, 4), put(m, rnd(m, 2)); /* xor byte [..] */
    }
    done(m);
}

static void modify(struct maker *m)
{
    uint32_t field;

    switch (rnd(m, 4)) {
    case 0: /* the immediate of the next one */
        put(m, 0xa3), put_le(m, here(m) + 5 + 1, 4), done(m); /* mov [..], eax */
        put(m, 0x05), put_le(m, number(m), 4), done(m); /* add eax, .. */
        break;
    case 1: /* its opcode: inc edx, dec edx */
        put(m, 0x80), put(m, 0x35), put_le(m, here(m) + 7, 4), put(m, 8), done(m);
        done1(m, 0x42);
        break;
    case 2:
        if (m->patches) {
            write_code(m, m->patch[rnd(m, m->patches)]);
            break;
        }
        /* fall through */
    default:
        if (!m->routine)
            break;
        write_code(m, m->routine + 1);
        field = branch(m, 0, 0xe8);
        land_at(m, field, m->routine);
        m->undef = 0;
    }
}

/* ---------------------------------------------------------------- structure */

static void body(struct maker *m, unsigned count, bool flat);

static void skip(struct maker *m)
{
    uint32_t before, field = branch(m, 0x0f, 0x80 | rnd(m, 16));

    before = m->undef;
    body(m, 1 + rnd(m, 4), true);
    land(m, field);
    m->undef |= before;
}

static void either(struct maker *m)
{
    uint32_t before, after, field = branch(m, 0x0f, 0x80 | rnd(m, 16)), end;

    before = m->undef;
    body(m, 1 + rnd(m, 3), true);
    end = branch(m, 0, 0xe9);
    after = m->undef;
    m->undef = before;
    land(m, field);
    body(m, 1 + rnd(m, 3), true);
    land(m, end);
    m->undef |= after;
}

/* jmp over; routine: ..; ret; over: call routine - directly, or by a register */
static void call(struct maker *m)
{
    uint32_t over = branch(m, 0, 0xe9), routine = m->at, before = m->undef;

    body(m, 1 + rnd(m, 4), true);
    done1(m, 0xc3);
    uint32_t after = m->undef;
    land(m, over);
    m->undef = before;
    if (rnd(m, 2)) {
        land_at(m, branch(m, 0, 0xe8), routine);
    } else {
        mov_reg(m, EBP, m->p->start + routine);
        done2(m, 0xff, 0xd0 | EBP);
    }
    m->undef |= after;
}

/* One of four, by a table. */
static void choose(struct maker *m)
{
    uint32_t end[4], undef = 0, before, table;

    done2(m, 0x89, 0xc0 | EDX << 3 | EBP);               /* mov ebp, edx */
    put(m, 0x83), put(m, 0xe0 | EBP), put(m, 3), done(m); /* and ebp, 3 */
    put(m, 0xff), put(m, 0x24), put(m, 2 << 6 | EBP << 3 | 5);
    put_le(m, here(m) + 7, 4);
    done(m); /* jmp [table + ebp * 4] */
    before = m->undef;
    table = m->at;
    copy(m, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    for (unsigned i = 0; i < 4; i++) {
        uint32_t target = here(m);

        memcpy(m->p->code + table + 4 * i, &target, 4);
        m->undef = before;
        body(m, 1 + rnd(m, 2), true);
        end[i] = branch(m, 0, 0xe9);
        undef |= m->undef;
    }
    for (unsigned i = 0; i < 4; i++)
        land(m, end[i]);
    m->undef = undef;
}

static void stack(struct maker *m)
{
    switch (rnd(m, 5)) {
    case 0: done1(m, 0x50 | free_reg(m)), done1(m, 0x58 | free_reg(m)); break;
    case 1:
        put(m, 0x68), put_le(m, number(m), 4), done(m);
        done1(m, 0x58 | free_reg(m));
        break;
    case 2:
        done1(m, 0x50 | free_reg(m));
        body(m, 1 + rnd(m, 2), true);
        done1(m, 0x58 | free_reg(m));
        break;
    case 3:
        put(m, 0xff), memory(m, 6), done(m);
        done1(m, 0x58 | free_reg(m));
        break;
    default: /* push ebp; mov ebp, esp; sub esp, 16; mov [ebp - 8], eax; ..; leave */
        done1(m, 0x55);
        done2(m, 0x89, 0xe5);
        put(m, 0x83), put(m, 0xec), done1(m, 16);
        put(m, 0x89), put(m, 0x45), done1(m, 0xf8);
        put(m, 0x03), put(m, 0x55), done1(m, 0xf8);
        done1(m, 0xc9);
    }
}

/* A branch into the immediate of a MOV, which is four instructions itself. */
static void inside(struct maker *m)
{
    static const uint8_t single[] = {0x40, 0x42, 0x48, 0x4a, 0x90, 0x98, 0x99, 0xf5, 0xf8, 0xf9};
    uint32_t field;

    define_flags(m);
    field = branch(m, 0x0f, 0x80 | rnd(m, 16));
    put(m, 0xb8 | EBP);
    for (unsigned i = 0; i < 4; i++)
        put(m, single[rnd(m, sizeof single)]);
    done(m);
    land_at(m, field, m->at - 4);
}

static void plain(struct maker *m)
{
    static void (*const kinds[])(struct maker *) = {alu,    alu,       alu,    alu,     alu,
                                                    test,   unary,     shift,  shift,   move,
                                                    move,   move,      extend, multiply, divide,
                                                    condition, condition, bits, exchange, single,
                                                    lea,    indexed,   step};

    kinds[rnd(m, sizeof kinds / sizeof *kinds)](m);
}

static void loop(struct maker *m);

static void instruction(struct maker *m)
{
    switch (rnd(m, 14)) {
    case 0: skip(m); break;
    case 1: either(m); break;
    case 2: call(m); break;
    case 3: stack(m); break;
    case 4: string(m); break;
    case 5:
        if (m->modifies)
            modify(m);
        else
            step(m);
        break;
    case 6:
        if (rnd(m, 3) == 0)
            choose(m);
        else if (m->loops && m->loops < LOOPS_DEEP && rnd(m, 3) == 0)
            loop(m);
        else
            inside(m);
        break;
    default: plain(m);
    }
}

static void body(struct maker *m, unsigned count, bool flat)
{
    for (unsigned i = 0; i < count; i++) {
        if (flat)
            plain(m);
        else
            instruction(m);
    }
}

/* Where a pointer begins: anywhere, or where something ends. */
static uint32_t place(struct maker *m)
{
    switch (rnd(m, m->daring ? 6 : 4)) {
    case 0: return DATA + 0x1000 - rnd(m, 0x80);
    case 4: return DATA + DATA_SIZE - 0x20 - rnd(m, 0x100);
    case 5: return DATA + rnd(m, 0x80);
    default: return DATA + 0x400 + rnd(m, 0x1800);
    }
}

static void pointers(struct maker *m)
{
    uint32_t ebx = place(m);

    mov_reg(m, EBX, ebx);
    mov_reg(m, ESI, rnd(m, 2) ? ebx + rnd(m, 9) : place(m));
    mov_reg(m, EDI, rnd(m, 2) ? ebx + rnd(m, 33) - 16 : place(m));
}

/* Around again, by one of the ways to count. The flags are defined behind it. */
static void again(struct maker *m, uint32_t head, uint32_t counter)
{
    if (!m->ecx_counts) {
        put(m, 0x83), put(m, 0x2d), put_le(m, counter, 4), put(m, 1), done(m); /* sub [..], 1 */
    } else {
        define_flags(m);
        if (rnd(m, 2))
            done1(m, 0x49); /* dec ecx */
        else
            put(m, 0x83), put(m, 0xe8 | ECX), done1(m, 1);
    }
    land_at(m, branch(m, 0x0f, rnd(m, 4) ? 0x85 : 0x8f), head); /* jnz, jg */
}

static void loop(struct maker *m)
{
    bool ecx_counted = m->ecx_counts, inner = m->loops > 0;
    uint32_t rounds = inner ? 2 + rnd(m, 8) : 20 + rnd(m, 60), counter = COUNTER + 4 * m->loops;
    unsigned patches = m->patches;

    if (!m->ecx_counts)
        m->ecx_counts = rnd(m, 2);
    else
        done1(m, 0x51);
    m->loops++;
    if (m->ecx_counts)
        mov_reg(m, ECX, rounds);
    else
        put(m, 0xc7), put(m, 5), put_le(m, counter, 4), put_le(m, rounds, 4), done(m);
    if (!inner)
        pointers(m);
    define_flags(m);
    uint32_t head = m->at;
    if (!inner && rnd(m, 3) == 0)
        pointers(m);
    body(m, 2 + rnd(m, inner ? 6 : 20), false);
    again(m, head, counter);
    m->loops--;
    if (ecx_counted)
        done1(m, 0x59);
    m->ecx_counts = ecx_counted;
    m->patches = patches;
}

/* add eax, imm8 (which code may change); xor edx, eax; cmp eax, edx; ret */
static void other_page(struct maker *m)
{
    static const uint8_t code[] = {0x04, 7, 0x31, 0xc2, 0x39, 0xd0, 0xc3};
    uint32_t at = SLOT - 0x400 - (m->p->start & (SLOT - 1));

    memcpy(m->p->code + at, code, sizeof code);
    m->routine = at;
}

void make_piece(uint64_t seed, uint32_t slot, struct piece *p)
{
    struct maker m = {.p = p, .state = seed * 0x9e3779b97f4a7c15u + 1};

    *p = (struct piece){0};
    memset(p->code, 0xcc, sizeof p->code);
    rnd(&m, 2);
    for (unsigned r = 0; r < 8; r++)
        p->in.gpr[r] = number(&m);
    p->in.gpr[ESP] = STACK + STACK_SIZE / 2 + rnd(&m, 4);
    p->start = CODE + slot * SLOT + rnd(&m, 0x80) * 4;
    p->in.eip = p->start;
    p->in.eflags = (number(&m) & FL_STATUS) | 0x202;
    m.modifies = rnd(&m, 3) == 0;
    m.daring = rnd(&m, 2);
    if (m.modifies)
        other_page(&m);
    if (slot == SLOTS - 1) {
        /* straight code from close before the end of its page on */
        p->start = p->in.eip = CODE + slot * SLOT + 0x1000 - (0x10 + rnd(&m, 0x40)) * 4;
        m.modifies = false;
        m.routine = 0;
        pointers(&m);
        while (here(&m) < CODE + slot * SLOT + 0x1000)
            plain(&m);
        p->length = CODE + slot * SLOT + 0x1000 - p->start;
        p->undefined = m.undef;
        return;
    }
    for (unsigned loops = 1 + rnd(&m, 3); loops; loops--)
        loop(&m);
    done1(&m, 0xcc);
    p->length = ((m.routine ? m.routine + 8 : m.at) + 3) & ~3u;
    p->undefined = m.undef;
}

void make_garbage(uint64_t seed, uint32_t slot, struct piece *p)
{
    struct maker m = {.state = seed * 0xd1342543de82ef95u + 1};
    uint32_t bytes = 1 + rnd(&m, 12);

    make_piece(seed, slot, p);
    if (rnd(&m, 2)) {
        while (bytes--)
            p->code[rnd(&m, p->length)] = (uint8_t)rnd(&m, 256);
    } else {
        for (uint32_t i = 0; i < p->length; i++)
            p->code[i] = (uint8_t)rnd(&m, 256);
        p->in.gpr[EBX] = place(&m);
        p->in.gpr[ESI] = place(&m);
        p->in.gpr[EDI] = place(&m);
    }
}
