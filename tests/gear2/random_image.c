/*
 * random_image.c - makes a BIOS image of random guest code, for comparing gears.
 *
 *     random_image SEED BLOCKS > image
 *
 * The image holds BLOCKS loops of random integer instructions: a quarter 16-bit code in real mode,
 * a quarter 32-bit code in flat protected mode, a quarter with paging, the rest 16-bit code in
 * virtual-8086 mode. Each loop goes round often enough to be translated; after it the registers and
 * the flags are written to the debug port (402h), at the very end a sum over all data. Whoever
 * executes the image correctly writes the same bytes; undefined flags are the same in all gears
 * because they come from the same atoms, and those that aren't are masked.
 *
 * The instructions are random_code.c's. EBX, ESI and EDI are set anew at the head of each round,
 * often so that what they point to overlaps; in some rounds of some loops EBX or ES points to the
 * display's memory, which is a device.
 */
#include <string.h>

#include "random_code.h"

#define GDT 0x1f800
#define IDT 0x1f900
#define PROTECTION 13
#define TSS 0xb000
#define STACK_INNER 0x9000
#define PAGES 0x9000
#define ROUNDS 20
#define COUNTER 0x800 /* of the rounds */

struct code code = {.at = CODE};

/* Every register and the flags to the debug port, byte by byte. */
static void print_state(void)
{
    if (!code.wide)
        b(0x66);
    b(0x9c); /* pushf: AF is left out, several instructions leave it undefined */
    if (!code.wide)
        b(0x66);
    b(0x60); /* pusha */
    if (code.wide)
        PUT("\x81\x64\x24\x20\xc5\x08\x00\x00"); /* and dword [esp + 32], flags that are compared */
    else
        PUT("\x89\xe5\x66\x81\x66\x20\xc5\x08\x00\x00"); /* mov bp, sp; and dword [bp + 32], .. */
    mov_reg(EDX, 0x402);
    mov_reg(ECX, 36);
    if (code.wide)
        PUT("\x89\xe6\xac\xee\xe2\xfc"); /* mov esi, esp; L: lodsb; out dx, al; loop L */
    else
        PUT("\x89\xe6\x36\xac\xee\xe2\xfb"); /* likewise, ss: */
    if (!code.wide)
        b(0x66);
    b(0x61);
    if (!code.wide)
        b(0x66);
    b(0x9d);
}

/* In every fourth round one pointer leads to the display's memory. */
static void aim_at_device(void)
{
    if (code.wide) {
        PUT("\xf6\x05"), le(COUNTER, 4), b(3); /* test byte [COUNTER], 3 */
        b(0x75), b(5);
        mov_reg(EBX, 0xa0000 + rnd(0x400));
    } else {
        PUT("\xb8\x00\x20");                  /* mov ax, 2000h */
        PUT("\xf6\x06"), le(COUNTER, 2), b(3); /* test byte [COUNTER], 3 */
        b(0x75), b(3);
        PUT("\xb8\x00\xa0");
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

    b(0xc7), b(0x06 - code.wide), le(COUNTER, code.wide ? 4 : 2); /* mov [COUNTER], ROUNDS */
    le(ROUNDS, code.wide ? 4 : 2);
    head = code.at;
    pointers();
    if (device)
        aim_at_device();
    random_instructions(insns);
    b(0xff), b(0x0e - code.wide), le(COUNTER, code.wide ? 4 : 2); /* dec [COUNTER] */
    b(0x0f), b(0x85), le(head - code.at - (code.wide ? 4 : 2), code.wide ? 4 : 2);
    if (device && !code.wide)
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
    PUT("\xea"), le(code.at - CODE + 4, 2), le(0x4000, 2);         /* jmp 4000h:there */
    PUT("\x66\xb8\x58\x00\x00\x80\xba\xf8\x0c\x66\xef");     /* the host bridge's PAM0: ... */
    PUT("\xba\xfd\x0c\xb0\x30\xee");                         /* ... reads and writes memory */
    PUT("\x8c\xc0\x8e\xd8\xb8\x00\xf0\x8e\xc0");             /* ds = es; es = F000h */
    PUT("\x31\xf6\x31\xff\xb9\x00\x40\x66\xf3\xa5");
    PUT("\xea"), le(code.at - CODE + 4, 2), le(0xf000, 2);
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
        0xff, 1, 0, TSS >> 8, 0, 0x89, 0, 0, /* 18: TSS, with a map of ports */
        31, 0, GDT & 0xff, GDT >> 8 & 0xff, 0xe + (GDT >> 16), 0, /* pointer: at E0000 + GDT */
    };
    /* clang-format on */

    memcpy(code.image + GDT, gdt, sizeof(gdt));
    PUT("\x2e\x66\x0f\x01\x16"), le((GDT + 32) & 0xffff, 2); /* o32 lgdt cs:[..] */
    PUT("\x0f\x20\xc0\x0c\x01\x0f\x22\xc0");                 /* CR0.PE */
    PUT("\x66\xea"), le(0xe0000 + code.at + 6, 4), le(8, 2);
    code.wide = true;
    /* ds, es, ss = 10h; esp = 7000h */
    PUT("\x66\xb8\x10\x00\x8e\xd8\x8e\xc0\x8e\xd0\xbc\x00\x70\x00\x00");
}

/* mov dword [..], value */
static void put_word(uint32_t address, uint32_t value)
{
    PUT("\xc7\x05"), le(address, 4), le(value, 4);
}

static void map_low(uint32_t entry)
{
    put_word(PAGES, entry);
    b(0xb8), le(PAGES, 4), PUT("\x0f\x22\xd8"); /* mov eax, ..; mov cr3, eax */
}

/* One 4 MiB page, one to one: pages may be remapped now, so translations know less. */
static void enter_paging(void)
{
    map_low(0x83);
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

/* Into 16-bit code behind this, from where the first exception leads to leave_v86. */
static void enter_v86(void)
{
    static const uint16_t frame[] = {0, 0, REAL_BASE >> 4, 0x2000, 0, 0x7000}; /* GS to ESP */
    uint32_t eip;

    map_low(0x87);
    put_word(TSS + 4, STACK_INNER);
    put_word(TSS + 8, 0x10);
    put_word(TSS + 0x64, 0x68 << 16);
    PUT("\xb8\x18\x00\x00\x00\x0f\x00\xd8");         /* mov eax, 18h; ltr ax */
    PUT("\x0f\x01\x1d"), le(IMAGE_BASE + IDT + 8, 4); /* lidt, its pointer is in the second gate */
    code.image[IDT + 8] = 8 * PROTECTION + 7;
    le_at(IDT + 10, IMAGE_BASE + IDT);
    for (unsigned i = 0; i < sizeof(frame) / sizeof(frame[0]); i++)
        b(0x68), le(frame[i], 4);
    b(0x68), le(0x23202, 4); /* VM, IOPL 3 */
    b(0x68), le(0xf000, 4);
    b(0x68), eip = code.at, le(0, 4);
    b(0xcf);
    le_at(eip, code.at & 0xffff);
    code.wide = false;
    code.v86 = true;
}

/* HLT, which isn't allowed; its handler, in ring 0. */
static void leave_v86(void)
{
    uint32_t handler;

    b(0xf4);
    handler = IMAGE_BASE + code.at;
    le_at(IDT + 8 * PROTECTION, 8 << 16 | (handler & 0xffff));
    le_at(IDT + 8 * PROTECTION + 4, (handler & 0xffff0000) | 0x8e00);
    PUT("\xb8\x10\x00\x00\x00\x8e\xd8\x8e\xc0\xfc"); /* ds, es = 10h; cld */
    code.wide = true;
    code.v86 = false;
}

int main(int argc, char **argv)
{
    unsigned blocks;

    if (argc != 3) {
        fprintf(stderr, "usage: random_image SEED BLOCKS > image\n");
        return 2;
    }
    code.state = strtoull(argv[1], NULL, 0) * 2 + 1;
    blocks = (unsigned)strtoul(argv[2], NULL, 0);
    enter_shadow();
    enter_real();
    for (unsigned i = 0; i < blocks; i++) {
        if (i == blocks / 4)
            enter_protected();
        if (i == blocks / 4 * 2)
            enter_paging();
        if (i == blocks / 4 * 3)
            enter_v86();
        block(4 + rnd(24));
    }
    leave_v86();
    print_data();
    PUT("\xfa\xf4");                                      /* cli; hlt */
    memcpy(code.image + SIZE - 16, "\xea\x00\x00\x00\xf0", 5); /* reset: jmp F000:0000 */
    return fwrite(code.image, 1, SIZE, stdout) == SIZE ? 0 : 1;
}
