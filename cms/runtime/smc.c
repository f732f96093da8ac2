/*
 * smc.c - the one place that knows "code bytes changed".
 *
 * Whatever was made from guest code, a decoded instruction of gear 1 or a translation, is announced
 * by smc_protect(). A bit per 128-byte granule of guest memory says so; the TLB carries the 32 bits
 * of a page, and a guest store into a marked granule traps before it takes effect. Stores that
 * don't go through the TLB (DMA, loaders, the page walker's accessed bits) call smc_written()
 * themselves. What was made from a granule is dropped as a whole and the bit cleared, so the store
 * that comes again finds nothing in its way.
 */
#include "cms.h"
#include "isa_intrinsics.h"
#include "runtime/runtime.h"
#include "runtime/tcache.h"

#define GRANULES_PER_PAGE (PAGE_SIZE >> SMC_GRANULE_SHIFT)

struct smc {
    uint32_t pages;
    uint32_t
        mask[]; /* for each page of guest memory: bit n, granule n has been decoded or translated */
};

void smc_init(void)
{
    uint32_t pages = cms.guest_size >> PAGE_SHIFT;

    cms.smc = cms_alloc(sizeof(*cms.smc) + pages * sizeof(cms.smc->mask[0]));
    cms.smc->pages = pages;
}

/* Bits of the granules that [from, from + length) touches; the range lies in one page. */
static uint32_t granule_bits(uint64_t from, uint64_t length)
{
    unsigned first = (from & PAGE_MASK) >> SMC_GRANULE_SHIFT;
    unsigned last = ((from + length - 1) & PAGE_MASK) >> SMC_GRANULE_SHIFT;

    return (uint32_t)(((UINT64_C(2) << last) - 1) & ~((UINT64_C(1) << first) - 1));
}

/* The part of [gpa, end) that lies in gpa's page, in bytes. */
static uint64_t part_in_page(uint64_t gpa, uint64_t end)
{
    uint64_t border = (gpa | PAGE_MASK) + 1;

    return (end < border ? end : border) - gpa;
}

uint32_t smc_granules(uint64_t gpa)
{
    uint64_t page = gpa >> PAGE_SHIFT;

    return page < cms.smc->pages ? cms.smc->mask[page] : 0;
}

void smc_protect_granules(uint32_t page, uint32_t granules)
{
    if (page < cms.smc->pages && ~cms.smc->mask[page] & granules) {
        cms.smc->mask[page] |= granules;
        vx_tlbip((uint64_t)page << PAGE_SHIFT);
    }
}

void smc_protect(uint64_t gpa, uint64_t length)
{
    uint64_t end = gpa + length;

    while (gpa < end) {
        uint64_t part = part_in_page(gpa, end);

        smc_protect_granules((uint32_t)(gpa >> PAGE_SHIFT), granule_bits(gpa, part));
        gpa += part;
    }
}

/* Drops what was made from the marked granules in `bits` of the page. */
static void granules_changed(uint32_t page, uint32_t bits)
{
    uint64_t base = (uint64_t)page << PAGE_SHIFT;

    cms_count(EV_SMC_WRITES);
    cms.smc->mask[page] &= ~bits;
    tcache_invalidate(page, bits);
    for (unsigned n = 0; n < GRANULES_PER_PAGE; n++) {
        if (bits >> n & 1)
            gear1_forget(base + ((uint64_t)n << SMC_GRANULE_SHIFT), 1u << SMC_GRANULE_SHIFT);
    }
    vx_tlbip(base);
}

void smc_written(uint64_t gpa, uint64_t length)
{
    uint64_t limit = (uint64_t)cms.smc->pages << PAGE_SHIFT;
    uint64_t end = length > limit || gpa > limit - length ? limit : gpa + length;

    while (gpa < end) {
        uint64_t part = part_in_page(gpa, end);
        uint32_t page = (uint32_t)(gpa >> PAGE_SHIFT);
        uint32_t bits = granule_bits(gpa, part) & cms.smc->mask[page];

        if (bits)
            granules_changed(page, bits);
        gpa += part;
    }
}
