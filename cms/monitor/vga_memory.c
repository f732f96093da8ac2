/*
 * vga_memory.c - the 64 KiB window at A0000, through which the guest sees the video memory.
 *
 * Plainly, in Bochs' modes and in the VGA's 256-color mode ("chain 4"): a byte is a byte. Else an
 * address is that of four bytes, one a plane: a read fetches all four into the latches, a write
 * puts together what goes to each plane from the guest's byte, the latches and half a dozen
 * registers.
 */
#include "monitor/vga.h"

static uint8_t *planes(const struct vga *v, uint32_t addr)
{
    return v->vram + addr * 4 % VRAM_SIZE;
}

static bool is_plain(const struct vga *v, uint32_t *offset)
{
    struct vbe_mode mode;

    if (vbe_active(&mode)) {
        *offset = (*offset + vbe_bank()) % VRAM_SIZE;
        return mode.bits >= 8;
    }
    return v->seq[SEQ_MEMORY] & SEQ_MEMORY_CHAIN4;
}

static uint8_t read_byte(struct vga *v, uint32_t offset)
{
    if (is_plain(v, &offset))
        return v->vram[offset];
    memcpy(v->latch, planes(v, offset), 4);
    if (!(v->gc[GC_MODE] & 8))
        return v->latch[v->gc[GC_READ_MAP] & 3];
    uint8_t differs = 0; /* read mode 1: which pixels have the color that is looked for */
    for (unsigned p = 0; p < 4; p++)
        if (v->gc[GC_DONT_CARE] >> p & 1)
            differs |= v->latch[p] ^ (v->gc[GC_COMPARE] >> p & 1 ? 0xff : 0);
    return (uint8_t)~differs;
}

static uint8_t combine(const struct vga *v, uint8_t value, uint8_t latch)
{
    switch (v->gc[GC_FUNCTION] >> 3 & 3) {
    case 1: return value & latch;
    case 2: return value | latch;
    case 3: return value ^ latch;
    default: return value;
    }
}

static void write_planes(struct vga *v, uint32_t offset, uint8_t value)
{
    unsigned turn = v->gc[GC_FUNCTION] & 7, mode = v->gc[GC_MODE] & 3;
    uint8_t turned = (uint8_t)(value >> turn | value << (8 - turn));
    uint8_t mask = v->gc[GC_BIT_MASK], *to = planes(v, offset);

    for (unsigned p = 0; p < 4; p++) {
        uint8_t set = v->gc[GC_SET] >> p & 1 ? 0xff : 0, old = v->latch[p], bits = mask;
        uint8_t result = old;

        if (!(v->seq[SEQ_MAP_MASK] >> p & 1))
            continue;
        switch (mode) {
        case 0: result = combine(v, v->gc[GC_SET_ENABLE] >> p & 1 ? set : turned, old); break;
        case 1: bits = 0; break;
        case 2: result = combine(v, value >> p & 1 ? 0xff : 0, old); break;
        case 3:
            bits &= turned;
            result = set;
            break;
        }
        to[p] = (uint8_t)((result & bits) | (old & ~bits));
    }
}

static void write_byte(struct vga *v, uint32_t offset, uint8_t value)
{
    if (is_plain(v, &offset))
        v->vram[offset] = value;
    else
        write_planes(v, offset, value);
}

uint64_t vga_window_read(void *state, uint32_t addr, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)read_byte(state, addr - WINDOW_BASE + i) << (8 * i);
    return value;
}

void vga_window_write(void *state, uint32_t addr, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        write_byte(state, addr - WINDOW_BASE + i, (uint8_t)(value >> (8 * i)));
}
