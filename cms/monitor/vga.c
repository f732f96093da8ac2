/*
 * vga.c - the registers of a VGA, and its text screen.
 *
 * The text buffer at B8000 is ordinary guest memory: writing to it costs the guest nothing, and it
 * is looked at twenty times a second, and when the run ends. The window at A0000, where fonts are
 * loaded and graphics modes have their pixels, is a device page. Registers hold what is written.
 * Retrace is a function of time.
 */
#include "monitor/vga.h"

#include "hidden-mem/hostport.h"
#include "hidden-mem/map.h"

/* 640 x 400 at 70 Hz */
#define LINE_NS 31778
#define LINES 449
#define LINES_SHOWN 400
#define RETRACE_FIRST 412
#define RETRACE_LAST 413
#define LINE_SHOWN_NS 25422

#define SHOW_NS 50000000 /* between two looks at the text screen */

enum { ST1_BLANK = 1, ST1_RETRACE = 8 };

/* Registers of the 80 x 25 text mode that a VGA BIOS sets up. */
static const uint8_t text_mode_crtc[CRTC_COUNT] = {
    0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00,
    0x00, 0x00, 0x00, 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff,
};

static uint8_t vga_status1(void)
{
    uint64_t now = sched_now();
    unsigned line = (unsigned)(now / LINE_NS % LINES);
    bool shown = line < LINES_SHOWN && now % LINE_NS < LINE_SHOWN_NS;

    return (shown ? 0 : ST1_BLANK) |
           (line >= RETRACE_FIRST && line <= RETRACE_LAST ? ST1_RETRACE : 0);
}

static uint32_t vga_in(void *state, uint16_t port, unsigned size)
{
    struct vga *v = state;
    uint8_t value;

    (void)size;
    switch (port) {
    case 0x3c0: return v->attr_index;
    case 0x3c1: return v->attr[v->attr_index & 31];
    case 0x3c2: return 0x10; /* a monitor is connected */
    case 0x3c4: return v->seq_index;
    case 0x3c5: return v->seq[v->seq_index % SEQ_COUNT];
    case 0x3c6: return v->dac_mask;
    case 0x3c7: return v->dac_state;
    case 0x3c8: return v->dac_write / 3;
    case 0x3c9:
        value = v->dac[v->dac_read];
        v->dac_read = (v->dac_read + 1u) % sizeof(v->dac);
        return value;
    case 0x3ca: return v->feature;
    case 0x3cc: return v->misc;
    case 0x3ce: return v->gc_index;
    case 0x3cf: return v->gc[v->gc_index % GC_COUNT];
    case 0x3d4: return v->crtc_index;
    case 0x3d5: return v->crtc[v->crtc_index % CRTC_COUNT];
    case 0x3da: v->attr_data = false; return vga_status1();
    default: return 0xff;
    }
}

static void vga_attribute(struct vga *v, uint8_t value)
{
    if (v->attr_data)
        v->attr[v->attr_index & 31] = value;
    else
        v->attr_index = value & 0x3f;
    v->attr_data = !v->attr_data;
}

static void vga_crtc(struct vga *v, uint8_t value)
{
    unsigned n = v->crtc_index % CRTC_COUNT;
    bool locked = v->crtc[0x11] & 0x80; /* registers 0 to 7, but for one bit of overflow */

    if (n > 7 || !locked)
        v->crtc[n] = value;
    else if (n == CRTC_OVERFLOW)
        v->crtc[n] = (uint8_t)((v->crtc[n] & ~0x10) | (value & 0x10));
}

static void vga_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct vga *v = state;
    uint8_t b = (uint8_t)value;

    (void)size;
    switch (port) {
    case 0x3c0: vga_attribute(v, b); break;
    case 0x3c2: v->misc = b; break;
    case 0x3c4: v->seq_index = b; break;
    case 0x3c5: v->seq[v->seq_index % SEQ_COUNT] = b; break;
    case 0x3c6: v->dac_mask = b; break;
    case 0x3c7:
        v->dac_read = b * 3u;
        v->dac_state = 3;
        break;
    case 0x3c8:
        v->dac_write = b * 3u;
        v->dac_state = 0;
        break;
    case 0x3c9:
        v->dac[v->dac_write] = b & 63;
        v->dac_write = (v->dac_write + 1u) % sizeof(v->dac);
        break;
    case 0x3ce: v->gc_index = b; break;
    case 0x3cf: v->gc[v->gc_index % GC_COUNT] = b; break;
    case 0x3d4: v->crtc_index = b; break;
    case 0x3d5: vga_crtc(v, b); break;
    case 0x3da: v->feature = b; break;
    }
}

/* What is new on the text screen goes to the host, if it looks. */
static void vga_show_text(struct vga *v)
{
    const uint8_t *text = (const uint8_t *)(GUEST_BASE + TEXT_BASE);
    unsigned columns = v->crtc[CRTC_COLUMNS] + 1u;
    unsigned rows = vga_lines(v) / ((v->crtc[CRTC_CELL] & 31u) + 1);
    unsigned start = (v->crtc[CRTC_START] << 8 | v->crtc[CRTC_START + 1]) * 2u;

    if (v->gc[GC_MISC] & GC_MISC_GRAPHICS || columns > COLUMNS_MAX || rows == 0 || rows > ROWS_MAX)
        return;
    unsigned length = columns * rows * 2;
    uint64_t cursor = (v->crtc[CRTC_CURSOR] << 8 | v->crtc[CRTC_CURSOR + 1]) - start / 2;
    if (v->crtc[CRTC_CURSOR_FIRST] & CURSOR_OFF)
        cursor = UINT64_MAX;
    if (length == v->shown && cursor == v->shown_cursor && start + length <= TEXT_SIZE &&
        memcmp(v->screen, text + start, length) == 0)
        return;
    for (unsigned i = 0; i < length; i++)
        v->screen[i] = text[(start + i) % TEXT_SIZE];
    struct host_request rq = {
        .op = HOST_SCREEN,
        .arg = {columns, rows, cursor},
        .buffer = (uintptr_t)v->screen,
        .length = length,
    };
    v->shown = length;
    v->shown_cursor = cursor;
    v->unseen = proxy_call(&rq) == HOST_EHANDLE;
}

static void vga_event(void *state, uint64_t now)
{
    struct vga *v = state;
    struct vbe_mode mode;

    if (!vbe_active(&mode))
        vga_show_text(v);
    if (!v->unseen)
        sched_at(DEV_vga, now + SHOW_NS);
}

void vga_show(void)
{
    struct vga *v = vga_state();
    struct vbe_mode mode;

    if (!v->vram) /* the run ends before it has begun */
        return;
    if (!vbe_active(&mode))
        vga_show_text(v);
    vga_draw(v);
}

static void vga_init(void *state)
{
    struct vga *v = state;

    v->vram = cms_reserve(VRAM_SIZE);
}

static void vga_reset(void *state)
{
    struct vga *v = state;

    *v = (struct vga){.vram = v->vram, .unseen = v->unseen};
    memcpy(v->crtc, text_mode_crtc, sizeof(v->crtc));
    v->misc = 0x67; /* color addresses */
    v->dac_mask = 0xff;
    v->seq[SEQ_MAP_MASK] = 3;
    v->gc[GC_BIT_MASK] = 0xff;
    sched_at(DEV_vga, v->unseen ? NEVER : sched_now() + SHOW_NS);
}

const struct device vga_device = {
    .name = "vga",
    .state_size = sizeof(struct vga),
    .ports =
        (const struct port_range[]){{0x3c0, 0x3cf, 1}, {0x3d4, 0x3d5, 1}, {0x3da, 0x3da, 1}, {0}},
    .memory = (const struct memory_range[]){{WINDOW_BASE, WINDOW_BASE + WINDOW_SIZE - 1}, {0}},
    .init = vga_init,
    .reset = vga_reset,
    .in = vga_in,
    .out = vga_out,
    .read = vga_window_read,
    .write = vga_window_write,
    .event = vga_event,
};
