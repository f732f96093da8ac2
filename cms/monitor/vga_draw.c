/*
 * vga_draw.c - the picture that a monitor would show, in lines of red, green and blue bytes.
 *
 * A line is made in one buffer and handed to the host. Text is drawn with the font that the guest
 * has loaded into plane 2. What the two CGA modes and text show lies in ordinary memory at B8000.
 */
#include "hidden-mem/hostport.h"
#include "hidden-mem/map.h"
#include "monitor/vga.h"

#define CGA_BANK 0x2000 /* odd lines of a CGA picture */
#define GLYPH 32        /* bytes of a character's picture in plane 2 */

struct picture {
    unsigned width, height;
    unsigned zoom; /* scan lines of one row of pixels */
    void (*line)(struct vga *v, const struct picture *p, unsigned y);
    struct vbe_mode mode;
};

static const uint8_t *text_memory(void)
{
    return (const uint8_t *)(GUEST_BASE + TEXT_BASE);
}

static void put_dac(struct vga *v, unsigned x, uint8_t index)
{
    const uint8_t *color = v->dac + (index & v->dac_mask) * 3u;

    for (unsigned i = 0; i < 3; i++)
        v->line[x * 3 + i] = (uint8_t)(color[i] << 2 | color[i] >> 4);
}

/* One of sixteen colors, through the palette. */
static void put_attribute(struct vga *v, unsigned x, unsigned color)
{
    uint8_t index = v->attr[color & 15] & 63;

    if (v->attr[0x10] & 0x80)
        index = (uint8_t)((index & 15) | (v->attr[0x14] & 3) << 4);
    put_dac(v, x, (uint8_t)(index | (v->attr[0x14] & 12) << 4));
}

static uint32_t start_address(const struct vga *v)
{
    return (uint32_t)(v->crtc[CRTC_START] << 8 | v->crtc[CRTC_START + 1]);
}

static void line_text(struct vga *v, const struct picture *p, unsigned y)
{
    unsigned cell = (v->crtc[CRTC_CELL] & 31u) + 1, columns = v->crtc[CRTC_COLUMNS] + 1u;
    unsigned row = y / cell, width = p->width / columns;
    uint32_t cursor = (uint32_t)(v->crtc[CRTC_CURSOR] << 8 | v->crtc[CRTC_CURSOR + 1]);
    bool in_cursor = !(v->crtc[CRTC_CURSOR_FIRST] & 0x20) &&
                     y % cell >= (v->crtc[CRTC_CURSOR_FIRST] & 31u) &&
                     y % cell <= (v->crtc[CRTC_CURSOR_LAST] & 31u);

    for (unsigned x = 0; x < p->width; x++) {
        uint32_t at = start_address(v) + row * (v->crtc[CRTC_OFFSET] * 2u) + x / width;
        const uint8_t *c = text_memory() + at * 2 % TEXT_SIZE;
        uint8_t glyph = v->vram[(c[0] * GLYPH + y % cell) * 4 + 2];
        unsigned column = x % width;
        bool line_drawing = c[0] >= 0xc0 && c[0] <= 0xdf && v->attr[0x10] & 4;
        bool lit = column < 8 ? glyph >> (7 - column) & 1 : line_drawing && glyph & 1;

        lit |= in_cursor && at == cursor;
        put_attribute(v, x, lit ? c[1] & 15 : c[1] >> 4 & 7);
    }
}

static void line_planes(struct vga *v, const struct picture *p, unsigned y)
{
    for (unsigned x = 0; x < p->width; x++) {
        uint32_t at = start_address(v) + y * (v->crtc[CRTC_OFFSET] * 2u) + x / 8;
        const uint8_t *four = v->vram + at * 4 % VRAM_SIZE;
        unsigned color = 0;

        for (unsigned plane = 0; plane < 4; plane++)
            color |= (four[plane] >> (7 - x % 8) & 1u) << plane;
        put_attribute(v, x, color);
    }
}

static void line_256(struct vga *v, const struct picture *p, unsigned y)
{
    uint32_t at = start_address(v) * 4 + y * (v->crtc[CRTC_OFFSET] * 8u);

    for (unsigned x = 0; x < p->width; x++)
        put_dac(v, x, v->vram[(at + x) % VRAM_SIZE]);
}

/* Two bits a pixel, or one; even lines first, then the odd ones. */
static void line_cga(struct vga *v, const struct picture *p, unsigned y)
{
    bool colors = v->gc[GC_MODE] & GC_MODE_CGA;
    const uint8_t *row = text_memory() + y % 2 * CGA_BANK + y / 2 * 80;

    for (unsigned x = 0; x < p->width; x++)
        put_attribute(v, x,
                      colors ? row[x / 4] >> (6 - x % 4 * 2) & 3 : row[x / 8] >> (7 - x % 8) & 1);
}

/* The upper `bits` bits of a color of `bits` bits, as eight. */
static uint8_t widen(uint32_t value, unsigned bits)
{
    value &= (1u << bits) - 1;
    return (uint8_t)(value << (8 - bits) | value >> (2 * bits - 8));
}

static void line_vbe(struct vga *v, const struct picture *p, unsigned y)
{
    unsigned bytes = (p->mode.bits + 7) / 8, green = p->mode.bits == 16 ? 6 : 5;
    uint32_t at = p->mode.start + y * p->mode.pitch;

    for (unsigned x = 0; x < p->width; x++, at += bytes) {
        uint8_t *to = v->line + x * 3;
        uint32_t pixel = 0;

        for (unsigned i = 0; i < bytes; i++)
            pixel |= (uint32_t)v->vram[(at + i) % VRAM_SIZE] << (8 * i);
        if (bytes == 1) {
            put_dac(v, x, (uint8_t)pixel);
        } else if (bytes == 2) {
            to[0] = widen(pixel >> (5 + green), 5);
            to[1] = widen(pixel >> 5, green);
            to[2] = widen(pixel, 5);
        } else {
            to[0] = (uint8_t)(pixel >> 16);
            to[1] = (uint8_t)(pixel >> 8);
            to[2] = (uint8_t)pixel;
        }
    }
}

/* What is on the screen now? */
static struct picture picture_now(const struct vga *v)
{
    unsigned columns = v->crtc[CRTC_COLUMNS] + 1u;
    unsigned twice = (v->crtc[CRTC_CELL] & 31u) + 1; /* in graphics modes: scan lines of a row */
    struct picture p = {.width = columns * 8, .height = vga_lines(v), .zoom = 1};

    if (v->crtc[CRTC_CELL] & 0x80)
        twice *= 2;
    if (vbe_active(&p.mode)) {
        p.width = p.mode.width;
        p.height = p.mode.height;
        p.line = p.mode.bits == 4 ? line_planes : line_vbe;
    } else if (!(v->gc[GC_MISC] & GC_MISC_GRAPHICS)) {
        p.width = columns * (v->seq[SEQ_CLOCKING] & 1 ? 8 : 9);
        p.line = line_text;
    } else if ((v->gc[GC_MISC] >> 2 & 3) == 3) {
        p.zoom = vga_lines(v) / 200;
        p.line = line_cga;
    } else if (v->gc[GC_MODE] & GC_MODE_256) {
        p.width = columns * 4;
        p.zoom = twice;
        p.line = line_256;
    } else {
        p.zoom = twice;
        p.line = line_planes;
    }
    p.height /= p.zoom ? p.zoom : 1;
    return p;
}

void vga_draw(struct vga *v)
{
    struct picture p = picture_now(v);
    struct host_request rq = {
        .op = HOST_FRAME,
        .arg = {p.width, p.height, 0},
        .buffer = (uintptr_t)v->line,
        .length = p.width * 3,
    };

    if (p.width > WIDTH_MAX || p.height > HEIGHT_MAX)
        return;
    for (unsigned y = 0; y < p.height; y++) {
        rq.arg[2] = y;
        p.line(v, &p, y);
        if (proxy_call(&rq) != HOST_OK)
            return;
    }
}
