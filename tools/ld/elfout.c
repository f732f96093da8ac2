/*
 * elfout.c - writes the VLIW executable: data as it was linked, the text, symbols, line table.
 *
 * Each data section of the input becomes one section and one segment; sections that follow each
 * other without a gap and with the same permissions share a segment.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "hidden-mem/map.h"
#include "tools/ld/ld.h"

#define MAX_SECTIONS 64
#define MAX_GAP 64 /* bytes between sections of one segment */

struct out_section {
    uint32_t name;
    Elf64_Shdr h;
    const void *data;
};

struct out {
    struct out_section section[MAX_SECTIONS];
    unsigned sections;
    uint32_t index[MAX_SECTIONS]; /* of the input's section, where it has one in the output */
    Elf64_Phdr segment[MAX_SECTIONS];
    unsigned segments;
    struct bytes names, symbols, symbol_names, line, info, abbrev;
    uint32_t local_symbols;
};

static uint32_t add_name(struct bytes *b, const char *s)
{
    uint32_t at = (uint32_t)b->size;

    bytes_add(b, s, strlen(s) + 1);
    return at;
}

static unsigned add_section(struct out *o, const char *name, uint32_t type, uint64_t flags,
                            uint64_t addr, const void *data, uint64_t size, uint64_t align)
{
    struct out_section *s = &o->section[o->sections];

    if (o->sections == MAX_SECTIONS)
        ld_fail("has too many sections");
    s->name = add_name(&o->names, name);
    s->data = data;
    s->h.sh_name = s->name;
    s->h.sh_type = type;
    s->h.sh_flags = flags;
    s->h.sh_addr = addr;
    s->h.sh_size = size;
    s->h.sh_addralign = align && align < 4096 ? align : 16;
    return o->sections++;
}

static void add_data(struct out *o, const struct rv_file *f)
{
    for (unsigned i = 1; i < f->sections; i++) {
        const struct rv_section *s = &f->section[i];

        if (!s->alloc || s->code)
            continue;
        if (i >= MAX_SECTIONS)
            ld_fail("has too many sections");
        o->index[i] = add_section(o, s->name, s->data ? SHT_PROGBITS : SHT_NOBITS,
                                  SHF_ALLOC | (s->write ? SHF_WRITE : 0), s->addr, s->data, s->size,
                                  s->align);
    }
}

/* ---------------------------------------------------------------- symbols */

static void add_symbol(struct out *o, const char *name, unsigned info, unsigned section,
                       uint64_t value, uint64_t size)
{
    bytes_u32(&o->symbols, add_name(&o->symbol_names, name));
    bytes_u8(&o->symbols, info);
    bytes_u8(&o->symbols, 0);
    bytes_u16(&o->symbols, section);
    bytes_u64(&o->symbols, value);
    bytes_u64(&o->symbols, size);
}

/* Where the part of a function ends that has this bundle. */
static uint64_t part_end(const struct program *p, uint32_t bundle)
{
    size_t low = 0, high = p->parts;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (p->part[mid].end <= bundle)
            low = mid + 1;
        else
            high = mid;
    }
    return program_bundle_addr(p, low < p->parts ? p->part[low].end : p->bundles);
}

/* Parts of functions that lie apart from their beginnings have a symbol NAME.part. */
static void part_symbols(struct out *o, const struct program *p, unsigned text)
{
    for (size_t i = 0; i < p->parts; i++) {
        const struct part *part = &p->part[i];
        const struct func *f = part->func == NONE ? NULL : &p->func[part->func];
        uint64_t addr = program_bundle_addr(p, part->first);

        if (!f || f->first_block == NONE)
            continue;
        uint32_t entry = p->block[f->first_block].first_bundle;
        if (entry < part->first || entry >= part->end)
            add_symbol(o, ld_format("%s.part", f->name), ELF64_ST_INFO(STB_LOCAL, STT_FUNC), text,
                       addr, program_bundle_addr(p, part->end) - addr);
    }
}

static void code_symbol(struct out *o, const struct program *p, const struct rv_symbol *y,
                        unsigned bind, unsigned text)
{
    int32_t block = program_block_from(p, y->value);
    bool at_end = !rv_code_at(p->rv, y->value, false);

    if (!at_end &&
        (block == p->blocks || p->block[block].rv != y->value || !p->block[block].reached))
        return; /* nothing of it was reached */
    if (at_end && y->func)
        return;
    uint64_t addr = program_code_addr(p, y->value);
    uint64_t end = y->func ? part_end(p, p->block[block].first_bundle) : addr;
    add_symbol(o, y->name, ELF64_ST_INFO(bind, y->func ? STT_FUNC : STT_NOTYPE), text, addr,
               end - addr);
}

static void add_symbols(struct out *o, const struct program *p, unsigned text)
{
    add_symbol(o, "", 0, SHN_UNDEF, 0, 0);
    part_symbols(o, p, text);
    for (int globals = 0; globals < 2; globals++) {
        o->local_symbols = (uint32_t)(o->symbols.size / sizeof(Elf64_Sym));
        for (unsigned i = 1; i < p->rv->symbols; i++) {
            const struct rv_symbol *y = &p->rv->symbol[i];
            unsigned bind = y->weak ? STB_WEAK : y->global ? STB_GLOBAL : STB_LOCAL;

            if (y->file_or_section || y->undefined || y->global != globals || y->name[0] == 0 ||
                y->name[0] == '$' || strncmp(y->name, ".L", 2) == 0)
                continue;
            if (y->section && p->rv->section[y->section].code)
                code_symbol(o, p, y, bind, text);
            else if (y->section && y->section < MAX_SECTIONS && o->index[y->section])
                add_symbol(o, y->name, ELF64_ST_INFO(bind, y->object ? STT_OBJECT : STT_NOTYPE),
                           o->index[y->section], y->value, y->size);
            else if (y->absolute)
                add_symbol(o, y->name, ELF64_ST_INFO(bind, STT_NOTYPE), SHN_ABS, y->value, y->size);
        }
    }
}

/* ---------------------------------------------------------------- file */

/* Does a loaded section follow on the segment closely enough to share it? */
static bool joins(const struct out_section *last, const Elf64_Phdr *g, const Elf64_Shdr *h,
                  uint32_t flags)
{
    uint64_t end = g->p_vaddr + g->p_memsz;

    return last->h.sh_type != SHT_NOBITS && g->p_flags == flags && h->sh_addr >= end &&
           h->sh_addr - end < MAX_GAP;
}

/* Assigns file offsets and makes the segments; returns where the section table goes. */
static uint64_t place_sections(struct out *o)
{
    uint64_t at = sizeof(Elf64_Ehdr) + MAX_SECTIONS * sizeof(Elf64_Phdr);
    const struct out_section *last = NULL;

    for (unsigned i = 1; i < o->sections; i++) {
        Elf64_Shdr *h = &o->section[i].h;
        Elf64_Phdr *g = o->segments ? &o->segment[o->segments - 1] : NULL;
        uint32_t flags =
            PF_R | (h->sh_flags & SHF_WRITE ? PF_W : 0) | (h->sh_flags & SHF_EXECINSTR ? PF_X : 0);
        uint64_t bytes = h->sh_type == SHT_NOBITS ? 0 : h->sh_size;
        bool loaded = h->sh_flags & SHF_ALLOC;

        if (loaded && g && joins(last, g, h, flags)) {
            at = g->p_offset + (h->sh_addr - g->p_vaddr);
            g->p_memsz = h->sh_addr + h->sh_size - g->p_vaddr;
            g->p_filesz = bytes ? at + bytes - g->p_offset : g->p_filesz;
        } else {
            at = (at + 15) & ~UINT64_C(15);
            if (loaded)
                o->segment[o->segments++] = (Elf64_Phdr){
                    .p_type = PT_LOAD,
                    .p_flags = flags,
                    .p_offset = at,
                    .p_vaddr = h->sh_addr,
                    .p_paddr = h->sh_addr,
                    .p_filesz = bytes,
                    .p_memsz = h->sh_size,
                    .p_align = 1,
                };
        }
        h->sh_offset = at;
        at += bytes;
        last = loaded ? &o->section[i] : last;
    }
    return (at + 7) & ~UINT64_C(7);
}

static void write_at(FILE *out, uint64_t offset, const void *data, uint64_t size)
{
    if (size && (fseek(out, (long)offset, SEEK_SET) != 0 || fwrite(data, 1, size, out) != size))
        ld_fail("can't write the output: %s", strerror(errno));
}

static void write_file(const struct out *o, const Elf64_Ehdr *h, const char *path)
{
    FILE *out = fopen(path, "wb");

    if (!out)
        ld_fail("can't write %s: %s", path, strerror(errno));
    write_at(out, 0, h, sizeof *h);
    write_at(out, h->e_phoff, o->segment, o->segments * sizeof *o->segment);
    for (unsigned i = 0; i < o->sections; i++) {
        if (o->section[i].h.sh_type != SHT_NOBITS)
            write_at(out, o->section[i].h.sh_offset, o->section[i].data, o->section[i].h.sh_size);
        write_at(out, h->e_shoff + i * sizeof(Elf64_Shdr), &o->section[i].h, sizeof(Elf64_Shdr));
    }
    if (fclose(out) != 0)
        ld_fail("can't write %s: %s", path, strerror(errno));
}

void elf_write(const struct program *p, const struct lines *l, const char *path)
{
    struct out *o = ld_alloc(1, sizeof *o);
    Elf64_Ehdr h = {.e_type = ET_EXEC,
                    .e_machine = EM_SELKIRK,
                    .e_version = EV_CURRENT,
                    .e_phoff = sizeof h,
                    .e_ehsize = sizeof h,
                    .e_phentsize = sizeof(Elf64_Phdr),
                    .e_shentsize = sizeof(Elf64_Shdr)};

    add_name(&o->names, "");
    o->sections = 1;
    add_data(o, p->rv);
    unsigned text = add_section(o, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, p->text_addr,
                                p->text, p->text_size, 4);
    if (l->rows) {
        dwarf_write(p, l, &o->line, &o->info, &o->abbrev);
        add_section(o, ".debug_line", SHT_PROGBITS, 0, 0, o->line.data, o->line.size, 1);
        add_section(o, ".debug_info", SHT_PROGBITS, 0, 0, o->info.data, o->info.size, 1);
        add_section(o, ".debug_abbrev", SHT_PROGBITS, 0, 0, o->abbrev.data, o->abbrev.size, 1);
    }
    add_name(&o->symbol_names, "");
    add_symbols(o, p, text);
    unsigned symtab =
        add_section(o, ".symtab", SHT_SYMTAB, 0, 0, o->symbols.data, o->symbols.size, 8);
    o->section[symtab].h.sh_entsize = sizeof(Elf64_Sym);
    o->section[symtab].h.sh_info = o->local_symbols;
    o->section[symtab].h.sh_link =
        add_section(o, ".strtab", SHT_STRTAB, 0, 0, o->symbol_names.data, o->symbol_names.size, 1);
    unsigned names = add_section(o, ".shstrtab", SHT_STRTAB, 0, 0, NULL, 0, 1);
    o->section[names].data = o->names.data;
    o->section[names].h.sh_size = o->names.size;

    memcpy(h.e_ident, ELFMAG, SELFMAG);
    h.e_ident[EI_CLASS] = ELFCLASS64;
    h.e_ident[EI_DATA] = ELFDATA2LSB;
    h.e_ident[EI_VERSION] = EV_CURRENT;
    h.e_entry = program_code_addr(p, p->rv->entry);
    h.e_shoff = place_sections(o);
    h.e_phnum = (Elf64_Half)o->segments;
    h.e_shnum = (Elf64_Half)o->sections;
    h.e_shstrndx = (Elf64_Half)names;
    write_file(o, &h, path);
}
