/*
 * vga.h - what the files of the display share.
 *
 *   vga.c         registers of the VGA; what the screen is at the moment
 *   vga_memory.c  the window at A0000: planes, latches, banks
 *   vga_draw.c    the picture, line by line
 *   vbe.c         Bochs' graphics interface: resolutions, linear framebuffer, the PCI function
 */
#ifndef CMS_MONITOR_VGA_H
#define CMS_MONITOR_VGA_H

#include "monitor/monitor.h"

#define WINDOW_BASE 0xa0000u
#define WINDOW_SIZE 0x10000u
#define TEXT_BASE 0xb8000u
#define TEXT_SIZE 0x8000u
#define VRAM_SIZE (4u << 20) /* a power of two: the framebuffer's base address register has it */
#define COLUMNS_MAX 132
#define ROWS_MAX 60
#define WIDTH_MAX 1600
#define HEIGHT_MAX 1200

enum { SEQ_CLOCKING = 1, SEQ_MAP_MASK = 2, SEQ_MEMORY = 4, SEQ_COUNT = 8 };
enum { SEQ_MEMORY_CHAIN4 = 8 };
enum {
    GC_SET = 0,
    GC_SET_ENABLE = 1,
    GC_COMPARE = 2,
    GC_FUNCTION = 3,
    GC_READ_MAP = 4,
    GC_MODE = 5,
    GC_MISC = 6,
    GC_DONT_CARE = 7,
    GC_BIT_MASK = 8,
    GC_COUNT = 16,
};
enum { CURSOR_OFF = 0x20 };
enum { GC_MISC_GRAPHICS = 1, GC_MODE_CGA = 0x20, GC_MODE_256 = 0x40 };
enum {
    CRTC_COLUMNS = 0x01,
    CRTC_OVERFLOW = 0x07,
    CRTC_CELL = 0x09,
    CRTC_CURSOR_FIRST = 0x0a,
    CRTC_CURSOR_LAST = 0x0b,
    CRTC_START = 0x0c,
    CRTC_CURSOR = 0x0e,
    CRTC_LINES = 0x12,
    CRTC_OFFSET = 0x13,
    CRTC_COUNT = 32,
};

struct vga {
    uint8_t misc, feature;
    uint8_t seq_index, seq[SEQ_COUNT];
    uint8_t gc_index, gc[GC_COUNT];
    uint8_t crtc_index, crtc[CRTC_COUNT];
    uint8_t attr_index, attr[32];
    bool attr_data; /* the next write to 3C0 is data */
    uint8_t dac_mask, dac_state;
    uint16_t dac_read, dac_write; /* byte numbers in dac[] */
    uint8_t dac[768];
    uint8_t latch[4];
    uint8_t *vram; /* VRAM_SIZE bytes; byte a of plane p is at 4 a + p. Outlives a reset */
    uint8_t screen[COLUMNS_MAX * ROWS_MAX * 2]; /* as the host has it */
    unsigned shown;                             /* bytes of it; 0: nothing yet */
    uint64_t shown_cursor;
    bool unseen; /* nobody looks */
    uint8_t line[WIDTH_MAX * 3];
};

/* A mode of Bochs' interface that is switched on. */
struct vbe_mode {
    unsigned width, height, bits;
    uint32_t start, pitch; /* bytes of video memory */
};

static inline struct vga *vga_state(void)
{
    return cms.mon->state[DEV_vga];
}

/* Scan lines of the screen. */
static inline unsigned vga_lines(const struct vga *v)
{
    return v->crtc[CRTC_LINES] + (v->crtc[CRTC_OVERFLOW] & 2u) * 0x80 +
           (v->crtc[CRTC_OVERFLOW] & 0x40u) * 8 + 1;
}

/* vga_memory.c */
uint64_t vga_window_read(void *state, uint32_t addr, unsigned size);
void vga_window_write(void *state, uint32_t addr, unsigned size, uint64_t value);

/* vga_draw.c */
void vga_draw(struct vga *v); /* the picture to the host, if it wants one */

/* vbe.c */
bool vbe_active(struct vbe_mode *mode); /* false: the VGA's own registers say what is shown */
uint32_t vbe_bank(void);                /* bytes: where the window is; 0 unless active */

#endif
