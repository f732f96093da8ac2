/*
 * iret.c - IRET in its modes: real, virtual-8086, to the same and to an outer level, to
 * virtual-8086, between tasks.
 */
#include "gear1/lin.h"
#include "gear1/system.h"

uint32_t cpu_flags_mask(unsigned size)
{
    uint32_t mask = FL_STATUS | FL_TF | FL_DF | FL_NT;

    if (size == 4)
        mask |= FL_AC | FL_ID | FL_RF;
    if (cms.cpu.cpl <= cpu_iopl())
        mask |= FL_IF;
    if (cms.cpu.cpl == 0)
        mask |= size == 4 ? FL_IOPL | FL_VIF | FL_VIP : FL_IOPL;
    return mask;
}

static void flags_merge(uint32_t image, uint32_t mask)
{
    cpu_set_eflags((g1_eflags() & ~(mask | FL_RF)) | (image & mask));
}

void v86_check_flags(uint32_t image)
{
    if (image & FL_TF || (image & FL_IF && cms.cpu.eflags & FL_VIP))
        x86_fault_code(X86_GP, 0);
}

void v86_set_flags(uint32_t image)
{
    uint32_t mask = FL_STATUS | FL_TF | FL_DF | FL_NT | FL_VIF;

    flags_merge((image & 0xffff) | (image & FL_IF ? FL_VIF : 0), mask);
}

static void iret_real(unsigned size)
{
    struct segment cs;
    struct stack st;

    stack_current(&st, 0);

    uint32_t eip = stack_pop(&st, size);
    uint16_t selector = stack_pop(&st, size);
    uint32_t image = stack_pop(&st, size);
    uint32_t mask = cpu_flags_mask(size);
    bool virtual = v86_extended(size);

    if (cpu_v86()) {
        if (virtual)
            v86_check_flags(image);
        else if (cpu_iopl() < 3)
            x86_fault_code(X86_GP, 0);
        seg_v86(selector, &cs);
    } else {
        seg_real(SEG_CS, selector, &cs);
    }
    if (eip > cs.limit)
        x86_fault_code(X86_GP, 0);
    g1_set_sp(st.esp);
    if (virtual)
        v86_set_flags(image);
    else
        flags_merge(image, mask);
    far_enter(&cs, eip, cms.cpu.cpl);
}

/* Back to the task that the link of the present task state names. */
static void iret_task(void)
{
    uint16_t selector = g1_table_read(cms.cpu.tr.base, 2);
    struct descriptor d;
    uint32_t error = selector_error(selector);

    if (selector & 4 || !desc_read(selector, &d))
        x86_fault_code(X86_TS, error);

    unsigned type = desc_attr(&d) & SA_TYPE;

    if (type != SYS_TSS16_BUSY && type != SYS_TSS32_BUSY)
        x86_fault_code(X86_TS, error);
    if (!(desc_attr(&d) & SA_PRESENT))
        x86_fault_code(X86_NP, error);
    task_switch(selector, &d, TASK_RETURN, NULL);
}

static void iret_to_v86(struct stack *st, uint32_t eip, uint16_t selector, uint32_t image)
{
    static const uint8_t order[] = {SEG_ES, SEG_DS, SEG_FS, SEG_GS};
    struct segment s;
    uint16_t sel[sizeof(order)];

    if (eip > 0xffff)
        x86_fault_code(X86_GP, 0);

    uint32_t esp = stack_pop(st, 4);
    uint16_t ss = stack_pop(st, 4);

    for (unsigned i = 0; i < sizeof(order); i++)
        sel[i] = stack_pop(st, 4);

    cpu_set_eflags(image);
    for (unsigned i = 0; i < sizeof(order); i++) {
        seg_v86(sel[i], &s);
        seg_set(order[i], &s);
    }
    seg_v86(ss, &s);
    seg_set(SEG_SS, &s);
    g1_set_reg32(ESP, esp);
    seg_v86(selector, &s);
    far_enter(&s, eip, 3);
}

static void iret_protected(unsigned size)
{
    struct segment cs, ss;
    struct stack st;

    if (cms.cpu.eflags & FL_NT) {
        iret_task();
        return;
    }
    stack_current(&st, 0);

    uint32_t eip = stack_pop(&st, size);
    uint16_t selector = stack_pop(&st, size);
    uint32_t image = stack_pop(&st, size);
    uint32_t mask = cpu_flags_mask(size);
    unsigned cpl = selector & 3;

    if (size == 4 && image & FL_VM && cms.cpu.cpl == 0) {
        iret_to_v86(&st, eip, selector, image);
        return;
    }
    far_return_code(selector, &cs);
    if (eip > cs.limit)
        x86_fault_code(X86_GP, 0);
    if (cpl == cms.cpu.cpl) {
        g1_set_sp(st.esp);
        flags_merge(image, mask);
        far_enter(&cs, eip, cpl);
        return;
    }

    uint32_t esp = stack_pop(&st, size);

    seg_prepare_stack(stack_pop(&st, size), cpl, X86_GP, 0, &ss);
    seg_set(SEG_SS, &ss);
    g1_set_sp(esp);
    flags_merge(image, mask);
    far_enter(&cs, eip, cpl);
    far_hide_segments(cpl);
}

void g1_iret(const struct insn *i)
{
    if (cpu_protected())
        iret_protected(i->opsize);
    else
        iret_real(i->opsize);
}
