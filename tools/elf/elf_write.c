#include "tools/elf/elf_write.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A growing array of bytes. */
struct blob {
    uint8_t *bytes;
    size_t size, room;
};

struct section {
    Elf64_Shdr header;
    struct blob data;
};

struct elf_writer {
    uint16_t machine;
    uint64_t entry;
    struct section *sections;
    unsigned count;
    struct blob section_names, names, locals, globals;
};

static bool blob_add(struct blob *b, const void *bytes, size_t size)
{
    if (size > b->room - b->size) {
        size_t room = (b->size + size) * 2;
        uint8_t *grown = realloc(b->bytes, room);

        if (!grown)
            return false;
        b->bytes = grown;
        b->room = room;
    }
    if (size)
        memcpy(b->bytes + b->size, bytes, size);
    b->size += size;
    return true;
}

static bool blob_name(struct blob *b, const char *name, uint32_t *offset)
{
    if (b->size == 0 && !blob_add(b, "", 1))
        return false;
    *offset = *name ? (uint32_t)b->size : 0;
    return !*name || blob_add(b, name, strlen(name) + 1);
}

struct elf_writer *elf_writer_new(uint16_t machine, uint64_t entry)
{
    struct elf_writer *w = calloc(1, sizeof(*w));

    if (!w)
        return NULL;
    w->machine = machine;
    w->entry = entry;
    w->sections = calloc(1, sizeof(*w->sections));
    w->count = 1;
    if (!w->sections) {
        free(w);
        return NULL;
    }
    return w;
}

void elf_writer_free(struct elf_writer *w)
{
    unsigned i;

    if (!w)
        return;
    for (i = 0; i < w->count; i++)
        free(w->sections[i].data.bytes);
    free(w->sections);
    free(w->section_names.bytes);
    free(w->names.bytes);
    free(w->locals.bytes);
    free(w->globals.bytes);
    free(w);
}

unsigned elf_writer_section(struct elf_writer *w, const char *name, uint32_t type, uint64_t flags,
                            uint64_t addr, uint64_t align, const void *bytes, uint64_t size)
{
    struct section *grown = realloc(w->sections, (w->count + 1) * sizeof(*grown));
    struct section *s;

    if (!grown)
        return 0;
    w->sections = grown;
    s = &grown[w->count];
    *s = (struct section){0};
    s->header.sh_type = bytes ? type : SHT_NOBITS;
    s->header.sh_flags = flags;
    s->header.sh_addr = addr;
    s->header.sh_addralign = align ? align : 1;
    s->header.sh_size = size;
    if (!blob_name(&w->section_names, name, &s->header.sh_name) ||
        (bytes && !blob_add(&s->data, bytes, size)))
        return 0;
    return w->count++;
}

bool elf_writer_symbol(struct elf_writer *w, const char *name, uint64_t value, uint64_t size,
                       unsigned char type, unsigned char bind, unsigned section)
{
    Elf64_Sym sym = {
        .st_info = ELF64_ST_INFO(bind, type),
        .st_shndx = (uint16_t)section,
        .st_value = value,
        .st_size = size,
    };

    if (w->locals.size == 0 && !blob_add(&w->locals, &(Elf64_Sym){0}, sizeof(sym)))
        return false;
    return blob_name(&w->names, name, &sym.st_name) &&
           blob_add(bind == STB_LOCAL ? &w->locals : &w->globals, &sym, sizeof(sym));
}

/* Symbols, their names and the sections' names become sections like any other. */
static bool add_tables(struct elf_writer *w, unsigned *shstrndx)
{
    uint32_t first_global = (uint32_t)(w->locals.size / sizeof(Elf64_Sym)), name;
    unsigned symtab;

    if (w->locals.size) {
        if (!blob_add(&w->locals, w->globals.bytes, w->globals.size))
            return false;
        symtab =
            elf_writer_section(w, ".symtab", SHT_SYMTAB, 0, 0, 8, w->locals.bytes, w->locals.size);
        if (!symtab ||
            !elf_writer_section(w, ".strtab", SHT_STRTAB, 0, 0, 1, w->names.bytes, w->names.size))
            return false;
        w->sections[symtab].header.sh_link = symtab + 1;
        w->sections[symtab].header.sh_info = first_global;
        w->sections[symtab].header.sh_entsize = sizeof(Elf64_Sym);
    }
    if (!blob_name(&w->section_names, ".shstrtab", &name))
        return false;
    *shstrndx = elf_writer_section(w, ".shstrtab", SHT_STRTAB, 0, 0, 1, "", 0);
    if (!*shstrndx)
        return false;
    w->sections[*shstrndx].header.sh_size = w->section_names.size;
    return blob_add(&w->sections[*shstrndx].data, w->section_names.bytes, w->section_names.size);
}

static unsigned count_segments(const struct elf_writer *w)
{
    unsigned i, n = 0;

    for (i = 1; i < w->count; i++)
        n += (w->sections[i].header.sh_flags & SHF_ALLOC) != 0;
    return n;
}

static Elf64_Phdr segment_of(const Elf64_Shdr *s)
{
    return (Elf64_Phdr){
        .p_type = PT_LOAD,
        .p_flags =
            PF_R | (s->sh_flags & SHF_WRITE ? PF_W : 0) | (s->sh_flags & SHF_EXECINSTR ? PF_X : 0),
        .p_offset = s->sh_offset,
        .p_vaddr = s->sh_addr,
        .p_paddr = s->sh_addr,
        .p_filesz = s->sh_type == SHT_NOBITS ? 0 : s->sh_size,
        .p_memsz = s->sh_size,
        .p_align = s->sh_addralign,
    };
}

/* Offsets keep each section's alignment, and equal its address modulo that. */
static bool lay_out(struct elf_writer *w, struct blob *file, Elf64_Ehdr *head)
{
    static const uint8_t zeros[64];
    unsigned i, segments = count_segments(w);
    size_t tables = sizeof(*head) + segments * sizeof(Elf64_Phdr);

    while (file->size < tables) {
        size_t rest = tables - file->size;

        if (!blob_add(file, zeros, rest < sizeof(zeros) ? rest : sizeof(zeros)))
            return false;
    }
    for (i = 1; i < w->count; i++) {
        struct section *s = &w->sections[i];
        uint64_t align = s->header.sh_addralign < 4096 ? s->header.sh_addralign : 4096;

        while ((file->size ^ s->header.sh_addr) & (align - 1)) {
            if (!blob_add(file, zeros, 1))
                return false;
        }
        s->header.sh_offset = file->size;
        if (!blob_add(file, s->data.bytes, s->data.size))
            return false;
    }
    while (file->size & 7) {
        if (!blob_add(file, zeros, 1))
            return false;
    }
    head->e_shoff = file->size;
    for (i = 0; i < w->count; i++) {
        if (!blob_add(file, &w->sections[i].header, sizeof(Elf64_Shdr)))
            return false;
    }
    head->e_phoff = segments ? sizeof(*head) : 0;
    head->e_phnum = (uint16_t)segments;
    head->e_shnum = (uint16_t)w->count;
    return true;
}

static void fill_segments(const struct elf_writer *w, struct blob *file)
{
    size_t place = sizeof(Elf64_Ehdr);
    unsigned i;

    for (i = 1; i < w->count; i++) {
        if (w->sections[i].header.sh_flags & SHF_ALLOC) {
            Elf64_Phdr p = segment_of(&w->sections[i].header);

            memcpy(file->bytes + place, &p, sizeof(p));
            place += sizeof(p);
        }
    }
}

static const char *save(const struct blob *file, const char *path)
{
    FILE *f = fopen(path, "wb");
    bool good;

    if (!f)
        return strerror(errno);
    good = fwrite(file->bytes, 1, file->size, f) == file->size;
    if (fclose(f) != 0 || !good)
        return "can't be written";
    return NULL;
}

const char *elf_writer_write(struct elf_writer *w, const char *path)
{
    Elf64_Ehdr head = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = w->machine,
        .e_version = EV_CURRENT,
        .e_entry = w->entry,
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_shentsize = sizeof(Elf64_Shdr),
    };
    struct blob file = {0};
    const char *error = "out of memory";
    unsigned shstrndx;

    if (add_tables(w, &shstrndx) && lay_out(w, &file, &head)) {
        head.e_shstrndx = (uint16_t)shstrndx;
        memcpy(file.bytes, &head, sizeof(head));
        fill_segments(w, &file);
        error = save(&file, path);
    }
    free(file.bytes);
    return error;
}
