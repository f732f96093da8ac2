/*
 * multiboot.c - programs with a multiboot header (version 1), as GRUB starts them.
 *
 * The header lies in the first 8 KiB of the file. If it gives addresses they say where the file
 * goes; else it is an ELF file. What --initrd names is the one module.
 */
#include "monitor/loader.h"

#define HEADER_MAGIC 0x1badb002u
#define LOADED_MAGIC 0x2badb002u
#define HAS_ADDRESSES 0x10000u
#define REFUSED 0xfff8u /* features that must be given and are not known here */

enum { H_FLAGS = 4, H_CHECKSUM = 8, H_HEADER = 12, H_LOAD = 16, H_LOAD_END = 20, H_BSS_END = 24,
       H_ENTRY = 28, H_SIZE = 32 };
enum { I_MEMORY = 1, I_COMMAND_LINE = 4, I_MODULES = 8, I_MAP = 64, I_NAME = 512 };

struct info {
    uint32_t flags, lower, upper, device, command_line;
    uint32_t modules, module_list, symbols[4];
    uint32_t map_length, map, drives[2], configuration, name;
};

struct module {
    uint32_t start, end, text, reserved;
};

struct map_entry {
    uint32_t size;
    uint32_t base[2], length[2];
    uint32_t type;
};

/* What the program is told, all in one page. */
struct tables {
    struct info info;
    struct map_entry map[2];
    struct module module;
    char name[16];
};

/* Offset of the header in the file; HEAD_SIZE if there is none. */
static uint32_t header_find(const struct loader *l)
{
    uint32_t end = l->kernel.size < HEAD_SIZE ? l->kernel.size : HEAD_SIZE;

    for (uint32_t at = 0; at + H_SIZE <= end; at += 4) {
        const uint8_t *h = l->head + at;
        if (loader_get(h, 4) == HEADER_MAGIC &&
            HEADER_MAGIC + loader_get(h + H_FLAGS, 4) + loader_get(h + H_CHECKSUM, 4) == 0)
            return at;
    }
    return HEAD_SIZE;
}

/* By the header's addresses. */
static uint32_t load_by_header(struct loader *l, uint32_t at)
{
    const uint8_t *h = l->head + at;
    uint32_t load = loader_get(h + H_LOAD, 4), skip = loader_get(h + H_HEADER, 4) - load;
    uint32_t load_end = loader_get(h + H_LOAD_END, 4), bss_end = loader_get(h + H_BSS_END, 4);

    if (skip > at || (load_end && load_end < load))
        loader_refuse(l, "has a multiboot header with impossible addresses");
    uint32_t offset = at - skip;
    uint32_t length = load_end ? load_end - load : l->kernel.size - offset;
    loader_read(l, &l->kernel, offset, load, length);
    if (bss_end > load + length)
        loader_clear(l, load + length, bss_end - load - length);
    return loader_get(h + H_ENTRY, 4);
}

static void put_range(struct map_entry *e, uint32_t first, uint32_t end)
{
    *e = (struct map_entry){
        .size = sizeof(*e) - sizeof(e->size),
        .base = {first},
        .length = {end - first},
        .type = 1,
    };
}

static void put_module(struct loader *l, struct tables *t)
{
    uint32_t at = (l->top + PAGE - 1) & ~(PAGE - 1);

    if (!l->initrd.there)
        return;
    loader_read(l, &l->initrd, 0, at, l->initrd.size);
    t->module = (struct module){
        .start = at,
        .end = at + l->initrd.size,
        .text = LOW_TABLES + offsetof(struct tables, name),
    };
    t->info.flags |= I_MODULES;
    t->info.modules = 1;
    t->info.module_list = LOW_TABLES + offsetof(struct tables, module);
}

bool multiboot_start(struct loader *l)
{
    uint32_t at = header_find(l);

    if (at == HEAD_SIZE)
        return false;
    uint32_t flags = loader_get(l->head + at + H_FLAGS, 4);
    if (flags & REFUSED)
        loader_refuse(l, "asks for a multiboot feature that is not known");
    uint32_t entry = flags & HAS_ADDRESSES ? load_by_header(l, at) : loader_elf(l);
    struct tables *t = loader_low(LOW_TABLES, sizeof(*t));
    *t = (struct tables){
        .info =
            {
                .flags = I_MEMORY | I_COMMAND_LINE | I_MAP | I_NAME,
                .lower = LOW_END / 1024,
                .upper = (cms.guest_size - HIGH_FIRST) / 1024,
                .command_line = loader_command_line(l),
                .map_length = sizeof(t->map),
                .map = LOW_TABLES + offsetof(struct tables, map),
                .name = LOW_TABLES + offsetof(struct tables, name),
            },
        .name = "selkirk",
    };
    put_range(&t->map[0], 0, LOW_END);
    put_range(&t->map[1], HIGH_FIRST, cms.guest_size);
    put_module(l, t);
    loader_start(entry, LOADED_MAGIC, LOW_TABLES, 0);
    return true;
}
