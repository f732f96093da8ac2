/*
 * random_code.c - random integer instructions for random_image.c.
 *
 * Some instructions touch a port, cross a page border or change code that is about to run, so that
 * translations have to be left in the middle; some are the system's. ESP is used in pairs; EBX, ESI
 * and EDI point to data; the other registers evolve freely.
 */
#include "random_code.h"

/* ---- operands */

static const uint8_t free_regs[] = {EAX, ECX, EDX, EBP};

static unsigned free_reg(void)
{
    return free_regs[rnd(4)];
}

/* A byte register of EAX, ECX, EDX. */
static unsigned byte_reg(void)
{
    return rnd(3) + 4 * rnd(2);
}

/* A number that is often at an edge. */
static uint32_t number(void)
{
    static const uint32_t edges[] = {0,      1,      0x7f,       0x80,       0xff,      0x7fff,
                                     0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};

    return rnd(2) ? edges[rnd(sizeof(edges) / sizeof(edges[0]))]
                  : rnd(0x10000) << 16 | rnd(0x10000);
}

/* Operand size of the instruction that follows: 1, 2 or 4; writes the prefix. */
static unsigned opsize(void)
{
    unsigned size = rnd(3);

    if (size == 0)
        return 1;
    if (rnd(4) == 0) {
        b(0x66);
        return code.wide ? 2 : 4;
    }
    return code.wide ? 4 : 2;
}

/* modrm with a memory operand inside the data. */
static void modrm_memory(unsigned reg)
{
    if (code.wide) {
        switch (rnd(4)) {
        case 0: b(reg << 3 | 6); break;                           /* [esi] */
        case 1: b(0x40 | reg << 3 | 7), b(rnd(128)); break;       /* [edi + disp8] */
        case 2: b(0x80 | reg << 3 | 3), le(rnd(0x400), 4); break; /* [ebx + disp32] */
        default:
            b(0x44 | reg << 3), b(rnd(4) << 6 | ESI << 3 | EBX); /* [ebx + esi << n + disp8] */
            b(rnd(128));
        }
    } else {
        switch (rnd(5)) {
        case 0: b(reg << 3 | 4); break;                           /* [si] */
        case 1: b(0x40 | reg << 3 | 5), b(rnd(256)); break;       /* [di + disp8] */
        case 2: b(0x80 | reg << 3 | 7), le(rnd(0x400), 2); break; /* [bx + disp16] */
        case 3: b(reg << 3 | rnd(2)); break;                      /* [bx + si], [bx + di] */
        default: b(reg << 3 | 6), le(DATA + rnd(0x400), 2);       /* [disp16] */
        }
    }
}

/* modrm with a free register or memory; size 1 uses byte registers. */
static void modrm(unsigned reg, unsigned size)
{
    if (rnd(3))
        b(0xc0 | reg << 3 | (size == 1 ? byte_reg() : free_reg()));
    else
        modrm_memory(reg);
}

static unsigned reg_of(unsigned size)
{
    return size == 1 ? byte_reg() : free_reg();
}

/* ---- instructions */

static void alu(void)
{
    unsigned op = rnd(8), size = opsize();

    switch (rnd(3)) {
    case 0:
        b(op << 3 | (size != 1) | rnd(2) << 1);
        modrm(reg_of(size), size);
        break;
    case 1: {
        unsigned form = size == 1 ? 0x80 : rnd(2) ? 0x81 : 0x83;

        b(form);
        modrm(op, size);
        le(number(), form == 0x81 ? size : 1);
        break;
    }
    default:
        b(op << 3 | 4 | (size != 1));
        le(number(), size);
    }
}

static void unary(void)
{
    unsigned size = opsize();

    if (rnd(2)) {
        b(0xfe | (size != 1));
        modrm(rnd(2), size); /* inc, dec */
    } else {
        b(0xf6 | (size != 1));
        modrm(2 + rnd(2), size); /* not, neg */
    }
}

static void shift(void)
{
    unsigned op = rnd(8), size = opsize();

    switch (rnd(3)) {
    case 0:
        b(0xd0 | (size != 1));
        modrm(op, size);
        break;
    case 1:
        b(0xd2 | (size != 1));
        modrm(op, size);
        break;
    default:
        b(0xc0 | (size != 1));
        modrm(op, size);
        b(rnd(40));
    }
}

static void move(void)
{
    unsigned size = opsize();

    switch (rnd(3)) {
    case 0:
        b(0x88 | (size != 1) | rnd(2) << 1);
        modrm(reg_of(size), size);
        break;
    case 1:
        b(0xc6 | (size != 1));
        modrm(0, size);
        le(number(), size);
        break;
    default:
        b(0x86 | (size != 1)); /* xchg */
        modrm(reg_of(size), size);
    }
}

static void extend(void)
{
    if (rnd(3) == 0)
        b(0x66);
    b(0x0f);
    unsigned op = rnd(4); /* movzx, movsx; from byte, from word */
    b(0xb6 | (op & 1) | (op & 2) << 2);
    modrm(free_reg(), op & 1 ? 2 : 1);
}

static void multiply(void)
{
    unsigned size = opsize();

    switch (rnd(3)) {
    case 0:
        b(0xf6 | (size != 1));
        modrm(4 + rnd(2), size); /* mul, imul */
        break;
    case 1:
        PUT("\x0f\xaf");
        modrm(free_reg(), size == 1 ? 4 : size);
        break;
    default:
        b(0x6b);
        modrm(free_reg(), size == 1 ? 4 : size);
        b(rnd(256));
    }
}

/* A division that can't fail: a small dividend, a divisor that isn't zero. */
static void divide(void)
{
    bool is_signed = rnd(2);

    PUT("\x83\xc9\x01");                                       /* or (e)cx, 1 */
    PUT("\x25"), le(code.wide ? 0x7fffff00 : 0x7f00, code.wide ? 4 : 2); /* and (e)ax, .. */
    PUT("\x31\xd2");                                           /* xor (e)dx, (e)dx */
    b(0xf7);
    b(0xc0 | (is_signed ? 7 : 6) << 3 | ECX);
}

static void flags_to_value(void)
{
    if (rnd(2)) {
        PUT("\x0f"), b(0x90 | rnd(16));
        modrm(0, 1); /* setcc */
    } else {
        if (rnd(3) == 0)
            b(0x66);
        PUT("\x0f"), b(0x40 | rnd(16));
        modrm(free_reg(), 4); /* cmov */
    }
}

static void bits(void)
{
    unsigned reg = free_reg();

    if (rnd(3) == 0)
        b(0x66);
    b(0x0f);
    if (rnd(2)) {
        b(0xa3 | rnd(4) << 3);
        b(0xc0 | reg << 3 | free_reg());
    } else {
        b(0xba);
        modrm(4 + rnd(4), 4);
        b(rnd(40));
    }
}

/* bsf, bsr; shld, shrd; cmpxchg, xadd */
static void composite(void)
{
    unsigned size;

    switch (rnd(4)) {
    case 0:
        if (rnd(3) == 0)
            b(0x66);
        b(0x0f), b(0xbc | rnd(2));
        modrm(free_reg(), 4);
        break;
    case 1:
        if (!code.wide)
            b(0x66);
        b(0x0f), b(0xa4 | rnd(2) << 3);
        modrm(free_reg(), 4);
        b(rnd(33));
        break;
    case 2:
        if (!code.wide)
            b(0x66);
        b(0x0f), b(0xa5 | rnd(2) << 3);
        modrm(free_reg(), 4);
        break;
    default:
        size = opsize();
        b(0x0f), b((rnd(2) ? 0xb0 : 0xc0) | (size != 1));
        modrm(reg_of(size), size);
    }
}

static void single(void)
{
    static const uint8_t ops[] = {0x98, 0x99, 0xf8, 0xf9, 0xf5, 0x9e, 0x9f, 0x90};

    if (rnd(4) == 0)
        b(0x66);
    b(ops[rnd(sizeof(ops))]);
}

static void address(void)
{
    if (rnd(3) == 0)
        b(0x66);
    if (!code.wide && rnd(3) == 0) {
        PUT("\x67\x8d"), b(0x04 | free_reg() << 3); /* lea .., [eax + edx << n] */
        b(rnd(4) << 6 | EDX << 3 | EAX);
        return;
    }
    b(0x8d);
    modrm_memory(free_reg());
}

static void string(void)
{
    static const uint8_t ops[] = {0xa4, 0xa6, 0xaa, 0xac, 0xae};
    unsigned size = opsize();

    b(ops[rnd(sizeof(ops))] | (size != 1));
}

static void body(unsigned count, bool nested);

static void stack(void)
{
    switch (rnd(5)) {
    case 0: b(0x50 | free_reg()), b(0x58 | free_reg()); break;
    case 1: b(0x68), le(number(), code.wide ? 4 : 2), b(0x58 | free_reg()); break;
    case 2:
        b(0x60), body(2, true), b(0x61); /* pusha, popa */
        break;
    case 3: b(0xff), modrm_memory(6), b(0x58 | free_reg()); break;
    default: b(0x1e), b(0x58 | free_reg()); /* push ds */
    }
}

/* A conditional branch over a few instructions. */
static void branch(void)
{
    uint32_t where;

    b(0x70 | rnd(16));
    where = code.at;
    b(0);
    body(1 + rnd(3), true);
    code.image[where] = (uint8_t)(code.at - where - 1);
}

/* A call of a routine that lies right behind it. */
static void call(void)
{
    unsigned size = code.wide ? 4 : 2;
    uint32_t where;

    b(0xe8), le(2, size); /* over the jump */
    b(0xeb);
    where = code.at;
    b(0);
    body(2, true);
    b(0xc3);
    code.image[where] = (uint8_t)(code.at - where - 1);
}

/* What is seldom seen: counted loops, JCXZ, frames, strings downwards, XLAT. */
static void rare(void)
{
    uint32_t where;

    switch (rnd(6)) {
    case 0:
        b(0xb8 | ECX), le(1 + rnd(5), code.wide ? 4 : 2);
        PUT("\x83\xe8"), b(rnd(8));          /* L: sub (e)ax, n */
        b(0xe0 | rnd(3)), b(0x100 - 3 - 2);   /* loopne, loope, loop L */
        break;
    case 1:
        PUT("\x83\xe1\x01"); /* and (e)cx, 1 */
        b(0xe3);
        where = code.at;
        b(0);
        body(1 + rnd(2), true);
        code.image[where] = (uint8_t)(code.at - where - 1);
        break;
    case 2:
        PUT("\x55\x89\xe5\x83\xec\x10"); /* push (e)bp; mov (e)bp, (e)sp; sub (e)sp, 16 */
        body(2, true);
        b(0x89), b(0xc0 | ESP << 3 | EBP); /* the body may have changed it */
        PUT("\x83\xc5\x10\xc9");          /* add (e)bp, 16; leave */
        break;
    case 3:
        b(0xfd), string(), b(0xfc);
        break;
    case 4:
        if (rnd(2))
            b(0x66), b(0x9c), body(1, true), b(0x66), b(0x9d); /* pushf, popf */
        else
            b(0x9c), body(1, true), b(0x9d);
        break;
    default:
        b(0xd7);
    }
}

void mov_reg(unsigned reg, uint32_t value)
{
    b(0xb8 | reg), le(value, code.wide ? 4 : 2);
}

/* mov dword [address], value */
static void store(uint32_t address, uint32_t value)
{
    if (!code.wide)
        b(0x66);
    b(0xc7), b(0x06 - code.wide), le(address, code.wide ? 4 : 2), le(value, 4);
}

/*
 * The firmware configuration device writes the immediate operand of the next instruction: the
 * beginning of its signature or of its version, as some flag says.
 */
static void modify_by_dma(void)
{
    enum { BLOCK = 0x810, PORT = 0x518, SELECT_AND_READ = 10 };
    unsigned size = code.wide ? 4 : 2;
    uint32_t address;

    store(BLOCK, SELECT_AND_READ << 24);
    store(BLOCK + 4, size << 24);
    store(BLOCK + 8, 0);
    store(BLOCK + 12, 0);
    address = code.at - 4;
    PUT("\x0f"), b(0x90 | rnd(16)), b(0x06 - code.wide), le(BLOCK + 1, size); /* setcc [item] */
    mov_reg(EDX, PORT);
    if (!code.wide)
        b(0x66);
    b(0xb8 | EAX), le(__builtin_bswap32(BLOCK + (code.wide ? 0 : REAL_BASE)), 4);
    if (!code.wide)
        b(0x66);
    b(0xef);                                      /* out dx, eax */
    PUT("\x81\xc2"), le(number(), size);           /* add (e)dx, operand */
    le_at(address, __builtin_bswap32(IMAGE_BASE + code.at - size));
}

/* Writes the immediate operand of the next instruction but one. */
static void modify(void)
{
    uint32_t operand = code.at + 5 + 2;

    if (code.wide)
        b(0xa2), le(IMAGE_BASE + operand, 4); /* mov [operand], al */
    else
        PUT("\x2e\x88\x06"), le(operand & 0xffff, 2); /* mov cs:[operand], al */
    PUT("\x83\xc2"), b(rnd(256));                     /* add (e)dx, operand */
}

/* An operand that lies across a page border, or a port. */
static void awkward(void)
{
    switch (rnd(4)) {
    case 0:
        PUT("\xe4\x80"); /* in al, 80h */
        break;
    case 2: modify_by_dma(); break;
    case 1:
        b(0x01 | rnd(8) << 3), b((code.wide ? 5 : 6) | free_reg() << 3),
            le(0x1fff + 0x1000 * rnd(2), code.wide ? 4 : 2);
        break;
    default: modify();
    }
}

/* What the system does: flags, segments, and if it is all of it control registers and the TLB. */
static void privileged(void)
{
    switch (rnd(code.v86 ? 4 : 7)) {
    case 0: b(0xfa | rnd(2)); break;                  /* cli, sti: nothing interrupts */
    case 1: PUT("\x0f\x01"), modrm_memory(4); break; /* smsw */
    case 2: PUT("\x1e\x1f"); break;                  /* push ds; pop ds */
    case 3: PUT("\x8c\xda\x8e\xda"); break;          /* mov dx, ds; mov ds, dx */
    case 4: PUT("\x0f\x20\xc0"); break;              /* mov eax, cr0 */
    case 5: PUT("\x0f\x20\xd8\x0f\x22\xd8"); break; /* mov eax, cr3; mov cr3, eax */
    default: PUT("\x0f\x01"), modrm_memory(7);        /* invlpg */
    }
}

/* Through a far segment: another base in real mode. */
static void override(void)
{
    b(0x26); /* es: */
    b(rnd(2) ? 0x8b : 0x89);
    modrm_memory(free_reg());
}

static void instruction(bool nested)
{
    static void (*const kinds[])(void) = {
        alu,    alu,     alu,     alu,      unary,  shift,          shift,
        move,   move,    extend,  multiply, divide, flags_to_value, bits,
        single, address, override, composite, composite};

    if (nested) {
        kinds[rnd(sizeof(kinds) / sizeof(kinds[0]))]();
        return;
    }
    switch (rnd(10)) {
    case 0: stack(); break;
    case 1: branch(); break;
    case 2: rnd(2) ? call() : string(); break;
    case 3:
        if (rnd(3) == 0) {
            rnd(3) == 0 ? privileged() : rnd(2) ? awkward() : rare();
            break;
        }
        /* fall through */
    default: kinds[rnd(sizeof(kinds) / sizeof(kinds[0]))]();
    }
}

static void body(unsigned count, bool nested)
{
    for (unsigned i = 0; i < count; i++)
        instruction(nested);
}

void random_instructions(unsigned count)
{
    body(count, false);
}
