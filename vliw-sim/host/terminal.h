/*
 * terminal.h - a text screen shown in a terminal, as it changes, and keys of that terminal as a
 * keyboard's.
 */
#ifndef SELKIRK_HOST_TERMINAL_H
#define SELKIRK_HOST_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hidden-mem/hostport.h"
#include "screen.h"

#define TERMINAL_KEYS 64 /* events that wait to be asked for */

struct terminal {
    FILE *out;  /* NULL: there is no terminal */
    bool color; /* NO_COLOR is not set */
    unsigned columns, rows; /* shown now; 0: nothing yet */
    uint8_t shown[SCREEN_COLUMNS_MAX * SCREEN_ROWS_MAX * 2];
    int attribute; /* of what is written next; -1: the terminal's own */
    struct host_event key[TERMINAL_KEYS];
    unsigned keys;
};

void terminal_open(struct terminal *t, FILE *out);
void terminal_close(struct terminal *t); /* the cursor goes below what is shown */

/*
 * `cells` as for screen_write; only what has changed is written. `cursor`: a cell, or beyond: none.
 */
enum host_status terminal_show(struct terminal *t, const uint8_t *cells, unsigned columns,
                               unsigned rows, uint64_t cursor);

/* Bytes that the terminal has sent, a whole key or several. What finds no room is lost. */
void terminal_typed(struct terminal *t, const uint8_t *bytes, size_t length);

/* Takes up to `most` events; returns how many. */
uint64_t terminal_events(struct terminal *t, struct host_event *to, uint64_t most);

#endif
