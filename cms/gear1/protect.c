/*
 * protect.c - instructions about descriptors: LAR, LSL, VERR, VERW, ARPL, and the registers of the
 * tables.
 */
#include "gear1/system.h"

/* Real and virtual-8086 mode have none of these. */
static void protected_only(void)
{
    if (!cpu_protected())
        x86_fault(X86_UD);
}

static void set_zf(bool on)
{
    uint64_t flags = vx_movfc() & ~(uint64_t)FL_ZF;

    vx_movtc(on ? flags | FL_ZF : flags);
}

/* May the present level see the descriptor, by CPL, RPL and DPL? */
static bool visible(const struct descriptor *d, uint16_t selector)
{
    unsigned dpl = desc_dpl(d);

    return dpl >= cms.cpu.cpl && dpl >= (selector & 3u);
}

static bool conforming(const struct descriptor *d)
{
    return (desc_attr(d) & (SA_SEGMENT | SA_CODE | SA_CONFORMING)) ==
           (SA_SEGMENT | SA_CODE | SA_CONFORMING);
}

/*
 * LAR and LSL: the descriptor if its type is in the bit mask `types` (type with S) and it may be
 * seen.
 */
static bool inspect(uint16_t selector, uint32_t types, struct descriptor *d)
{
    return desc_read(selector, d) && types >> (desc_attr(d) & SA_TYPE) & 1 &&
           (conforming(d) || visible(d, selector));
}

#define TYPES_SEGMENT 0xffff0000u
#define TYPES_LSL                                                                               \
    (TYPES_SEGMENT | 1u << SYS_TSS16 | 1u << SYS_LDT | 1u << SYS_TSS16_BUSY | 1u << SYS_TSS32 | \
     1u << SYS_TSS32_BUSY)
#define TYPES_LAR (TYPES_LSL | 1u << SYS_CALL16 | 1u << SYS_TASK_GATE | 1u << SYS_CALL32)

void g1_lar(const struct insn *i)
{
    struct descriptor d;

    protected_only();

    bool ok = inspect(g1_get_rm(i), TYPES_LAR, &d);

    if (ok)
        g1_set_reg(i->reg, i->opsize, d.hi & 0x00ffff00);
    set_zf(ok);
}

void g1_lsl(const struct insn *i)
{
    struct descriptor d;

    protected_only();

    bool ok = inspect(g1_get_rm(i), TYPES_LSL, &d);

    if (ok)
        g1_set_reg(i->reg, i->opsize, desc_limit(&d));
    set_zf(ok);
}

static bool verify(uint16_t selector, bool write)
{
    struct descriptor d;

    if (!desc_read(selector, &d))
        return false;

    unsigned attr = desc_attr(&d);

    if (!(attr & SA_SEGMENT))
        return false;
    if (attr & SA_CODE)
        return !write && attr & SA_READ && (attr & SA_CONFORMING || visible(&d, selector));
    return (!write || attr & SA_WRITE) && visible(&d, selector);
}

void g1_verr(const struct insn *i)
{
    protected_only();
    set_zf(verify(g1_get_rm(i), false));
}

void g1_verw(const struct insn *i)
{
    protected_only();
    set_zf(verify(g1_get_rm(i), true));
}

void g1_arpl(const struct insn *i)
{
    protected_only();

    uint32_t selector = g1_get_rm(i);
    unsigned rpl = g1_reg16(i->reg) & 3;
    bool lower = (selector & 3) < rpl;

    if (lower)
        g1_set_rm(i, (selector & ~3u) | rpl);
    set_zf(lower);
}

/* ---------------------------------------------------------------- GDTR, IDTR */
static void store_table(const struct insn *i, const struct table_reg *r)
{
    if (!i->is_mem)
        x86_fault(X86_UD);
    g1_write(i->seg, g1_ea(i), 2, r->limit);
    g1_write(i->seg, g1_ea_at(i, 2), 4, r->base);
}

static void load_table(const struct insn *i, struct table_reg *r)
{
    if (!i->is_mem)
        x86_fault(X86_UD);
    cpu_privileged();

    uint16_t limit = g1_read(i->seg, g1_ea(i), 2);
    uint32_t base = g1_read(i->seg, g1_ea_at(i, 2), 4);

    r->limit = limit;
    r->base = i->opsize == 2 ? base & 0xffffff : base;
}

void g1_sgdt(const struct insn *i)
{
    store_table(i, &cms.cpu.gdtr);
}

void g1_sidt(const struct insn *i)
{
    store_table(i, &cms.cpu.idtr);
}

void g1_lgdt(const struct insn *i)
{
    load_table(i, &cms.cpu.gdtr);
}

void g1_lidt(const struct insn *i)
{
    load_table(i, &cms.cpu.idtr);
}

/* ---------------------------------------------------------------- LDTR, TR */
void g1_sldt(const struct insn *i)
{
    protected_only();
    g1_set_rm(i, cms.cpu.ldtr.selector);
}

void g1_str(const struct insn *i)
{
    protected_only();
    g1_set_rm(i, cms.cpu.tr.selector);
}

/* Descriptor for LLDT or LTR; raises #GP unless `types` (bit mask) has its type, #NP. */
static void load_system(uint16_t selector, uint32_t types, struct descriptor *d)
{
    uint32_t error = selector_error(selector);

    if (selector & 4 || !desc_read(selector, d) || !(types >> (desc_attr(d) & SA_TYPE) & 1))
        x86_fault_code(X86_GP, error);
    if (!(desc_attr(d) & SA_PRESENT))
        x86_fault_code(X86_NP, error);
}

void g1_lldt(const struct insn *i)
{
    struct descriptor d;

    protected_only();
    cpu_privileged();

    uint16_t selector = g1_get_rm(i);

    if (selector <= 3) {
        seg_null(selector, &cms.cpu.ldtr);
        return;
    }
    load_system(selector, 1u << SYS_LDT, &d);
    desc_segment(&d, selector, &cms.cpu.ldtr);
}

void g1_ltr(const struct insn *i)
{
    struct descriptor d;

    protected_only();
    cpu_privileged();

    uint16_t selector = g1_get_rm(i);

    load_system(selector, 1u << SYS_TSS16 | 1u << SYS_TSS32, &d);
    desc_write_type(&d, (d.hi >> 8 & 0xf) | 2);
    desc_segment(&d, selector, &cms.cpu.tr);
}
