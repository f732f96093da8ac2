/*
 * smc.c - the one place that knows "code bytes changed".
 *
 * Whatever was made from guest code, a decoded instruction of gear 1 or a translation, is announced
 * by smc_protect(). A bit per 128-byte granule of guest memory says so; the TLB carries the 32 bits
 * of a page, and a guest store into a marked granule traps before it takes effect. Stores that
 * don't go through the TLB (DMA, loaders, the page walker's accessed bits) call smc_written()
 * themselves. What was made from a granule is dropped as a whole and the bit cleared, so the store
 * that comes again finds nothing in its way.
 *
 * A granule that is executed and written by turns, again and again, is hot: code that patches its
 * own instructions, or data beside code. Nothing is made from it for a while: gear 1 decodes it
 * each time anew, and stores there cost nothing.
 */
#include "cms.h"
#include "hidden-mem/map.h"
#include "isa.h"
#include "isa_intrinsics.h"
#include "runtime/runtime.h"
#include "runtime/tcache.h"

#define GRANULES_PER_PAGE (PAGE_SIZE >> SMC_GRANULE_SHIFT)

#define HOT_SITES 256               /* a power of two */
#define HOT_NS UINT64_C(1000000000) /* cms.smc.hot_writes within so much simulated time */

struct hot {
    uint32_t granule; /* number in guest memory */
    uint32_t writes;
    uint64_t since; /* ns: SR_TIME of the first of them */
};

struct smc {
    struct hot hot[HOT_SITES];
    uint64_t hot_pages; /* with granules that have been hot, by the low bits of their numbers */
    uint32_t pages;
    /* for each page of guest memory and ROMs: bit n, granule n has been decoded or translated */
    uint32_t mask[];
};

void smc_init(void)
{
    uint32_t pages = (uint32_t)((cms.guest_size + GUEST_ROM_SIZE) >> PAGE_SHIFT);

    cms.smc = cms_alloc(sizeof(*cms.smc) + pages * sizeof(cms.smc->mask[0]));
    cms.smc->pages = pages;
}

uint32_t smc_granules(uint64_t from, uint64_t length)
{
    if (!cms.opt->granules)
        return UINT32_MAX;
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

const uint32_t *smc_mask(uint64_t gpa)
{
    return &cms.smc->mask[gpa >> PAGE_SHIFT];
}

void smc_protect_granules(uint32_t page, uint32_t granules)
{
    if (!cms.opt->granules)
        granules = UINT32_MAX;
    if (page < cms.smc->pages && ~cms.smc->mask[page] & granules) {
        cms.smc->mask[page] |= granules;
        vx_tlbip((uint64_t)page << PAGE_SHIFT);
    }
}

static struct hot *hot_site(uint64_t gpa)
{
    return &cms.smc->hot[(gpa >> SMC_GRANULE_SHIFT) % HOT_SITES];
}

static void hot_count(uint64_t gpa)
{
    struct hot *h = hot_site(gpa);
    uint32_t granule = (uint32_t)(gpa >> SMC_GRANULE_SHIFT);
    uint64_t now = vx_mfsr(SR_TIME);

    if (h->granule != granule || now - h->since > HOT_NS)
        *h = (struct hot){.granule = granule, .since = now};
    if (++h->writes == cms.opt->hot_writes) {
        cms_count(EV_SMC_HOT);
        cms.smc->hot_pages |= UINT64_C(1) << (gpa >> PAGE_SHIFT) % 64;
    }
}

bool smc_is_hot(uint64_t gpa)
{
    const struct hot *h = hot_site(gpa);

    return h->granule == gpa >> SMC_GRANULE_SHIFT && h->writes >= cms.opt->hot_writes &&
           vx_mfsr(SR_TIME) - h->since <= HOT_NS;
}

bool smc_may_be_hot(uint32_t page)
{
    return cms.smc->hot_pages >> page % 64 & 1;
}

bool smc_protect(uint64_t gpa, unsigned length)
{
    uint32_t page = (uint32_t)(gpa >> PAGE_SHIFT), bits = smc_granules(gpa, length);

    if (page < cms.smc->pages && !(bits & ~cms.smc->mask[page]))
        return true; /* what is marked hasn't been written since */
    if (smc_is_hot(gpa) || smc_is_hot(gpa + length - 1))
        return false;
    smc_protect_granules(page, bits);
    return true;
}

/* Drops what was made from the marked granules in `bits` of the page. */
static void granules_changed(uint32_t page, uint32_t bits)
{
    uint64_t base = (uint64_t)page << PAGE_SHIFT;

    cms_count(EV_SMC_WRITES);
    cms.smc->mask[page] &= ~bits;
    tcache_invalidate(page, bits);
    for (unsigned n = 0; n < GRANULES_PER_PAGE; n++) {
        uint64_t granule = base + ((uint64_t)n << SMC_GRANULE_SHIFT);

        if (!(bits >> n & 1))
            continue;
        hot_count(granule);
        gear1_forget(granule, 1u << SMC_GRANULE_SHIFT);
    }
    vx_tlbip(base);
}

void smc_written(uint64_t gpa, uint64_t length)
{
    uint64_t limit = (uint64_t)cms.smc->pages << PAGE_SHIFT;
    uint64_t end = length > limit || gpa > limit - length ? limit : gpa + length;

    for (; gpa < end; gpa = (gpa | PAGE_MASK) + 1) {
        uint32_t page = (uint32_t)(gpa >> PAGE_SHIFT), bits = cms.smc->mask[page];

        if (bits) /* a whole memory goes through here when something is loaded */
            bits &= smc_granules(gpa, part_in_page(gpa, end));
        if (bits)
            granules_changed(page, bits);
    }
}
