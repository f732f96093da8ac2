/*
 * task.c - hardware task switches, and the I/O permission map of the task state.
 *
 * A switch has two halves. The first reads the whole new task state and writes the old one: what is
 * wrong there is raised in the old task, which then has not changed. Then the new task's registers
 * are committed, with all segment registers unusable, and the second half loads these one by one:
 * what is wrong there is raised in the new task, as the manuals want it.
 */
#include "gear1/lin.h"
#include "gear1/system.h"

/*
 * Offsets in the two kinds of task state. Registers from EAX, segments from ES, each `step` bytes
 * apart.
 */
struct layout {
    uint8_t size; /* of a register */
    uint8_t step; /* from one segment to the next */
    uint8_t cr3, eip, eflags, regs, segs, nsegs, ldt;
    uint8_t least; /* limit that the processor asks for */
};

static const struct layout layout16 = {
    .size = 2,
    .step = 2,
    .eip = 14,
    .eflags = 16,
    .regs = 18,
    .segs = 34,
    .nsegs = 4,
    .ldt = 42,
    .least = 43,
};
static const struct layout layout32 = {
    .size = 4,
    .step = 4,
    .cr3 = 28,
    .eip = 32,
    .eflags = 36,
    .regs = 40,
    .segs = 72,
    .nsegs = 6,
    .ldt = 96,
    .least = 103,
};

#define TSS_TRAP 100 /* word: bit 0 makes the switch a debug trap */
#define TSS_IO_MAP 102
#define TSS_REDIRECTION 32 /* bytes before the I/O map: a bit for each interrupt */
#define DR7_LOCAL 0x55u    /* breakpoints of one task alone */

/* A task state read from memory. */
struct task {
    uint32_t cr3, eip, eflags, reg[8];
    uint16_t seg[SEG_COUNT], ldt;
    bool trap;
};

static const struct layout *task_layout(unsigned attr)
{
    return attr & 8 ? &layout32 : &layout16;
}

static void task_save(const struct layout *l, uint32_t base, uint32_t eflags)
{
    g1_table_write(base + l->eip, l->size, g1_eip());
    g1_table_write(base + l->eflags, l->size, eflags);
    for (unsigned i = 0; i < 8; i++)
        g1_table_write(base + l->regs + i * l->size, l->size, g1_reg32(i));
    for (unsigned i = 0; i < l->nsegs; i++)
        g1_table_write(base + l->segs + i * l->step, 2, cms.cpu.seg[i].selector);
}

static void task_read(const struct layout *l, uint32_t base, struct task *t)
{
    uint32_t upper = l->size == 2 ? 0xffff0000 : 0;

    *t = (struct task){0};
    if (l->cr3) {
        t->cr3 = g1_table_read(base + l->cr3, 4);
        t->trap = g1_table_read(base + TSS_TRAP, 2) & 1;
    }
    t->eip = g1_table_read(base + l->eip, l->size);
    t->eflags = g1_table_read(base + l->eflags, l->size);
    for (unsigned i = 0; i < 8; i++)
        t->reg[i] = g1_table_read(base + l->regs + i * l->size, l->size) | upper;
    for (unsigned i = 0; i < l->nsegs; i++)
        t->seg[i] = g1_table_read(base + l->segs + i * l->step, 2);
    t->ldt = g1_table_read(base + l->ldt, 2);
}

static void task_load_ldt(uint16_t selector)
{
    struct descriptor d;
    uint32_t error = selector_error(selector);

    if (!(selector & 0xfffc))
        return;
    if (selector & 4 || !desc_read(selector, &d) || (desc_attr(&d) & SA_TYPE) != SYS_LDT ||
        !(desc_attr(&d) & SA_PRESENT))
        x86_fault_code(X86_TS, error);
    desc_segment(&d, selector, &cms.cpu.ldtr);
}

static void task_load_code(uint16_t selector)
{
    struct descriptor d;
    struct segment cs;
    uint32_t error = selector_error(selector);

    if (selector <= 3 || !desc_read(selector, &d))
        x86_fault_code(X86_TS, error);

    unsigned attr = desc_attr(&d), rpl = selector & 3;

    if ((attr & (SA_SEGMENT | SA_CODE)) != (SA_SEGMENT | SA_CODE) ||
        (attr & SA_CONFORMING ? desc_dpl(&d) > rpl : desc_dpl(&d) != rpl))
        x86_fault_code(X86_TS, error);
    if (!(attr & SA_PRESENT))
        x86_fault_code(X86_NP, error);
    desc_segment(&d, selector, &cs);
    seg_set(SEG_CS, &cs);
}

static void task_load_data(unsigned sreg, uint16_t selector)
{
    struct descriptor d;
    struct segment s;
    uint32_t error = selector_error(selector);

    if (selector <= 3)
        return;
    if (!desc_read(selector, &d))
        x86_fault_code(X86_TS, error);

    unsigned attr = desc_attr(&d);
    bool conforming = (attr & (SA_CODE | SA_CONFORMING)) == (SA_CODE | SA_CONFORMING);

    if (!(attr & SA_SEGMENT) || (attr & (SA_CODE | SA_READ)) == SA_CODE ||
        (!conforming && (desc_dpl(&d) < (selector & 3u) || desc_dpl(&d) < cms.cpu.cpl)))
        x86_fault_code(X86_TS, error);
    if (!(attr & SA_PRESENT))
        x86_fault_code(X86_NP, error);
    desc_segment(&d, selector, &s);
    seg_set(sreg, &s);
}

static void task_load_segments(const struct task *t)
{
    static const uint8_t data[] = {SEG_ES, SEG_DS, SEG_FS, SEG_GS};
    struct segment s;

    if (cpu_v86()) {
        for (unsigned i = 0; i < SEG_COUNT; i++) {
            seg_v86(t->seg[i], &s);
            seg_set(i, &s);
        }
        return;
    }
    task_load_code(t->seg[SEG_CS]);
    seg_prepare_stack(t->seg[SEG_SS], cms.cpu.cpl, X86_TS, 0, &s);
    seg_set(SEG_SS, &s);
    for (unsigned i = 0; i < sizeof(data); i++)
        task_load_data(data[i], t->seg[data[i]]);
}

/*
 * The new task's paging; nothing happens to it without PG, nor if it shares the old one's
 * directory.
 */
static void task_load_cr3(uint32_t cr3, const uint64_t pdpte[4])
{
    struct cpu *cpu = &cms.cpu;

    if (cpu->cr3 == cr3)
        return;
    cpu->cr3 = cr3;
    if (cpu->cr4 & CR4_PAE)
        memcpy(cpu->pdpte, pdpte, sizeof(cpu->pdpte));
    mmu_flush_local();
}

void task_gate_target(uint16_t selector, uint32_t ext, struct descriptor *d)
{
    uint32_t error = selector_error(selector) | ext;

    if (selector & 4 || !desc_read(selector, d))
        x86_fault_code(X86_GP, error);

    unsigned type = desc_attr(d) & SA_TYPE;

    if (type != SYS_TSS16 && type != SYS_TSS32)
        x86_fault_code(X86_GP, error);
    if (!(desc_attr(d) & SA_PRESENT))
        x86_fault_code(X86_NP, error);
}

/*
 * Everything that can fail in the old task: its state saved, the new one's read, the busy bits and
 * the link set.
 */
static void task_leave(uint16_t selector, struct descriptor *d, enum task_cause cause,
                       struct task *t)
{
    struct segment *tr = &cms.cpu.tr;
    const struct layout *from = task_layout(tr->attr), *to = task_layout(desc_attr(d));
    uint32_t eflags = g1_eflags();
    struct descriptor old;

    if (desc_limit(d) < to->least)
        x86_fault_code(X86_TS, selector_error(selector));
    task_read(to, desc_base(d), t);
    if (cause == TASK_RETURN)
        eflags &= ~FL_NT;
    if (!tr->valid || tr->limit < from->least)
        x86_fault_code(X86_TS, selector_error(tr->selector));
    task_save(from, tr->base, eflags);
    if ((cause == TASK_JUMP || cause == TASK_RETURN) && desc_read(tr->selector, &old))
        desc_write_type(&old, (old.hi >> 8 & 0xf) & ~2u);
    if (cause == TASK_CALL || cause == TASK_EVENT) {
        g1_table_write(desc_base(d), 2, tr->selector);
        t->eflags |= FL_NT;
    }
    if (cause != TASK_RETURN)
        desc_write_type(d, (d->hi >> 8 & 0xf) | 2);
}

void task_switch(uint16_t selector, struct descriptor *d, enum task_cause cause,
                 const struct x86_event *event)
{
    struct cpu *cpu = &cms.cpu;
    bool wide = desc_attr(d) & 8, paged = wide && cpu->cr0 & CR0_PG;
    uint64_t pdpte[4];
    struct task t;

    task_leave(selector, d, cause, &t);
    if (paged && cpu->cr4 & CR4_PAE && !mmu_load_pdpte(t.cr3, pdpte))
        x86_fault_code(X86_TS, selector_error(selector));

    desc_segment(d, selector, &cpu->tr);
    cpu->cr0 |= CR0_TS;
    cpu->dr[7] &= ~DR7_LOCAL;
    for (unsigned i = 0; i < 8; i++)
        g1_set_reg32(i, t.reg[i]);
    cpu_set_eflags(t.eflags);
    for (unsigned i = 0; i < SEG_COUNT; i++)
        seg_clear(i, t.seg[i]);
    seg_null(t.ldt, &cpu->ldtr);
    cpu_set_cpl(cpu_v86() ? 3 : t.seg[SEG_CS] & 3);
    g1_set_eip(t.eip);
    lin_flush();
    vx_commit(0);
    if (paged)
        task_load_cr3(t.cr3, pdpte);
    gear1_refetch();

    task_load_ldt(t.ldt);
    task_load_segments(&t);
    if (event && event->has_error) {
        struct stack st;

        stack_current(&st, 1);
        stack_push(&st, wide ? 4 : 2, event->error);
        g1_set_sp(st.esp);
    }
    if (t.eip > cpu->seg[SEG_CS].limit)
        x86_fault_code(X86_GP, 0);
    if (t.trap) {
        debug_report(DR6_BT);
        lin_flush();
        vx_commit(0);
        x86_fault(X86_DB);
    }
}

bool task_redirects(uint8_t vector)
{
    const struct segment *tr = &cms.cpu.tr;

    if (!tr->valid || (tr->attr & SA_TYPE) != SYS_TSS32_BUSY || tr->limit < 103)
        x86_fault_code(X86_GP, 0);

    uint32_t offset = g1_table_read(tr->base + TSS_IO_MAP, 2) - TSS_REDIRECTION + vector / 8;

    if (offset > tr->limit)
        x86_fault_code(X86_GP, 0);
    return g1_table_read(tr->base + offset, 1) >> (vector & 7) & 1;
}

bool g1_io_allowed(uint16_t port, unsigned size)
{
    const struct segment *tr = &cms.cpu.tr;

    if (cpu_real() || (!cpu_v86() && cms.cpu.cpl <= cpu_iopl()))
        return true;
    if (!tr->valid || (tr->attr & SA_TYPE) != SYS_TSS32_BUSY || tr->limit < 103)
        return false;

    uint32_t offset = g1_table_read(tr->base + TSS_IO_MAP, 2) + port / 8;

    if (offset + 1 > tr->limit)
        return false;
    return !(g1_table_read(tr->base + offset, 2) >> (port & 7) & ((1u << size) - 1));
}
