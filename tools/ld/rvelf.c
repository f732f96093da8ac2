/*
 * rvelf.c - the RV64 executable: sections, symbols, relocations, each checked against the file's
 * size before use.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/elf/rows.h"
#include "tools/ld/ld.h"

#define RV_FLAG_RVC 1u

static void read_bytes(struct rv_file *f)
{
    FILE *in = fopen(f->path, "rb");

    if (!in)
        ld_fail("%s", strerror(errno));
    if (fseek(in, 0, SEEK_END) != 0)
        ld_fail("not a regular file");
    long size = ftell(in);
    if (size < 0 || fseek(in, 0, SEEK_SET) != 0)
        ld_fail("not a regular file");
    f->bytes = ld_alloc((size_t)size + 1, 1);
    f->size = fread(f->bytes, 1, (size_t)size, in);
    bool bad = ferror(in) != 0;
    fclose(in);
    if (bad)
        ld_fail("can't be read");
}

/* `count` records of `size` bytes at `offset`, or a failure. */
static const void *take(const struct rv_file *f, uint64_t offset, uint64_t count, uint64_t size,
                        const char *what)
{
    uint64_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes) || offset > f->size || bytes > f->size - offset)
        ld_fail("truncated: %s lies outside the file", what);
    return f->bytes + offset;
}

/* A string in a string table that is known to end with a zero byte, or a failure. */
static const char *string_at(const struct rv_section *table, uint64_t offset)
{
    if (offset >= table->size)
        ld_fail("damaged: a name lies outside its string table");
    return (const char *)table->data + offset;
}

static const struct rv_section *string_table(const struct rv_file *f, uint32_t index)
{
    if (index == 0 || index >= f->sections || f->section[index].type != SHT_STRTAB)
        ld_fail("damaged: no string table where one is named");
    const struct rv_section *s = &f->section[index];
    if (!s->data || s->size == 0 || s->data[s->size - 1] != 0)
        ld_fail("damaged: string table without an end");
    return s;
}

static void read_header(struct rv_file *f, Elf64_Ehdr *h)
{
    if (f->size < sizeof *h || memcmp(f->bytes, ELFMAG, SELFMAG) != 0)
        ld_fail("not an ELF file");
    memcpy(h, f->bytes, sizeof *h);
    if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB ||
        h->e_machine != EM_RISCV)
        ld_fail("not a little-endian RV64 file");
    if (h->e_type != ET_EXEC)
        ld_fail("not an executable linked at fixed addresses");
    if (h->e_flags & RV_FLAG_RVC)
        ld_fail("has compressed instructions: link with the libgcc of rv64im/lp64 and compile "
                "without C");
    if (h->e_shentsize != sizeof(Elf64_Shdr) || h->e_shnum == 0)
        ld_fail("has no section table");
    f->entry = h->e_entry;
}

static void read_sections(struct rv_file *f, const Elf64_Ehdr *h)
{
    const uint8_t *table = take(f, h->e_shoff, h->e_shnum, sizeof(Elf64_Shdr), "the section table");

    f->sections = h->e_shnum;
    f->section = ld_alloc(f->sections, sizeof *f->section);
    uint32_t *name = ld_alloc(f->sections, sizeof *name);
    for (unsigned i = 0; i < f->sections; i++) {
        struct rv_section *s = &f->section[i];
        Elf64_Shdr raw;

        memcpy(&raw, table + i * sizeof raw, sizeof raw);
        name[i] = raw.sh_name;
        s->name = "";
        s->type = raw.sh_type;
        s->flags = raw.sh_flags;
        s->addr = raw.sh_addr;
        s->size = raw.sh_size;
        s->align = raw.sh_addralign;
        s->link = raw.sh_link;
        s->info = raw.sh_info;
        if (i == 0 || s->type == SHT_NULL) {
            s->size = 0;
            continue;
        }
        s->alloc = (s->flags & SHF_ALLOC) && s->size;
        s->code = s->alloc && (s->flags & SHF_EXECINSTR);
        s->write = s->flags & SHF_WRITE;
        if (s->type != SHT_NOBITS)
            s->data = take(f, raw.sh_offset, s->size, 1, "a section");
        if (s->flags & SHF_COMPRESSED)
            ld_fail("has a compressed section");
        if (s->alloc && (s->flags & SHF_TLS))
            ld_fail("has thread-local storage");
        if (s->alloc && (s->addr >= BIT(31) || s->size > BIT(31) - s->addr))
            ld_fail("a section at 0x%llx reaches beyond 2 GiB", (unsigned long long)s->addr);
        if (s->code && (!s->data || s->addr % 4 || s->size % 4))
            ld_fail("code that doesn't consist of whole words at 0x%llx",
                    (unsigned long long)s->addr);
    }
    const struct rv_section *names = string_table(f, h->e_shstrndx);
    for (unsigned i = 1; i < f->sections; i++)
        f->section[i].name = string_at(names, name[i]);
}

static void read_symbols(struct rv_file *f)
{
    for (unsigned i = 1; i < f->sections; i++) {
        const struct rv_section *s = &f->section[i];

        if (s->type != SHT_SYMTAB)
            continue;
        if (f->symbol)
            ld_fail("damaged: two symbol tables");
        const struct rv_section *names = string_table(f, s->link);
        f->symbols = (unsigned)(s->size / sizeof(Elf64_Sym));
        f->symbol = ld_alloc(f->symbols + 1, sizeof *f->symbol);
        for (unsigned k = 0; k < f->symbols; k++) {
            struct rv_symbol *y = &f->symbol[k];
            Elf64_Sym raw;
            unsigned type;

            memcpy(&raw, s->data + k * sizeof raw, sizeof raw);
            type = ELF64_ST_TYPE(raw.st_info);
            y->name = string_at(names, raw.st_name);
            y->value = raw.st_value;
            y->size = raw.st_size;
            y->undefined = raw.st_shndx == SHN_UNDEF;
            y->absolute = raw.st_shndx == SHN_ABS;
            if (raw.st_shndx < SHN_LORESERVE) {
                if (raw.st_shndx >= f->sections)
                    ld_fail("damaged: symbol %s in section %u of %u", y->name, raw.st_shndx,
                            f->sections);
                y->section = raw.st_shndx;
            }
            y->weak = ELF64_ST_BIND(raw.st_info) == STB_WEAK;
            y->global = ELF64_ST_BIND(raw.st_info) != STB_LOCAL;
            y->func = type == STT_FUNC;
            y->object = type == STT_OBJECT;
            y->file_or_section = type == STT_FILE || type == STT_SECTION;
        }
    }
    if (!f->symbol)
        ld_fail("has no symbol table: link without stripping");
}

static int by_address(const void *a, const void *b)
{
    const struct rv_reloc *x = a, *y = b;

    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    return 0;
}

static void read_relocs(struct rv_file *f)
{
    size_t total = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (unsigned i = 1; i < f->sections; i++) {
            const struct rv_section *s = &f->section[i];

            if (s->type != SHT_RELA || s->info == 0 || s->info >= f->sections)
                continue;
            const struct rv_section *of = &f->section[s->info];
            if (of->code)
                f->has_relocs = true;
            if (!of->alloc)
                continue;
            size_t count = s->size / sizeof(Elf64_Rela);
            if (pass == 0) {
                total += count;
                continue;
            }
            for (size_t k = 0; k < count; k++) {
                struct rv_reloc *r = &f->reloc[f->relocs];
                Elf64_Rela raw;

                memcpy(&raw, s->data + k * sizeof raw, sizeof raw);
                r->addr = raw.r_offset;
                r->type = (uint32_t)ELF64_R_TYPE(raw.r_info);
                r->symbol = (uint32_t)ELF64_R_SYM(raw.r_info);
                r->addend = raw.r_addend;
                if (r->type == R_RISCV_NONE || r->type == R_RISCV_RELAX || r->type == R_RISCV_ALIGN)
                    continue;
                if (r->symbol >= f->symbols)
                    ld_fail("damaged: relocation at 0x%llx names symbol %u of %u",
                            (unsigned long long)r->addr, r->symbol, f->symbols);
                if (r->addr < of->addr || r->addr - of->addr >= of->size)
                    ld_fail("damaged: relocation at 0x%llx lies outside its section",
                            (unsigned long long)r->addr);
                f->relocs++;
            }
        }
        if (pass == 0)
            f->reloc = ld_alloc(total + 1, sizeof *f->reloc);
    }
    qsort(f->reloc, f->relocs, sizeof *f->reloc, by_address);
}

void rv_read(struct rv_file *f, const char *path)
{
    Elf64_Ehdr header;
    bool code = false;

    f->path = path;
    read_bytes(f);
    read_header(f, &header);
    read_sections(f, &header);
    read_symbols(f);
    read_relocs(f);
    for (unsigned i = 1; i < f->sections; i++) {
        const struct rv_section *s = &f->section[i];

        code |= s->code;
        for (unsigned k = i + 1; s->alloc && k < f->sections; k++) {
            const struct rv_section *o = &f->section[k];

            if (o->alloc && s->addr < o->addr + o->size && o->addr < s->addr + s->size)
                ld_fail("damaged: sections %s and %s overlap", s->name, o->name);
        }
    }
    if (!code)
        ld_fail("has no code");
    if (!f->has_relocs)
        ld_fail("has no relocations for its code: link with --emit-relocs");
    if (!rv_code_at(f, f->entry, false))
        ld_fail("entry 0x%llx is not in its code", (unsigned long long)f->entry);
}

const struct rv_section *rv_find_section(const struct rv_file *f, const char *name)
{
    for (unsigned i = 1; i < f->sections; i++)
        if (strcmp(f->section[i].name, name) == 0)
            return &f->section[i];
    return NULL;
}

const struct rv_section *rv_code_at(const struct rv_file *f, uint64_t addr, bool end)
{
    for (unsigned i = 1; i < f->sections; i++) {
        const struct rv_section *s = &f->section[i];

        if (s->code && addr >= s->addr && addr - s->addr < s->size + (end ? 1 : 0))
            return s;
    }
    return NULL;
}

size_t rv_reloc_at(const struct rv_file *f, uint64_t addr)
{
    return ROWS_BELOW(f->reloc, f->relocs, struct rv_reloc, addr, addr);
}

uint64_t rv_reloc_target(const struct rv_file *f, const struct rv_reloc *r, bool *code,
                         int64_t *offset)
{
    const struct rv_symbol *y = &f->symbol[r->symbol];
    const struct rv_section *s = &f->section[y->section];
    uint64_t target = y->value + (uint64_t)r->addend;

    *code = y->section && s->code;
    *offset = 0;
    if (!*code)
        return target;
    if (y->func || target < s->addr || target - s->addr > s->size) {
        *offset = r->addend;
        target = y->value;
    }
    if (target % 4)
        ld_fail("0x%llx: a relocation names 0x%llx, which is no instruction of %s",
                (unsigned long long)r->addr, (unsigned long long)target, s->name);
    return target;
}
