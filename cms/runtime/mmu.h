/*
 * mmu.h - what the page walker remembers about the chip's TLB, and the layout of its entries.
 */
#ifndef CMS_RUNTIME_MMU_H
#define CMS_RUNTIME_MMU_H

#include <stdint.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE 0x1000u
#define PAGE_MASK 0xfffu

/* SR_TLB_HI and SR_TLB_LO */
enum tlb_bits {
    TLB_PORT = 1u << 0, /* in TLB_HI: the entry is of port space */

    TLB_SREAD = 1u << 0,
    TLB_SWRITE = 1u << 1,
    TLB_UREAD = 1u << 2,
    TLB_UWRITE = 1u << 3,
    TLB_IO = 1u << 4,
    TLB_ALL = TLB_SREAD | TLB_SWRITE | TLB_UREAD | TLB_UWRITE,
};

/* Error code of a page fault */
enum pf_error {
    PF_PRESENT = 1u << 0,
    PF_WRITE = 1u << 1,
    PF_USER = 1u << 2,
    PF_RESERVED = 1u << 3,
};

#define MMU_LOCAL_MAX 64

struct mmu {
    uint32_t locals; /* entries of local[] in use; above MMU_LOCAL_MAX: too many to list */
    uint32_t local[MMU_LOCAL_MAX]; /* pages entered since the last flush that are not global */
    uint32_t large[32];            /* bit per 4 MiB of linear space: holds pieces of a large page */
    uint64_t missed_at;            /* instructions retired at the last TLB miss that landed */
    uint32_t misses;               /* of these in a row, with no instruction retired between them */
};

#endif
