/*
 * mkimage.c - vliw-mkimage: the ELF file that vliw-ld wrote becomes the image that lies in flash.
 *
 *     vliw-mkimage in.elf -o out.img [--hidden MiB]
 *
 * Every loadable segment becomes an entry of the header's table (image.h). What the boot ROM will check is checked
 * here first, so that a firmware that can't boot isn't built. Ends with 1 and one line if the input is no good, with 2
 * if the command line isn't.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidden-mem/image.h"
#include "hidden-mem/map.h"
#include "hidden-mem/offsets.h"
#include "isa.h"

#define MIB (1u << 20)
#define ALIGN 8u /* of everything in an image */

struct file {
    const char *name;
    uint8_t *data;
    size_t size;
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

static void usage(void)
{
    fprintf(stderr, "usage: vliw-mkimage in.elf -o out.img [--hidden MiB]\n");
    exit(2);
}

static uint64_t round_up(uint64_t n)
{
    return (n + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
}

/* CRC-32 as image.h has it, one bit at a time: an image is small and is built once. */
static uint32_t crc32_of(const void *data, size_t size)
{
    const uint8_t *byte = data;
    uint32_t crc = ~0u;

    while (size--) {
        crc ^= *byte++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static struct file file_read(const char *name)
{
    struct file f = {.name = name};
    FILE *in = fopen(name, "rb");

    if (!in)
        refuse(name, "%s", strerror(errno));
    f.data = malloc(FLASH_MAX + 1);
    if (!f.data)
        refuse(name, "out of memory");
    f.size = fread(f.data, 1, FLASH_MAX + 1, in);
    if (ferror(in))
        refuse(name, "%s", strerror(errno));
    fclose(in);
    if (f.size > FLASH_MAX)
        refuse(name, "larger than flash, %lu bytes", FLASH_MAX);
    return f;
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

/* Does the file hold `size` bytes at `offset`? */
static bool file_has(const struct file *f, uint64_t offset, uint64_t size)
{
    return offset <= f->size && size <= f->size - offset;
}

static Elf64_Ehdr elf_header(const struct file *f)
{
    Elf64_Ehdr h;

    if (!file_has(f, 0, sizeof(h)) || memcmp(f->data, ELFMAG, SELFMAG) != 0)
        refuse(f->name, "not an ELF file");
    memcpy(&h, f->data, sizeof(h));
    if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB)
        refuse(f->name, "not a 64-bit little-endian ELF file");
    if (h.e_machine != EM_SELKIRK)
        refuse(f->name, "made for machine %u, expected %u (Selkirk)", h.e_machine, EM_SELKIRK);
    if (h.e_type != ET_EXEC)
        refuse(f->name, "not an executable");
    if (!h.e_phnum || h.e_phentsize != sizeof(Elf64_Phdr) ||
        !file_has(f, h.e_phoff, (uint64_t)h.e_phnum * sizeof(Elf64_Phdr)))
        refuse(f->name, "no usable program headers");
    return h;
}

/*
 * Appends segment `p` to the image, whose first *size bytes are in use. `end` is where the segment before it ended and
 * `limit` where the stack begins, both native addresses. Returns where this one ends.
 */
static uint64_t segment_add(const struct file *f, const Elf64_Phdr *p, struct image_header *h,
                            uint8_t *image, size_t *size, uint64_t end, uint64_t limit)
{
    struct image_segment *s = &h->segment[h->segments];

    if (p->p_filesz > p->p_memsz || !file_has(f, p->p_offset, p->p_filesz))
        refuse(f->name, "a segment's bytes lie outside the file");
    if (p->p_vaddr < HIDDEN_BASE || p->p_vaddr > limit || p->p_memsz > limit - p->p_vaddr)
        refuse(f->name, "segment at 0x%" PRIx64 ", 0x%" PRIx64 " bytes, lies outside hidden memory "
               "(0x%lx to 0x%" PRIx64 ")", p->p_vaddr, p->p_memsz, HIDDEN_BASE, limit);
    if (p->p_vaddr < end || p->p_vaddr % ALIGN)
        refuse(f->name, "segment at 0x%" PRIx64 " overlaps another or is not aligned to %u bytes",
               p->p_vaddr, ALIGN);
    if (h->segments == IMAGE_SEGMENTS)
        refuse(f->name, "more than %u loadable segments", IMAGE_SEGMENTS);
    *s = (struct image_segment){
        .addr = p->p_vaddr,
        .offset = *size,
        .filesz = round_up(p->p_filesz),
        .memsz = round_up(p->p_memsz),
    };
    if (s->filesz > FLASH_MAX - *size)
        refuse(f->name, "the image is larger than flash, %lu bytes", FLASH_MAX);
    memcpy(image + *size, f->data + p->p_offset, p->p_filesz);
    *size += s->filesz;
    h->segments++;
    return s->addr + s->memsz;
}

/* The whole image in a buffer of FLASH_MAX bytes; *size says how much of it is used. */
static uint8_t *image_build(const struct file *f, uint64_t hidden, size_t *size)
{
    Elf64_Ehdr elf = elf_header(f);
    struct image_header h = {
        .magic = IMAGE_MAGIC,
        .version = IMAGE_VERSION,
        .isa_id = ISA_ID,
        .entry = elf.e_entry,
        .hidden_size = hidden,
    };
    uint8_t *image = calloc(1, FLASH_MAX);
    uint64_t end = HIDDEN_BASE;

    if (!image)
        refuse(f->name, "out of memory");
    *size = sizeof(h);
    for (unsigned i = 0; i < elf.e_phnum; i++) {
        Elf64_Phdr p;

        memcpy(&p, f->data + elf.e_phoff + i * sizeof(p), sizeof(p));
        if (p.p_type == PT_LOAD && p.p_memsz)
            end = segment_add(f, &p, &h, image, size, end, HIDDEN_BASE + hidden - STACK_SIZE);
    }
    if (!h.segments)
        refuse(f->name, "nothing to load");
    if (h.entry < HIDDEN_BASE || h.entry >= end || h.entry % 4)
        refuse(f->name, "entry point 0x%" PRIx64 " lies outside its segments", h.entry);
    h.size = (uint32_t)*size;
    h.body_crc = crc32_of(image + sizeof(h), *size - sizeof(h));
    h.header_crc = crc32_of(&h, sizeof(h));
    memcpy(image, &h, sizeof(h));
    return image;
}

static uint64_t hidden_parse(const char *text)
{
    char *rest;
    unsigned long mib = strtoul(text, &rest, 0);

    if (*rest || rest == text || !mib || mib > HIDDEN_MAX / MIB)
        refuse("--hidden", "`%s` is not a number of MiB from 1 to %lu", text, HIDDEN_MAX / MIB);
    return (uint64_t)mib * MIB;
}

int main(int argc, char **argv)
{
    const char *in = NULL, *out = NULL;
    uint64_t hidden = HIDDEN_DEFAULT;
    struct file f;
    uint8_t *image;
    size_t size;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-o") && i + 1 < argc)
            out = argv[++i];
        else if (!strcmp(argv[i], "--hidden") && i + 1 < argc)
            hidden = hidden_parse(argv[++i]);
        else if (argv[i][0] != '-' && !in)
            in = argv[i];
        else
            usage();
    }
    if (!in || !out)
        usage();
    f = file_read(in);
    image = image_build(&f, hidden, &size);
    file_write(out, image, size);
    free(image);
    free(f.data);
    return 0;
}
