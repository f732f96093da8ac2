/*
 * main.c - loops-make [-n CASES] [-f FIRST] [-s SEED] [-p CASE] [-g] [-d DISK] > FILE
 *
 * Makes CASES (1000) pieces of code with loops of SEED (1), from number FIRST (0) on, runs each on
 * the host's processor, and writes it with what came of it, for runner.c. With -p it prints case
 * number CASE instead. With -g the cases are garbage, which isn't run here.
 * With -d they read from a disk into their code; what it has is written to DISK.
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "disk.h"
#include "make.h"
#include "tests/x86/diff.h"

#define SECONDS 60 /* in vain, if code has got into an endless loop */
#define OUT_DX_AL 0xee

static uint32_t *at(uint32_t address)
{
    return (uint32_t *)(uintptr_t)address;
}

static void map(uint32_t address, uint32_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_POPULATE;

    if (mmap(at(address), size, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0) == at(address))
        return;
    perror("loops-make: cannot map the memory of the cases");
    exit(2);
}

static void map_all(void)
{
    map(CODE, SLOTS * SLOT - SLOT / 2);
    map(DATA_FIXED, FIXED_SIZE + DATA_SIZE);
    map(STACK, STACK_SIZE);
    fill(at(DATA_FIXED), DATA_FIXED, FIXED_SIZE);
    mprotect(at(DATA_FIXED), FIXED_SIZE, PROT_READ);
}

static uint32_t sum_all(const struct piece *p)
{
    uint32_t sum = sum_words(1, at(DATA), DATA_SIZE);

    sum = sum_words(sum, at(STACK), STACK_SIZE);
    return sum_words(sum, at(p->start), p->length);
}

static void print(const struct piece *p, const struct record *r)
{
    uint32_t from = 0;

    while (from < p->length) {
        struct insn i;
        char text[80] = "?";
        int length = x86_decode(p->code + from, p->length - from, true, &i);

        if (length <= 0)
            length = 1;
        else
            x86_print(&i, p->start + from, text, sizeof text);
        if (p->code[from] != 0xcc || (from && p->code[from - 1] != 0xcc))
            printf("%08x  %s\n", p->start + from, text);
        from += (uint32_t)length;
    }
    for (unsigned n = 0; n < 8; n++)
        printf("%s %08x -> %08x\n", x86_reg_name(4, n), r->in.gpr[n], r->out.gpr[n]);
    printf("eip %08x flags %08x mask %03x vector %u error %x cr2 %08x\n", r->out.eip, r->out.eflags,
           r->flags, r->vector, r->error, r->cr2);
}

/* As the host's processor does it; what OUT is for, `disk` does. */
static void run_native(struct regs in, struct disk *disk, struct outcome *out)
{
    static const struct fpu fpu = {.image = {0x7f, 3, [24] = 0x80, 0x1f}}; /* no case uses it */

    for (;;) {
        native_run(&in, &fpu, true, out);
        if (!disk || out->vector != X86_GP || *native_memory(out->regs.eip) != OUT_DX_AL)
            return;
        in = out->regs;
        in.eip++;
        disk_out(disk, in.gpr[EDX], (uint8_t)in.gpr[EAX]);
    }
}

/* A case, from making it to its outcome. */
static void run(uint64_t seed, uint32_t n, struct disk *disk, struct piece *p, struct record *r)
{
    struct regs in;
    struct outcome out;

    make_piece(seed * 1000003 + n, n % SLOTS, disk, p);
    fill(at(DATA), DATA, DATA_SIZE);
    fill(at(STACK), STACK, STACK_SIZE);
    memset(at(p->start & ~(SLOT - 1)), 0xcc, SLOT / 2);
    memcpy(at(p->start), p->code, p->length);
    memcpy(in.gpr, p->in.gpr, sizeof in.gpr);
    in.eip = p->in.eip;
    in.eflags = p->in.eflags;
    run_native(in, disk, &out);
    *r = (struct record){
        .number = n,
        .start = p->start,
        .length = p->length,
        .in = p->in,
        .vector = out.vector == NO_VECTOR ? NO_FAULT : out.vector,
        .error = out.error,
        .cr2 = out.cr2,
        .sum = sum_all(p),
    };
    r->flags = FL_STATUS & ~(out.vector == NO_VECTOR ? p->undefined : p->ever);
    r->size = (uint32_t)sizeof *r + p->length;
    memcpy(r->out.gpr, out.regs.gpr, sizeof r->out.gpr);
    r->out.eip = out.regs.eip;
    r->out.eflags = out.regs.eflags;
}

static void spoil(uint64_t seed, uint32_t n, struct piece *p, struct record *r)
{
    make_garbage(seed * 1000003 + n, n % SLOTS, p);
    *r = (struct record){
        .size = (uint32_t)sizeof *r + p->length,
        .number = n,
        .start = p->start,
        .length = p->length,
        .flags = SHOWN | FL_STATUS,
        .in = p->in,
    };
}

static void write_disk(struct disk *disk, const char *name)
{
    FILE *f = fopen(name, "wb");

    disk_fill(disk);
    if (!f || fwrite(disk->data, sizeof disk->data, 1, f) != 1 || fclose(f) != 0) {
        perror(name);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct piece piece;
    static struct disk disk;
    struct list list = {.magic = MAGIC, .cases = 1000};
    uint64_t seed = 1;
    uint32_t first = 0;
    bool printed = false, garbage = false, dma = false;
    unsigned ended = 0;
    int option;

    while ((option = getopt(argc, argv, "n:f:s:p:gd:")) != -1) {
        switch (option) {
        case 'n': list.cases = (uint32_t)strtoul(optarg, NULL, 0); break;
        case 's': seed = strtoull(optarg, NULL, 0); break;
        case 'p': printed = true; /* fall through */
        case 'f': first = (uint32_t)strtoul(optarg, NULL, 0); break;
        case 'g': garbage = true; break;
        case 'd': dma = true, write_disk(&disk, optarg); break;
        default:
            fprintf(stderr, "usage: loops-make [-n cases] [-f first] [-s seed] [-p case] [-g] "
                            "[-d disk]\n");
            return 2;
        }
    }
    native_init();
    map_all();
    alarm(SECONDS);
    if (!printed)
        fwrite(&list, sizeof list, 1, stdout);
    for (uint32_t n = first; n < first + list.cases; n++) {
        struct record r;

        if (garbage)
            spoil(seed, n, &piece, &r);
        else
            run(seed, n, dma ? &disk : NULL, &piece, &r);
        if (printed) {
            print(&piece, &r);
            return 0;
        }
        ended += r.vector == NO_FAULT;
        fwrite(&r, sizeof r, 1, stdout);
        fwrite(piece.code, 1, r.size - sizeof r, stdout);
    }
    fprintf(stderr, "%u cases, %u end in an exception\n", list.cases, list.cases - ended);
    return fflush(stdout) ? 2 : 0;
}
