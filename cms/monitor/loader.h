/*
 * loader.h - starting a kernel or a program without the BIOS.
 *
 *   loader.c     which of the formats it is; ELF files; where things lie in low memory
 *   linux.c      Linux: bzImage or vmlinux, by the 32-bit boot protocol
 *   multiboot.c  multiboot programs
 *
 * Low memory, below what programs are linked for:
 *
 *   01000  descriptor table     03000  command line           90000  the kernel's parameters,
 *   02000  multiboot's tables   08000  text of the module            stack below them
 */
#ifndef CMS_MONITOR_LOADER_H
#define CMS_MONITOR_LOADER_H

#include "monitor/monitor.h"

#define LOW_GDT 0x1000
#define LOW_TABLES 0x2000
#define LOW_COMMAND_LINE 0x3000
#define LOW_COMMAND_LINE_SIZE 0x4000
#define LOW_STACK 0x90000
#define LOW_PARAMETERS 0x90000
#define LOW_END 0x9fc00 /* of memory below 1 MiB that belongs to nobody */
#define HIGH_FIRST 0x100000
#define PAGE 4096u

#define HEAD_SIZE 8192 /* of a file, that tells what it is */

/* A file of the command line. */
struct image {
    const char *name;
    uint32_t blob, size;
    bool there;
};

struct loader {
    struct image kernel, initrd, command_line;
    bool plain; /* --guest: a program rather than a kernel */
    uint8_t head[HEAD_SIZE];
    uint32_t top; /* first byte above what has been loaded so far */
};

struct elf_program; /* program header */

/* loader.c. What can't be loaded ends the run with one line. */
void loader_refuse(const struct loader *l, const char *why) __attribute__((noreturn));
void loader_read(struct loader *l, const struct image *i, uint32_t offset, uint32_t to,
                 uint32_t length);
void loader_clear(struct loader *l, uint32_t to, uint32_t length);
void *loader_low(uint32_t gpa, uint32_t length);   /* native; memory that is there */
uint32_t loader_elf(struct loader *l);             /* loads it; returns the entry */
uint32_t loader_command_line(struct loader *l);    /* its address; empty if there is none */
void loader_start(uint32_t entry, uint32_t eax, uint32_t ebx, uint32_t esi);

/* linux.c, multiboot.c. False if it is none. */
bool linux_start(struct loader *l);
bool multiboot_start(struct loader *l);

static inline uint32_t loader_get(const uint8_t *p, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)p[i] << (8 * i);
    return value;
}

static inline void loader_put(uint8_t *p, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

#endif
