/*
 * context.c - the guest's state, as far as translations depend on it.
 */
#include "runtime/context.h"

#include "gear1/seg.h"
#include "isa_intrinsics.h"

#define LIMIT_4G UINT32_MAX
#define LIMIT_64K 0xffffu

static unsigned segment_kind(const struct segment *s)
{
    if (s->limit == LIMIT_4G)
        return s->base ? SEG_BASED : SEG_FLAT;
    return s->limit == LIMIT_64K ? SEG_64K : SEG_OTHER;
}

/* For data. Expand-down limits mean something else. */
static unsigned segment_class(const struct segment *s)
{
    bool code = s->attr & SA_CODE;

    if (!s->valid || !(code ? s->attr & SA_READ : !(s->attr & SA_DOWN)))
        return SEG_OTHER;
    return segment_kind(s) | (!code && s->attr & SA_WRITE ? SEG_WRITABLE : 0);
}

static void set_field(unsigned shift, unsigned mask, unsigned value)
{
    cms.segments = (cms.segments & ~(mask << shift)) | value << shift;
}

void context_segment_loaded(unsigned sreg)
{
    const struct segment *s = &cms.cpu.seg[sreg];

    set_field(MODE_SEG_SHIFT + 3 * sreg, 7, segment_class(s));
    if (sreg == SEG_CS)
        set_field(MODE_CODE_SHIFT, SEG_KIND, segment_kind(s));
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
