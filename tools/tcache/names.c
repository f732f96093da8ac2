/* names.c - functions of a guest, from its 32-bit ELF file. All offsets in it are doubted. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tcache/tcache.h"

static bool inside(size_t size, uint64_t offset, uint64_t length)
{
    return offset <= size && length <= size - offset;
}

static int by_address(const void *a, const void *b)
{
    const struct name *x = a, *y = b;

    return (x->address > y->address) - (x->address < y->address);
}

static const char *read_table(struct names *n, size_t size, const Elf32_Shdr *table,
                              const Elf32_Shdr *strings)
{
    if (!inside(size, table->sh_offset, table->sh_size) ||
        !inside(size, strings->sh_offset, strings->sh_size) || !strings->sh_size ||
        n->file[strings->sh_offset + strings->sh_size - 1])
        return "its symbols are damaged";
    for (uint32_t at = 0; at + sizeof(Elf32_Sym) <= table->sh_size; at += sizeof(Elf32_Sym)) {
        Elf32_Sym s;

        memcpy(&s, n->file + table->sh_offset + at, sizeof s);
        if (s.st_shndx == SHN_UNDEF || s.st_shndx >= SHN_LORESERVE || s.st_name >= strings->sh_size)
            continue;
        unsigned type = ELF32_ST_TYPE(s.st_info);
        const char *text = (const char *)n->file + strings->sh_offset + s.st_name;
        if ((type != STT_FUNC && type != STT_NOTYPE) || !*text)
            continue;
        n->name = more(n->name, n->count, sizeof *n->name);
        n->name[n->count++] = (struct name){s.st_value, text};
    }
    if (n->count)
        qsort(n->name, n->count, sizeof *n->name, by_address);
    return NULL;
}

const char *names_read(const char *path, struct names *n)
{
    size_t size;
    Elf32_Ehdr head;
    Elf32_Shdr table, strings;

    *n = (struct names){.file = file_read(path, &size)};
    if (!n->file)
        return strerror(errno);
    if (size < sizeof head || memcmp(n->file, ELFMAG, SELFMAG) != 0 ||
        n->file[EI_CLASS] != ELFCLASS32)
        return "not a 32-bit ELF file";
    memcpy(&head, n->file, sizeof head);
    if (head.e_shentsize != sizeof table ||
        !inside(size, head.e_shoff, (uint64_t)head.e_shnum * sizeof table))
        return "its sections are damaged";
    for (unsigned i = 0; i < head.e_shnum; i++) {
        memcpy(&table, n->file + head.e_shoff + i * sizeof table, sizeof table);
        if (table.sh_type != SHT_SYMTAB || table.sh_link >= head.e_shnum)
            continue;
        memcpy(&strings, n->file + head.e_shoff + table.sh_link * sizeof table, sizeof strings);
        return read_table(n, size, &table, &strings);
    }
    return "it has no symbols";
}

void names_text(const struct names *n, uint32_t address, char *text, size_t size)
{
    size_t low = 0, high = n->count;

    *text = 0;
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (n->name[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low)
        snprintf(text, size, "%s+0x%x", n->name[low - 1].text, address - n->name[low - 1].address);
}

bool names_find(const struct names *n, const char *text, uint32_t *address)
{
    for (size_t i = 0; i < n->count; i++) {
        if (strcmp(n->name[i].text, text) == 0) {
            *address = n->name[i].address;
            return true;
        }
    }
    return false;
}

void names_free(struct names *n)
{
    free(n->name);
    free(n->file);
}
