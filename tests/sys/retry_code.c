/*
 * retry_code.c - random instructions for retry_image.c: memory in all forms, the stack, strings,
 * what loads segments, floating point.
 */
#include "tests/sys/retry.h"

static unsigned address_size; /* of the instruction: 2, 4 */

void start(void)
{
    uint32_t n = (now.at - CODE_AT) / CASE_ROOM, offset = (now.at - CODE_AT) % CASE_ROOM;

    now.image[STARTS + n * STARTS_ROOM + offset / 8] |= (uint8_t)(1u << offset % 8);
}

/* ---- numbers and places */

uint32_t number(void)
{
    static const uint32_t edges[] = {0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0xffffffff};

    return rnd(2) ? edges[rnd(COUNT(edges))] : rnd(0x10000) << 16 | rnd(0x10000);
}

uint32_t pointer(const struct segment *s)
{
    uint32_t inside = s->low + rnd(s->high - s->low + 1), distance = rnd(rnd(2) ? 40 : 600);

    switch (rnd(8)) {
    case 0: return s->low + distance - 8;
    case 1: return inside;
    case 2:
    case 3:
    case 4: return s->high + 4 - distance;
    default: return ((s->base + inside) | 0xfffu) - s->base + 8 - distance;
    }
}

static unsigned some_register(void)
{
    static const uint8_t regs[] = {EAX, ECX, EDX, EAX, EDX, EBX, EBP, ESI, EDI};

    return regs[now.ring0 || rnd(8) ? rnd(3) : rnd(sizeof(regs))];
}

/* ---- operands */

/* What follows has operands of that size: 2 or 4. */
static unsigned sized(unsigned size)
{
    if (size != word())
        put(0x66);
    return size;
}

static unsigned operand_size(void)
{
    return sized(rnd(4) ? word() : word() ^ 6);
}

static void override(void)
{
    static const uint8_t prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x65};

    if (rnd(4) == 0)
        put(prefixes[rnd(sizeof(prefixes))]);
}

/* Prefixes of an instruction with memory: its segment, its address size. */
static void memory_prefixes(void)
{
    override();
    address_size = word();
    if (rnd(now.both ? 4 : 40) == 0 && !now.ring0) {
        put(0x67);
        address_size ^= 6;
    }
}

static void wide_memory(unsigned reg)
{
    static const uint8_t bases[] = {EBX, ESI, EDI, EBP, ESP};
    static const uint8_t indices[] = {ESP, ESP, ECX, EDI, EBP};
    unsigned base = bases[rnd(sizeof(bases))], mod = rnd(3);

    if (rnd(12) == 0) { /* a displacement alone */
        put(reg << 3 | 5);
        put_le(pointer(now.ds), 4);
        return;
    }
    if (base == EBP && !mod)
        mod = 1;
    if (base == ESP || rnd(4) == 0) {
        put(mod << 6 | reg << 3 | 4);
        put(rnd(4) << 6 | indices[rnd(now.ring0 ? 2 : sizeof(indices))] << 3 | base);
    } else {
        put(mod << 6 | reg << 3 | base);
    }
    if (mod)
        put_le(rnd(2) ? rnd(24) - 12 : rnd(256), mod == 1 ? 1 : 4);
}

static void short_memory(unsigned reg)
{
    unsigned mod = rnd(3), rm = rnd(8);

    if (rm < 4 && rnd(2)) /* two registers: half as often */
        rm += 4;
    put(mod << 6 | reg << 3 | rm);
    if (!mod && rm == 6)
        put_le(pointer(now.ds), 2);
    else if (mod)
        put_le(rnd(2) ? rnd(24) - 12 : rnd(256), mod);
}

/* modrm with memory, after memory_prefixes(). */
static void memory(unsigned reg)
{
    if (address_size == 4)
        wide_memory(reg);
    else
        short_memory(reg);
}

static void memory_or_register(unsigned reg)
{
    if (rnd(4))
        memory(reg);
    else
        put(0xc0 | reg << 3 | some_register());
}

static void mov_reg(unsigned reg, uint32_t value)
{
    put(0xb8 | reg), put_le(value, word());
}

/* ---- instructions */

static void alu(void)
{
    unsigned size = rnd(3);

    memory_prefixes();
    if (size)
        size = operand_size();
    if (rnd(3)) {
        put(rnd(8) << 3 | rnd(2) << 1 | !!size);
        memory_or_register(some_register());
    } else {
        unsigned form = size ? rnd(2) ? 0x81 : 0x83 : 0x80;

        put(form), memory_or_register(rnd(8));
        put_le(number(), form == 0x81 ? size : 1);
    }
}

static void move(void)
{
    memory_prefixes();
    switch (rnd(6)) {
    case 0: put(0x88 | rnd(4)), memory_or_register(some_register()); break;
    case 1: {
        unsigned size = operand_size();

        put(0xc7), memory(0), put_le(number(), size);
        break;
    }
    case 2: put(0xc6), memory(0), put_le(number(), 1); break;
    case 3: operand_size(), put(0xa0 | rnd(4)), put_le(pointer(now.ds), address_size); break;
    case 4: put(0x0f), put(0xb6 | rnd(2) | rnd(2) << 3), memory_or_register(some_register()); break;
    default: operand_size(), put(0x89 | rnd(2) << 1), memory_or_register(some_register());
    }
}

static void unary(void)
{
    static const uint8_t others[] = {0, 2, 3, 4, 5, 6, 7};

    memory_prefixes();
    operand_size();
    if (rnd(2)) {
        put(0xfe | rnd(2)), memory_or_register(rnd(2));
        return;
    }
    unsigned which = others[rnd(rnd(3) ? 3 : 7)], wide = rnd(2);

    put(0xf6 | wide);
    memory_or_register(which);
    if (!which) /* TEST: of the longest operand, the rest are instructions */
        put(0x90), put(0x90), put(0x90), put(0x90);
}

static void shift(void)
{
    memory_prefixes();
    operand_size();
    switch (rnd(3)) {
    case 0: put(0xd0 | rnd(4)), memory_or_register(rnd(8)); break;
    case 1: put(0xc0 | rnd(2)), memory_or_register(rnd(8)), put(rnd(40)); break;
    default: put(0x0f), put(0xa4 | rnd(2) << 3), memory_or_register(some_register()), put(rnd(40));
    }
}

static void bits(void)
{
    memory_prefixes();
    operand_size();
    put(0x0f);
    if (!now.ring0 && rnd(2)) {
        put(0xa3 | rnd(4) << 3), memory_or_register(some_register()); /* the bit may lie far away */
    } else {
        put(0xba), memory_or_register(4 + rnd(4)), put(rnd(40));
    }
}

static void exchange(void)
{
    memory_prefixes();
    operand_size();
    switch (rnd(5)) {
    case 0: put(0x86 | rnd(2)), memory_or_register(some_register()); break;
    case 1: PUT("\x0f\xc7"), memory(1); break; /* cmpxchg8b */
    case 2: put(0x0f), put(0x90 | rnd(16)), memory_or_register(0); break;
    case 3: put(0x0f), put(0x40 | rnd(16)), memory_or_register(some_register()); break;
    default: put(0x0f), put((rnd(2) ? 0xb0 : 0xc0) | rnd(2)), memory_or_register(some_register());
    }
}

static void address(void)
{
    memory_prefixes();
    operand_size();
    put(0x8d), memory(rnd(3));
}

static void string(void)
{
    static const uint8_t ops[] = {0xa4, 0xa6, 0xaa, 0xac, 0xae};

    if (rnd(3) == 0)
        put(rnd(3) ? 0xfc : 0xfd);
    if (rnd(2)) {
        mov_reg(ECX, rnd(24));
        put(0xf2 | rnd(2));
    }
    memory_prefixes();
    operand_size();
    put(ops[rnd(sizeof(ops))] | rnd(2));
}

/* In ring 0 exceptions need the stack, so it stays where it is. */
static void balanced_stack(void)
{
    unsigned size = operand_size();

    put(0x50 | some_register());
    sized(size), put(0x58 | some_register());
}

static void stack(void)
{
    static const uint8_t singles[] = {0x60, 0x61, 0x9c, 0xc9, 0x06, 0x0e, 0x16, 0x1e};

    if (now.ring0) {
        balanced_stack();
        return;
    }
    memory_prefixes();
    operand_size();
    switch (rnd(9)) {
    case 0: put(0x50 | rnd(8)); break;
    case 1: put(0x58 | some_register()); break;
    case 2: put(0x6a), put(rnd(256)); break;
    case 3: put(0xff), memory(6); break;
    case 4: put(0x8f), memory(0); break;
    case 5: put(0xc8), put_le(rnd(32), 2), put(rnd(3) ? 0 : rnd(5)); break; /* enter */
    case 6: put(0x8d), put(0x40 | ESP << 3 | 6), put(rnd(256)); break; /* lea (e)sp, .. */
    default: put(singles[rnd(sizeof(singles))]);
    }
}

static void flags(void)
{
    static const uint16_t values[] = {FLAGS_IOPL, 0x3100, 0x3cd5, 0x38d5, 0x3400, 0x7000};

    if (rnd(4)) {
        static const uint8_t singles[] = {0xf5, 0xf8, 0xf9, 0xfc, 0xfd, 0x9e, 0x9f, 0x98, 0x99};

        put(singles[rnd(sizeof(singles))]);
    } else if (rnd(2)) {
        unsigned size = operand_size();

        put(0x9c), body(rnd(3)); /* pushf, ..., popf */
        sized(size), put(0x9d);
    } else if (!now.ring0) {
        put(0x68), put_le(values[rnd(COUNT(values))], word());
        put(0x9d);
    }
}

static void load_segment(void)
{
    const struct segment *s = some_segment();
    unsigned reg = rnd(4);

    mov_reg(EAX, s->selector);
    if (reg == 3 && !now.ring0)
        PUT("\x8e\xd0");
    else
        put(0x8e), put(reg == 0 ? 0xd8 : reg == 1 ? 0xe8 : 0xc0);
}

/* The branch whose displacement of one byte ends at `where` leads here. */
static void land(uint32_t where)
{
    if (now.at < now.end && now.at - where < 128)
        now.image[where - 1] = (uint8_t)(now.at - where);
}

/* A branch over some instructions. */
static void skip(unsigned opcode)
{
    uint32_t where;

    put(opcode), put(0);
    where = now.at;
    body(1 + rnd(3));
    land(where);
}

/* To the next instruction, by a register; also of 16 bits, which leaves the others be. */
static void computed(void)
{
    unsigned size = now.code_base && rnd(2) ? 2 : word(), is_call = !now.ring0 && rnd(2);
    uint32_t where;

    sized(size), put(0xb8);
    where = now.at;
    put_le(0, size);
    sized(size), put(0xff), put(0xe0 - 0x10 * is_call);
    for (unsigned i = 0; now.at < now.end && i < size; i++)
        now.image[where + i] = (uint8_t)((now.at + IMAGE_BASE - now.code_base) >> 8 * i);
    if (is_call)
        sized(size), put(0x59);
}

static void branch(void)
{
    switch (rnd(6)) {
    case 0:
        if (rnd(3) == 0)
            put(0x67);
        skip(0xe0 | rnd(4));
        break;
    case 1: computed(); break;
    case 2:
        if (now.code_base)
            put(0x66);
        /* fall through */
    default: skip(0x70 | rnd(16));
    }
}

/* A routine that is called where it stands. */
static void call(void)
{
    uint32_t where;

    if (now.ring0)
        return;
    put(0xe8), put_le(2, word());
    put(0xeb), put(0);
    where = now.at;
    body(1 + rnd(2));
    if (rnd(3))
        put(0xc3);
    else
        put(0xc2), put_le(rnd(3) * 2, 2);
    land(where);
}

static void floating(void)
{
    memory_prefixes();
    switch (rnd(6)) {
    case 0: put(0xd8 | rnd(8)), memory(rnd(8)); break;
    case 1: put(0xd8 | rnd(8)), put(0xc0 | rnd(64)); break;
    case 2: PUT("\x0f"), put(0x10 | rnd(2)), memory(rnd(8)); break;  /* movups */
    case 3: PUT("\x0f"), put((rnd(8) ? 0x12 : 0x28) | rnd(2)), memory(rnd(8)); break;
    case 4: /* addps, divps, ... of memory, packed and not */
        if (rnd(2))
            put(rnd(2) ? 0xf3 : 0xf2);
        PUT("\x0f"), put(0x58 | rnd(8)), memory(rnd(8));
        break;
    default: PUT("\x0f"), put(rnd(2) ? 0x6f : 0x7f), memory(rnd(8)); /* movq */
    }
}

static void odd(void)
{
    static const uint8_t checks[] = {0xd7, 0x62, 0x63, 0xce, 0x27, 0x37, 0xfa, 0x90};
    unsigned op;

    memory_prefixes();
    switch (rnd(6)) {
    case 0: put(0xd7); break;
    case 1: PUT("\x0f\x01"), memory(rnd(2) * 4); break;  /* sgdt, smsw */
    case 2: PUT("\x0f"), put(2 + rnd(2)), memory(rnd(3)); break; /* lar, lsl */
    case 3: PUT("\x0f\x00"), memory(4 + rnd(2)); break; /* verr, verw */
    case 4: put(rnd(2) ? 0xc4 : 0xc5), memory(rnd(3)); break;
    default:
        op = checks[rnd(sizeof(checks))];
        put(op);
        if (op == 0x62 || op == 0x63) /* bound, arpl */
            memory(rnd(3));
    }
}

/* One of the registers that point to memory goes on. */
static void wander(void)
{
    static const uint8_t pointers[] = {EBX, EBP, ESI, EDI};
    static const int8_t steps[] = {1, 2, 4, 4, 8, -1, -2, -4, 3, -16};

    if (rnd(8) == 0)
        put(0x66);
    put(0x83), put(0xc0 | pointers[rnd(4)]), put((uint8_t)steps[rnd(COUNT(steps))]);
}

static void instruction(void)
{
    static void (*const kinds[])(void) = {
        alu, alu, alu, move, move, move, unary, shift, bits, exchange, address, string, string,
        stack, stack, stack, flags, branch, branch, call, wander, wander, wander,
    };
    static void (*const rare[])(void) = {load_segment, floating, odd, floating};

    start();
    if (rnd(12) == 0)
        rare[rnd(COUNT(rare))]();
    else
        kinds[rnd(COUNT(kinds))]();
}

void body(unsigned count)
{
    while (count--)
        instruction();
}
