/*
 * script.h - somebody who types: a file of lines, followed one by one.
 *
 *     wait TEXT      until the first console has written TEXT
 *     type TEXT      these bytes go into the first console; \r \n \t \e \\ as in C
 *     keys NAME...   keys pressed and released, one after the other; ctrl-alt-del is pressed
 *                    together
 *     mouse WHAT...  X,Y moves it to the right and down; left, right and middle click, +left
 *                    presses, -left releases; up and down turn the wheel by a notch
 *
 * Empty lines and lines that begin with # mean nothing. What is typed is asked for by the firmware
 * at moments of simulated time, so a run with a script is the same every time.
 */
#ifndef SELKIRK_HOST_SCRIPT_H
#define SELKIRK_HOST_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hidden-mem/hostport.h"

struct script;

/* NULL with a line in `error` if the file can't be read or understood. */
struct script *script_open(const char *path, char *error, size_t error_size);
void script_free(struct script *s);

void script_hear(struct script *s, const uint8_t *bytes, size_t length); /* console output */

/* How many there are now. HOST_EHANDLE: the script is at its end. */
enum host_status script_type(struct script *s, uint8_t *to, uint64_t length, uint64_t *count);
enum host_status script_events(struct script *s, struct host_event *to, uint64_t most,
                               uint64_t *count);

#endif
