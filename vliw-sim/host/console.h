/*
 * console.h - byte streams between the firmware and the host's terminal or files.
 */
#ifndef SELKIRK_HOST_CONSOLE_H
#define SELKIRK_HOST_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hidden-mem/hostport.h"

struct console {
    FILE *out; /* NULL: output is dropped */
    bool out_owned;
    int in; /* -1: no input, or its end was reached */
    bool in_owned;
    bool in_terminal; /* taken: tty.h */
    uint8_t held[16]; /* typed at a terminal while the guest did not listen */
    unsigned held_count;
    bool escaped;     /* Ctrl-A came: the next key is for the simulator */
};

/*
 * `out`, `in`: "-" for standard streams, a path, or NULL for none. A terminal is switched to
 * single characters.
 */
bool console_open(struct console *c, const char *out, const char *in, char *error,
                  size_t error_size);
void console_close(struct console *c);

enum host_status console_write(struct console *c, const void *from, uint64_t length);

/*
 * What is there now, without waiting; HOST_EHANDLE when nothing will come any more. Ctrl-A is for
 * the simulator if a terminal sends it: see console.c.
 */
enum host_status console_read(struct console *c, void *to, uint64_t length, uint64_t *count);

#endif
