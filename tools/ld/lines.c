/*
 * lines.c - reads .debug_line (DWARF 2 to 5) into rows sorted by address.
 *
 * Only rows in code that exists count: the linker leaves those of discarded functions behind at
 * address 0. A damaged table costs the lines, never the link: reading stops where it makes no
 * sense.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/elf/rows.h"
#include "tools/ld/ld.h"

struct cursor {
    const uint8_t *at, *end;
    bool bad;
};

static uint64_t take_fixed(struct cursor *c, unsigned size)
{
    uint64_t v = 0;

    if ((size_t)(c->end - c->at) < size) {
        c->bad = true;
        c->at = c->end;
        return 0;
    }
    for (unsigned i = 0; i < size; i++)
        v |= (uint64_t)c->at[i] << (8 * i);
    c->at += size;
    return v;
}

static uint64_t take_leb(struct cursor *c, bool is_signed)
{
    uint64_t v = 0;
    unsigned shift = 0;

    for (;;) {
        uint64_t byte = take_fixed(c, 1);

        if (shift < 64)
            v |= (byte & 0x7f) << shift;
        shift += 7;
        if (!(byte & 0x80) || c->bad) {
            if (is_signed && (byte & 0x40) && shift < 64)
                v |= ~UINT64_C(0) << shift;
            return v;
        }
    }
}

static uint64_t take_uleb(struct cursor *c)
{
    return take_leb(c, false);
}

static const char *take_string(struct cursor *c)
{
    const uint8_t *end = memchr(c->at, 0, (size_t)(c->end - c->at));
    const char *s = (const char *)c->at;

    if (!end) {
        c->bad = true;
        c->at = c->end;
        return "";
    }
    c->at = end + 1;
    return s;
}

/* ---------------------------------------------------------------- one line program */

enum {
    FORM_DATA1 = 0x0b,
    FORM_DATA2 = 0x05,
    FORM_DATA4 = 0x06,
    FORM_DATA8 = 0x07,
    FORM_DATA16 = 0x1e,
    FORM_UDATA = 0x0f,
    FORM_STRING = 0x08,
    FORM_STRP = 0x0e,
    FORM_LINE_STRP = 0x1f,
    FORM_BLOCK = 0x09
};
enum { CONTENT_PATH = 1, CONTENT_DIR = 2 };

struct unit {
    const struct rv_file *rv;
    struct lines *out;
    struct cursor c; /* the unit */
    unsigned version, offset_size;
    unsigned min_length, line_range, opcode_base;
    int line_base;
    const uint8_t *opcode_lengths;
    const char **dir;
    uint32_t *file; /* numbers in out->file, by the unit's own number */
    uint32_t dirs, files;
};

static const char *string_in(const struct unit *u, const char *section, uint64_t offset)
{
    const struct rv_section *s = rv_find_section(u->rv, section);

    if (!s || !s->data || offset >= s->size || !memchr(s->data + offset, 0, s->size - offset))
        return "";
    return (const char *)s->data + offset;
}

static uint32_t file_number(struct lines *l, const char *path)
{
    static size_t capacity;

    for (uint32_t i = l->files; i-- > 0;)
        if (strcmp(l->file[i], path) == 0)
            return i;
    l->file = ld_grow(l->file, l->files, &capacity, sizeof *l->file);
    l->file[l->files] = path;
    return l->files++;
}

static const char *join(const char *dir, const char *name)
{
    if (name[0] == '/' || dir[0] == 0)
        return name;
    return ld_format("%s/%s", dir, name);
}

static void add_dir(struct unit *u, size_t *capacity, const char *name)
{
    u->dir = ld_grow(u->dir, u->dirs, capacity, sizeof *u->dir);
    u->dir[u->dirs] = u->dirs ? join(u->dir[0], name) : name;
    u->dirs++;
}

static void add_file(struct unit *u, size_t *capacity, const char *name, uint64_t dir)
{
    u->file = ld_grow(u->file, u->files, capacity, sizeof *u->file);
    u->file[u->files++] = file_number(u->out, join(dir < u->dirs ? u->dir[dir] : "", name));
}

static void read_tables_old(struct unit *u)
{
    size_t dirs = 0, files = 0;

    add_dir(u, &dirs, "");
    while (!u->c.bad && u->c.at < u->c.end && *u->c.at)
        add_dir(u, &dirs, take_string(&u->c));
    take_fixed(&u->c, 1);
    add_file(u, &files, "", 0); /* numbers begin at 1 */
    while (!u->c.bad && u->c.at < u->c.end && *u->c.at) {
        const char *name = take_string(&u->c);
        uint64_t dir = take_uleb(&u->c);

        take_uleb(&u->c);
        take_uleb(&u->c);
        add_file(u, &files, name, dir);
    }
    take_fixed(&u->c, 1);
}

/* One entry of a table of version 5: its path and directory. */
static void read_entry(struct unit *u, const uint64_t (*format)[2], unsigned fields,
                       const char **path, uint64_t *dir)
{
    *path = "";
    *dir = 0;
    for (unsigned i = 0; i < fields; i++) {
        const char *text = NULL;
        uint64_t number = 0;

        switch (format[i][1]) {
        case FORM_STRING: text = take_string(&u->c); break;
        case FORM_LINE_STRP:
            text = string_in(u, ".debug_line_str", take_fixed(&u->c, u->offset_size));
            break;
        case FORM_STRP: text = string_in(u, ".debug_str", take_fixed(&u->c, u->offset_size)); break;
        case FORM_DATA1: number = take_fixed(&u->c, 1); break;
        case FORM_DATA2: number = take_fixed(&u->c, 2); break;
        case FORM_DATA4: number = take_fixed(&u->c, 4); break;
        case FORM_DATA8: number = take_fixed(&u->c, 8); break;
        case FORM_UDATA: number = take_uleb(&u->c); break;
        case FORM_DATA16:
            take_fixed(&u->c, 8);
            take_fixed(&u->c, 8);
            break;
        case FORM_BLOCK:
            for (uint64_t n = take_uleb(&u->c); n && !u->c.bad; n--)
                take_fixed(&u->c, 1);
            break;
        default: u->c.bad = true; return;
        }
        if (format[i][0] == CONTENT_PATH && text)
            *path = text;
        else if (format[i][0] == CONTENT_DIR)
            *dir = number;
    }
}

static void read_table_5(struct unit *u, bool is_dirs)
{
    uint64_t format[256][2];
    unsigned fields = (unsigned)take_fixed(&u->c, 1);
    size_t capacity = 0;

    for (unsigned i = 0; i < fields; i++) {
        format[i][0] = take_uleb(&u->c);
        format[i][1] = take_uleb(&u->c);
    }
    uint64_t count = take_uleb(&u->c);
    for (uint64_t i = 0; i < count && !u->c.bad && fields; i++) {
        const char *path;
        uint64_t dir;

        read_entry(u, (const uint64_t(*)[2])format, fields, &path, &dir);
        if (is_dirs)
            add_dir(u, &capacity, path);
        else
            add_file(u, &capacity, path, dir);
    }
}

static void add_row(struct unit *u, uint64_t addr, uint64_t file, uint64_t line, bool end)
{
    struct lines *l = u->out;

    l->row = ld_grow(l->row, l->rows, &l->capacity, sizeof *l->row);
    l->row[l->rows++] = (struct line_row){.addr = addr,
                                          .file = file < u->files ? u->file[file] : 0,
                                          .line = (uint32_t)line,
                                          .end = end};
}

/* Keeps the sequence that began at row `first` only if it lies in code. */
static void close_sequence(struct unit *u, size_t first)
{
    struct lines *l = u->out;

    if (l->rows > first &&
        (!rv_code_at(u->rv, l->row[first].addr, false) || l->row[first].addr == 0))
        l->rows = first;
}

enum {
    LNS_COPY = 1,
    LNS_ADVANCE_PC,
    LNS_ADVANCE_LINE,
    LNS_SET_FILE,
    LNS_SET_COLUMN,
    LNS_NEGATE,
    LNS_BASIC_BLOCK,
    LNS_CONST_ADD_PC,
    LNS_FIXED_ADVANCE_PC
};
enum { LNE_END_SEQUENCE = 1, LNE_SET_ADDRESS = 2 };

static void run_program(struct unit *u)
{
    uint64_t addr = 0, file = 1, line = 1;
    size_t first = u->out->rows;

    while (!u->c.bad && u->c.at < u->c.end) {
        unsigned op = (unsigned)take_fixed(&u->c, 1);

        if (op >= u->opcode_base) {
            unsigned k = op - u->opcode_base;
            addr += (uint64_t)(k / u->line_range) * u->min_length;
            line += (uint64_t)(u->line_base + (int)(k % u->line_range));
            add_row(u, addr, file, line, false);
            continue;
        }
        switch (op) {
        case 0: {
            uint64_t length = take_uleb(&u->c);
            const uint8_t *start = u->c.at;
            if (length == 0 || length > (uint64_t)(u->c.end - start)) {
                u->c.bad = true;
                break;
            }
            unsigned ext = (unsigned)take_fixed(&u->c, 1);
            if (ext == LNE_END_SEQUENCE) {
                add_row(u, addr, file, line, true);
                close_sequence(u, first);
                first = u->out->rows;
                addr = 0;
                file = line = 1;
            } else if (ext == LNE_SET_ADDRESS && length <= 9) {
                addr = take_fixed(&u->c, (unsigned)length - 1);
            }
            u->c.at = start + length;
            break;
        }
        case LNS_COPY: add_row(u, addr, file, line, false); break;
        case LNS_ADVANCE_PC: addr += take_uleb(&u->c) * u->min_length; break;
        case LNS_ADVANCE_LINE: line += take_leb(&u->c, true); break;
        case LNS_SET_FILE: file = take_uleb(&u->c); break;
        case LNS_SET_COLUMN: take_uleb(&u->c); break;
        case LNS_NEGATE:
        case LNS_BASIC_BLOCK: break;
        case LNS_CONST_ADD_PC:
            addr += (uint64_t)((255 - u->opcode_base) / u->line_range) * u->min_length;
            break;
        case LNS_FIXED_ADVANCE_PC: addr += take_fixed(&u->c, 2); break;
        default:
            for (unsigned i = 0; i < u->opcode_lengths[op - 1]; i++)
                take_uleb(&u->c);
        }
    }
    if (u->out->rows > first && !u->out->row[u->out->rows - 1].end)
        u->out->rows = first;
}

static void read_unit(struct unit *u)
{
    u->version = (unsigned)take_fixed(&u->c, 2);
    if (u->version < 2 || u->version > 5)
        return;
    if (u->version == 5)
        take_fixed(&u->c, 2); /* sizes of address and segment selector */
    uint64_t header = take_fixed(&u->c, u->offset_size);
    if (header > (uint64_t)(u->c.end - u->c.at))
        return;
    const uint8_t *program = u->c.at + header;
    u->min_length = (unsigned)take_fixed(&u->c, 1);
    if (u->version >= 4)
        take_fixed(&u->c, 1); /* operations an instruction: of no use here */
    take_fixed(&u->c, 1);
    u->line_base = (int8_t)take_fixed(&u->c, 1);
    u->line_range = (unsigned)take_fixed(&u->c, 1);
    u->opcode_base = (unsigned)take_fixed(&u->c, 1);
    if (u->line_range == 0 || u->opcode_base == 0 || (size_t)(u->c.end - u->c.at) < u->opcode_base)
        return;
    u->opcode_lengths = u->c.at;
    u->c.at += u->opcode_base - 1;
    if (u->version == 5) {
        read_table_5(u, true);
        read_table_5(u, false);
    } else {
        read_tables_old(u);
    }
    if (u->c.bad)
        return;
    u->c.at = program;
    run_program(u);
}

static int by_row(const void *a, const void *b)
{
    const struct line_row *x = a, *y = b;

    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    return (int)y->end - (int)x->end; /* an end before what begins there */
}

void lines_read(struct lines *l, const struct rv_file *f)
{
    const struct rv_section *s = rv_find_section(f, ".debug_line");
    struct cursor all = {0};

    if (!s || !s->data)
        return;
    all.at = s->data;
    all.end = s->data + s->size;
    while (!all.bad && all.at < all.end) {
        struct unit u = {.rv = f, .out = l, .offset_size = 4};
        uint64_t length = take_fixed(&all, 4);

        if (length == 0xffffffff) {
            length = take_fixed(&all, 8);
            u.offset_size = 8;
        }
        if (length > (uint64_t)(all.end - all.at))
            break;
        u.c = (struct cursor){.at = all.at, .end = all.at + length};
        all.at += length;
        read_unit(&u);
    }
    if (l->rows)
        qsort(l->row, l->rows, sizeof *l->row, by_row);
}

const struct line_row *lines_find(const struct lines *l, uint64_t rv)
{
    size_t from = ROWS_BELOW(l->row, l->rows, struct line_row, addr, rv + 1);

    return from && !l->row[from - 1].end ? &l->row[from - 1] : NULL;
}
