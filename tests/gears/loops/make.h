/* make.h - random code with loops. */
#ifndef TESTS_GEARS_MAKE_H
#define TESTS_GEARS_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"

#define CODE_MAX 0x1800u /* bytes of a case */

struct piece {
    struct registers in;
    uint8_t code[SLOT];
    uint32_t start;      /* where code[0] goes */
    uint32_t length;
    uint32_t undefined;  /* status flags that are undefined at the end, */
    uint32_t ever;       /* or anywhere */
};

/* `dma`: with code that reads from the disk into itself. */
void make_piece(uint64_t seed, uint32_t slot, bool dma, struct piece *p);

/*
 * Random bytes, or such code with some of its bytes changed. What comes of it is only for the gears
 * to agree on.
 */
void make_garbage(uint64_t seed, uint32_t slot, struct piece *p);

#endif
