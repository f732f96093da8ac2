/*
 * elf_read.h - a checked view of a 64-bit little-endian ELF file in memory.
 *
 * elf_open looks at everything once: headers, tables, names and the bytes of each segment and
 * section lie inside the file, or it refuses with a reason. After that the accessors can't fail and
 * no caller needs to check a bound.
 */
#ifndef TOOLS_ELF_READ_H
#define TOOLS_ELF_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_file {
    const uint8_t *data;
    size_t size;
    uint16_t type, machine; /* ET_x, EM_x */
    uint32_t flags;
    uint64_t entry;
    unsigned segments, sections, symbols;
    uint64_t phoff, shoff; /* of the tables */
    unsigned phentsize, shentsize;
    unsigned names;  /* section that holds section names, 0 if none */
    unsigned symtab; /* section, 0 if none */
    void *owned;     /* what elf_close frees */
};

struct elf_segment {
    uint32_t type, flags; /* PT_x, PF_x */
    uint64_t addr, filesz, memsz;
    const uint8_t *bytes; /* filesz of them */
};

struct elf_section {
    const char *name;
    uint32_t type, link, info;
    uint64_t flags, addr, size, entsize, align;
    const uint8_t *bytes; /* size of them; NULL for SHT_NOBITS */
};

struct elf_symbol {
    const char *name;
    uint64_t value, size;
    unsigned char type, bind; /* STT_x, STB_x */
    uint16_t section;         /* index, or SHN_x */
};

/* View `size` bytes at `data`, which must stay as they are. NULL, or why the file is refused. */
const char *elf_open(struct elf_file *elf, const void *data, size_t size);

/* Read a whole file and view it; elf_close frees it. NULL, or the reason. */
const char *elf_open_file(struct elf_file *elf, const char *path);
void elf_close(struct elf_file *elf);

/* Index below elf->segments, elf->sections, elf->symbols. Symbol 0 is the empty one. */
struct elf_segment elf_segment(const struct elf_file *elf, unsigned index);
struct elf_section elf_section(const struct elf_file *elf, unsigned index);
struct elf_symbol elf_symbol(const struct elf_file *elf, unsigned index);

#endif
