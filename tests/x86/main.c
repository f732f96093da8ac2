/*
 * main.c - x86-diff [-n CASES] [-s SEED] [-u] [-v] [MNEMONIC...]
 *
 * For each instruction of insns.def that user-mode code may run: CASES random cases of every
 * encoding (20), from SEED (1). With -u undefined flags are compared too. One line an instruction;
 * differences in full. Exit status 1 if any.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"

#define FLAGS_SEEN (FL_STATUS | FL_DF)
#define SHOWN 3 /* differences shown for one instruction */
#define CODE_MARGIN 96

static bool low;
static uint8_t *image[AREA_COUNT];

static void fill_memory(void)
{
    for (unsigned n = AREA_DATA; n < AREA_COUNT; n++) {
        if (n == AREA_LOW && !low)
            continue;
        image[n] = malloc(areas[n].size);
        for (uint32_t at = 0; at < areas[n].size; at += 4) {
            uint32_t value = make_random();

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

static void place_code(const struct testcase *tc)
{
    uint32_t from = tc->in.eip - 16;

    memset(native_memory(from), 0xcc, CODE_MARGIN + 64);
    memcpy(native_memory(tc->in.eip), tc->code, tc->length);
    memcpy(guest_memory(from), native_memory(from), CODE_MARGIN + 64);
    guest_code_changed(from, CODE_MARGIN + 64);
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

static bool same(const struct outcome *a, const struct outcome *b, uint32_t flags)
{
    return memcmp(a->regs.gpr, b->regs.gpr, sizeof(a->regs.gpr)) == 0 &&
           a->regs.eip == b->regs.eip && !((a->regs.eflags ^ b->regs.eflags) & flags) &&
           a->vector == b->vector && a->error == b->error && a->cr2 == b->cr2;
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

static void print_difference(const struct testcase *tc, const struct outcome *native,
                             const struct outcome *guest)
{
    struct outcome before = {.regs = tc->in, .vector = NO_VECTOR};
    struct insn i;
    char text[80] = "(undefined)";
    uint32_t at = memory_differs();

    if (x86_decode(tc->code, tc->length, true, &i) > 0)
        x86_print(&i, tc->in.eip, text, sizeof(text));
    printf("%s:", text);
    for (unsigned n = 0; n < tc->length; n++)
        printf(" %02x", tc->code[n]);
    printf("\n");
    print_outcome("before", &before);
    print_outcome("native", native);
    print_outcome("gear 1", guest);
    if (at)
        printf("  memory at %08x: native %02x, gear 1 %02x\n", at, *native_memory(at),
               *guest_memory(at));
}

/* One case; returns false if it differs. */
static bool run_case(const struct testcase *tc, bool undefined, bool show)
{
    struct outcome native, guest;
    uint32_t flags = undefined ? FLAGS_SEEN : FLAGS_SEEN & ~tc->undef;

    place_code(tc);
    native_run(&tc->in, &native);
    guest_run(&tc->in, &guest);
    if (same(&native, &guest, flags) && !memory_differs())
        return true;
    if (show)
        print_difference(tc, &native, &guest);
    return false;
}

/* System state, ports and what a process must not do are for other tests. */
static bool runs_in_user_mode(unsigned op)
{
    if (op == OP_pushf || op == OP_popf || op == OP_cld || op == OP_std)
        return true;
    return !(x86_ops[op].props & (P_SYSTEM | P_IO | P_FAR));
}

static bool wanted(unsigned op, char **names, int count)
{
    for (int n = 0; n < count; n++)
        if (strcmp(names[n], x86_ops[op].mnemonic) == 0)
            return true;
    return count == 0;
}

static unsigned run_op(unsigned op, unsigned cases, uint64_t seed, bool undefined, unsigned *run)
{
    unsigned bad = 0;
    struct testcase tc;

    *run = 0;
    for (unsigned f = 0; f < form_count; f++) {
        if (forms[f].op != op)
            continue;
        make_seed(seed * 1000003 + f);
        for (unsigned n = 0; n < cases; n++) {
            reset_memory();
            if (!make_case(&forms[f], low, &tc))
                continue;
            ++*run;
            bad += !run_case(&tc, undefined, bad < SHOWN);
        }
    }
    return bad;
}

int main(int argc, char **argv)
{
    unsigned cases = 20, total = 0, wrong = 0, run;
    uint64_t seed = 1;
    bool undefined = false;
    int n = 1;

    for (; n < argc && argv[n][0] == '-'; n++) {
        if (strcmp(argv[n], "-u") == 0)
            undefined = true;
        else if (strcmp(argv[n], "-n") == 0 && n + 1 < argc)
            cases = (unsigned)strtoul(argv[++n], NULL, 0);
        else if (strcmp(argv[n], "-s") == 0 && n + 1 < argc)
            seed = strtoull(argv[++n], NULL, 0);
        else
            return fprintf(stderr, "usage: x86-diff [-n cases] [-s seed] [-u] [mnemonic...]\n"), 2;
    }
    low = native_init();
    guest_init();
    make_seed(seed);
    fill_memory();
    for (unsigned op = 1; op < OP_COUNT; op++) {
        if (!runs_in_user_mode(op) || !wanted(op, argv + n, argc - n))
            continue;
        unsigned bad = run_op(op, cases, seed, undefined, &run);

        printf("%-10s %u cases, %u differ\n", x86_ops[op].mnemonic, run, bad);
        total += run;
        wrong += bad;
    }
    printf("x86-diff: %u cases, %u differ%s\n", total, wrong,
           low ? "" : " (no 16-bit addressing on this host)");
    return wrong != 0;
}
