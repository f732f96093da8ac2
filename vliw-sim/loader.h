/*
 * loader.h - what is in the machine before the first cycle: boot ROM and flash, or a native
 * program.
 */
#ifndef SELKIRK_LOADER_H
#define SELKIRK_LOADER_H

#include <stdbool.h>
#include <stddef.h>

struct chip;

/* Each is false, with one line in `error`, if the file is missing or not what it should be. */

/* A boot ROM made for this instruction set and undamaged; reset will enter it. */
bool loader_rom(struct chip *chip, const char *path, char *error, size_t error_size);

/* Any bytes: it is the boot ROM that checks flash. */
bool loader_flash(struct chip *chip, const char *path, char *error, size_t error_size);

/*
 * A bare program: an ELF file of our machine. The hidden window is opened as far as the machine has
 * DRAM for it, the segments are copied, r34 (sp) is set to the window's end, and reset enters the
 * program instead of the ROM.
 */
bool loader_native(struct chip *chip, const char *path, char *error, size_t error_size);

#endif
