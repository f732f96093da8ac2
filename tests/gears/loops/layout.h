/*
 * layout.h - what the maker of the cases (main.c, on the host) and who runs them on the chip
 * (runner.c, a guest) have in common.
 *
 * A case is a piece of 32-bit user-mode code with loops in it. Memory of the cases, at the same
 * linear addresses on both sides and nothing else near: CODE, a slot of two pages each; DATA, a
 * page that can only be read and two that can be written; STACK, one page. All but the code is as
 * fill() makes it when a case begins. Of the last slot there is only the first page.
 *
 * A case may start the bus master of the first disk, whose table of regions is at REGIONS; JUNK is
 * memory for what of a sector isn't wanted.
 */
#ifndef TESTS_GEARS_LAYOUT_H
#define TESTS_GEARS_LAYOUT_H

#include <stdint.h>

#define CODE 0x02100000u
#define SLOT 0x2000u
#define SLOTS 64u
#define DATA_FIXED 0x02200000u
#define FIXED_SIZE 0x1000u
#define DATA (DATA_FIXED + FIXED_SIZE)
#define DATA_SIZE 0x2000u
#define STACK 0x02300000u
#define STACK_SIZE 0x1000u
#define REGIONS (STACK + 0x40)
#define JUNK (CODE + SLOTS * SLOT - SLOT / 2)

#define DISK 0x1f0u /* ports: of the drive, */
#define DISK_COUNT (DISK + 2)
#define DISK_SECTOR (DISK + 3)
#define DISK_COMMAND (DISK + 7)
#define READ_DMA 0xc8u
#define MASTER 0xc000u /* and of the bus master */
#define MASTER_TABLE (MASTER + 4)
#define MASTER_READ 9u
#define REGION_LAST 0x80000000u
#define SECTOR 512u
#define SECTORS 256u

#define MAGIC 0x504f4f4cu
#define NO_FAULT 3u /* vector of the breakpoint that ends a case */

#define SHOWN 0x80000000u

struct list {
    uint32_t magic, cases;
};

struct registers {
    uint32_t gpr[8], eip, eflags;
};

struct record {
    uint32_t size;   /* of the record in bytes, a multiple of 4 */
    uint32_t number; /* as the maker counts */
    uint32_t start, length; /* of the code; multiples of 4 */
    uint32_t flags;  /* mask: those that count; SHOWN: the outcome is printed, not compared */
    struct registers in, out;
    uint32_t vector, error, cr2; /* error and cr2 of page faults */
    uint32_t sum;                /* of all memory and the code */
    uint8_t code[];
};

static inline uint32_t fill_word(uint32_t address)
{
    uint32_t x = address * 0x9e3779b1u;

    x = (x ^ x >> 15) * 0x85ebca6bu;
    return x ^ x >> 13;
}

static inline void fill(uint32_t *at, uint32_t address, uint32_t size)
{
    for (uint32_t i = 0; i < size / 4; i++)
        at[i] = fill_word(address + 4 * i);
}

static inline uint32_t sum_words(uint32_t sum, const uint32_t *at, uint32_t size)
{
    for (uint32_t i = 0; i < size / 4; i++)
        sum = (sum << 5 | sum >> 27) ^ (at[i] + sum);
    return sum;
}

#endif
