/*
 * screen.h - a text screen as the firmware hands it over, written as UTF-8.
 */
#ifndef SELKIRK_HOST_SCREEN_H
#define SELKIRK_HOST_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hidden-mem/hostport.h"

#define SCREEN_COLUMNS_MAX 256
#define SCREEN_ROWS_MAX 128

#define SCREEN_UTF8 3

/* A character of code page 437 as UTF-8, ended by a zero. */
void screen_utf8(uint8_t c, char text[SCREEN_UTF8 + 1]);

/* Can the file be written? It is created, or emptied. If not, a line in `error` says why. */
bool screen_usable(const char *path, char *error, size_t error_size);

/*
 * `cells`: columns * rows pairs of code page 437 character and attribute. Trailing blanks are left
 * out.
 */
enum host_status screen_write(const char *path, const uint8_t *cells, unsigned columns,
                              unsigned rows);

#endif
