/*
 * vliw-as - assembler for bundles. See as.h for its parts and README.md for its language.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidden-mem/image.h"
#include "hidden-mem/map.h"
#include "tools/as/as.h"

enum format { FORMAT_ELF, FORMAT_BIN, FORMAT_ROM };

struct block {
    struct block *next;
    max_align_t bytes[];
};

static void usage(FILE *f)
{
    fprintf(f, "usage: vliw-as [-f elf|bin] [--rom] [-D NAME=VALUE]... -o OUTPUT SOURCE\n"
               "  -o OUTPUT      file to write\n"
               "  -f elf|bin     ELF with segments and symbols (default), or the bytes alone\n"
               "  --rom          boot ROM: header in front, code begins after it in the ROM\n"
               "  -D NAME=VALUE  define a symbol\n");
}

void as_error(struct as *as, struct place place, const char *fmt, ...)
{
    va_list args;

    if (as->errors++ >= AS_MAX_ERRORS)
        return;
    if (place.line)
        fprintf(stderr, "%s:%u: ", place.file, place.line);
    else
        fprintf(stderr, "%s: ", place.file);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    if (as->errors == AS_MAX_ERRORS)
        fprintf(stderr, "%s: too many mistakes, the rest is not shown\n", place.file);
}

void *as_alloc(struct as *as, size_t size)
{
    struct block *block = calloc(1, sizeof(*block) + size);

    if (!block) {
        fprintf(stderr, "vliw-as: out of memory\n");
        exit(1);
    }
    block->next = as->blocks;
    as->blocks = block;
    return block->bytes;
}

static void as_free(struct as *as)
{
    while (as->blocks) {
        struct block *next = as->blocks->next;

        free(as->blocks);
        as->blocks = next;
    }
    free(as->items);
    free(as->chunks);
}

static bool define(struct as *as, const char *text)
{
    struct text rest = {text, strlen(text)}, name;

    if (!symbol_name(&rest, &name) || rest.length < 2 || rest.start[0] != '=')
        return false;
    as->place = (struct place){"-D", 0};
    symbol_define(as, name, SYMBOL_VALUE, 0, (struct text){rest.start + 1, rest.length - 1});
    return true;
}

static bool write_output(struct as *as, enum format format, const char *path)
{
    const char *error;

    if (format == FORMAT_ROM)
        error = output_rom(as, path);
    else if (format == FORMAT_BIN)
        error = output_flat(as, path);
    else
        error = output_elf(as, path);
    if (error)
        fprintf(stderr, "vliw-as: %s: %s\n", path, error);
    return !error;
}

static int assemble(struct as *as, const char *source, enum format format, const char *output)
{
    const char *why;

    as->base = format == FORMAT_ROM ? ROM_BASE + sizeof(struct rom_header) : HIDDEN_BASE;
    if (!source_read(as, source, &why)) {
        fprintf(stderr, "vliw-as: %s: %s\n", source, why);
        return 1;
    }
    statement_end(as);
    if (as->errors == 0)
        layout(as);
    if (as->errors == 0 && write_output(as, format, output))
        return 0;
    return 1;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"rom", no_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct as *as = calloc(1, sizeof(*as));
    enum format format = FORMAT_ELF;
    const char *output = NULL;
    int c, status = 2;

    if (!as) {
        fprintf(stderr, "vliw-as: out of memory\n");
        return 1;
    }
    while ((c = getopt_long(argc, argv, "o:f:D:h", options, NULL)) != -1) {
        if (c == 'o') {
            output = optarg;
        } else if (c == 'r') {
            format = FORMAT_ROM;
        } else if (c == 'f' && (!strcmp(optarg, "elf") || !strcmp(optarg, "bin"))) {
            format = optarg[0] == 'e' ? FORMAT_ELF : FORMAT_BIN;
        } else if (c == 'D' && define(as, optarg)) {
            continue;
        } else if (c == 'h') {
            usage(stdout);
            as_free(as);
            free(as);
            return 0;
        } else {
            if (c == 'f' || c == 'D')
                fprintf(stderr, "vliw-as: -%c: can't use `%s`\n", c, optarg);
            usage(stderr);
            goto out;
        }
    }
    if (!output || optind + 1 != argc) {
        usage(stderr);
        goto out;
    }
    status = assemble(as, argv[optind], format, output);
out:
    as_free(as);
    free(as);
    return status;
}
