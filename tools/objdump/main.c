/*
 * vliw-objdump - disassembler. What kind of file it gets it sees from the first bytes: ELF,
 * firmware image, boot ROM; anything else must be declared flat with -b binary.
 */
#include <elf.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <lz4.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidden-mem/image.h"
#include "hidden-mem/map.h"
#include "tools/elf/elf_read.h"
#include "tools/objdump/objdump.h"

#define MAX_FILE (512u << 20)

struct file {
    uint8_t *bytes;
    size_t size;
};

static void usage(FILE *f)
{
    fprintf(f, "usage: vliw-objdump [-w] [-b binary] [-a ADDRESS] [--start ADDRESS] [--stop "
               "ADDRESS] FILE\n"
               "  -w                   show the words, too\n"
               "  -b binary            a flat file of bundles\n"
               "  -a ADDRESS           where the flat file's first byte stands (default 0)\n"
               "  --start, --stop      only from and up to these addresses\n");
}

static const char *read_file(const char *path, struct file *file)
{
    FILE *f = fopen(path, "rb");
    const char *error = NULL;
    size_t room = 1u << 20;

    *file = (struct file){0};
    if (!f)
        return strerror(errno);
    for (;;) {
        uint8_t *grown = room <= MAX_FILE ? realloc(file->bytes, room) : NULL;

        if (!grown) {
            error = room <= MAX_FILE ? "out of memory" : "file is too big";
            break;
        }
        file->bytes = grown;
        file->size += fread(file->bytes + file->size, 1, room - file->size, f);
        if (file->size < room)
            break;
        room *= 2;
    }
    if (!error && ferror(f))
        error = "can't be read";
    fclose(f);
    return error;
}

/* ---------------------------------------------------------------- kinds of files */

static const char *elf_names(const struct elf_file *elf, struct symbols *s)
{
    for (unsigned i = 1; i < elf->symbols; i++) {
        struct elf_symbol sym = elf_symbol(elf, i);
        int mark = 0;

        if (sym.section == SHN_UNDEF || sym.section == SHN_ABS || sym.type == STT_FILE ||
            sym.type == STT_SECTION || !*sym.name)
            continue;
        if (sym.name[0] == '$' && (sym.name[1] == 'x' || sym.name[1] == 'd') && !sym.name[2])
            mark = sym.name[1];
        if (!symbols_add(s, sym.value, sym.name, mark))
            return "out of memory";
    }
    symbols_sort(s);
    return NULL;
}

static const char *dump_elf(const char *path, const struct file *file, const struct options *o)
{
    struct symbols names = {0};
    struct elf_file elf;
    const char *error = elf_open(&elf, file->bytes, file->size);

    if (error)
        return error;
    if (elf.machine != EM_SELKIRK)
        return "ELF file of another machine";
    error = elf_names(&elf, &names);
    if (!error) {
        printf("%s: ELF, entry 0x%" PRIx64 "\n", path, elf.entry);
        for (unsigned i = 0; i < elf.segments; i++) {
            struct elf_segment s = elf_segment(&elf, i);
            struct region r = {s.addr, s.filesz, s.bytes};

            if (s.type == PT_LOAD && (s.flags & PF_X))
                listing_region(&r, &names, o);
        }
    }
    free(names.names);
    return error;
}

/* A segment of an image, unpacked if it is packed. False: its bytes are no good. */
static bool dump_segment(const struct image_segment *s, const uint8_t *bytes,
                         const struct options *o)
{
    struct symbols none = {0};
    struct region r = {s->addr, s->packed, bytes};
    char *whole = NULL;

    if (s->packed != s->filesz) {
        whole = s->filesz <= HIDDEN_MAX ? malloc(s->filesz + 1) : NULL;
        if (!whole || LZ4_decompress_safe((const char *)bytes, whole, (int)s->packed,
                                          (int)s->filesz) != (int)s->filesz) {
            free(whole);
            return false;
        }
        r = (struct region){s->addr, s->filesz, (const uint8_t *)whole};
    }
    listing_region(&r, &none, o);
    free(whole);
    return true;
}

static const char *dump_image(const char *path, const struct file *file, const struct options *o)
{
    struct image_header h;

    if (file->size < sizeof(h))
        return "truncated firmware image";
    memcpy(&h, file->bytes, sizeof(h));
    if (h.segments > IMAGE_SEGMENTS)
        return "firmware image with too many segments";
    for (unsigned i = 0; i < h.segments; i++) {
        if (h.segment[i].offset > file->size ||
            h.segment[i].packed > file->size - h.segment[i].offset)
            return "firmware image with a segment outside the file";
    }
    printf("%s: firmware image, entry 0x%" PRIx64 ", ISA_ID %016" PRIx64 "\n", path, h.entry,
           h.isa_id);
    for (unsigned i = 0; i < h.segments; i++) {
        if (!dump_segment(&h.segment[i], file->bytes + h.segment[i].offset, o))
            return "firmware image with a segment that can't be unpacked";
    }
    return NULL;
}

static const char *dump_rom(const char *path, const struct file *file, const struct options *o)
{
    struct symbols none = {0};
    struct rom_header h;
    struct region r = {ROM_BASE + sizeof(h), 0, file->bytes + sizeof(h)};

    if (file->size < sizeof(h))
        return "truncated boot ROM";
    memcpy(&h, file->bytes, sizeof(h));
    r.size = file->size - sizeof(h);
    printf("%s: boot ROM, ISA_ID %016" PRIx64 "\n", path, h.isa_id);
    listing_region(&r, &none, o);
    return NULL;
}

static const char *dump(const char *path, const struct file *file, bool flat, uint64_t addr,
                        const struct options *o)
{
    struct symbols none = {0};
    struct region r = {addr, file->size, file->bytes};
    uint32_t magic = 0;

    if (flat) {
        listing_region(&r, &none, o);
        return NULL;
    }
    if (file->size >= sizeof(magic))
        memcpy(&magic, file->bytes, sizeof(magic));
    if (file->size >= SELFMAG && memcmp(file->bytes, ELFMAG, SELFMAG) == 0)
        return dump_elf(path, file, o);
    if (magic == IMAGE_MAGIC)
        return dump_image(path, file, o);
    if (magic == ROM_MAGIC)
        return dump_rom(path, file, o);
    return "neither ELF nor firmware image nor boot ROM (flat files need -b binary)";
}

/* ---------------------------------------------------------------- command line */

static bool address(const char *text, uint64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 0);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"start", required_argument, NULL, 's'},
        {"stop", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.stop = UINT64_MAX};
    struct file file;
    const char *error;
    uint64_t addr = 0;
    bool flat = false;
    int c;

    while ((c = getopt_long(argc, argv, "wb:a:h", long_options, NULL)) != -1) {
        bool good = true;

        if (c == 'w')
            o.words = true;
        else if (c == 'b')
            good = flat = !strcmp(optarg, "binary");
        else if (c == 'a' || c == 's' || c == 't')
            good = address(optarg, c == 'a' ? &addr : c == 's' ? &o.start : &o.stop);
        else if (c == 'h')
            return usage(stdout), 0;
        else
            return usage(stderr), 2;
        if (!good) {
            fprintf(stderr, "vliw-objdump: can't use `%s`\n", optarg);
            return 2;
        }
    }
    if (optind + 1 != argc)
        return usage(stderr), 2;
    error = read_file(argv[optind], &file);
    if (!error)
        error = dump(argv[optind], &file, flat, addr, &o);
    if (error)
        fprintf(stderr, "vliw-objdump: %s: %s\n", argv[optind], error);
    free(file.bytes);
    if (fflush(stdout) != 0) {
        fprintf(stderr, "vliw-objdump: output can't be written\n");
        return 1;
    }
    return error ? 1 : 0;
}
