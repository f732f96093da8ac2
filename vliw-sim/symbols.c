/* symbols.c - see symbols.h */
#include "vliw-sim/symbols.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/elf/elf_read.h"
#include "tools/elf/rows.h"
#include "vliw-sim/panic.h"

struct symbol {
    uint64_t addr, end; /* of its section */
    const char *name;
};

struct symbols {
    struct elf_file elf; /* names point into it */
    struct symbol *symbol;
    size_t count;
};

static int symbol_order(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;

    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* A label in a section of code; names with $ mark data and code for disassemblers. */
static bool is_code(const struct elf_file *elf, const struct elf_symbol *sym)
{
    if (sym->section == SHN_UNDEF || sym->section >= elf->sections || !*sym->name ||
        *sym->name == '$')
        return false;
    if (sym->type != STT_FUNC && sym->type != STT_NOTYPE && sym->type != STT_OBJECT)
        return false;
    return elf_section(elf, sym->section).flags & SHF_EXECINSTR;
}

struct symbols *symbols_load(const char *path, char *error, size_t error_size)
{
    struct symbols *s = panic_if_null(calloc(1, sizeof *s));
    const char *why = elf_open_file(&s->elf, path);

    if (why) {
        snprintf(error, error_size, "%s: %s, expected an ELF file", path, why);
        free(s);
        return NULL;
    }
    s->symbol = panic_if_null(calloc(s->elf.symbols + 1, sizeof *s->symbol));
    for (unsigned i = 1; i < s->elf.symbols; i++) {
        struct elf_symbol sym = elf_symbol(&s->elf, i);
        if (is_code(&s->elf, &sym)) {
            struct elf_section in = elf_section(&s->elf, sym.section);

            s->symbol[s->count++] = (struct symbol){sym.value, in.addr + in.size, sym.name};
        }
    }
    qsort(s->symbol, s->count, sizeof *s->symbol, symbol_order);
    return s;
}

void symbols_free(struct symbols *symbols)
{
    if (!symbols)
        return;
    elf_close(&symbols->elf);
    free(symbols->symbol);
    free(symbols);
}

/* The symbol at or below `addr` in the section that has it, or NULL. */
static const struct symbol *symbol_of(const struct symbols *symbols, uint64_t addr)
{
    size_t from = 0;

    if (symbols)
        from = ROWS_BELOW(symbols->symbol, symbols->count, struct symbol, addr, addr + 1);
    return from && addr < symbols->symbol[from - 1].end ? &symbols->symbol[from - 1] : NULL;
}

const char *symbols_name(const struct symbols *symbols, uint64_t addr)
{
    const struct symbol *s = symbol_of(symbols, addr);

    return s ? s->name : NULL;
}

const char *symbols_text(const struct symbols *symbols, uint64_t addr, char buf[SYMBOL_TEXT])
{
    const struct symbol *s = symbol_of(symbols, addr);

    if (!s)
        snprintf(buf, SYMBOL_TEXT, "0x%" PRIx64, addr);
    else if (s->addr == addr)
        snprintf(buf, SYMBOL_TEXT, "%.100s", s->name);
    else
        snprintf(buf, SYMBOL_TEXT, "%.100s+0x%" PRIx64, s->name, addr - s->addr);
    return buf;
}
