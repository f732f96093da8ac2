/*
 * program.c - a multiboot program: says what its loader told it, looks at the memory that it was
 * promised and at what lies beyond, computes over its first module, and switches the PC off.
 */
#include "tests/guests/boot/work.h"
#include "tests/guests/pc.h"

#define LOADED 0x2badb002u
#define SECTOR 512
#define PATTERN 0x5e1c1235u

enum { HAS_MEMORY = 1, HAS_COMMAND_LINE = 4, HAS_MODULES = 8, HAS_MAP = 64, HAS_NAME = 512 };
enum { AVAILABLE = 1 };

struct multiboot {
    uint32_t flags, lower, upper, device;
    const char *command_line;
    uint32_t modules;
    const struct module *module;
    uint32_t symbols[4], map_length;
    const struct map_entry *map;
    uint32_t drives[2], configuration;
    const char *loader;
};

struct module {
    const uint8_t *start, *end;
    const char *command_line;
    uint32_t reserved;
};

struct map_entry {
    uint32_t size;
    uint64_t base, length;
    uint32_t type;
} __attribute__((packed));

void program_main(uint32_t magic, const struct multiboot *info);

void put_char(char c)
{
    serial_put(c);
}

static void put(const char *s)
{
    while (*s)
        put_char(*s++);
}

static void put_number(uint64_t n)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        put_char("0123456789abcdef"[n >> shift & 15]);
}

static void put_field(const char *name, uint64_t value, const char *end)
{
    put(name);
    put_number(value);
    put(end);
}

/* The end of the memory that the map promises. Is there really memory, and nothing after it? */
static void look_at_memory(const struct multiboot *info)
{
    const uint8_t *at = (const uint8_t *)info->map, *end = at + info->map_length;
    uint64_t top = 0;

    while (at < end) {
        const struct map_entry *e = (const struct map_entry *)at;
        put_field("map: ", e->base, " ");
        put_field("", e->base + e->length, " ");
        put(e->type == AVAILABLE ? "available\n" : "reserved\n");
        if (e->base < UINT64_C(0xf0000000) && e->base + e->length > top)
            top = e->base + e->length;
        at += e->size + sizeof(e->size);
    }
    volatile uint32_t *last = (volatile uint32_t *)(uintptr_t)top - 1, *beyond = last + 1;
    *last = PATTERN;
    *beyond = PATTERN;
    put_field("top: ", top, "");
    put_field(", last word ", *last, "");
    put_field(", beyond it ", *beyond, "\n");
}

void program_main(uint32_t magic, const struct multiboot *info)
{
    put("\nselkirk multiboot program\n");
    if (magic != LOADED || !(info->flags & HAS_MEMORY)) {
        put_field("not loaded by a multiboot loader: ", magic, "\n");
        power_off();
    }
    if (info->flags & HAS_NAME) {
        put("loader: ");
        put(info->loader);
    }
    if (info->flags & HAS_COMMAND_LINE) {
        put("\ncommand line: ");
        put(info->command_line);
    }
    put("\n");
    if (info->flags & HAS_MAP)
        look_at_memory(info);
    if (info->flags & HAS_MODULES && info->modules) {
        const struct module *m = info->module;
        put("module: ");
        put(m->command_line);
        put("\n");
        work(m->start + SECTOR, (uint32_t)(m->end - m->start) - SECTOR);
    }
    put("power off\n");
    power_off();
}
