/*
 * dwarf.c - writes the line table of the VLIW text, and as much of the rest as readers need to find
 * it.
 *
 * One compilation unit and one line program cover the whole text. A bundle gets the line of its
 * first atom in the input's order; a row is written where file or line change. DWARF 4: file names
 * stand in the table itself.
 */
#include <string.h>

#include "tools/ld/ld.h"

enum {
    TAG_COMPILE_UNIT = 0x11,
    AT_NAME = 0x03,
    AT_STMT_LIST = 0x10,
    AT_LOW_PC = 0x11,
    AT_HIGH_PC = 0x12,
    AT_PRODUCER = 0x25,
    FORM_ADDR = 0x01,
    FORM_DATA8 = 0x07,
    FORM_STRING = 0x08,
    FORM_SEC_OFFSET = 0x17
};
enum { OPCODE_BASE = 13, LNS_COPY = 1, LNS_ADVANCE_PC = 2, LNS_ADVANCE_LINE = 3, LNS_SET_FILE = 4 };

static void patch_u32(struct bytes *b, size_t at, uint64_t v)
{
    for (unsigned i = 0; i < 4; i++)
        b->data[at + i] = (uint8_t)(v >> (8 * i));
}

static void string(struct bytes *b, const char *s)
{
    do
        bytes_u8(b, (uint8_t)*s);
    while (*s++);
}

static void line_header(const struct lines *l, struct bytes *b)
{
    static const uint8_t lengths[OPCODE_BASE - 1] = {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1};

    bytes_u32(b, 0); /* length of the unit */
    bytes_u16(b, 4);
    bytes_u32(b, 0); /* length of the header */
    bytes_u8(b, 4);  /* bytes of a word */
    bytes_u8(b, 1);
    bytes_u8(b, 1);
    bytes_u8(b, (uint8_t)-3);
    bytes_u8(b, 12);
    bytes_u8(b, OPCODE_BASE);
    bytes_add(b, lengths, sizeof lengths);
    bytes_u8(b, 0); /* no directories: names are whole */
    for (uint32_t i = 0; i < l->files; i++) {
        string(b, l->file[i][0] ? l->file[i] : "?");
        bytes_uleb(b, 0);
        bytes_uleb(b, 0);
        bytes_uleb(b, 0);
    }
    bytes_u8(b, 0);
    patch_u32(b, 6, b->size - 10);
}

static void extended(struct bytes *b, unsigned op, unsigned size)
{
    bytes_u8(b, 0);
    bytes_uleb(b, size);
    bytes_u8(b, op);
}

static uint64_t first_pc(const struct bundle *b)
{
    uint64_t pc = b->atom[0].pc;

    for (uint32_t k = 1; k < b->count; k++)
        if (b->atom[k].pc < pc)
            pc = b->atom[k].pc;
    return pc;
}

static void line_program(const struct program *p, const struct lines *l, struct bytes *b)
{
    uint64_t at = p->text_addr, line = 1;
    uint32_t file = 0;
    bool first = true;

    extended(b, 2, 9);
    bytes_u64(b, at);
    for (size_t i = 0; i < p->bundles; i++) {
        const struct bundle *u = &p->bundle[i];
        const struct line_row *row = lines_find(l, first_pc(u));

        if (!row || (!first && row->file == file && row->line == line))
            continue;
        if (first || row->file != file) {
            bytes_u8(b, LNS_SET_FILE);
            bytes_uleb(b, (uint64_t)row->file + 1);
        }
        bytes_u8(b, LNS_ADVANCE_LINE);
        bytes_sleb(b, (int64_t)row->line - (int64_t)line);
        bytes_u8(b, LNS_ADVANCE_PC);
        bytes_uleb(b, (u->addr - at) / 4);
        bytes_u8(b, LNS_COPY);
        at = u->addr;
        line = row->line;
        file = row->file;
        first = false;
    }
    bytes_u8(b, LNS_ADVANCE_PC);
    bytes_uleb(b, (p->text_addr + p->text_size - at) / 4);
    extended(b, 1, 1);
    patch_u32(b, 0, b->size - 4);
}

void dwarf_write(const struct program *p, const struct lines *l, struct bytes *line,
                 struct bytes *info, struct bytes *abbrev)
{
    static const uint8_t form[][2] = {{AT_PRODUCER, FORM_STRING},      {AT_NAME, FORM_STRING},
                                      {AT_STMT_LIST, FORM_SEC_OFFSET}, {AT_LOW_PC, FORM_ADDR},
                                      {AT_HIGH_PC, FORM_DATA8},        {0, 0}};

    const char *slash = strrchr(p->rv->path, '/');

    line_header(l, line);
    line_program(p, l, line);

    bytes_uleb(abbrev, 1);
    bytes_uleb(abbrev, TAG_COMPILE_UNIT);
    bytes_u8(abbrev, 0); /* no children */
    bytes_add(abbrev, form, sizeof form);
    bytes_uleb(abbrev, 0);

    bytes_u32(info, 0);
    bytes_u16(info, 4);
    bytes_u32(info, 0); /* abbreviations */
    bytes_u8(info, 8);
    bytes_uleb(info, 1);
    string(info, "vliw-ld");
    string(info, slash ? slash + 1 : p->rv->path); /* where it lay must not change the output */
    bytes_u32(info, 0); /* line table */
    bytes_u64(info, p->text_addr);
    bytes_u64(info, p->text_size);
    patch_u32(info, 0, info->size - 4);
}
