/*
 * coverage.c - which test meets which opcode of insns.def.
 *
 *     x86-coverage run BIOS       runs a guest program without the chip; prints the opcodes that it
 *                                 executed, a line `map opcode reg` each
 *     x86-coverage page FILE...   from such lists, the page with every opcode of the table and its
 *                                 tests; exit status 1 if one has none
 *
 * What a process may run x86-diff has in every encoding (make_runs). For the rest the decoder's
 * calls are listened to: the linker puts __wrap_x86_decode before it.
 */
#include <stdlib.h>
#include <string.h>

#include "cms.h"
#include "diff.h"
#include "host/host.h"

#define GUEST_SIZE (64u << 20)
#define LIMIT 3000000 /* instructions: longer than any of the programs runs */
#define MAPS 7
#define PREFIXES "\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0\xf2\xf3"

static const struct row {
    uint8_t map, first, last, ext0, ext1;
    uint16_t op;
    const char *operands[3];
} rows[] = {
#define ENC(map, first, last, ext0, ext1, name, a, b, c) \
    {map, 0x##first, 0x##last, ext0, ext1, OP_##name, {#a, #b, #c}},
#include "x86/insns.def"
};

static bool seen[MAPS][256][8];

int __real_x86_decode(const uint8_t *bytes, unsigned avail, bool code32, struct insn *insn);
int __wrap_x86_decode(const uint8_t *bytes, unsigned avail, bool code32, struct insn *insn);
int __wrap_x86_decode(const uint8_t *bytes, unsigned avail, bool code32, struct insn *insn)
{
    int length = __real_x86_decode(bytes, avail, code32, insn);
    unsigned at = 0;

    if (length <= 0)
        return length;
    while (strchr(PREFIXES, bytes[at]))
        at++;
    if (bytes[at] >> 3 != 0xd8 >> 3)
        seen[bytes[at] == 0x0f][insn->opcode][insn->has_modrm ? insn->reg : 0] = true;
    else if (insn->is_mem)
        seen[MAP_ESCAPE_MEMORY - 1][insn->opcode][insn->reg] = true;
    else
        seen[MAP_ESCAPE - 1][bytes[at + 1]][insn->opcode & 7] = true;
    return length;
}

static void print_seen(void)
{
    for (unsigned n = 0; n < sizeof(seen); n++)
        if ((&seen[0][0][0])[n])
            printf("%u %02x %u\n", n / 2048 + 1, n / 8 % 256, n % 8);
    fflush(stdout);
}

static int run(const char *bios)
{
    static const char *const option[] = {"cms.gear=1", NULL};
    const char *blob[] = {"bios", bios, NULL};
    struct host_files files = {.blob = blob, .option = option};

    atexit(print_seen);
    host_memory(GUEST_SIZE);
    host_port(&files);
    host_limit(LIMIT);
    runtime_init();
    monitor_init();
    monitor_reset();
    gear1_init();
    gear1_reset();
    cms_run();
}

/* The name of a test program's list, without directory and ending. */
static void print_name(const char *path)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

    printf(" %.*s", (int)strcspn(name, "."), name);
}

static bool print_row(const struct row *row, unsigned opcode, char **lists,
                      bool (*has)[MAPS][256][8], int count)
{
    static const char *const prefix[] = {
        [MAP_ONE] = "", [MAP_0F] = "0f ", [MAP_ESCAPE_MEMORY] = "",
        [MAP_66] = "66 0f ", [MAP_F3] = "f3 0f ", [MAP_F2] = "f2 0f ",
    };
    unsigned tests = 0;

    if (row->map == MAP_ESCAPE)
        printf("| %02x %02x", 0xd8 | row->ext0, opcode);
    else
        printf("| %s%02x", prefix[row->map], opcode);
    if (row->map != MAP_ESCAPE && (row->ext0 != 0 || row->ext1 != 7))
        printf(" /%u", row->ext0);
    printf(" | %s", x86_ops[row->op].mnemonic);
    for (unsigned n = 0; n < 3 && strcmp(row->operands[n], "__") != 0; n++)
        printf("%s %s", n ? "," : "", row->operands[n]);
    printf(" |");
    if (make_runs(row->op))
        tests += (unsigned)printf(" x86-diff") > 0;
    for (int n = 0; n < count && !make_runs(row->op); n++) {
        bool met = false;

        for (unsigned ext = row->ext0; ext <= row->ext1; ext++)
            met |= has[n][row->map - 1][opcode][ext];
        if (met) {
            print_name(lists[n]);
            tests++;
        }
    }
    printf("%s |\n", tests ? "" : " **none**");
    return tests;
}

static int page(char **lists, int count)
{
    bool(*has)[MAPS][256][8] = calloc((size_t)count, sizeof(seen));
    unsigned opcodes = 0, untested = 0;

    for (int n = 0; n < count; n++) {
        unsigned map, opcode, ext;
        FILE *f = fopen(lists[n], "r");

        if (!f)
            return perror(lists[n]), 2;
        while (fscanf(f, "%u %x %u\n", &map, &opcode, &ext) == 3)
            has[n][(map - 1) % MAPS][opcode & 255][ext & 7] = true;
        fclose(f);
    }
    printf("# Every opcode of the instruction table, and what tests it\n\n"
           "Generated from `cms/x86/insns.def`, whose comment explains the operands. `x86-diff` "
           "compares with the host's\n"
           "processor; other names are programs of `tests/sys/guest/`.\n\n"
           "| opcode | instruction | tests |\n| --- | --- | --- |\n");
    for (unsigned r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
        for (unsigned opcode = rows[r].first; opcode <= rows[r].last; opcode++) {
            opcodes++;
            untested += !print_row(&rows[r], opcode, lists, has, count);
        }
    printf("\n%u opcodes, %u without a test.\n", opcodes, untested);
    free(has);
    return untested != 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "run") == 0)
        return run(argv[2]);
    if (argc > 2 && strcmp(argv[1], "page") == 0)
        return page(argv + 2, argc - 2);
    fprintf(stderr, "usage: x86-coverage run BIOS | page LIST...\n");
    return 2;
}
