/*
 * border.c - decoded instructions that lie across a page border.
 *
 * The store of fetch.c has only such as lie in one page, whose physical address says all. Of these
 * few the rest may be anywhere: it is looked up each time, by the TLB if that knows the page, and
 * what was decoded before is right if it is where it was then.
 */
#include "gear1/gear1.h"

#define BORDERS 64 /* a power of two */

struct border {
    struct slot slot;
    uint64_t tag;
    uint64_t rest; /* address in DRAM of what lies in the second page */
};

void g1_border_init(void)
{
    cms.gear1.border = cms_alloc(BORDERS * sizeof(struct border));
}

static struct border *border_of(uint64_t tag)
{
    return &cms.gear1.border[tag >> PAGE_SHIFT & (BORDERS - 1)];
}

static uint64_t border_gpa(const struct border *b)
{
    return b->tag & (SLOT_CODE32 - 1);
}

static unsigned border_near(const struct border *b)
{
    return PAGE_SIZE - (b->tag & PAGE_MASK);
}

const struct slot *g1_border_find(uint32_t eip, uint64_t tag)
{
    const struct border *b = border_of(tag);
    const struct segment *cs = &cms.cpu.seg[SEG_CS];
    uint32_t last = eip + b->slot.insn.length - 1;
    bool memory;

    if (b->tag != tag || last < eip || last > cs->limit)
        return NULL;
    return g1_code_address(cs->base + eip + border_near(b), &memory) == b->rest && memory ? &b->slot
                                                                                         : NULL;
}

void g1_border_keep(const struct slot *s, uint64_t tag, uint64_t rest)
{
    struct border *b = border_of(tag);

    *b = (struct border){.slot = *s, .tag = tag, .rest = rest};
    if (!smc_protect(border_gpa(b), border_near(b)) ||
        !smc_protect(rest, s->insn.length - border_near(b)))
        b->tag = 0;
}

static bool overlap(uint64_t a, uint64_t a_length, uint64_t b, uint64_t b_length)
{
    return a < b + b_length && b < a + a_length;
}

void g1_border_forget(uint64_t gpa, uint64_t length)
{
    for (struct border *b = cms.gear1.border; b < cms.gear1.border + BORDERS; b++) {
        unsigned near = border_near(b);

        if (b->tag && (overlap(border_gpa(b), near, gpa, length) ||
                            overlap(b->rest, b->slot.insn.length - near, gpa, length)))
            b->tag = 0;
    }
}
