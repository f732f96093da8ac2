/*
 * x86.c - the programs' machine: a PC whose loader knows multiboot. A number on the command line
 * says how many rounds there are to be.
 */
#include "bench.h"
#include "tests/guests/pc.h"

#define MARK 0x505
#define DEBUG_EXIT 0x501
#define LOADED 0x2badb002u
#define HAS_COMMAND_LINE 4

void machine_mark(unsigned begin)
{
    out8(MARK, (uint8_t)begin);
}

void machine_put(char c)
{
    serial_put(c);
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    while (size--)
        *t++ = *f++;
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    uint8_t *t = to;

    while (size--)
        *t++ = (uint8_t)byte;
    return to;
}

struct multiboot {
    uint32_t flags, lower, upper, device;
    const char *command_line;
};

void x86_main(uint32_t magic, const struct multiboot *info);

/* The last word of the command line; loaders put the program's name first. */
static unsigned rounds_asked(const struct multiboot *info)
{
    unsigned n = 0;

    if (!(info->flags & HAS_COMMAND_LINE))
        return 0;
    for (const char *s = info->command_line; *s; s++)
        n = *s >= '0' && *s <= '9' ? n * 10 + (unsigned)(*s - '0') : 0;
    return n;
}

void x86_main(uint32_t magic, const struct multiboot *info)
{
    bench_main(magic == LOADED ? rounds_asked(info) : 0);
    out32(DEBUG_EXIT, 0);
    power_off();
}
