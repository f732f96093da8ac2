/* symbols.h - names for code addresses, from the symbol table of an ELF file. */
#ifndef SELKIRK_SYMBOLS_H
#define SELKIRK_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#define SYMBOL_TEXT 128 /* size of a buffer for symbols_text() */

struct symbols;

/* NULL and a line in `error` if the file can't be read or is no ELF file that this reads. */
struct symbols *symbols_load(const char *path, char *error, size_t error_size);
void symbols_free(struct symbols *symbols);

/* The symbol at or below an address of the program's code; NULL if there is none, or no table. */
const char *symbols_name(const struct symbols *symbols, uint64_t addr);

/* Likewise as `name+0x10`, or the bare address. Returns buf. */
const char *symbols_text(const struct symbols *symbols, uint64_t addr, char buf[SYMBOL_TEXT]);

#endif
