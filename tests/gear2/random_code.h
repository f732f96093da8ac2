/*
 * random_code.h - what random_image.c and random_code.c share: the image, and bytes put into it.
 */
#ifndef RANDOM_CODE_H
#define RANDOM_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SIZE 0x20000    /* of the image: E0000..FFFFF */
#define CODE 0x10000    /* code begins here: F000:0000 */
#define CODE_MAX 0xf000 /* bytes */
#define IMAGE_BASE 0xe0000
#define REAL_BASE 0x10000 /* of 16-bit code's data segment */
#define DATA 0x1000     /* offset of the data that EBX, ESI, EDI point into */
#define DATA_SIZE 0x3000

enum { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI };

struct code {
    uint8_t image[SIZE];
    uint32_t at; /* of the next byte */
    bool wide;   /* 32-bit code */
    bool v86;    /* virtual-8086 mode, I/O allowed */
    uint64_t state;
};

extern struct code code;

static inline uint32_t rnd(uint32_t below)
{
    code.state = code.state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(code.state >> 33) % below;
}

static inline void b(unsigned byte)
{
    if (code.at >= CODE + CODE_MAX) {
        fprintf(stderr, "random_image: the code does not fit, use fewer blocks\n");
        exit(1);
    }
    code.image[code.at++] = (uint8_t)byte;
}

static inline void bytes(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        b((uint8_t)text[i]);
}

#define PUT(text) bytes(text, sizeof(text) - 1)

static inline void le(uint32_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        b(value >> 8 * i & 0xff);
}

static inline void le_at(uint32_t at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        code.image[at + i] = (uint8_t)(value >> 8 * i);
}

/* A register gets a number, as wide as the code is. */
void mov_reg(unsigned reg, uint32_t value);

/* So many random instructions. */
void random_instructions(unsigned count);

#endif
