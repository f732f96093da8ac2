/*
 * output.c - the bytes as a flat file, a boot ROM or an ELF file.
 *
 * The ELF file has a segment for each run of bytes between .org directives; data may stand between
 * bundles, so all are readable, writable and executable. Local symbols `$x` and `$d` mark where
 * bundles and data begin.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidden-mem/crc.h"
#include "hidden-mem/image.h"
#include "hidden-mem/map.h"
#include "tools/as/as.h"
#include "tools/elf/elf_write.h"

/* ---------------------------------------------------------------- flat */

static const char *save(const char *path, const void *head, size_t head_size, const uint8_t *bytes,
                        size_t size)
{
    FILE *f = fopen(path, "wb");
    bool good;

    if (!f)
        return strerror(errno);
    good = fwrite(head, 1, head_size, f) == head_size && fwrite(bytes, 1, size, f) == size;
    if (fclose(f) != 0 || !good)
        return "can't be written";
    return NULL;
}

/* All chunks from the lowest address on, gaps zero. NULL and *why if that is too much. */
static uint8_t *flatten(struct as *as, uint64_t from, size_t *size, const char **why)
{
    const struct chunk *last;
    uint8_t *bytes;

    *why = NULL;
    *size = 0;
    if (as->chunk_count == 0) {
        *why = "nothing to write";
        return NULL;
    }
    last = &as->chunks[as->chunk_count - 1];
    if (last->addr + last->size - from > AS_MAX_IMAGE) {
        *why = "the gap between two .org is too wide for a flat file";
        return NULL;
    }
    *size = last->addr + last->size - from;
    bytes = as_alloc(as, *size);
    for (size_t i = 0; i < as->chunk_count; i++)
        memcpy(bytes + (as->chunks[i].addr - from), as->chunks[i].bytes, as->chunks[i].size);
    return bytes;
}

const char *output_flat(struct as *as, const char *path)
{
    const char *why;
    size_t size;
    uint8_t *bytes = flatten(as, as->chunk_count ? as->chunks[0].addr : 0, &size, &why);

    return bytes ? save(path, "", 0, bytes, size) : why;
}

/* ---------------------------------------------------------------- boot ROM */

const char *output_rom(struct as *as, const char *path)
{
    const uint64_t start = ROM_BASE + sizeof(struct rom_header);
    struct rom_header head = {.magic = ROM_MAGIC, .version = IMAGE_VERSION, .isa_id = ISA_ID};
    const char *why;
    uint8_t *bytes;
    size_t size;

    if (as->chunk_count && as->chunks[0].addr < start)
        return "a boot ROM can't have anything below its first bundle";
    bytes = flatten(as, start, &size, &why);
    if (!bytes)
        return why;
    if (size > ROM_MAX - sizeof(head))
        return "too big for the boot ROM";
    head.size = (uint32_t)(sizeof(head) + size);
    head.crc = crc32_add(crc32_add(0, &head, sizeof(head)), bytes, size);
    return save(path, &head, sizeof(head), bytes, size);
}

/* ---------------------------------------------------------------- ELF */

static char *c_string(struct as *as, struct text text)
{
    char *s = as_alloc(as, text.length + 1);

    memcpy(s, text.start, text.length);
    return s;
}

/* ELF section of an address, and whether bundles stand there. */
static unsigned section_of(const struct as *as, uint64_t addr, unsigned first)
{
    for (size_t i = 0; i < as->chunk_count; i++) {
        if (addr - as->chunks[i].addr <= as->chunks[i].size)
            return first + (unsigned)i;
    }
    return SHN_ABS;
}

static bool add_marks(const struct as *as, struct elf_writer *w, unsigned first)
{
    for (size_t i = 0; i < as->chunk_count; i++) {
        int mode = -1;

        for (size_t k = as->chunks[i].first; k < as->chunks[i].last; k++) {
            const struct item *item = &as->items[k];
            int code = item->kind == ITEM_ATOM;

            if (item->size == 0 || code == mode)
                continue;
            mode = code;
            if (!elf_writer_symbol(w, code ? "$x" : "$d", item->addr, 0, STT_NOTYPE, STB_LOCAL,
                                   first + (unsigned)i))
                return false;
        }
    }
    return true;
}

static bool add_symbol(struct as *as, struct elf_writer *w, const struct symbol *s, unsigned first)
{
    unsigned char bind = s->global ? STB_GLOBAL : STB_LOCAL;
    char *name = c_string(as, s->name);
    uint64_t addr;
    bool code;

    if (s->kind == SYMBOL_VALUE) {
        int64_t value;

        return !s->global ||
               (expr_value(as, s->value, s->place, symbol_address(as, s), true, &value) &&
                elf_writer_symbol(w, name, (uint64_t)value, 0, STT_NOTYPE, bind, SHN_ABS));
    }
    if (s->name.length > 1 && s->name.start[0] == '.' && s->name.start[1] == 'L')
        return true;
    addr = symbol_address(as, s);
    code = as->items[s->item].kind == ITEM_ATOM;
    return elf_writer_symbol(w, name, addr, 0, code ? STT_FUNC : STT_OBJECT, bind,
                             section_of(as, addr, first));
}

static int by_name(const void *a, const void *b)
{
    const struct symbol *x = *(struct symbol *const *)a, *y = *(struct symbol *const *)b;
    size_t n = x->name.length < y->name.length ? x->name.length : y->name.length;
    int order = memcmp(x->name.start, y->name.start, n);

    return order ? order : (x->name.length > y->name.length) - (x->name.length < y->name.length);
}

/* Sorted, so that the file depends on nothing but the source. */
static bool add_symbols(struct as *as, struct elf_writer *w, unsigned first)
{
    const size_t buckets = sizeof(as->symbols) / sizeof(as->symbols[0]);
    struct symbol **sorted = NULL;
    size_t count = 0;

    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1)
            sorted = as_alloc(as, (count + 1) * sizeof(*sorted));
        count = 0;
        for (size_t i = 0; i < buckets; i++) {
            for (struct symbol *s = as->symbols[i]; s; s = s->next) {
                if (s->kind == SYMBOL_UNKNOWN)
                    continue;
                if (pass == 1)
                    sorted[count] = s;
                count++;
            }
        }
    }
    qsort(sorted, count, sizeof(*sorted), by_name);
    for (size_t i = 0; i < count; i++) {
        if (!add_symbol(as, w, sorted[i], first))
            return false;
    }
    return true;
}

static bool find_entry(struct as *as, uint64_t *addr)
{
    struct text name = as->entry.length ? as->entry : (struct text){"_start", 6};
    struct symbol *s = symbol_get(as, name);

    *addr = as->chunk_count ? as->chunks[0].addr : 0;
    if (s->kind == SYMBOL_LABEL)
        *addr = symbol_address(as, s);
    else if (as->entry.length)
        as_error(as, as->entry_place, "entry label `%.*s` is not defined", (int)name.length,
                 name.start);
    return as->errors == 0;
}

const char *output_elf(struct as *as, const char *path)
{
    struct elf_writer *w;
    const char *error = "out of memory";
    unsigned first = 0;
    uint64_t addr;

    if (!find_entry(as, &addr))
        return "not written";
    w = elf_writer_new(EM_SELKIRK, addr);
    if (!w)
        return error;
    for (size_t i = 0; i < as->chunk_count; i++) {
        const struct chunk *c = &as->chunks[i];
        unsigned index = elf_writer_section(w, i ? ".text.org" : ".text", SHT_PROGBITS,
                                            SHF_ALLOC | SHF_EXECINSTR | SHF_WRITE, c->addr, 4,
                                            c->bytes, c->size);

        if (!index)
            goto out;
        if (i == 0)
            first = index;
    }
    if (add_marks(as, w, first) && add_symbols(as, w, first))
        error = as->errors ? "not written" : elf_writer_write(w, path);
out:
    elf_writer_free(w);
    return error;
}
