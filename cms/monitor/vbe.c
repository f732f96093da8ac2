/*
 * vbe.c - Bochs' graphics interface, as the PCI display 1234:1111 has it.
 *
 * Two ports choose a register and hold its value; resolutions are whatever fits in video memory.
 * The framebuffer is device memory at the function's base address: an access is an I/O access.
 * There is a function only if the command line asks for one; a VGA is there always.
 */
#include "monitor/vga.h"

#include "runtime/options.h"

#define DISPLAY_FUNCTION (2 << 3)
#define CFG_BASE 0x10
#define PREFETCHABLE 8
#define PORT_INDEX 0x1ce
#define PORT_DATA 0x1cf
#define PORT_DATA_EVEN 0x1d0
#define BANK 0x10000u

enum reg { R_ID, R_WIDTH, R_HEIGHT, R_BITS, R_ENABLE, R_BANK, R_VIRTUAL_WIDTH, R_VIRTUAL_HEIGHT,
           R_X, R_Y, R_MEMORY, R_COUNT };
enum { E_ON = 1, E_CAPABILITIES = 2, E_KEEP = 0x80 };
enum { ID_OLDEST = 0xb0c0, ID_NEWEST = 0xb0c5 };

struct vbe {
    uint16_t index, reg[R_COUNT];
};

static struct vbe *vbe_state(void)
{
    return cms.mon->state[DEV_vbe];
}

static uint32_t pitch(const struct vbe *b)
{
    return b->reg[R_BITS] == 4 ? b->reg[R_VIRTUAL_WIDTH] / 8u
                               : b->reg[R_VIRTUAL_WIDTH] * ((b->reg[R_BITS] + 7u) / 8);
}

bool vbe_active(struct vbe_mode *mode)
{
    const struct vbe *b = vbe_state();

    if (!(b->reg[R_ENABLE] & E_ON))
        return false;
    *mode = (struct vbe_mode){
        .width = b->reg[R_WIDTH],
        .height = b->reg[R_HEIGHT],
        .bits = b->reg[R_BITS],
        .start = b->reg[R_Y] * pitch(b) + b->reg[R_X] * ((b->reg[R_BITS] + 7u) / 8),
        .pitch = pitch(b),
    };
    return true;
}

uint32_t vbe_bank(void)
{
    return vbe_state()->reg[R_BANK] * BANK;
}

static bool mode_fits(const struct vbe *b)
{
    uint16_t bits = b->reg[R_BITS];
    uint64_t pixels = (uint64_t)b->reg[R_WIDTH] * b->reg[R_HEIGHT];

    return (bits == 4 || bits == 8 || bits == 15 || bits == 16 || bits == 24 || bits == 32) &&
           pixels > 0 && b->reg[R_WIDTH] <= WIDTH_MAX && b->reg[R_HEIGHT] <= HEIGHT_MAX &&
           pixels * ((bits + 7u) / 8) <= VRAM_SIZE;
}

static void set_enable(struct vbe *b, uint16_t value)
{
    bool was_on = b->reg[R_ENABLE] & E_ON;

    b->reg[R_ENABLE] = value;
    if (!(value & E_ON) || was_on)
        return;
    if (!mode_fits(b)) {
        b->reg[R_ENABLE] &= (uint16_t)~E_ON;
        return;
    }
    b->reg[R_VIRTUAL_WIDTH] = b->reg[R_WIDTH];
    b->reg[R_X] = b->reg[R_Y] = b->reg[R_BANK] = 0;
    if (!(value & E_KEEP))
        memset(vga_state()->vram, 0, VRAM_SIZE);
}

static uint32_t capability(unsigned reg)
{
    return reg == R_WIDTH ? WIDTH_MAX : reg == R_HEIGHT ? HEIGHT_MAX : 32;
}

static uint32_t vbe_in(void *state, uint16_t port, unsigned size)
{
    const struct vbe *b = state;

    (void)size;
    if (port == PORT_INDEX)
        return b->index;
    if (b->index >= R_COUNT)
        return 0;
    if (b->reg[R_ENABLE] & E_CAPABILITIES && b->index >= R_WIDTH && b->index <= R_BITS)
        return capability(b->index);
    if (b->index == R_VIRTUAL_HEIGHT)
        return pitch(b) ? VRAM_SIZE / pitch(b) : 0;
    return b->reg[b->index];
}

static void vbe_out(void *state, uint16_t port, unsigned size, uint32_t value)
{
    struct vbe *b = state;
    uint16_t v = (uint16_t)value;

    (void)size;
    if (port == PORT_INDEX) {
        b->index = v;
        return;
    }
    switch (b->index) {
    case R_ID:
        if (v >= ID_OLDEST && v <= ID_NEWEST)
            b->reg[R_ID] = v;
        break;
    case R_WIDTH:
    case R_HEIGHT:
    case R_BITS: /* a mode is set up while it is off */
        if (!(b->reg[R_ENABLE] & E_ON))
            b->reg[b->index] = v;
        break;
    case R_VIRTUAL_WIDTH:
        if (v >= b->reg[R_WIDTH])
            b->reg[R_VIRTUAL_WIDTH] = v;
        break;
    case R_ENABLE: set_enable(b, v); break;
    case R_BANK:
        if (v < VRAM_SIZE / BANK)
            b->reg[R_BANK] = v;
        break;
    case R_X:
    case R_Y: b->reg[b->index] = v; break;
    }
}

static uint64_t vbe_read(void *state, uint32_t addr, unsigned size)
{
    uint64_t value = 0;

    (void)state;
    addr %= VRAM_SIZE;
    memcpy(&value, vga_state()->vram + addr, size <= VRAM_SIZE - addr ? size : VRAM_SIZE - addr);
    return value;
}

static void vbe_write(void *state, uint32_t addr, unsigned size, uint64_t value)
{
    (void)state;
    addr %= VRAM_SIZE;
    memcpy(vga_state()->vram + addr, &value, size <= VRAM_SIZE - addr ? size : VRAM_SIZE - addr);
}

/* The framebuffer is where the guest puts it, if it has memory accesses answered. */
static void vbe_written(struct pci_function *f, unsigned reg, unsigned size)
{
    uint32_t base = pci_get(f, 4, 2) & 2 ? pci_get(f, CFG_BASE, 4) & ~15u : 0;

    (void)reg;
    (void)size;
    bus_place_memory(DEV_vbe, base, base ? base + VRAM_SIZE - 1 : 0);
}

static void vbe_init(void *state)
{
    static const struct pci_identity id = {0x1234, 0x1111, 0x030000, 0, 0, 0};

    (void)state;
    if (!cms.opt->vga)
        return;
    struct pci_function *f = pci_add(DISPLAY_FUNCTION, &id);
    pci_put(f, CFG_BASE, 4, PREFETCHABLE);
    pci_allow(f, CFG_BASE, 4, ~(VRAM_SIZE - 1));
    f->written = vbe_written;
}

static void vbe_reset(void *state)
{
    struct vbe *b = state;

    *b = (struct vbe){.reg = {[R_ID] = ID_NEWEST, [R_MEMORY] = VRAM_SIZE / BANK}};
}

const struct device vbe_device = {
    .name = "vbe",
    .state_size = sizeof(struct vbe),
    .ports = (const struct port_range[]){{PORT_INDEX, PORT_INDEX, 2},
                                         {PORT_DATA, PORT_DATA, 2},
                                         {PORT_DATA_EVEN, PORT_DATA_EVEN, 2},
                                         {0}},
    .init = vbe_init,
    .reset = vbe_reset,
    .in = vbe_in,
    .out = vbe_out,
    .read = vbe_read,
    .write = vbe_write,
};
