/*
 * tcache.h - vliw-tcache: what a run has traced of its translations (vliw-sim -d trans,tcache)
 * beside what each of their bundles has cost (vliw-sim --profile).
 */
#ifndef TOOLS_TCACHE_H
#define TOOLS_TCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define LINE 256

/* ---------------------------------------------------------------- trace.c */

struct guest_line { /* an instruction */
    unsigned number;
    char text[LINE];
};

struct atom_line {
    uint64_t address; /* of its bundle */
    unsigned insn;    /* guest_line's number */
    char text[LINE];  /* cycle, atom */
};

enum fate { FATE_LIVE, FATE_INVALIDATED, FATE_OVERWRITTEN };

struct translation {
    uint32_t eip;
    char head[LINE], context[LINE];
    struct guest_line *guest;
    size_t guests;
    struct atom_line *atom;
    size_t atoms;
    uint32_t *link; /* EIPs of the translations that it is chained to */
    size_t links;
    enum fate fate;
    bool reused; /* its memory also held another one: the counts are of both */
    uint64_t entered, cycles;
};

struct trace {
    struct translation *translation;
    size_t count;
};

/* NULL, or why the file can't be read. */
const char *trace_read(const char *path, struct trace *t);
void trace_free(struct trace *t);

/* ---------------------------------------------------------------- profile.c */

struct cost {
    uint64_t address, entered, cycles;
    char waits[LINE]; /* NAME:CYCLES,... or - */
};

struct profile {
    struct cost *cost; /* in order of address */
    size_t count;
    uint64_t cycles; /* of all */
};

const char *profile_read(const char *path, struct profile *p);
const struct cost *profile_at(const struct profile *p, uint64_t address); /* NULL: never entered */
void profile_free(struct profile *p);

/* --------------------------------------------------------------- names.c: of a guest's ELF file */

struct name {
    uint32_t address;
    const char *text;
};

struct names {
    struct name *name; /* in order of address */
    size_t count;
    uint8_t *file;
};

const char *names_read(const char *path, struct names *n);
/* `text` becomes NAME+OFFSET, or nothing. */
void names_text(const struct names *n, uint32_t address, char *text, size_t size);
bool names_find(const struct names *n, const char *text, uint32_t *address);
void names_free(struct names *n);

/* The whole file, zero-terminated; NULL with errno set. free() it. */
uint8_t *file_read(const char *path, size_t *size);

/* Room for one more entry of an array; panics never, ends the program without memory. */
void *more(void *array, size_t count, size_t size);

#endif
