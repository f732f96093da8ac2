/*
 * as.h - the assembler: what its parts share.
 *
 * Source text is read whole and stays in memory; expressions are kept as text and computed when
 * they are needed, since most name labels whose addresses are not known before the layout.
 *
 *   source.c     files, lines, comments
 *   statement.c  labels, directives and bundles become items, in the order of the source
 *   expr.c       symbols and expressions
 *   layout.c     addresses of the items; long immediates are added until nothing changes; bytes
 *   output.c     flat file, boot ROM, ELF
 *
 * Mistakes are reported as `file:line: message` and counted; nothing is written when there was one.
 */
#ifndef TOOLS_AS_H
#define TOOLS_AS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isa.h"
#include "isa_text.h"

#define AS_MAX_ERRORS 20
#define AS_MAX_ATOMS 8              /* of a bundle, on the widest machine */
#define AS_MAX_IMAGE (256ull << 20) /* bytes of output */

struct place {
    const char *file;
    unsigned line;
};

/* A piece of source text. */
struct text {
    const char *start;
    size_t length;
};

enum symbol_kind { SYMBOL_UNKNOWN, SYMBOL_LABEL, SYMBOL_VALUE };

struct symbol {
    struct symbol *next; /* in its hash bucket */
    struct text name;
    enum symbol_kind kind;
    struct place place; /* of the definition */
    size_t item;        /* label: stands before this item */
    struct text value;  /* value: its expression, and the item that `.` means in it */
    bool global, busy;
};

enum item_kind { ITEM_ATOM, ITEM_VALUE, ITEM_BYTES, ITEM_ALIGN, ITEM_SPACE, ITEM_ORG, ITEM_END };

struct item {
    enum item_kind kind;
    struct place place;
    uint64_t addr, size;
    struct text text; /* VALUE, ALIGN, SPACE, ORG: expression; BYTES: the bytes */
    struct text fill; /* SPACE: value of each byte */
    unsigned unit;    /* VALUE: bytes of the number */
    struct isa_op op; /* ATOM */
    struct isa_fixup fix;
    size_t bundle; /* ATOM: first item of its bundle */
    bool stop;     /* ATOM: last of its bundle */
};

/* Contiguous bytes of the output. */
struct chunk {
    uint64_t addr, size;
    size_t first, last; /* items first..last-1 */
    uint8_t *bytes;
};

struct as {
    unsigned errors;
    struct block *blocks; /* memory that lives until the end */
    struct symbol *symbols[1024];
    struct item *items;
    size_t count, room;
    struct chunk *chunks;
    size_t chunk_count;
    struct place place; /* of the line that is being read */
    unsigned depth;     /* of includes */
    size_t bundle;      /* first item of the open bundle */
    bool in_bundle;
    struct place open; /* where the bundle was opened */
    uint64_t base;     /* where the first item goes */
    struct text entry; /* name of the entry label, or empty */
    struct place entry_place;
};

/* main.c */
void as_error(struct as *as, struct place place, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void *as_alloc(struct as *as, size_t size); /* zeroed; ends the program when there is none */

/* source.c: false if the file can't be read; *why says so */
bool source_read(struct as *as, const char *path, const char **why);

/* statement.c */
void statement_line(struct as *as, const char *line);
void statement_end(struct as *as);

/* expr.c */
struct symbol *symbol_get(struct as *as, struct text name);
bool symbol_name(struct text *rest, struct text *name); /* takes a name off the front of `rest` */
void symbol_define(struct as *as, struct text name, enum symbol_kind kind, size_t item,
                   struct text value);
uint64_t symbol_address(const struct as *as, const struct symbol *symbol);
/* Compute; `dot` is the value of `.`. Says what is wrong if `report` is set. */
bool expr_value(struct as *as, struct text text, struct place place, uint64_t dot, bool report,
                int64_t *value);

/* layout.c */
void layout(struct as *as);

/* output.c: NULL, or why the file can't be written */
const char *output_flat(struct as *as, const char *path);
const char *output_rom(struct as *as, const char *path);
const char *output_elf(struct as *as, const char *path);

#endif
