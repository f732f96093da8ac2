/*
 * system_image.c - makes a BIOS image of random system code, for comparing gears and machines.
 *
 *     system_image BASE SEED > image
 *
 * BASE is the image of guest/events.S. Behind it comes code that loads segments, goes through
 * gates, returns to where it shouldn't, looks at descriptors, and touches memory by every segment;
 * in ring 0, ring 3 or virtual-8086 mode, with or without paging, amid a GDT and an IDT of random
 * entries. Whoever runs the image correctly writes the same events to the debug port.
 *
 * Left out is what may rightly differ: ports, time, floating point, and the page tables themselves.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 0x10000
#define START 0x2000   /* start_cr0, start_mode */
#define PREPARE 0x2100 /* code that fills in GDT and IDT */
#define CODE 0x4000
#define CODE_END 0xffe0

#define GDT 0x2000
#define GDT_FIRST 8 /* first random entry */
#define GDT_COUNT 13
#define IDT 0x1000
#define IDT_FIRST 0x30
#define IDT_COUNT 8

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t image[SIZE];
static uint32_t at;
static uint64_t state;

static const uint16_t selectors[] = {
    0x08, 0x10, 0x1b, 0x23, 0x28, 0x30, 0x38, 0x00, 0x03, 0x40, 0x48, 0x50, 0x58, 0x60,
    0x68, 0x70, 0x78, 0x80, 0x88, 0x90, 0x98, 0xa0, 0x800, 0x2b, 0x43, 0x4b,
};
static const uint32_t addresses[] = {
    0x2000,  0x1000,  0x3000,   0x20000,  0x4000, 0x60000, 0x61000,
    0x60ffe, 0x61ffe, 0x62000, 0x400000, 0x9000, 0xc000,
};

static uint32_t rnd(uint32_t below)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((state >> 32) % below);
}

static void put(uint32_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes && at < CODE_END; i++)
        image[at++] = (uint8_t)(value >> 8 * i);
}

static uint32_t some_selector(void)
{
    return selectors[rnd(COUNT(selectors))];
}

static uint32_t some_address(void)
{
    return addresses[rnd(COUNT(addresses))];
}

static uint8_t one_of(const char *bytes, unsigned count)
{
    return (uint8_t)bytes[rnd(count)];
}

#define ONE_OF(bytes) one_of(bytes, sizeof(bytes) - 1)

/* No escape, port, two-byte or halting opcode. */
static uint8_t some_byte(void)
{
    for (;;) {
        uint8_t b = (uint8_t)rnd(256);

        if (!(b >= 0xd8 && b <= 0xdf) && !(b >= 0xe4 && b <= 0xe7) && !(b >= 0xec && b <= 0xef) &&
            !(b >= 0x6c && b <= 0x6f) && b != 0x0f && b != 0xf4 && b != 0xf1)
            return b;
    }
}

static void store32(uint32_t address, uint32_t value)
{
    put(0x05c7, 2);
    put(address, 4);
    put(value, 4);
}

static void some_descriptor(uint32_t address)
{
    static const char types[] = "\x93\x9b\xf3\xfb\x91\x99\x9f\xff\x97\xf7\x13\x82\x89\x81\x8b\xe9"
                                "\x85\xe5\x8c\xec\x84\xe4\xb3\xbb\xd3\x9d\x90\x92";
    static const uint32_t bases[] = {0, 0, 0x3000, 0x20000, 0xf0000, 0x6000};
    static const uint32_t limits[] = {0xfffff, 0xfff, 0x67, 0x2b, 0xffff, 0x10};
    uint32_t type = ONE_OF(types);

    if (!(type & 0x10) && type & 4) {
        store32(address, some_selector() << 16 | (rnd(2) ? 0x4200 : 0x5000));
        store32(address + 4, (rnd(3) ? 0xf0000 : 0) | type << 8 | rnd(4));
    } else {
        uint32_t base = bases[rnd(COUNT(bases))], limit = limits[rnd(COUNT(limits))];

        store32(address, base << 16 | (limit & 0xffff));
        store32(address + 4, (base & 0xff000000) | rnd(4) << 22 | (limit & 0xf0000) | type << 8 |
                                 (base >> 16 & 0xff));
    }
}

static void some_gate(uint32_t address)
{
    uint32_t type = ONE_OF("\x8e\xee\xef\x8f\xe6\xe5\x0e\xe7\xec");

    store32(address, some_selector() << 16 | (rnd(2) ? 0x4100 : 0x5000));
    store32(address + 4, (rnd(3) ? 0xf0000 : 0) | type << 8);
}

static void some_return(void)
{
    static const uint32_t flags[] = {2, 0x4002, 0xd7, 0x102};

    put(0x68, 1);
    put(flags[rnd(COUNT(flags))], 4);
    put(0x6a, 1);
    put(some_selector() & 0x7f, 1);
    put(0x68, 1);
    put(rnd(3) ? 0xf4100 + rnd(0x1000) : 0x4200, 4);
    switch (rnd(3)) {
    case 0: put(0xcf, 1); break;
    case 1: put(0xcb, 1); break;
    default: put(0x04ca, 3);
    }
}

/* Memory by any segment, with addresses from the registers. */
static void some_access(void)
{
    static const char prefixes[] = "\x66\x67\x26\x64\x65\x2e\x36\xf0";
    static const char opcodes[] = "\x89\x8b\x01\x29\xff\xfe\x8f\x87\xc4\xc5\x62\x8c\x8e\xf7\x39";

    if (rnd(3))
        put(ONE_OF(prefixes), 1);
    put(ONE_OF(opcodes), 1);
    put(ONE_OF("\x00\x08\x10\x18\x30\x38\x03\x07\x06\x2f\x3e\x45\x6d"), 1);
    put(0x10, 1);
}

static void some_instruction(void)
{
    static const char loads[] = "\x00\x02\x03\x04\x05";
    static const char small[] = "\xfa\xfb\x9c\x9d\xcc\xce\x60\x61\xf9\xc9\x58\x50\x53\x51";

    switch (rnd(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
        put(0xb8 + ONE_OF("\x00\x01\x02\x03\x05\x06\x07"), 1);
        put(rnd(2) ? some_selector() : rnd(4) ? some_address() : rnd(0x7fffffff) & 0x7f7f0700, 4);
        break;
    case 4: /* MOV to a segment register */
        put(0x8e, 1);
        put(0xc0u | (uint32_t)ONE_OF(loads) << 3 | rnd(4), 1);
        break;
    case 5: /* POP of one */
        put(0x6a, 1);
        put(some_selector() & 0x7f, 1);
        switch (rnd(5)) {
        case 0: put(0x07, 1); break;
        case 1: put(0x1f, 1); break;
        case 2: put(0x17, 1); break;
        case 3: put(0xa10f, 2); break;
        default: put(0xa90f, 2);
        }
        break;
    case 6: /* far JMP and CALL */
        put(rnd(2) ? 0x9a : 0xea, 1);
        put(rnd(3) ? 0xf4100 + rnd(0x1000) : 0x4200, 4);
        put(some_selector(), 2);
        break;
    case 7: /* LAR, LSL */
        put(0x020f + (rnd(2) << 8), 2);
        put(0xc0 | rnd(4) << 3 | rnd(4), 1);
        break;
    case 8: /* SLDT, STR, LLDT, LTR, VERR, VERW */
        put(0x000f, 2);
        put(0xc0 | rnd(6) << 3 | rnd(4), 1);
        break;
    case 9: /* ARPL */
        put(0x63, 1);
        put(0xc0 | rnd(4) << 3 | rnd(4), 1);
        break;
    case 10:
        put(0xcd, 1);
        put(rnd(3) ? IDT_FIRST + rnd(IDT_COUNT) : (uint32_t)ONE_OF("\x03\x04\x20"), 1);
        break;
    case 11: some_return(); break;
    case 12: put(ONE_OF(small), 1); break;
    case 13: /* CLTS, SMSW */
        put(rnd(2) ? 0x060f : 0xe0010f, 3);
        break;
    case 14: /* MOV from CR0, 2, 3, 4 */
        put(0x200f, 2);
        put(0xc0u | (uint32_t)ONE_OF("\x00\x02\x03\x04\x01\x07") << 3 | rnd(4), 1);
        break;
    case 15: /* string instructions, some repeated */
        if (rnd(3) == 0)
            put(0xf3, 1);
        put(ONE_OF("\xa5\xab\xad\xa7"), 1);
        break;
    case 16:
    case 17: some_access(); break;
    case 18: /* LSS, LFS, LGS; MOV from and to memory */
        if (rnd(2)) {
            put(0x0f, 1);
            put(ONE_OF("\xb2\xb4\xb5"), 1);
            put(0x05 | rnd(8) << 3, 1);
        } else {
            put(0xa1 + 2 * rnd(2), 1);
        }
        put(some_address(), 4);
        break;
    default:
        for (unsigned n = 1 + rnd(3); n; n--)
            put(some_byte(), 1);
    }
}

int main(int argc, char **argv)
{
    FILE *base = argc == 3 ? fopen(argv[1], "rb") : NULL;

    if (!base || fread(image, 1, SIZE, base) != SIZE) {
        fprintf(stderr, "usage: system_image BASE SEED > image\n");
        return 2;
    }
    fclose(base);
    state = strtoull(argv[2], NULL, 0);
    for (unsigned i = 0; i < 8; i++)
        rnd(2);

    at = START;
    put(0x15 | (rnd(3) == 0 ? 0x80000000 | rnd(2) << 16 : 0), 4);
    put(rnd(3), 4);
    at = PREPARE;
    for (unsigned i = 0; i < GDT_COUNT; i++)
        some_descriptor(GDT + 8 * (GDT_FIRST + i));
    for (unsigned i = 0; i < IDT_COUNT; i++)
        some_gate(IDT + 8 * (IDT_FIRST + i));
    put(0xc3, 1);
    at = CODE;
    while (at < CODE_END)
        some_instruction();
    return fwrite(image, 1, SIZE, stdout) == SIZE ? 0 : 1;
}
