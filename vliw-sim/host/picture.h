/*
 * picture.h - the guest's picture as the firmware hands it over, line by line, written as PNG.
 */
#ifndef SELKIRK_HOST_PICTURE_H
#define SELKIRK_HOST_PICTURE_H

#include <stdint.h>

#include "hidden-mem/hostport.h"

#define PICTURE_SIDE_MAX 4096

struct picture {
    uint32_t width, height;
    uint8_t *rgb; /* NULL: no line has come yet */
};

/* Line `y` of a picture; with its last line the file is written. */
enum host_status picture_line(struct picture *p, const char *path, uint32_t width, uint32_t height,
                              uint32_t y, const uint8_t *rgb);
void picture_free(struct picture *p);

#endif
