/*
 * context.c - the guest's state, as far as translations depend on it.
 */
#include "runtime/context.h"

#include "gear1/seg.h"
#include "isa_intrinsics.h"

#define LIMIT_4G UINT32_MAX
#define LIMIT_64K 0xffffu

static unsigned segment_class(const struct segment *s, unsigned number)
{
    bool code = s->attr & SA_CODE;
    unsigned kind = SEG_OTHER;

    /*
     * Code is fetched whether it can be read as data or not; expand-down limits mean something
     * else.
     */
    if (!s->valid || (code && !(s->attr & SA_READ) && number != SEG_CS) ||
        (!code && s->attr & SA_DOWN))
        return SEG_OTHER;
    if (s->limit == LIMIT_4G)
        kind = s->base ? SEG_BASED : SEG_FLAT;
    else if (s->limit == LIMIT_64K)
        kind = SEG_64K;
    return !code && s->attr & SA_WRITE ? kind | SEG_WRITABLE : kind;
}

void context_segment_loaded(unsigned sreg)
{
    unsigned shift = MODE_SEG_SHIFT + 3 * sreg;

    cms.segments = (cms.segments & ~(7u << shift)) | segment_class(&cms.cpu.seg[sreg], sreg)
                                                         << shift;
}

uint32_t context_mode(void)
{
    const struct cpu *cpu = &cms.cpu;
    uint32_t mode = cms.segments;

    if (cpu->code32)
        mode |= MODE_CODE32;
    if (cpu->stack32)
        mode |= MODE_STACK32;
    if (cpu->cpl == 3)
        mode |= MODE_USER;
    if (cpu->eflags & FL_DF)
        mode |= MODE_DOWN;
    if (cpu->cr0 & CR0_PG)
        mode |= MODE_PAGING;
    if (cpu->a20)
        mode |= MODE_A20;
    return mode;
}

bool context_code_page(uint32_t lin, uint32_t *page)
{
    bool user = cms.cpu.cpl == 3;
    uint64_t entry = vx_tlbp(lin & ~PAGE_MASK);

    if (!(entry & (user ? TLB_UREAD : TLB_SREAD))) {
        if (mmu_fill_unseen(lin, false, user) != MMU_FILLED)
            return false;
        entry = vx_tlbp(lin & ~PAGE_MASK);
    }
    if (entry & TLB_IO)
        return false;
    *page = (uint32_t)(entry >> PAGE_SHIFT);
    return true;
}
