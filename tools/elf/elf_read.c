#define _POSIX_C_SOURCE 200809L

#include "tools/elf/elf_read.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_FILE (512u << 20)

static uint64_t get(const uint8_t *p, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes--)
        value = value << 8 | p[bytes];
    return value;
}

#define FIELD(p, type, member) get((p) + offsetof(type, member), sizeof(((type *)0)->member))

static bool inside(const struct elf_file *elf, uint64_t offset, uint64_t length)
{
    return offset <= elf->size && length <= elf->size - offset;
}

static const uint8_t *segment_header(const struct elf_file *elf, unsigned index)
{
    return elf->data + elf->phoff + (uint64_t)index * elf->phentsize;
}

static const uint8_t *section_header(const struct elf_file *elf, unsigned index)
{
    return elf->data + elf->shoff + (uint64_t)index * elf->shentsize;
}

/* A string table must end with a NUL, so that every offset below its size names a string. */
static bool is_strings(const struct elf_file *elf, unsigned index)
{
    struct elf_section s;

    if (index == 0 || index >= elf->sections)
        return false;
    s = elf_section(elf, index);
    return s.type == SHT_STRTAB && s.size > 0 && s.bytes[s.size - 1] == 0;
}

static const char *check_segments(const struct elf_file *elf)
{
    unsigned i;

    for (i = 0; i < elf->segments; i++) {
        const uint8_t *p = segment_header(elf, i);
        uint64_t filesz = FIELD(p, Elf64_Phdr, p_filesz), memsz = FIELD(p, Elf64_Phdr, p_memsz);

        if (!inside(elf, FIELD(p, Elf64_Phdr, p_offset), filesz))
            return "a segment's bytes lie outside the file";
        if (FIELD(p, Elf64_Phdr, p_type) != PT_LOAD)
            continue;
        if (memsz < filesz)
            return "a segment has more bytes in the file than in memory";
        if (FIELD(p, Elf64_Phdr, p_vaddr) + memsz < memsz)
            return "a segment wraps around the address space";
    }
    return NULL;
}

static const char *check_symbols(struct elf_file *elf, unsigned index)
{
    struct elf_section s = elf_section(elf, index);
    struct elf_section names;
    unsigned i;

    if (s.entsize != sizeof(Elf64_Sym) || s.size % s.entsize)
        return "symbol table with a wrong entry size";
    if (s.size / s.entsize > UINT32_MAX)
        return "symbol table is too big";
    if (!is_strings(elf, s.link))
        return "symbol table without names";
    names = elf_section(elf, s.link);
    elf->symtab = index;
    elf->symbols = (unsigned)(s.size / s.entsize);
    for (i = 0; i < elf->symbols; i++) {
        if (FIELD(s.bytes + (size_t)i * sizeof(Elf64_Sym), Elf64_Sym, st_name) >= names.size)
            return "a symbol's name lies outside the names";
    }
    return NULL;
}

static const char *check_sections(struct elf_file *elf)
{
    uint64_t names_size;
    unsigned i;

    for (i = 0; i < elf->sections; i++) {
        const uint8_t *p = section_header(elf, i);

        if (FIELD(p, Elf64_Shdr, sh_type) != SHT_NOBITS &&
            !inside(elf, FIELD(p, Elf64_Shdr, sh_offset), FIELD(p, Elf64_Shdr, sh_size)))
            return "a section's bytes lie outside the file";
    }
    if (elf->names && !is_strings(elf, elf->names))
        return "section names are no string table";
    names_size = elf->names ? elf_section(elf, elf->names).size : 0;
    for (i = 0; elf->names && i < elf->sections; i++) {
        if (FIELD(section_header(elf, i), Elf64_Shdr, sh_name) >= names_size)
            return "a section's name lies outside the names";
    }
    for (i = 1; i < elf->sections; i++) {
        if (FIELD(section_header(elf, i), Elf64_Shdr, sh_type) == SHT_SYMTAB)
            return check_symbols(elf, i);
    }
    return NULL;
}

const char *elf_open(struct elf_file *elf, const void *data, size_t size)
{
    const uint8_t *p = data;
    const char *error;

    *elf = (struct elf_file){.data = data, .size = size};
    if (size < sizeof(Elf64_Ehdr) || memcmp(p, ELFMAG, SELFMAG) != 0)
        return "not an ELF file";
    if (p[EI_CLASS] != ELFCLASS64 || p[EI_DATA] != ELFDATA2LSB || p[EI_VERSION] != EV_CURRENT)
        return "not a 64-bit little-endian ELF file";
    elf->type = (uint16_t)FIELD(p, Elf64_Ehdr, e_type);
    elf->machine = (uint16_t)FIELD(p, Elf64_Ehdr, e_machine);
    elf->flags = (uint32_t)FIELD(p, Elf64_Ehdr, e_flags);
    elf->entry = FIELD(p, Elf64_Ehdr, e_entry);
    elf->phoff = FIELD(p, Elf64_Ehdr, e_phoff);
    elf->shoff = FIELD(p, Elf64_Ehdr, e_shoff);
    elf->segments = (unsigned)FIELD(p, Elf64_Ehdr, e_phnum);
    elf->sections = (unsigned)FIELD(p, Elf64_Ehdr, e_shnum);
    elf->phentsize = (unsigned)FIELD(p, Elf64_Ehdr, e_phentsize);
    elf->shentsize = (unsigned)FIELD(p, Elf64_Ehdr, e_shentsize);
    elf->names = (unsigned)FIELD(p, Elf64_Ehdr, e_shstrndx);
    if (elf->segments && (elf->phentsize < sizeof(Elf64_Phdr) ||
                          !inside(elf, elf->phoff, (uint64_t)elf->segments * elf->phentsize)))
        return "the segment table lies outside the file";
    if (elf->sections && (elf->shentsize < sizeof(Elf64_Shdr) ||
                          !inside(elf, elf->shoff, (uint64_t)elf->sections * elf->shentsize)))
        return "the section table lies outside the file";
    error = check_segments(elf);
    return error ? error : check_sections(elf);
}

const char *elf_open_file(struct elf_file *elf, const char *path)
{
    FILE *f = fopen(path, "rb");
    const char *error = NULL;
    uint8_t *data = NULL;
    struct stat st;

    *elf = (struct elf_file){0};
    if (!f)
        return strerror(errno);
    if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode))
        error = "not a regular file";
    else if (st.st_size > (off_t)MAX_FILE)
        error = "file is too big";
    else if (!(data = malloc((size_t)st.st_size + 1)))
        error = "out of memory";
    else if (fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
        error = "can't be read";
    else
        error = elf_open(elf, data, (size_t)st.st_size);
    fclose(f);
    if (error) {
        free(data);
        *elf = (struct elf_file){0};
    } else {
        elf->owned = data;
    }
    return error;
}

void elf_close(struct elf_file *elf)
{
    free(elf->owned);
    *elf = (struct elf_file){0};
}

struct elf_segment elf_segment(const struct elf_file *elf, unsigned index)
{
    const uint8_t *p = segment_header(elf, index);

    return (struct elf_segment){
        .type = (uint32_t)FIELD(p, Elf64_Phdr, p_type),
        .flags = (uint32_t)FIELD(p, Elf64_Phdr, p_flags),
        .addr = FIELD(p, Elf64_Phdr, p_vaddr),
        .filesz = FIELD(p, Elf64_Phdr, p_filesz),
        .memsz = FIELD(p, Elf64_Phdr, p_memsz),
        .bytes = elf->data + FIELD(p, Elf64_Phdr, p_offset),
    };
}

static const char *string_at(const struct elf_file *elf, unsigned section, uint64_t offset)
{
    return (const char *)elf_section(elf, section).bytes + offset;
}

struct elf_section elf_section(const struct elf_file *elf, unsigned index)
{
    const uint8_t *p = section_header(elf, index);
    struct elf_section s = {
        .name = "",
        .type = (uint32_t)FIELD(p, Elf64_Shdr, sh_type),
        .link = (uint32_t)FIELD(p, Elf64_Shdr, sh_link),
        .info = (uint32_t)FIELD(p, Elf64_Shdr, sh_info),
        .flags = FIELD(p, Elf64_Shdr, sh_flags),
        .addr = FIELD(p, Elf64_Shdr, sh_addr),
        .size = FIELD(p, Elf64_Shdr, sh_size),
        .entsize = FIELD(p, Elf64_Shdr, sh_entsize),
        .align = FIELD(p, Elf64_Shdr, sh_addralign),
    };

    if (s.type != SHT_NOBITS)
        s.bytes = elf->data + FIELD(p, Elf64_Shdr, sh_offset);
    if (elf->names && index != elf->names)
        s.name = string_at(elf, elf->names, FIELD(p, Elf64_Shdr, sh_name));
    return s;
}

struct elf_symbol elf_symbol(const struct elf_file *elf, unsigned index)
{
    struct elf_section table = elf_section(elf, elf->symtab);
    const uint8_t *p = table.bytes + (size_t)index * sizeof(Elf64_Sym);
    unsigned char info = (unsigned char)FIELD(p, Elf64_Sym, st_info);

    return (struct elf_symbol){
        .name = string_at(elf, table.link, FIELD(p, Elf64_Sym, st_name)),
        .value = FIELD(p, Elf64_Sym, st_value),
        .size = FIELD(p, Elf64_Sym, st_size),
        .type = ELF64_ST_TYPE(info),
        .bind = ELF64_ST_BIND(info),
        .section = (uint16_t)FIELD(p, Elf64_Sym, st_shndx),
    };
}
