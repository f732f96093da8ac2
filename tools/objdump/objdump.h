/*
 * objdump.h - the disassembler: what its parts share.
 *
 *   main.c      command line; ELF files, images, boot ROMs, flat files as regions of bytes
 *   symbols.c   names of addresses
 *   listing.c   bundles, one a line
 */
#ifndef TOOLS_OBJDUMP_H
#define TOOLS_OBJDUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name {
    uint64_t addr;
    const char *text;
    int mark; /* 0 a label, 'x' bundles begin here, 'd' data begins here */
};

struct symbols {
    struct name *names; /* by address, labels before marks */
    size_t count, room;
};

struct region {
    uint64_t addr, size;
    const uint8_t *bytes;
};

struct options {
    uint64_t start, stop; /* only bundles at start <= address < stop */
    bool words;           /* show the encoding */
};

/* symbols.c; add returns false if there is no memory */
bool symbols_add(struct symbols *s, uint64_t addr, const char *text, int mark);
void symbols_sort(struct symbols *s);
/* Index of the first name at or above `addr`; s->count if there is none. */
size_t symbols_from(const struct symbols *s, uint64_t addr);
/* The label at or nearest below `addr`, or NULL; marks don't count. */
const struct name *symbols_label(const struct symbols *s, uint64_t addr);

/* listing.c */
void listing_region(const struct region *r, const struct symbols *s, const struct options *o);

#endif
