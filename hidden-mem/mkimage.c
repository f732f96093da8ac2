/*
 * mkimage.c - vliw-mkimage: the ELF file that vliw-ld wrote becomes the image that lies in flash.
 *
 *     vliw-mkimage in.elf -o out.img [--hidden MiB] [--pack none|fast|best] [--demand]
 *         [--recovery other.elf]
 *
 * Every loadable segment becomes an entry of the header's table (image.h), packed with LZ4 if that
 * is shorter: `fast` takes what is cheap to unpack, `best` what is shortest. With --demand code is
 * cut into pieces, which are loaded when they are wanted. A recovery image goes into the second
 * slot of flash. What the boot ROM will check is checked here first, so that a firmware that can't
 * boot isn't built. Ends with 1 and one line if the input is no good, with 2 if the command line
 * isn't.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <lz4.h>
#include <lz4hc.h>
#include <stdarg.h>
#include <stdbool.h>
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

enum pack { PACK_NONE, PACK_FAST, PACK_BEST, PACKS }; /* the first is the default */

static const char *const pack_name[PACKS] = {"none", "fast", "best"};

/* What the command line says. */
struct choice {
    uint64_t hidden; /* bytes */
    enum pack pack;
    bool demand; /* code is loaded on demand */
};

/* An image that is being made of an ELF file. */
struct maker {
    const char *name; /* of the file, for messages */
    uint8_t *image;   /* a whole slot of zeros */
    size_t size;      /* of what is used of it */
    struct image_header h;
    uint64_t end;   /* where the last segment ends, native address */
    uint64_t limit; /* where the stack begins */
    struct choice choice;
};

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

static void __attribute__((noreturn)) usage(FILE *to)
{
    fprintf(to,
            "usage: vliw-mkimage in.elf -o out.img [--hidden MiB] [--pack none|fast|best] "
            "[--demand] [--recovery other.elf]\n"
            "  -o FILE           the image\n"
            "  --hidden MiB      so much DRAM becomes hidden memory (32)\n"
            "  --pack HOW        how segments are packed: none, fast to unpack (default), best\n"
            "  --demand          code is loaded piece by piece when it is executed\n"
            "  --recovery ELF    what the boot ROM starts if the first image is no good\n");
    exit(to == stdout ? 0 : 2);
}

/* `to`: a power of two. */
static uint64_t round_up(uint64_t n, uint64_t to)
{
    return (n + to - 1) & ~(to - 1);
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

/* Room for `size` bytes more at the end of the image, from a multiple of `align` on. */
static uint8_t *image_grow(struct maker *m, uint64_t size, uint64_t align)
{
    uint64_t at = round_up(m->size, align);

    if (size > FLASH_SLOT || at > FLASH_SLOT - size)
        refuse(m->name, "the image is larger than its slot of flash, %lu bytes", FLASH_SLOT);
    m->size = at + size;
    return m->image + at;
}

/* Appends the bytes of `p`, `filesz` of them in memory. Returns how many that takes. */
static uint64_t segment_pack(struct maker *m, const struct elf_segment *p, uint64_t filesz)
{
    char *plain = calloc(3, filesz + 1), *packed = plain + filesz + 1, *work = packed + filesz + 1;
    uint64_t size = filesz;
    size_t less;
    uint8_t *out;

    if (!plain)
        refuse(m->name, "out of memory");
    if (p->filesz)
        memcpy(plain, p->bytes, p->filesz);
    less = pack_bytes(m->choice.pack, plain, work, packed, filesz);
    if (less)
        size = less;
    out = image_grow(m, round_up(size, ALIGN), ALIGN);
    memcpy(out, less ? packed : plain, size);
    image_sum_add(&m->h.body_sum, out, round_up(size, ALIGN));
    free(plain);
    return size;
}

/* Loaded at the start. */
static void segment_whole(struct maker *m, const struct elf_segment *p, struct image_segment *s)
{
    s->filesz = round_up(p->filesz, ALIGN);
    s->offset = m->size;
    s->packed = segment_pack(m, p, s->filesz);
}

/* Loaded on demand: its pieces, then their checksums. */
static void segment_pieces(struct maker *m, const struct elf_segment *p, struct image_segment *s)
{
    uint64_t pieces = s->memsz / IMAGE_PIECE;
    uint8_t *bytes, *sums;

    if (p->addr % IMAGE_LINE || pieces > IMAGE_PIECES_MAX)
        refuse(m->name, "segment at 0x%" PRIx64 ", %" PRIu64 " pieces, can't be loaded on demand: "
               "it is not aligned to %u bytes or has more than %u", p->addr, pieces, IMAGE_LINE,
               IMAGE_PIECES_MAX);
    bytes = image_grow(m, s->memsz, IMAGE_LINE);
    memcpy(bytes, p->bytes, p->filesz);
    sums = image_grow(m, pieces * sizeof(struct image_sum), ALIGN);
    for (uint64_t i = 0; i < pieces; i++) {
        struct image_sum sum = image_sum_of(bytes + i * IMAGE_PIECE, IMAGE_PIECE);

        memcpy(sums + i * sizeof(sum), &sum, sizeof(sum));
    }
    s->filesz = s->packed = s->memsz;
    s->offset = (uint64_t)(bytes - m->image);
    s->sums = (uint64_t)(sums - m->image);
}

/* Appends segment `p` to the image. */
static void segment_add(struct maker *m, const struct elf_segment *p)
{
    struct image_segment *s = &m->h.segment[m->h.segments];
    bool pieces = m->choice.demand && (p->flags & PF_X);
    uint64_t memsz = round_up(p->memsz, pieces ? IMAGE_PIECE : ALIGN);

    if (p->addr < HIDDEN_BASE || p->addr > m->limit || p->memsz > m->limit - p->addr ||
        memsz > m->limit - p->addr)
        refuse(m->name, "segment at 0x%" PRIx64 ", 0x%" PRIx64 " bytes, lies outside hidden memory "
               "(0x%lx to 0x%" PRIx64 ")", p->addr, p->memsz, HIDDEN_BASE, m->limit);
    if (p->addr < m->end || p->addr % ALIGN)
        refuse(m->name, "segment at 0x%" PRIx64 " overlaps another or is not aligned to %u bytes",
               p->addr, ALIGN);
    if (m->h.segments == IMAGE_SEGMENTS)
        refuse(m->name, "more than %u loadable segments", IMAGE_SEGMENTS);
    s->addr = p->addr;
    s->memsz = memsz;
    if (pieces)
        segment_pieces(m, p, s);
    else
        segment_whole(m, p, s);
    m->choice.demand &= !pieces; /* the ROM has room for one */
    m->end = s->addr + s->memsz;
    m->h.segments++;
}

static void image_build(struct maker *m, const struct elf_file *elf)
{
    struct image_header *h = &m->h;

    if (elf->machine != EM_SELKIRK)
        refuse(m->name, "made for machine %u, expected %u (Selkirk)", elf->machine, EM_SELKIRK);
    if (elf->type != ET_EXEC)
        refuse(m->name, "not an executable");
    for (unsigned i = 0; i < elf->segments; i++) {
        struct elf_segment p = elf_segment(elf, i);

        if (p.type == PT_LOAD && p.memsz)
            segment_add(m, &p);
    }
    if (!h->segments)
        refuse(m->name, "nothing to load");
    if (h->entry < HIDDEN_BASE || h->entry >= m->end || h->entry % 4)
        refuse(m->name, "entry point 0x%" PRIx64 " lies outside its segments", h->entry);
    h->size = (uint32_t)m->size;
    h->header_sum = image_sum_of(h, sizeof(*h));
    memcpy(m->image, h, sizeof(*h));
}

/* The image of an ELF file at `image`, a whole slot of zeros. Returns how much of it is used. */
static size_t image_read(const char *name, const struct choice *choice, uint8_t *image)
{
    struct elf_file elf;
    const char *error = elf_open_file(&elf, name);

    if (error)
        refuse(name, "%s", error);
    struct maker m = {
        .name = name,
        .image = image,
        .size = sizeof(m.h),
        .h = {.magic = IMAGE_MAGIC,
              .version = IMAGE_VERSION,
              .isa_id = ISA_ID,
              .entry = elf.entry,
              .hidden_size = choice->hidden,
              .body_sum = IMAGE_SUM_START},
        .end = HIDDEN_BASE,
        .limit = HIDDEN_BASE + choice->hidden - STACK_SIZE,
        .choice = *choice,
    };
    image_build(&m, &elf);
    elf_close(&elf);
    return m.size;
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
    struct choice choice = {.hidden = HIDDEN_DEFAULT};
    uint8_t *flash;
    size_t size;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-o") && i + 1 < argc)
            out = argv[++i];
        else if (!strcmp(argv[i], "--hidden") && i + 1 < argc)
            choice.hidden = hidden_parse(argv[++i]);
        else if (!strcmp(argv[i], "--pack") && i + 1 < argc)
            choice.pack = pack_parse(argv[++i]);
        else if (!strcmp(argv[i], "--demand"))
            choice.demand = true;
        else if (!strcmp(argv[i], "--recovery") && i + 1 < argc)
            recovery = argv[++i];
        else if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            usage(stdout);
        else if (argv[i][0] != '-' && !in)
            in = argv[i];
        else
            usage(stderr);
    }
    if (!in || !out)
        usage(stderr);
    flash = calloc(1, FLASH_MAX);
    if (!flash)
        refuse(in, "out of memory");
    size = image_read(in, &choice, flash);
    if (recovery)
        size = FLASH_SLOT + image_read(recovery, &choice, flash + FLASH_SLOT);
    file_write(out, flash, size);
    free(flash);
    return 0;
}
