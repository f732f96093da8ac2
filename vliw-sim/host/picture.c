/*
 * picture.c - see picture.h
 */
#include "picture.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

void picture_free(struct picture *p)
{
    free(p->rgb);
    *p = (struct picture){0};
}

static enum host_status picture_write(const struct picture *p, const char *path)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION,
        .width = p->width,
        .height = p->height,
        .format = PNG_FORMAT_RGB,
    };

    return png_image_write_to_file(&image, path, 0, p->rgb, 0, NULL) ? HOST_OK : HOST_EIO;
}

enum host_status picture_line(struct picture *p, const char *path, uint32_t width, uint32_t height,
                              uint32_t y, const uint8_t *rgb)
{
    if (p->width != width || p->height != height) {
        picture_free(p);
        p->rgb = calloc((size_t)width * height, 3);
        if (!p->rgb)
            return HOST_EIO;
        p->width = width;
        p->height = height;
    }
    memcpy(p->rgb + (size_t)y * width * 3, rgb, (size_t)width * 3);
    return y + 1 == height ? picture_write(p, path) : HOST_OK;
}
