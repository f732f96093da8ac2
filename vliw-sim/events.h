/*
 * events.h - the last things that happened to a chip, for panics and trap loops.
 *
 * A trap whose handler goes back to the bundle that trapped is forgotten, with all that happened
 * since: code and TLB entries that are loaded on demand would push out what led to a panic.
 */
#ifndef SELKIRK_EVENTS_H
#define SELKIRK_EVENTS_H

#include <stdint.h>
#include <stdio.h>

#define EVENTS_KEPT 32

enum event_kind {
    EVENT_TRAP,     /* a: cause, b: bad address */
    EVENT_HOST,     /* a: operation, b: address of the block */
    EVENT_PHASE,    /* a: phase */
    EVENT_ROLLBACK, /* b: uncommitted stores dropped */
    EVENT_POWER,    /* a: point, b: kHz */
    EVENT_HALT
};

struct event {
    uint64_t cycle;
    uint64_t pc;
    uint64_t b;
    uint32_t a;
    uint32_t kind;
};

struct events {
    struct event ring[EVENTS_KEPT];
    uint64_t first, count; /* those that are kept, counted from the run's beginning */
};

static inline void event_add(struct events *ev, enum event_kind kind, uint64_t cycle, uint64_t pc,
                             uint32_t a, uint64_t b)
{
    ev->ring[ev->count++ % EVENTS_KEPT] =
        (struct event){.cycle = cycle, .pc = pc, .b = b, .a = a, .kind = kind};
    if (ev->count - ev->first > EVENTS_KEPT)
        ev->first++;
}

/* Control goes back from the last trap to `pc`. */
void event_return(struct events *ev, uint64_t pc);
/* The last trap that is kept, or NULL. */
const struct event *events_trap(const struct events *ev);

struct symbols;

/* Oldest first, one a line. */
void events_print(const struct events *ev, const struct symbols *symbols, FILE *out);

#endif
