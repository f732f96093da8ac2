/*
 * tlb.h - the guest TLB: set-associative, filled by firmware, one entry a page and space.
 *
 * Entries are kept in the layout of the special registers TLB_HI, TLB_LO and TLB_TMASK. A set is
 * chosen by the low bits of the page number; a free way is taken first, then the ways in turn.
 */
#ifndef SELKIRK_TLB_H
#define SELKIRK_TLB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLB_PAGE_SHIFT 12
#define TLB_PAGE_SIZE (1u << TLB_PAGE_SHIFT)
#define TLB_GRANULE_SHIFT 7 /* one bit of the T mask stands for so many bytes: log2 */
#define TLB_HI_MASK 0xfffff001u
#define TLB_HI_PORT 1u
#define TLB_HI_FREE UINT32_MAX
#define TLB_LO_MASK 0xffffffffff01full
#define TLB_LO_PAGE 0xffffffffff000ull
#define TLB_LO_IO 0x10u

struct tlb_entry {
    uint32_t hi; /* masked TLB_HI; TLB_HI_FREE if unused */
    uint32_t tmask;
    uint64_t lo; /* masked TLB_LO */
};

struct tlb {
    struct tlb_entry *entry; /* sets * ways */
    uint8_t *turn;           /* per set: the way to be replaced next */
    uint32_t ways;
    uint32_t sets;
    uint64_t version; /* another number whenever several entries have gone at once */
    void (*leaves)(void *owner, uint32_t hi); /* told before a single entry goes or changes */
    void *owner;
    uint32_t use; /* bit mask of the ways that may be filled */
    uint64_t writes;
    uint64_t replaced; /* ... that put out an entry for another page */
};

void tlb_init(struct tlb *tlb, uint32_t entries, uint32_t ways);
void tlb_free(struct tlb *tlb);

/* The entry for a masked TLB_HI, or NULL. */
static inline struct tlb_entry *tlb_find(const struct tlb *tlb, uint32_t hi)
{
    struct tlb_entry *e = tlb->entry + (hi >> TLB_PAGE_SHIFT & (tlb->sets - 1)) * tlb->ways;

    for (uint32_t way = 0; way < tlb->ways; way++) {
        if (e[way].hi == hi)
            return &e[way];
    }
    return NULL;
}

/* Can an access of this kind be made through the entry? */
static inline bool tlb_permits(const struct tlb_entry *e, bool write, bool user)
{
    return e->lo >> ((user ? 2 : 0) + (write ? 1 : 0)) & 1;
}

/* Does an access of 1 to 8 bytes at an offset into the page touch a granule whose T bit is set? */
static inline bool tlb_watched(const struct tlb_entry *e, uint32_t offset, unsigned size)
{
    uint32_t first = offset >> TLB_GRANULE_SHIFT;
    uint32_t last = (offset + size - 1) >> TLB_GRANULE_SHIFT;

    return (e->tmask >> first | e->tmask >> last) & 1;
}

/*
 * Enters or replaces an entry. `limit` is the size of guest-physical memory in bytes: a page beyond
 * it is refused (false) unless it is I/O, through which no access ever reaches memory.
 */
bool tlb_write(struct tlb *tlb, uint64_t hi, uint64_t lo, uint32_t tmask, uint64_t limit);

/* TLB_LO of the entry for the page, or 0. */
uint64_t tlb_probe(const struct tlb *tlb, uint64_t hi);

void tlb_drop(struct tlb *tlb, uint64_t hi);
void tlb_drop_phys(struct tlb *tlb, uint64_t phys);
void tlb_flush(struct tlb *tlb);

/* Fills the ways of `mask` (not 0) only; what the others hold is dropped. */
void tlb_use(struct tlb *tlb, uint32_t mask);

#endif
