/*
 * mem.c - the memory map as native addresses see it (hidden-mem/map.h), and who may do what where.
 */
#include "vliw-sim/check.h"
#include "vliw-sim/chip.h"

static bool inside(uint64_t addr, uint64_t len, uint64_t base, uint64_t size)
{
    return addr >= base && addr - base < size && size - (addr - base) >= len;
}

bool mem_find(struct chip *chip, uint64_t addr, uint64_t len, bool write, struct mem_place *place)
{
    if (inside(addr, len, HIDDEN_BASE, chip->hidden_size)) {
        uint64_t off = addr - HIDDEN_BASE;
        *place = (struct mem_place){chip->hidden + off, chip->hidden_line_at + off, true};
        return true;
    }
    if (inside(addr, len, GUEST_BASE, chip->guest_size)) {
        *place = (struct mem_place){chip->dram + (addr - GUEST_BASE), addr, true};
        return true;
    }
    if (inside(addr, len, LDM_BASE, LDM_SIZE)) {
        *place = (struct mem_place){chip->ldm + (addr - LDM_BASE), addr, false};
        return true;
    }
    if (inside(addr, len, LPM_BASE, LPM_SIZE)) {
        *place = (struct mem_place){chip->lpm + (addr - LPM_BASE), addr, false};
        return true;
    }
    if (write)
        return false;
    if (inside(addr, len, ROM_BASE, chip->rom_size)) {
        *place = (struct mem_place){chip->rom + (addr - ROM_BASE), addr, true};
        return true;
    }
    if (inside(addr, len, FLASH_BASE, chip->flash_size)) {
        *place = (struct mem_place){chip->flash + (addr - FLASH_BASE), addr, true};
        return true;
    }
    return false;
}

void *chip_mem(struct chip *chip, uint64_t native_addr, uint64_t len, bool write)
{
    struct mem_place place;

    if (!mem_find(chip, native_addr, len, write, &place))
        return NULL;
    if (write && chip->check)
        check_note(chip->check, native_addr, len);
    return place.host;
}

const uint8_t *mem_code(struct chip *chip, uint64_t addr, uint64_t len, uint32_t *line)
{
    struct mem_place place;

    if (addr >= FLASH_BASE && addr < HIDDEN_BASE)
        return NULL;
    if (addr >= LDM_BASE && addr < ROM_BASE)
        return NULL;
    if (addr >= GUEST_BASE || !mem_find(chip, addr, len, false, &place))
        return NULL;
    *line = place.cached ? (uint32_t)(place.canonical >> chip->hier.line_shift) : LINE_NONE;
    return place.host;
}
