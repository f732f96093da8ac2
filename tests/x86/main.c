/*
 * main.c - x86-diff [-n CASES] [-q SEQUENCES] [-s SEED] [-u] [-16] [-f] [-v] [-e FILE]
 * [MNEMONIC...]
 *
 * For each instruction of insns.def that user-mode code may run: CASES random cases of every
 * encoding (20), from SEED (1). With -u undefined flags are compared too, with -16 the code segment
 * is a 16-bit one, with -f only the x87 is taken, with -v only MMX and SSE. One line an
 * instruction; differences in full. Exit status 1 if any. With -q it is SEQUENCES sequences of
 * instructions instead.
 *
 * With -e the cases are not compared but written to FILE with what the processor made of them, as
 * far as 192 KiB hold them, for guest/vectors.S; each is listed with its number.
 */
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "make.h"

#define FLAGS_SEEN (FL_STATUS | FL_DF)
#define SHOWN 3         /* differences shown for one instruction */
#define EXPORT_SIZE 0x30000u

struct settings {
    unsigned cases, sequences;
    uint64_t seed;
    bool undefined, code16;
    unsigned kind; /* of instructions: enum kind; 0 all */
    FILE *export;
    size_t room; /* bytes left in it */
    unsigned exported;
};

enum kind { KIND_PLAIN = 1, KIND_X87, KIND_SIMD };

static enum kind kind_of(unsigned op)
{
    uint32_t props = x86_ops[op].props;

    return props & P_SIMD_ONLY ? KIND_SIMD : props & P_FPU ? KIND_X87 : KIND_PLAIN;
}

static bool low;
static uint8_t *image[AREA_COUNT];

/* What memory holds before a case; guest/vectors.S computes the same. */
static uint32_t memory_word(uint32_t addr)
{
    uint32_t x = addr * 0x9e3779b1u;

    x = (x ^ x >> 15) * 0x85ebca6bu;
    return x ^ x >> 13;
}

static void fill_memory(void)
{
    for (unsigned n = AREA_DATA; n < AREA_COUNT; n++) {
        if (n == AREA_LOW && !low)
            continue;
        image[n] = malloc(areas[n].size);
        for (uint32_t at = 0; at < areas[n].size; at += 4) {
            uint32_t value = memory_word(areas[n].base + at);

            memcpy(image[n] + at, &value, 4);
        }
    }
}

static void reset_memory(void)
{
    for (unsigned n = AREA_DATA; n < AREA_COUNT; n++) {
        if (!image[n])
            continue;
        memcpy(native_memory(areas[n].base), image[n], areas[n].size);
        memcpy(guest_memory(areas[n].base), image[n], areas[n].size);
    }
}

/* The code, as much of it as there is memory for, in an area of CCs. */
static void place_code(const struct testcase *tc)
{
    const struct area *area = &areas[AREA_CODE];
    uint32_t room = area->base + area->size - tc->in.eip;

    memset(native_memory(area->base), 0xcc, area->size);
    memcpy(native_memory(tc->in.eip), tc->code, tc->length < room ? tc->length : room);
    memcpy(guest_memory(area->base), native_memory(area->base), area->size);
    guest_code_changed(area->base, area->size);
}

/* First address at which memory differs, or 0. */
static uint32_t memory_differs(void)
{
    for (unsigned n = 0; n < AREA_COUNT; n++) {
        const uint8_t *a = native_memory(areas[n].base), *b = guest_memory(areas[n].base);

        if ((n != AREA_CODE && !image[n]) || memcmp(a, b, areas[n].size) == 0)
            continue;
        for (uint32_t at = 0; at < areas[n].size; at++)
            if (a[at] != b[at])
                return areas[n].base + at;
    }
    return 0;
}

static bool same(const struct outcome *a, const struct outcome *b, uint32_t flags,
                 bool close)
{
    return memcmp(a->regs.gpr, b->regs.gpr, sizeof(a->regs.gpr)) == 0 &&
           a->regs.eip == b->regs.eip && !((a->regs.eflags ^ b->regs.eflags) & flags) &&
           a->vector == b->vector && a->error == b->error && a->cr2 == b->cr2 &&
           fpu_same(&a->fpu, &b->fpu, close, a->vector);
}

static void print_outcome(const char *name, const struct outcome *o)
{
    printf("  %-6s", name);
    for (unsigned n = 0; n < 8; n++)
        printf(" %s %08x", x86_reg_name(4, n), o->regs.gpr[n]);
    printf(" eip %08x flags %03x", o->regs.eip, o->regs.eflags & FLAGS_SEEN);
    if (o->vector != NO_VECTOR)
        printf(" vector %u error %x cr2 %08x", o->vector, o->error, o->cr2);
    printf("\n");
}

/* One line an instruction. Between them are the CCs that a branch skips. */
static void print_code(const struct testcase *tc)
{
    unsigned at = 0;

    while (at < tc->length) {
        struct insn i;
        char text[80] = "(undefined)";
        int length = x86_decode(tc->code + at, tc->length - at, tc->code32, &i);

        if (length > 0)
            x86_print(&i, tc->in.eip + at, text, sizeof(text));
        if (tc->op || length <= 0)
            length = (int)(tc->length - at);
        if (tc->op || tc->code[at] != 0xcc) {
            printf("%s:", text);
            for (int n = 0; n < length; n++)
                printf(" %02x", tc->code[at + (unsigned)n]);
            printf("\n");
        }
        at += (unsigned)length;
    }
}

static void print_difference(const struct testcase *tc, const struct outcome *native,
                             const struct outcome *guest)
{
    struct outcome before = {.regs = tc->in, .vector = NO_VECTOR};
    uint32_t at = memory_differs();

    print_code(tc);
    print_outcome("before", &before);
    print_outcome("native", native);
    print_outcome("gear 1", guest);
    if (!fpu_same(&native->fpu, &guest->fpu, tc->close, native->vector)) {
        fpu_print("before", &tc->fpu);
        fpu_print("native", &native->fpu);
        fpu_print("gear 1", &guest->fpu);
    }
    if (at)
        printf("  memory at %08x: native %02x, gear 1 %02x\n", at, *native_memory(at),
               *guest_memory(at));
}

/* What faults in the guest, but touches memory that this process has for itself. */
static bool is_strange(const struct outcome *guest)
{
    return guest->vector == X86_PF && native_has(guest->cr2) && !make_in_area(guest->cr2, 1);
}

/* One case; returns false if it differs. */
static bool run_case(const struct testcase *tc, uint32_t flags, bool show)
{
    struct outcome native, guest;

    place_code(tc);
    guest_run(&tc->in, &tc->fpu, tc->code32, &guest);
    if (is_strange(&guest))
        return true;
    native_run(&tc->in, &tc->fpu, tc->code32, &native);
    if (same(&native, &guest, flags, tc->close) && !memory_differs())
        return true;
    if (show)
        print_difference(tc, &native, &guest);
    return false;
}

/* The chip's guest has other selectors than a process of this host. */
static void list_case(const struct testcase *tc, uint32_t flags, struct settings *set)
{
    struct insn i;

    if (tc->close)
        return;
    if (x86_decode(tc->code, tc->length, tc->code32, &i) > 0 &&
        (i.op == OP_push_seg || i.op == OP_mov_from_seg))
        return;
    place_code(tc);
    if (!export_case(tc, image, flags, set->export, &set->room))
        return;
    printf("%u ", ++set->exported);
    print_code(tc);
}

static bool wanted(unsigned op, char **names, int count)
{
    for (int n = 0; n < count; n++)
        if (strcmp(names[n], x86_ops[op].mnemonic) == 0)
            return true;
    return count == 0;
}

static unsigned run_op(unsigned op, struct settings *set, unsigned *run)
{
    unsigned bad = 0;
    struct testcase tc;

    *run = 0;
    for (unsigned f = 0; f < form_count; f++) {
        if (forms[f].op != op)
            continue;
        make_seed(set->seed * 1000003 + f);
        for (unsigned n = 0; n < set->cases; n++) {
            reset_memory();
            if (!make_case(&forms[f], low, !set->code16, &tc))
                continue;

            uint32_t flags = set->undefined ? FLAGS_SEEN : FLAGS_SEEN & ~tc.undef;

            ++*run;
            if (set->export)
                list_case(&tc, flags, set);
            else
                bad += !run_case(&tc, flags, bad < SHOWN);
        }
    }
    return bad;
}

/* Sequences instead of single instructions. */
static unsigned run_sequences(struct settings *set, unsigned *run)
{
    unsigned bad = 0;
    struct testcase tc;

    for (*run = 0; *run < set->sequences; ++*run) {
        make_seed(set->seed * 1000003 + *run);
        reset_memory();
        make_sequence(!set->code16, &tc);
        reset_memory();

        uint32_t flags = set->undefined ? FLAGS_SEEN : FLAGS_SEEN & ~tc.undef;

        if (set->export)
            list_case(&tc, flags, set);
        else
            bad += !run_case(&tc, flags, bad < SHOWN);
    }
    return bad;
}

/* Reads the options; returns the number of the first mnemonic, 0 after a mistake. */
static int read_options(int argc, char **argv, struct settings *set)
{
    int n = 1;

    for (; n < argc && argv[n][0] == '-'; n++) {
        if (strcmp(argv[n], "-u") == 0)
            set->undefined = true;
        else if (strcmp(argv[n], "-16") == 0)
            set->code16 = true;
        else if (strcmp(argv[n], "-f") == 0)
            set->kind = KIND_X87;
        else if (strcmp(argv[n], "-v") == 0)
            set->kind = KIND_SIMD;
        else if (strcmp(argv[n], "-n") == 0 && n + 1 < argc)
            set->cases = (unsigned)strtoul(argv[++n], NULL, 0);
        else if (strcmp(argv[n], "-q") == 0 && n + 1 < argc)
            set->sequences = (unsigned)strtoul(argv[++n], NULL, 0);
        else if (strcmp(argv[n], "-s") == 0 && n + 1 < argc)
            set->seed = strtoull(argv[++n], NULL, 0);
        else if (strcmp(argv[n], "-e") == 0 && n + 1 < argc)
            set->export = fopen(argv[++n], "wb");
        else
            return 0;
        if (strcmp(argv[n - 1], "-e") == 0 && !set->export) {
            perror(argv[n]);
            return 0;
        }
    }
    return n;
}

int main(int argc, char **argv)
{
    struct settings set = {.cases = 20, .seed = 1, .room = EXPORT_SIZE};
    unsigned total = 0, wrong = 0, run;
    int first = read_options(argc, argv, &set);

    if (!first) {
        fprintf(
            stderr,
            "usage: x86-diff [-n cases] [-q sequences] [-s seed] [-u] [-16] [-f] [-v] [-e file] "
            "[mnemonic...]\n");
        return 2;
    }
    low = native_init();
    if (set.code16 && !native_init16()) {
        printf("x86-diff: this host has no 16-bit code segments\n");
        return 0;
    }
    guest_init();
    fill_memory();
    if (set.sequences) {
        wrong = run_sequences(&set, &total);
    }
    for (unsigned op = 1; op < OP_COUNT && !set.sequences; op++) {
        if (set.kind ? set.kind != kind_of(op) : set.export && kind_of(op) != KIND_PLAIN)
            continue;
        if (!make_runs(op) || !wanted(op, argv + first, argc - first))
            continue;
        unsigned bad = run_op(op, &set, &run);

        if (!set.export)
            printf("%-10s %u cases, %u differ\n", x86_ops[op].mnemonic, run, bad);
        total += run;
        wrong += bad;
    }
    if (set.export) {
        while (set.room-- > 0)
            fputc(0, set.export);
        if (fclose(set.export) != 0)
            return perror("x86-diff"), 2;
        return 0;
    }
    printf("x86-diff: %u cases, %u differ%s\n", total, wrong,
           low ? "" : " (no 16-bit addressing on this host)");
    return wrong != 0;
}
