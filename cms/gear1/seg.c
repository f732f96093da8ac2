/* seg.c - descriptors, segment registers, checks, stacks. */
#include "gear1/gear1.h"

void cpu_set_cpl(unsigned cpl)
{
    cms.cpu.cpl = cpl;
    cpu_watch_update();
    vx_mtsr(SR_GMODE, cpl == 3);
}

bool desc_read(uint16_t selector, struct descriptor *d)
{
    const struct cpu *cpu = &cms.cpu;
    uint32_t offset = selector & 0xfff8;
    uint32_t base = cpu->gdtr.base, limit = cpu->gdtr.limit;

    if (selector & 4) {
        if (!cpu->ldtr.valid)
            return false;
        base = cpu->ldtr.base;
        limit = cpu->ldtr.limit;
    } else if (!offset) {
        return false;
    }
    if (offset + 7 > limit)
        return false;
    d->addr = base + offset;
    d->lo = g1_table_read(d->addr, 4);
    d->hi = g1_table_read(d->addr + 4, 4);
    return true;
}

void desc_write_type(struct descriptor *d, unsigned type)
{
    d->hi = (d->hi & ~0xf00u) | type << 8;
    g1_table_write(d->addr + 5, 1, d->hi >> 8 & 0xff);
}

void desc_segment(struct descriptor *d, uint16_t selector, struct segment *s)
{
    if (d->hi >> 12 & 1 && !(d->hi & SA_ACCESSED << 8))
        desc_write_type(d, (d->hi >> 8 & 0xf) | SA_ACCESSED);
    s->selector = selector;
    s->attr = desc_attr(d);
    s->base = desc_base(d);
    s->limit = desc_limit(d);
    s->valid = true;
}

void seg_real(unsigned sreg, uint16_t selector, struct segment *s)
{
    const struct segment *old = &cms.cpu.seg[sreg];

    s->selector = selector;
    s->base = (uint32_t)selector << 4;
    s->limit = old->valid ? old->limit : 0xffff;
    s->attr =
        (old->attr & (SA_BIG | SA_GRANULAR)) | SA_PRESENT | SA_SEGMENT | SA_WRITE | SA_ACCESSED;
    s->valid = true;
}

void seg_v86(uint16_t selector, struct segment *s)
{
    s->selector = selector;
    s->base = (uint32_t)selector << 4;
    s->limit = 0xffff;
    s->attr = SA_PRESENT | SA_DPL | SA_SEGMENT | SA_WRITE | SA_ACCESSED;
    s->valid = true;
}

void seg_null(uint16_t selector, struct segment *s)
{
    *s = (struct segment){.selector = selector};
}

void seg_prepare_stack(uint16_t selector, unsigned cpl, uint8_t vector, uint32_t ext,
                       struct segment *s)
{
    struct descriptor d;
    uint32_t error = selector_error(selector) | ext;

    if (selector <= 3)
        x86_fault_code(vector, ext);
    if (!desc_read(selector, &d))
        x86_fault_code(vector, error);

    unsigned attr = desc_attr(&d);

    if ((selector & 3) != cpl || desc_dpl(&d) != cpl ||
        (attr & (SA_SEGMENT | SA_CODE | SA_WRITE)) != (SA_SEGMENT | SA_WRITE))
        x86_fault_code(vector, error);
    if (!(attr & SA_PRESENT))
        x86_fault_code(X86_SS, error);
    desc_segment(&d, selector, s);
}

static void seg_prepare_data(uint16_t selector, struct segment *s)
{
    struct descriptor d;
    uint32_t error = selector_error(selector);
    unsigned rpl = selector & 3;

    if (selector <= 3) {
        seg_null(selector, s);
        return;
    }
    if (!desc_read(selector, &d))
        x86_fault_code(X86_GP, error);

    unsigned attr = desc_attr(&d);

    if (!(attr & SA_SEGMENT) || (attr & (SA_CODE | SA_READ)) == SA_CODE)
        x86_fault_code(X86_GP, error);
    if ((attr & (SA_CODE | SA_CONFORMING)) != (SA_CODE | SA_CONFORMING) &&
        (desc_dpl(&d) < rpl || desc_dpl(&d) < cms.cpu.cpl))
        x86_fault_code(X86_GP, error);
    if (!(attr & SA_PRESENT))
        x86_fault_code(X86_NP, error);
    desc_segment(&d, selector, s);
}

void seg_prepare(unsigned sreg, uint16_t selector, struct segment *s)
{
    if (cpu_real())
        seg_real(sreg, selector, s);
    else if (cpu_v86())
        seg_v86(selector, s);
    else if (sreg == SEG_SS)
        seg_prepare_stack(selector, cms.cpu.cpl, X86_GP, 0, s);
    else
        seg_prepare_data(selector, s);
}

/* Offsets at which any 4 bytes may be accessed; 0 for segments that need the exact rule. */
static uint32_t seg_span(const struct segment *s, bool write)
{
    bool code = s->attr & SA_CODE;
    bool allowed = s->valid && s->attr & SA_SEGMENT &&
                   (write ? !code && s->attr & SA_WRITE : !code || s->attr & SA_READ);

    if (!allowed || (!code && s->attr & SA_DOWN) || s->limit < 3)
        return 0;
    return s->limit - 2;
}

void seg_set(unsigned sreg, const struct segment *s)
{
    struct segment *to = &cms.cpu.seg[sreg];

    *to = *s;
    to->read_span = seg_span(s, false);
    to->write_span = seg_span(s, true);
    if (sreg == SEG_CS)
        cms.cpu.code32 = s->attr & SA_BIG;
    else if (sreg == SEG_SS)
        cms.cpu.stack32 = s->attr & SA_BIG;
    context_segment_loaded(sreg);
}

void seg_clear(unsigned sreg, uint16_t selector)
{
    struct segment s;

    seg_null(selector, &s);
    seg_set(sreg, &s);
}

/*
 * An access that wraps at 4 GiB is let pass by a limit of 4 GiB: the architecture leaves that open,
 * and processors and other emulators do so.
 */
bool seg_allows(const struct segment *s, uint32_t off, unsigned size, bool write)
{
    uint32_t last = off + size - 1;
    bool up = last < off ? s->limit == UINT32_MAX : last <= s->limit;

    if (!s->valid)
        return false;
    if (s->attr & SA_CODE)
        return !write && s->attr & SA_READ && up;
    if (write && !(s->attr & SA_WRITE))
        return false;
    if (s->attr & SA_DOWN)
        return off > s->limit && last >= off && last <= (s->attr & SA_BIG ? UINT32_MAX : 0xffff);
    return up;
}

void seg_fault(unsigned sreg)
{
    x86_fault_code(sreg == SEG_SS ? X86_SS : X86_GP, 0);
}

uint32_t seg_linear_slow(unsigned sreg, uint32_t off, unsigned size, bool write)
{
    const struct segment *s = &cms.cpu.seg[sreg];

    if (!seg_allows(s, off, size, write))
        seg_fault(sreg);
    return s->base + off;
}

static uint32_t stack_mask(const struct stack *st)
{
    return st->ss.attr & SA_BIG ? 0xffffffff : 0xffff;
}

void stack_current(struct stack *st, uint32_t ext)
{
    st->ss = cms.cpu.seg[SEG_SS];
    st->esp = vx_gget(ESP);
    st->error = ext;
    st->user = cms.cpu.cpl == 3;
}

void stack_skip(struct stack *st, uint32_t bytes)
{
    uint32_t mask = stack_mask(st);

    st->esp = (st->esp & ~mask) | ((st->esp + bytes) & mask);
}

void stack_push(struct stack *st, unsigned size, uint32_t value)
{
    uint32_t mask = stack_mask(st);
    uint32_t off = (st->esp - size) & mask;

    if (!seg_allows(&st->ss, off, size, true))
        x86_fault_code(X86_SS, st->error);
    g1_watch(st->ss.base + off, size, true, st->user);
    lin_write(st->ss.base + off, size, value, st->user);
    st->esp = (st->esp & ~mask) | off;
}

uint32_t stack_pop(struct stack *st, unsigned size)
{
    uint32_t off = st->esp & stack_mask(st);

    if (!seg_allows(&st->ss, off, size, false))
        x86_fault_code(X86_SS, st->error);

    g1_watch(st->ss.base + off, size, false, st->user);

    uint32_t value = lin_read(st->ss.base + off, size, st->user);

    stack_skip(st, size);
    return value;
}
