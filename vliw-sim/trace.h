/*
 * trace.h - what -d shows of the chip.
 *
 * Categories that the chip doesn't have are the firmware's: they are handed to it as the option
 * `d=...`, and what it answers comes back through the host port into the same stream.
 */
#ifndef SELKIRK_TRACE_H
#define SELKIRK_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TRACE_CATEGORIES(X)                                                             \
    X(BUNDLE, "bundle", "cycle, phase, place, atoms of each bundle before it executes") \
    X(TRAP, "trap", "cycle, place, cause, address, einfo of each trap")                 \
    X(HOST, "host", "cycle, place, operation, block of each host request")              \
    X(PHASE, "phase", "cycle, place, phase whenever it changes")                        \
    X(POWER, "power", "cycle, place, point, clock, voltage at each change")                 \
    X(COMMIT, "commit",                                                                 \
      "cycle, place, guest instructions, stores of each commit; rollbacks likewise")

enum trace_bit {
#define X(name, word, text) TRACE_BIT_##name,
    TRACE_CATEGORIES(X)
#undef X
};

enum trace_category {
#define X(name, word, text) TRACE_##name = 1u << TRACE_BIT_##name,
    TRACE_CATEGORIES(X)
#undef X
};

struct symbols;
struct chip;
struct bundle;

struct trace {
    FILE *out;
    uint32_t wanted; /* enum trace_category */
    uint32_t on;     /* of these, in the cycles that are to be traced */
    const struct symbols *symbols;
};

/*
 * Reads a comma-separated list. What isn't the chip's goes into `others`, comma-separated. False if
 * that is too small.
 */
bool trace_parse(const char *list, uint32_t *on, char *others, size_t size);
void trace_help(FILE *out);

/* The columns of what is switched on. */
void trace_header(const struct trace *t);

/* One line of a category, if it is on; cycle and place come before the text. */
void trace_line(struct chip *chip, enum trace_category category, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void trace_bundle(struct chip *chip, const struct bundle *b);

const char *trace_host_op(uint32_t op);

static inline bool trace_on(const struct trace *t, enum trace_category category)
{
    return t && t->on & category;
}

#endif
