/*
 * refill.h - what the chip's TLB has held: a table, larger than the TLB, out of which the vector of
 * TLB misses (boot/refill.c) enters a page again without going to the main loop.
 *
 * It holds what mmu.c has entered, permissions and dirty bit included, and whoever takes something
 * out of the TLB takes it out of here. It is the TLB's second level, and a guest can't tell: what
 * it must invalidate for one, it must for both. Only T masks are not copied here: an entry says
 * where its page's is, and so the newest is entered. I/O pages and ports are not in the table:
 * accesses to them go to the main loop anyway.
 *
 * Everything goes at once by another stamp: an entry whose stamp is not that of `want` is none.
 */
#ifndef CMS_RUNTIME_REFILL_H
#define CMS_RUNTIME_REFILL_H

#include <stdint.h>

#define REFILL_BITS 11 /* log2 of the entries; one is chosen by the low bits of the page's number */
#define REFILL_ENTRIES (1u << REFILL_BITS)
#define REFILL_STAMP_SHIFT 1 /* bits 11..1 of an entry's first word, which TLB_HI ignores */
#define REFILL_STAMP_MAX 2047u
#define REFILL_MASK_AT_SHIFT 32
#define REFILL_OFF 1u /* in `want`, and in no entry: nothing is found */

struct refill_entry {
    uint64_t lo; /* TLB_LO */
    uint64_t hi; /* bits 31..0 TLB_HI and the stamp, 63..32 address of the T mask; 0: unused */
};

struct refill {
    uint64_t want; /* the stamp of entries that are good, in its place; or REFILL_OFF */
    uint32_t stamp;
    struct refill_entry entry[REFILL_ENTRIES];
};

/* What goes into the TLB. `hi`, `lo`: as TLB_HI and TLB_LO take them. */
void refill_put(uint32_t hi, uint64_t lo);

void refill_drop(uint32_t page); /* a linear page, by its first address */
void refill_flush(void);

/*
 * Turned on if cms.opt.refill is and a bundle's accesses find room in one set of the TLB, which has
 * as many ways as are in use; else off. To be called when that has changed, and once at the start.
 */
void refill_arm(void);

#endif
