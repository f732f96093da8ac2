/* x86.c - the programs' machine: a PC without a BIOS. */
#include "bench.h"
#include "tests/guests/pc.h"

#define MARK 0x505
#define DEBUG_EXIT 0x501

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

void x86_main(void);

void x86_main(void)
{
    bench_main();
    out32(DEBUG_EXIT, 0);
}
