/* loader.c - see loader.h */
#include "vliw-sim/loader.h"

#include <elf.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidden-mem/crc.h"
#include "hidden-mem/image.h"
#include "tools/elf/elf_read.h"
#include "vliw-sim/chip.h"
#include "vliw-sim/file.h"

#define REG_SP 34

struct complaint {
    const char *path;
    char *text;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static bool refuse(const struct complaint *c, const char *fmt,
                                                         ...)
{
    char why[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    snprintf(c->text, c->size, "%s: %s", c->path, why);
    return false;
}

static bool rom_check(const struct file *f, const struct complaint *c)
{
    struct rom_header head;

    if (f->size < sizeof head)
        return refuse(c, "%zu bytes, expected a boot ROM of more than %zu", f->size, sizeof head);
    memcpy(&head, f->bytes, sizeof head);
    if (head.magic != ROM_MAGIC)
        return refuse(c, "magic number 0x%" PRIx32 ", expected a boot ROM (0x%x)", head.magic,
                      ROM_MAGIC);
    if (head.version != IMAGE_VERSION)
        return refuse(c, "boot ROM of version %" PRIu32 ", expected %u", head.version,
                      IMAGE_VERSION);
    if (head.size != f->size)
        return refuse(c, "%zu bytes, expected %" PRIu32 " as the header says", f->size, head.size);
    uint32_t crc = head.crc;
    head.crc = 0;
    uint32_t found = crc32_add(crc32_add(0, &head, sizeof head), f->bytes + sizeof head,
                               f->size - sizeof head);
    if (found != crc)
        return refuse(c, "CRC 0x%08" PRIx32 ", expected 0x%08" PRIx32 " as the header says", found,
                      crc);
    if (head.isa_id != ISA_ID)
        return refuse(c, "made for instruction set %016" PRIx64 ", expected %016llx", head.isa_id,
                      ISA_ID);
    return true;
}

bool loader_rom(struct chip *chip, const char *path, char *error, size_t error_size)
{
    struct complaint c = {path, error, error_size};
    struct file f;

    if (!file_read(&f, path, ROM_MAX, error, error_size))
        return false;
    if (!rom_check(&f, &c)) {
        free(f.bytes);
        return false;
    }
    chip->rom = f.bytes;
    chip->rom_size = f.size;
    return true;
}

bool loader_flash(struct chip *chip, const char *path, char *error, size_t error_size)
{
    struct file f;

    if (!file_read(&f, path, FLASH_MAX, error, error_size))
        return false;
    chip->flash = f.bytes;
    chip->flash_size = f.size;
    return true;
}

static bool segments_load(struct chip *chip, const struct elf_file *elf, const struct complaint *c)
{
    for (unsigned i = 0; i < elf->segments; i++) {
        struct elf_segment s = elf_segment(elf, i);
        if (s.type != PT_LOAD || s.memsz == 0)
            continue;
        uint8_t *to = chip_mem(chip, s.addr, s.memsz, true);
        if (!to || s.filesz > s.memsz)
            return refuse(c,
                          "segment of 0x%" PRIx64 " bytes at 0x%" PRIx64
                          ", expected it in hidden or local memory",
                          s.memsz, s.addr);
        memset(to, 0, s.memsz);
        memcpy(to, s.bytes, s.filesz);
    }
    return true;
}

static bool program_load(struct chip *chip, const struct elf_file *elf, const struct complaint *c)
{
    uint32_t line;

    if (elf->type != ET_EXEC || elf->machine != EM_SELKIRK)
        return refuse(c, "ELF type %u for machine %u, expected an executable (2) for %u", elf->type,
                      elf->machine, EM_SELKIRK);
    if (!chip_hide(chip, (uint64_t)chip->machine.hidden_mib << 20))
        return refuse(c, "needs hidden memory, expected memory.hidden_mib below the size of DRAM");
    if (!segments_load(chip, elf, c))
        return false;
    if ((elf->entry & 3) || !mem_code(chip, elf->entry, 4, &line))
        return refuse(c, "entry 0x%" PRIx64 ", expected the address of a bundle", elf->entry);
    chip->pc = elf->entry;
    chip->r[REG_SP] = HIDDEN_BASE + chip->hidden_size;
    return true;
}

bool loader_native(struct chip *chip, const char *path, char *error, size_t error_size)
{
    struct complaint c = {path, error, error_size};
    struct elf_file elf;
    const char *why = elf_open_file(&elf, path);

    if (why)
        return refuse(&c, "%s, expected an ELF file", why);
    bool good = program_load(chip, &elf, &c);
    elf_close(&elf);
    return good;
}
