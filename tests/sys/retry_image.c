/*
 * retry_image.c - makes a BIOS image of loops that fault and go on, for comparing gears.
 *
 *     retry_image BASE SEED > image
 *
 * BASE is the image of guest/retry.S, which says what becomes of exceptions. Behind it comes a
 * table of cases and the code of each: a loop whose registers point to the edges of segments and
 * pages and wander across them. 16-bit and 32-bit code, with both address sizes; ring 0, ring 3
 * with segments of all kinds (short, elsewhere, expanding down, read-only), virtual-8086 mode.
 * Whoever runs the image correctly writes the same events to the debug port and leaves the same
 * memory behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sys/retry.h"

#define MEMORY 0x58000
#define MEMORY_SIZE 0x20000

#define FLAGS_V86 0x20000
#define FLAG_AC 0x40000
#define FLAG_TF 0x100
#define CR0 0x80000031
#define CR0_WP 0x10000
#define CR0_AM 0x40000

/* As retry.S reads it. */
struct state {
    uint32_t eip, cs, eflags, esp, ss, ds, es, fs, gs;
    uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax;
    uint32_t absent, readonly, mxcsr, control, cr0, safe;
    uint16_t code, starts;
    uint32_t rounds;
};

static const struct segment flat0 = {0x10, 0, MEMORY, MEMORY + MEMORY_SIZE - 1, false};
static const struct segment outer[] = {
    {0x23, 0, MEMORY, MEMORY + MEMORY_SIZE - 1, false},
    {0x23, 0, MEMORY, MEMORY + MEMORY_SIZE - 1, false},
    {0x4b, 0x60000, 0, 0xffff, false},
    {0x4b, 0x60000, 0, 0xffff, false},
    {0x53, 0x60000, 0, 0xffff, false},
    {0x5b, 0x5f000, 0, 0x7fff, false},
    {0x63, 0x60000, 0x4000, 0xffff, false},
    {0x6b, 0x8000, 0x50000, 0x6ffff, false},
    {0xa3, 0x60000, 0, 0xffff, true},
    {0xab, 0, MEMORY, MEMORY + MEMORY_SIZE - 1, true},
    {0x73, 0x5fff4, 0, 0xffff, false},
    {0x7b, 0, MEMORY, MEMORY + MEMORY_SIZE - 1, false},
    {0xb3, 0x48000, 0x10000, 0x2ffff, false},
    {0x83, 0, 0x61000, MEMORY + MEMORY_SIZE - 1, false},
};
static const struct segment virtual[] = {
    {0x6000, 0x60000, 0, 0xffff, false},
    {0x5800, 0x58000, 0, 0xffff, false},
    {0x6701, 0x67010, 0, 0xffff, false},
};

struct retry now;

static uint32_t some_flags(void)
{
    uint32_t flags = 2 | (rnd(2) ? 0x8d5 : 0) | (rnd(4) ? FLAGS_IOPL : 0);

    if (rnd(16) == 0)
        flags |= rnd(2) ? FLAG_TF : FLAG_AC;
    return flags;
}

/* A set of pages, with those behind what pointers into DS and ES point to. */
static uint32_t some_pages(uint32_t source, uint32_t destination)
{
    uint32_t next = (now.ds->base + source - MEMORY) / 4096 + 1;
    uint32_t other = (now.es->base + destination - MEMORY) / 4096 + 1;

    return rnd(2) ? 0 : (rnd(2) ? 1u << next % 32 : 0) | (rnd(2) ? 1u << other % 32 : 0);
}

/* For 16-bit addresses the upper half of a register means nothing. */
static uint32_t upper_half(void)
{
    return now.wide || rnd(3) ? 0 : rnd(0x10000) << 16;
}

/* A case's mode, segments and registers. */
static struct state begin(unsigned n)
{
    static const struct {
        uint32_t selector;
        bool wide, based;
    } codes[] = {{0x1b, true, false},
                 {0x43, false, true},
                 {0x8b, true, true},
                 {0x93, false, true},
                 {0xbb, false, true}};
    unsigned kind = rnd(8), code = kind < 3 ? 0 : rnd(COUNT(codes));
    bool v86 = kind >= 6;
    struct state s = {.fs = 0x9b, .mxcsr = rnd(2) ? 0x1f80 : rnd(64) << 7, .control = 0x37f};

    now.at = CODE_AT + n * CASE_ROOM;
    now.end = now.at + CASE_ROOM - 16;
    now.ring0 = kind == 0;
    now.segments = now.ring0 ? &flat0 : v86 ? virtual : outer;
    now.segment_count = now.ring0 ? 1 : v86 ? COUNT(virtual) : COUNT(outer);
    if (kind == 1) /* most code is flat */
        now.segment_count = 1;
    now.wide = codes[code].wide && !v86;
    now.ds = some_segment();
    now.es = rnd(3) ? now.ds : some_segment();
    do
        now.ss = rnd(3) ? now.ds : some_segment();
    while (now.ss->readonly);
    now.both = now.ds->base;
    s.cs = now.ring0 ? 0x08 : v86 ? 0xf000 : codes[code].selector;
    now.code_base = v86 || (codes[code].based && !now.ring0) ? IMAGE_BASE : 0;
    s.eip = now.at + IMAGE_BASE - now.code_base;
    s.fs = v86 ? 0x3000 : 0x9b;
    s.eflags = some_flags() | (v86 ? FLAGS_V86 : 0);
    s.ds = now.ds->selector, s.es = now.es->selector, s.ss = now.ss->selector;
    s.gs = some_segment()->selector;
    s.esp = now.ring0 ? 0x54000 : pointer(now.ss);
    if (!now.ring0 && rnd(2))
        s.esp = now.ss->base ? 0x5000 : MEMORY + 0x5000;
    s.esp += upper_half();
    s.ebx = pointer(now.ds) + upper_half(), s.esi = pointer(now.ds) + upper_half();
    s.edi = pointer(rnd(2) ? now.es : now.ds) + upper_half();
    s.ebp = pointer(now.ss) + upper_half();
    s.eax = number(), s.ecx = rnd(64) + upper_half(), s.edx = number();
    s.absent = some_pages(s.esi, s.edi);
    s.readonly = some_pages(s.ebx, s.edi);
    if (rnd(4) == 0)
        s.control &= rnd(64) | 0x340;
    s.safe = pointer(now.ds);
    s.code = (uint16_t)now.at;
    s.starts = (uint16_t)(STARTS + n * STARTS_ROOM);
    s.rounds = 12 + rnd(60);
    s.cr0 = CR0 | (rnd(2) ? CR0_WP : 0) | (rnd(2) ? CR0_AM : 0);
    return s;
}

/* DEC of the word at FS:0 and a branch back, and the end. */
static void finish(uint32_t head)
{
    now.end += 16;
    start();
    put(0x64);
    if (now.wide)
        PUT("\xff\x0d"), put_le(0, 4);
    else
        PUT("\xff\x0e"), put_le(0, 2);
    PUT("\x0f\x85");
    put_le(head - now.at - word(), word());
    put(0xcc);
}

static void make_case(unsigned n)
{
    struct state s = begin(n);
    uint32_t head;

    head = now.at;
    body(3 + rnd(16));
    finish(head);
    memcpy(now.image + CASE_TABLE + n * sizeof(s), &s, sizeof(s));
}

int main(int argc, char **argv)
{
    FILE *base = argc == 3 ? fopen(argv[1], "rb") : NULL;

    if (!base || fread(now.image, 1, SIZE, base) != SIZE) {
        fprintf(stderr, "usage: retry_image BASE SEED > image\n");
        return 2;
    }
    fclose(base);
    memset(now.image + CODE_AT, 0xcc, STARTS - CODE_AT);
    memset(now.image + STARTS, 0, CASES * STARTS_ROOM);
    now.stream = strtoull(argv[2], NULL, 0) * 2 + 1;
    for (unsigned i = 0; i < 8; i++)
        rnd(2);
    for (unsigned n = 0; n < CASES; n++)
        make_case(n);
    return fwrite(now.image, 1, SIZE, stdout) == SIZE ? 0 : 1;
}
