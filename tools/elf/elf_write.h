/*
 * elf_write.h - make an executable ELF file of our machine.
 *
 * Every section with SHF_ALLOC becomes a segment of its own. Symbols come in any order. Bytes and
 * names are copied, so that the caller may forget them.
 */
#ifndef TOOLS_ELF_WRITE_H
#define TOOLS_ELF_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_writer;

/* NULL if there is no memory. `machine` is EM_SELKIRK (hidden-mem/map.h). */
struct elf_writer *elf_writer_new(uint16_t machine, uint64_t entry);
void elf_writer_free(struct elf_writer *w);

/*
 * Add a section of `size` bytes; `bytes` may be NULL for memory that is only zeroed. `flags` are
 * SHF_x, `align` a power of two. Returns its index, which symbols refer to, or 0 if there is no
 * memory.
 */
unsigned elf_writer_section(struct elf_writer *w, const char *name, uint32_t type, uint64_t flags,
                            uint64_t addr, uint64_t align, const void *bytes, uint64_t size);

/* `section` is an index or SHN_ABS; type is STT_x, bind STB_x. */
bool elf_writer_symbol(struct elf_writer *w, const char *name, uint64_t value, uint64_t size,
                       unsigned char type, unsigned char bind, unsigned section);

/* Lay the file out and write it. NULL, or why it couldn't be written. */
const char *elf_writer_write(struct elf_writer *w, const char *path);

#endif
