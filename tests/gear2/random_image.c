/*
 * random_image.c - makes a BIOS image of random guest code, for comparing gears.
 *
 *     random_image SEED BLOCKS > image
 *
 * The image holds BLOCKS loops of random integer instructions: a third 16-bit code in real mode, a
 * third 32-bit code in flat protected mode, the rest with paging. Each loop goes round often enough
 * to be translated; after it the registers and the flags are written to the debug port (402h), at
 * the very end a sum over all data. Whoever executes the image correctly writes the same bytes;
 * undefined flags are the same in all gears because they come from the same atoms, and those that
 * aren't are masked.
 *
 * Some instructions touch a port, cross a page border or change code that is about to run, so that
 * translations have to be left in the middle; some are the system's. EBX, ESI and EDI point to data
 * and are set anew at the head of each round, often so that they overlap; in some rounds of some
 * loops EBX or ES points to the display's memory, which is a device. ESP is used in pairs; the
 * other registers evolve freely.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 0x20000    /* of the image: E0000..FFFFF */
#define CODE 0x10000    /* code begins here: F000:0000 */
#define CODE_MAX 0xf000 /* bytes */
#define GDT 0x1f800
#define ROUNDS 20
#define DATA 0x1000 /* offset of the data that EBX, ESI, EDI point into */
#define DATA_SIZE 0x3000
#define COUNTER 0x800 /* of the rounds */

enum { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI };

static uint8_t image[SIZE];
static uint32_t at = CODE;
static bool wide; /* 32-bit code */
static uint64_t state;

static uint32_t rnd(uint32_t below)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(state >> 33) % below;
}

static void b(unsigned byte)
{
    if (at >= CODE + CODE_MAX) {
        fprintf(stderr, "random_image: the code does not fit, use fewer blocks\n");
        exit(1);
    }
    image[at++] = (uint8_t)byte;
}

static void bytes(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        b((uint8_t)text[i]);
}

#define PUT(text) bytes(text, sizeof(text) - 1)

static void le(uint32_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        b(value >> 8 * i & 0xff);
}

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
        return wide ? 2 : 4;
    }
    return wide ? 4 : 2;
}

/* modrm with a memory operand inside the data. */
static void modrm_memory(unsigned reg)
{
    if (wide) {
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
    PUT("\x25"), le(wide ? 0x7fffff00 : 0x7f00, wide ? 4 : 2); /* and (e)ax, .. */
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
        if (!wide)
            b(0x66);
        b(0x0f), b(0xa4 | rnd(2) << 3);
        modrm(free_reg(), 4);
        b(rnd(33));
        break;
    case 2:
        if (!wide)
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
    if (!wide && rnd(3) == 0) {
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
    case 1: b(0x68), le(number(), wide ? 4 : 2), b(0x58 | free_reg()); break;
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
    where = at;
    b(0);
    body(1 + rnd(3), true);
    image[where] = (uint8_t)(at - where - 1);
}

/* A call of a routine that lies right behind it. */
static void call(void)
{
    unsigned size = wide ? 4 : 2;
    uint32_t where;

    b(0xe8), le(2, size); /* over the jump */
    b(0xeb);
    where = at;
    b(0);
    body(2, true);
    b(0xc3);
    image[where] = (uint8_t)(at - where - 1);
}

/* What is seldom seen: counted loops, JCXZ, frames, strings downwards, XLAT. */
static void rare(void)
{
    uint32_t where;

    switch (rnd(6)) {
    case 0:
        b(0xb8 | ECX), le(1 + rnd(5), wide ? 4 : 2);
        PUT("\x83\xe8"), b(rnd(8));          /* L: sub (e)ax, n */
        b(0xe0 | rnd(3)), b(0x100 - 3 - 2);   /* loopne, loope, loop L */
        break;
    case 1:
        PUT("\x83\xe1\x01"); /* and (e)cx, 1 */
        b(0xe3);
        where = at;
        b(0);
        body(1 + rnd(2), true);
        image[where] = (uint8_t)(at - where - 1);
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

/* Writes the immediate operand of the next instruction but one. */
static void modify(void)
{
    uint32_t operand = at + 5 + 2;

    if (wide)
        b(0xa2), le(0xe0000 + operand, 4); /* mov [operand], al */
    else
        PUT("\x2e\x88\x06"), le(operand & 0xffff, 2); /* mov cs:[operand], al */
    PUT("\x83\xc2"), b(rnd(256));                     /* add (e)dx, operand */
}

/* An operand that lies across a page border, or a port. */
static void awkward(void)
{
    switch (rnd(3)) {
    case 0:
        PUT("\xe4\x80"); /* in al, 80h */
        break;
    case 1:
        b(0x01 | rnd(8) << 3), b((wide ? 5 : 6) | free_reg() << 3),
            le(0x1fff + 0x1000 * rnd(2), wide ? 4 : 2);
        break;
    default: modify();
    }
}

/* What only the system may do: flags, control registers, the TLB, segments. */
static void privileged(void)
{
    switch (rnd(7)) {
    case 0: b(0xfa | rnd(2)); break;                  /* cli, sti: nothing interrupts */
    case 1: PUT("\x0f\x20\xc0"); break;              /* mov eax, cr0 */
    case 2: PUT("\x0f\x20\xd8\x0f\x22\xd8"); break; /* mov eax, cr3; mov cr3, eax */
    case 3: PUT("\x0f\x01"), modrm_memory(7); break; /* invlpg */
    case 4: PUT("\x0f\x01"), modrm_memory(4); break; /* smsw */
    case 5: PUT("\x1e\x1f"); break;                  /* push ds; pop ds */
    default: PUT("\x8c\xda\x8e\xda");                /* mov dx, ds; mov ds, dx */
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

/* ---- the frame around them */

static void mov_reg(unsigned reg, uint32_t value)
{
    b(0xb8 | reg), le(value, wide ? 4 : 2);
}

/* Every register and the flags to the debug port, byte by byte. */
static void print_state(void)
{
    if (!wide)
        b(0x66);
    b(0x9c); /* pushf: AF is left out, several instructions leave it undefined */
    if (!wide)
        b(0x66);
    b(0x60); /* pusha */
    if (wide)
        PUT("\x81\x64\x24\x20\xc5\x08\x00\x00"); /* and dword [esp + 32], flags that are compared */
    else
        PUT("\x89\xe5\x66\x81\x66\x20\xc5\x08\x00\x00"); /* mov bp, sp; and dword [bp + 32], .. */
    mov_reg(EDX, 0x402);
    mov_reg(ECX, 36);
    if (wide)
        PUT("\x89\xe6\xac\xee\xe2\xfc"); /* mov esi, esp; L: lodsb; out dx, al; loop L */
    else
        PUT("\x89\xe6\x36\xac\xee\xe2\xfb"); /* likewise, ss: */
    if (!wide)
        b(0x66);
    b(0x61);
    if (!wide)
        b(0x66);
    b(0x9d);
}

/* In every fourth round one pointer leads to the display's memory. */
static void aim_at_device(void)
{
    if (wide) {
        PUT("\xf6\x05"), le(COUNTER, 4), b(3); /* test byte [COUNTER], 3 */
        b(0x75), b(5);
        mov_reg(EBX, 0xb8000 + rnd(0x400));
    } else {
        PUT("\xb8\x00\x20");                  /* mov ax, 2000h */
        PUT("\xf6\x06"), le(COUNTER, 2), b(3); /* test byte [COUNTER], 3 */
        b(0x75), b(3);
        PUT("\xb8\x00\xb8");
        PUT("\x8e\xc0"); /* mov es, ax */
    }
}

static void pointers(void)
{
    uint32_t data = DATA + rnd(0x400);

    mov_reg(EBX, data);
    mov_reg(ESI, rnd(2) ? data + rnd(8) : DATA + rnd(0x400));
    mov_reg(EDI, rnd(2) ? data + rnd(32) - 16 : DATA + rnd(0x400));
}

static void block(unsigned insns)
{
    bool device = rnd(5) == 0;
    uint32_t head;

    b(0xc7), b(0x06 - wide), le(COUNTER, wide ? 4 : 2); /* mov [COUNTER], ROUNDS */
    le(ROUNDS, wide ? 4 : 2);
    head = at;
    pointers();
    if (device)
        aim_at_device();
    body(insns, false);
    b(0xff), b(0x0e - wide), le(COUNTER, wide ? 4 : 2); /* dec [COUNTER] */
    b(0x0f), b(0x85), le(head - at - (wide ? 4 : 2), wide ? 4 : 2);
    if (device && !wide)
        PUT("\xb8\x00\x20\x8e\xc0"); /* es = 2000h */
    print_state();
}

/*
 * Like a BIOS: F000:0000 is copied to 4000:0000, which opens the memory before the ROM and copies
 * it back.
 */
static void enter_shadow(void)
{
    PUT("\xfa\xfc\xb8\x00\xf0\x8e\xd8\xb8\x00\x40\x8e\xc0"); /* cli; cld; ds = F000h; es = 4000h */
    PUT("\x31\xf6\x31\xff\xb9\x00\x40\x66\xf3\xa5");         /* 4000h double words */
    PUT("\xea"), le(at - CODE + 4, 2), le(0x4000, 2);         /* jmp 4000h:there */
    PUT("\x66\xb8\x58\x00\x00\x80\xba\xf8\x0c\x66\xef");     /* the host bridge's PAM0: ... */
    PUT("\xba\xfd\x0c\xb0\x30\xee");                         /* ... reads and writes memory */
    PUT("\x8c\xc0\x8e\xd8\xb8\x00\xf0\x8e\xc0");             /* ds = es; es = F000h */
    PUT("\x31\xf6\x31\xff\xb9\x00\x40\x66\xf3\xa5");
    PUT("\xea"), le(at - CODE + 4, 2), le(0xf000, 2);
}

static void enter_real(void)
{
    /* cli; cld; xor ax, ax; mov ss, ax; mov sp, 7000h */
    PUT("\xfa\xfc\x31\xc0\x8e\xd0\xbc\x00\x70");
    PUT("\xb8\x00\x10\x8e\xd8");                 /* mov ax, 1000h; mov ds, ax */
    PUT("\xb8\x00\x20\x8e\xc0");                 /* mov ax, 2000h; mov es, ax */
}

static void enter_protected(void)
{
    /* clang-format off */
    static const uint8_t gdt[] = {
        0, 0, 0, 0, 0, 0, 0, 0,             /* null */
        0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0, /* 08: code, flat */
        0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0, /* 10: data, flat */
        23, 0, GDT & 0xff, GDT >> 8 & 0xff, 0xe + (GDT >> 16), 0, /* pointer: at E0000 + GDT */
    };
    /* clang-format on */

    memcpy(image + GDT, gdt, sizeof(gdt));
    PUT("\x2e\x66\x0f\x01\x16"), le((GDT + 24) & 0xffff, 2); /* o32 lgdt cs:[..] */
    PUT("\x0f\x20\xc0\x0c\x01\x0f\x22\xc0");                 /* CR0.PE */
    PUT("\x66\xea"), le(0xe0000 + at + 6, 4), le(8, 2);
    wide = true;
    /* ds, es, ss = 10h; esp = 7000h */
    PUT("\x66\xb8\x10\x00\x8e\xd8\x8e\xc0\x8e\xd0\xbc\x00\x70\x00\x00");
}

/* One 4 MiB page, one to one: pages may be remapped now, so translations know less. */
static void enter_paging(void)
{
    PUT("\xc7\x05\x00\x90\x00\x00\x83\x00\x00\x00"); /* mov dword [9000h], 83h */
    PUT("\xb8\x00\x90\x00\x00\x0f\x22\xd8");         /* CR3 = 9000h */
    PUT("\x0f\x20\xe0\x0c\x10\x0f\x22\xe0");         /* CR4.PSE */
    PUT("\x0f\x20\xc0\x0d\x00\x00\x00\x80\x0f\x22\xc0"); /* CR0.PG */
}

/* A sum over the data, one doubleword. */
static void print_data(void)
{
    mov_reg(ESI, DATA);
    mov_reg(ECX, DATA_SIZE / 4);
    /* xor ebx, ebx; L: lodsd; rol ebx; add ebx, eax; loop L */
    PUT("\x31\xdb\xad\xd1\xc3\x01\xc3\xe2\xf9");
    mov_reg(EDX, 0x402);
    mov_reg(ECX, 4);
    PUT("\x88\xd8\xee\xc1\xcb\x08\xe2\xf8"); /* L: mov al, bl; out dx, al; ror ebx, 8; loop L */
}

int main(int argc, char **argv)
{
    unsigned blocks;

    if (argc != 3) {
        fprintf(stderr, "usage: random_image SEED BLOCKS > image\n");
        return 2;
    }
    state = strtoull(argv[1], NULL, 0) * 2 + 1;
    blocks = (unsigned)strtoul(argv[2], NULL, 0);
    enter_shadow();
    enter_real();
    for (unsigned i = 0; i < blocks; i++) {
        if (i == blocks / 3)
            enter_protected();
        if (i == blocks / 3 * 2)
            enter_paging();
        block(4 + rnd(24));
    }
    print_data();
    PUT("\xfa\xf4");                                      /* cli; hlt */
    memcpy(image + SIZE - 16, "\xea\x00\x00\x00\xf0", 5); /* reset: jmp F000:0000 */
    return fwrite(image, 1, SIZE, stdout) == SIZE ? 0 : 1;
}
