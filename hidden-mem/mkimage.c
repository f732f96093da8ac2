/*
 * mkimage.c - vliw-mkimage: the ELF file that vliw-ld wrote becomes the image that lies in flash.
 *
 *     vliw-mkimage in.elf -o out.img [--hidden MiB] [--pack none|fast|best] [--recovery other.elf]
 *
 * Every loadable segment becomes an entry of the header's table (image.h), packed with LZ4 if that
 * is shorter: `fast` takes what is cheap to unpack, `best` what is shortest. A recovery image goes
 * into the second slot of flash. What the boot ROM will check is checked here first, so that a
 * firmware that can't boot isn't built. Ends with 1 and one line if the input is no good, with 2 if
 * the command line isn't.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <lz4.h>
#include <lz4hc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidden-mem/image.h"
#include "hidden-mem/lz4_thin.h"
#include "hidden-mem/map.h"
#include "hidden-mem/offsets.h"
#include "hidden-mem/sum.h"
#include "isa.h"
#include "tools/elf/elf_read.h"

#define MIB (1u << 20)
#define ALIGN 8u /* of everything in an image */

/* A match costs the boot ROM what flash costs for some sixteen bytes: short ones don't pay. */
#define FAST_LEAST 20

enum pack { PACK_NONE, PACK_FAST, PACK_BEST, PACKS };

static const char *const pack_name[PACKS] = {"none", "fast", "best"};

static void refuse(const char *name, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

static void refuse(const char *name, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "vliw-mkimage: %s: ", name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static void usage(void)
{
    fprintf(stderr, "usage: vliw-mkimage in.elf -o out.img [--hidden MiB] [--pack none|fast|best] "
                    "[--recovery other.elf]\n");
    exit(2);
}

static uint64_t round_up(uint64_t n)
{
    return (n + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
}

static void file_write(const char *name, const void *data, size_t size)
{
    FILE *out = fopen(name, "wb");

    if (!out)
        refuse(name, "%s", strerror(errno));
    if (fwrite(data, 1, size, out) != size || fclose(out)) {
        int error = errno;

        remove(name);
        refuse(name, "%s", strerror(error));
    }
}

/* Packs `size` bytes; `work` has room for as many. Returns how many they became, 0 if not fewer. */
static size_t pack_bytes(enum pack how, const char *bytes, char *work, char *out, size_t size)
{
    int best;

    if (how == PACK_NONE || size <= 1)
        return 0;
    best = LZ4_compress_HC(bytes, work, (int)size, (int)size - 1, LZ4HC_CLEVEL_MAX);
    if (best <= 0)
        return 0;
    return lz4_thin((const uint8_t *)work, (size_t)best, (const uint8_t *)bytes,
                    how == PACK_FAST ? FAST_LEAST : 0, (uint8_t *)out, size - 1);
}

/* Puts the bytes of `p`, `filesz` of them in memory, at `out`. Returns how many that took. */
static uint64_t segment_pack(const char *name, const struct elf_segment *p, uint64_t filesz,
                             enum pack how, uint8_t *out, uint64_t space)
{
    char *plain = calloc(3, filesz + 1), *packed = plain + filesz + 1, *work = packed + filesz + 1;
    uint64_t size = filesz;
    size_t less;

    if (!plain)
        refuse(name, "out of memory");
    if (p->filesz)
        memcpy(plain, p->bytes, p->filesz);
    less = pack_bytes(how, plain, work, packed, filesz);
    if (less)
        size = less;
    if (round_up(size) > space)
        refuse(name, "the image is larger than its slot of flash, %lu bytes", FLASH_SLOT);
    memcpy(out, less ? packed : plain, size);
    free(plain);
    return size;
}

/*
 * Appends segment `p` to the image, whose first *size bytes are in use. `end` is where the segment
 * before it ended and `limit` where the stack begins, both native addresses. Returns where this one
 * ends.
 */
static uint64_t segment_add(const char *name, const struct elf_segment *p, enum pack how,
                            struct image_header *h, uint8_t *image, size_t *size, uint64_t end,
                            uint64_t limit)
{
    struct image_segment *s = &h->segment[h->segments];

    if (p->addr < HIDDEN_BASE || p->addr > limit || p->memsz > limit - p->addr)
        refuse(name, "segment at 0x%" PRIx64 ", 0x%" PRIx64 " bytes, lies outside hidden memory "
               "(0x%lx to 0x%" PRIx64 ")", p->addr, p->memsz, HIDDEN_BASE, limit);
    if (p->addr < end || p->addr % ALIGN)
        refuse(name, "segment at 0x%" PRIx64 " overlaps another or is not aligned to %u bytes",
               p->addr, ALIGN);
    if (h->segments == IMAGE_SEGMENTS)
        refuse(name, "more than %u loadable segments", IMAGE_SEGMENTS);
    *s = (struct image_segment){
        .addr = p->addr,
        .offset = *size,
        .filesz = round_up(p->filesz),
        .memsz = round_up(p->memsz),
    };
    s->packed = segment_pack(name, p, s->filesz, how, image + *size, FLASH_SLOT - *size);
    *size += round_up(s->packed);
    h->segments++;
    return s->addr + s->memsz;
}

/* The image of `elf` at `image`, a whole slot of zeros. Returns how much of it is used. */
static size_t image_build(const char *name, const struct elf_file *elf, uint64_t hidden,
                          enum pack how, uint8_t *image)
{
    struct image_header h = {
        .magic = IMAGE_MAGIC,
        .version = IMAGE_VERSION,
        .isa_id = ISA_ID,
        .entry = elf->entry,
        .hidden_size = hidden,
    };
    uint64_t end = HIDDEN_BASE;
    size_t size = sizeof(h);

    if (elf->machine != EM_SELKIRK)
        refuse(name, "made for machine %u, expected %u (Selkirk)", elf->machine, EM_SELKIRK);
    if (elf->type != ET_EXEC)
        refuse(name, "not an executable");
    for (unsigned i = 0; i < elf->segments; i++) {
        struct elf_segment p = elf_segment(elf, i);

        if (p.type == PT_LOAD && p.memsz)
            end = segment_add(name, &p, how, &h, image, &size, end,
                              HIDDEN_BASE + hidden - STACK_SIZE);
    }
    if (!h.segments)
        refuse(name, "nothing to load");
    if (h.entry < HIDDEN_BASE || h.entry >= end || h.entry % 4)
        refuse(name, "entry point 0x%" PRIx64 " lies outside its segments", h.entry);
    h.size = (uint32_t)size;
    h.body_sum = image_sum_of(image + sizeof(h), size - sizeof(h));
    h.header_sum = image_sum_of(&h, sizeof(h));
    memcpy(image, &h, sizeof(h));
    return size;
}

static size_t image_read(const char *name, uint64_t hidden, enum pack how, uint8_t *image)
{
    struct elf_file elf;
    const char *error = elf_open_file(&elf, name);
    size_t size;

    if (error)
        refuse(name, "%s", error);
    size = image_build(name, &elf, hidden, how, image);
    elf_close(&elf);
    return size;
}

static uint64_t hidden_parse(const char *text)
{
    char *rest;
    unsigned long mib = strtoul(text, &rest, 0);

    if (*rest || rest == text || !mib || mib > HIDDEN_MAX / MIB)
        refuse("--hidden", "`%s` is not a number of MiB from 1 to %lu", text, HIDDEN_MAX / MIB);
    return (uint64_t)mib * MIB;
}

static enum pack pack_parse(const char *text)
{
    for (unsigned i = 0; i < PACKS; i++) {
        if (!strcmp(text, pack_name[i]))
            return (enum pack)i;
    }
    refuse("--pack", "`%s` is not none, fast or best", text);
}

int main(int argc, char **argv)
{
    const char *in = NULL, *out = NULL, *recovery = NULL;
    uint64_t hidden = HIDDEN_DEFAULT;
    enum pack how = PACK_FAST;
    uint8_t *flash;
    size_t size;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-o") && i + 1 < argc)
            out = argv[++i];
        else if (!strcmp(argv[i], "--hidden") && i + 1 < argc)
            hidden = hidden_parse(argv[++i]);
        else if (!strcmp(argv[i], "--pack") && i + 1 < argc)
            how = pack_parse(argv[++i]);
        else if (!strcmp(argv[i], "--recovery") && i + 1 < argc)
            recovery = argv[++i];
        else if (argv[i][0] != '-' && !in)
            in = argv[i];
        else
            usage();
    }
    if (!in || !out)
        usage();
    flash = calloc(1, FLASH_MAX);
    if (!flash)
        refuse(in, "out of memory");
    size = image_read(in, hidden, how, flash);
    if (recovery)
        size = FLASH_SLOT + image_read(recovery, hidden, how, flash + FLASH_SLOT);
    file_write(out, flash, size);
    free(flash);
    return 0;
}
