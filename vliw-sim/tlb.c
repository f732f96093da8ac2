/* tlb.c - see tlb.h */
#include "vliw-sim/tlb.h"

#include <stdlib.h>

#include "vliw-sim/panic.h"

static const struct tlb_entry entry_free = {.hi = TLB_HI_FREE};

void tlb_init(struct tlb *tlb, uint32_t entries, uint32_t ways)
{
    *tlb = (struct tlb){.ways = ways, .sets = entries / ways, .use = (1u << ways) - 1};
    tlb->entry = panic_if_null(calloc(entries, sizeof *tlb->entry));
    tlb->turn = panic_if_null(calloc(tlb->sets, sizeof *tlb->turn));
    tlb_flush(tlb);
}

void tlb_free(struct tlb *tlb)
{
    free(tlb->entry);
    free(tlb->turn);
    *tlb = (struct tlb){0};
}

/* The way of the set whose turn it is to be replaced; the turn goes to the next one in use. */
static uint32_t tlb_turn(struct tlb *tlb, uint32_t set)
{
    uint32_t way = tlb->turn[set];

    while (!(tlb->use >> way & 1))
        way = (way + 1) % tlb->ways;
    tlb->turn[set] = (uint8_t)((way + 1) % tlb->ways);
    return way;
}

static void tlb_leaves(struct tlb *tlb, const struct tlb_entry *e)
{
    if (tlb->leaves && e->hi != TLB_HI_FREE)
        tlb->leaves(tlb->owner, e->hi);
}

bool tlb_write(struct tlb *tlb, uint64_t hi, uint64_t lo, uint32_t tmask, uint64_t limit)
{
    struct tlb_entry made = {.hi = hi & TLB_HI_MASK, .tmask = tmask, .lo = lo & TLB_LO_MASK};
    uint32_t set = made.hi >> TLB_PAGE_SHIFT & (tlb->sets - 1);

    if (!(made.lo & TLB_LO_IO) && (made.lo & TLB_LO_PAGE) >= limit)
        return false;

    struct tlb_entry *e = tlb_find(tlb, made.hi);
    for (uint32_t way = 0; !e && way < tlb->ways; way++) {
        if ((tlb->use >> way & 1) && tlb->entry[set * tlb->ways + way].hi == TLB_HI_FREE)
            e = &tlb->entry[set * tlb->ways + way];
    }
    if (!e) {
        e = &tlb->entry[set * tlb->ways + tlb_turn(tlb, set)];
        tlb->replaced++;
    }
    tlb_leaves(tlb, e);
    tlb->writes++;
    *e = made;
    return true;
}

uint64_t tlb_probe(const struct tlb *tlb, uint64_t hi)
{
    const struct tlb_entry *e = tlb_find(tlb, hi & TLB_HI_MASK);

    return e ? e->lo : 0;
}

void tlb_drop(struct tlb *tlb, uint64_t hi)
{
    struct tlb_entry *e = tlb_find(tlb, hi & TLB_HI_MASK);

    if (!e)
        return;
    tlb_leaves(tlb, e);
    *e = entry_free;
}

void tlb_drop_phys(struct tlb *tlb, uint64_t phys)
{
    for (uint32_t i = 0; i < tlb->sets * tlb->ways; i++) {
        struct tlb_entry *e = &tlb->entry[i];
        if (e->hi == TLB_HI_FREE || ((e->lo ^ phys) & TLB_LO_PAGE) != 0)
            continue;
        tlb_leaves(tlb, e);
        *e = entry_free;
    }
}

void tlb_flush(struct tlb *tlb)
{
    for (uint32_t i = 0; i < tlb->sets * tlb->ways; i++)
        tlb->entry[i] = entry_free;
    tlb->version++;
}

void tlb_use(struct tlb *tlb, uint32_t mask)
{
    tlb->use = mask;
    tlb->version++;
    for (uint32_t i = 0; i < tlb->sets * tlb->ways; i++) {
        if (!(mask >> i % tlb->ways & 1))
            tlb->entry[i] = entry_free;
    }
}
