/*
 * far.c - far JMP, CALL and RET: real and virtual-8086 mode, code segments, call gates, tasks.
 *
 * Each handler first computes where it goes and builds the stack, with every check in the manual's
 * order, and then assigns the new state in one go (far_enter). The guest's old state is untouched
 * until then.
 */
#include "gear1/lin.h"
#include "gear1/system.h"

void far_enter(const struct segment *cs, uint32_t eip, unsigned cpl)
{
    seg_set(SEG_CS, cs);
    if (cms.cpu.cpl != cpl)
        cpu_set_cpl(cpl);
    g1_set_eip(eip);
    gear1_refetch();
}

void far_pointer(const struct insn *i, uint16_t *selector, uint32_t *offset)
{
    if (i->opd[0] == OPD_FAR) {
        *selector = i->imm2;
        *offset = i->opsize == 2 ? i->imm & 0xffff : i->imm;
        return;
    }

    *offset = g1_read(i->seg, g1_ea(i), i->opsize);
    *selector = g1_read(i->seg, g1_ea_at(i, i->opsize), 2);
}

static void check_limit(const struct segment *cs, uint32_t eip, uint32_t ext)
{
    if (eip > cs->limit)
        x86_fault_code(X86_GP, ext);
}

/* Real and virtual-8086 mode: CS from its selector alone. */
static void code_real(uint16_t selector, struct segment *cs)
{
    if (cpu_v86())
        seg_v86(selector, cs);
    else
        seg_real(SEG_CS, selector, cs);
}

/* The code segment as a register holds it, running at `cpl`. */
static void code_segment(struct descriptor *d, uint16_t selector, unsigned cpl, struct segment *cs)
{
    if (!(desc_attr(d) & SA_PRESENT))
        x86_fault_code(X86_NP, selector_error(selector));
    desc_segment(d, (selector & ~3u) | cpl, cs);
}

/* Direct transfer, or JMP through a gate (`gate`): no change of level. */
static void code_same_level(struct descriptor *d, uint16_t selector, bool gate, struct segment *cs)
{
    unsigned cpl = cms.cpu.cpl, dpl = desc_dpl(d);
    bool ok =
        desc_attr(d) & SA_CONFORMING ? dpl <= cpl : dpl == cpl && (gate || (selector & 3) <= cpl);

    if (!ok)
        x86_fault_code(X86_GP, selector_error(selector));
    code_segment(d, selector, cpl, cs);
}

static bool is_code(const struct descriptor *d)
{
    return (desc_attr(d) & (SA_SEGMENT | SA_CODE)) == (SA_SEGMENT | SA_CODE);
}

/* Descriptor of the target of a far transfer; raises #GP. */
static void target_descriptor(uint16_t selector, struct descriptor *d)
{
    if (selector <= 3)
        x86_fault_code(X86_GP, 0);
    if (!desc_read(selector, d))
        x86_fault_code(X86_GP, selector_error(selector));
}

/* DPL and presence of a gate or task state that an instruction names. */
static void check_gate(const struct descriptor *d, uint16_t selector)
{
    if (desc_dpl(d) < cms.cpu.cpl || desc_dpl(d) < (selector & 3))
        x86_fault_code(X86_GP, selector_error(selector));
    if (!(desc_attr(d) & SA_PRESENT))
        x86_fault_code(X86_NP, selector_error(selector));
}

/* Task state or task gate. */
static void transfer_task(struct descriptor *d, uint16_t selector, enum task_cause cause)
{
    check_gate(d, selector);
    if ((desc_attr(d) & SA_TYPE) == SYS_TASK_GATE) {
        selector = gate_selector(d);
        task_gate_target(selector, 0, d);
    } else if (selector & 4) {
        x86_fault_code(X86_GP, selector_error(selector));
    }
    task_switch(selector, d, cause, NULL);
}

void far_inner_stack(unsigned level, uint32_t ext, struct stack *st)
{
    const struct segment *tr = &cms.cpu.tr;
    bool wide = (tr->attr & SA_TYPE) == SYS_TSS32_BUSY;
    uint32_t offset = wide ? 4 + 8 * level : 2 + 4 * level;
    unsigned size = wide ? 4 : 2;

    if (!tr->valid || offset + size + 1 > tr->limit)
        x86_fault_code(X86_TS, selector_error(tr->selector) | ext);
    st->esp = g1_table_read(tr->base + offset, size);

    uint16_t ss = g1_table_read(tr->base + offset + size, 2);

    seg_prepare_stack(ss, level, X86_TS, ext, &st->ss);
    st->error = selector_error(ss) | ext;
    st->user = false;
}

/* CALL through a gate to a more privileged level: a new stack, parameters copied. */
static void call_inner(struct descriptor *d, uint16_t selector, uint32_t eip, unsigned size,
                       unsigned params)
{
    unsigned level = desc_dpl(d);
    struct stack old, st;
    struct segment cs;
    uint32_t param[31];

    stack_current(&old, 0);
    far_inner_stack(level, 0, &st);
    code_segment(d, selector, level, &cs);
    check_limit(&cs, eip, 0);

    uint16_t old_ss = cms.cpu.seg[SEG_SS].selector;
    uint32_t old_esp = old.esp;

    for (unsigned i = 0; i < params; i++)
        param[i] = stack_pop(&old, size);
    stack_push(&st, size, old_ss);
    stack_push(&st, size, old_esp);
    while (params)
        stack_push(&st, size, param[--params]);
    stack_push(&st, size, cms.cpu.seg[SEG_CS].selector);
    stack_push(&st, size, g1_eip());

    seg_set(SEG_SS, &st.ss);
    g1_set_sp(st.esp);
    far_enter(&cs, eip, level);
}

/* Pushes the return address and goes to cs:eip without a change of level. */
static void call_same(const struct segment *cs, uint32_t eip, unsigned size)
{
    struct stack st;

    stack_current(&st, 0);
    stack_push(&st, size, cms.cpu.seg[SEG_CS].selector);
    stack_push(&st, size, g1_eip());
    check_limit(cs, eip, 0);
    g1_set_sp(st.esp);
    far_enter(cs, eip, cms.cpu.cpl);
}

static void transfer_gate(struct descriptor *gate, uint16_t gate_sel, bool call)
{
    bool wide = (desc_attr(gate) & SA_TYPE) == SYS_CALL32;
    uint16_t selector = gate_selector(gate);
    uint32_t eip = gate_offset(gate, wide);
    unsigned size = wide ? 4 : 2;
    struct descriptor d;
    struct segment cs;

    check_gate(gate, gate_sel);
    target_descriptor(selector, &d);
    if (!is_code(&d) || desc_dpl(&d) > cms.cpu.cpl)
        x86_fault_code(X86_GP, selector_error(selector));
    if (call && !(desc_attr(&d) & SA_CONFORMING) && desc_dpl(&d) < cms.cpu.cpl) {
        if (!(desc_attr(&d) & SA_PRESENT))
            x86_fault_code(X86_NP, selector_error(selector));
        call_inner(&d, selector, eip, size, gate->hi & 31);
        return;
    }
    code_same_level(&d, selector, true, &cs);
    if (call) {
        call_same(&cs, eip, size);
    } else {
        check_limit(&cs, eip, 0);
        far_enter(&cs, eip, cms.cpu.cpl);
    }
}

static void transfer(const struct insn *i, bool call)
{
    struct segment cs;
    struct descriptor d;
    uint16_t selector;
    uint32_t eip;

    far_pointer(i, &selector, &eip);
    if (!cpu_protected()) {
        code_real(selector, &cs);
    } else {
        target_descriptor(selector, &d);
        if (!is_code(&d)) {
            switch (desc_attr(&d) & SA_TYPE) {
            case SYS_CALL16:
            case SYS_CALL32: transfer_gate(&d, selector, call); return;
            case SYS_TSS16:
            case SYS_TSS32:
            case SYS_TASK_GATE: transfer_task(&d, selector, call ? TASK_CALL : TASK_JUMP); return;
            default: x86_fault_code(X86_GP, selector_error(selector));
            }
        }
        code_same_level(&d, selector, false, &cs);
    }
    if (call) {
        call_same(&cs, eip, i->opsize);
    } else {
        check_limit(&cs, eip, 0);
        far_enter(&cs, eip, cms.cpu.cpl);
    }
}

void g1_jmp_far(const struct insn *i)
{
    transfer(i, false);
}

void g1_call_far(const struct insn *i)
{
    transfer(i, true);
}

void far_return_code(uint16_t selector, struct segment *cs)
{
    struct descriptor d;
    unsigned rpl = selector & 3;

    target_descriptor(selector, &d);

    unsigned dpl = desc_dpl(&d);

    if (!is_code(&d) || rpl < cms.cpu.cpl ||
        (desc_attr(&d) & SA_CONFORMING ? dpl > rpl : dpl != rpl))
        x86_fault_code(X86_GP, selector_error(selector));
    code_segment(&d, selector, rpl, cs);
}

void far_hide_segments(unsigned cpl)
{
    static const uint8_t sregs[] = {SEG_ES, SEG_DS, SEG_FS, SEG_GS};

    for (unsigned i = 0; i < sizeof(sregs); i++) {
        const struct segment *s = &cms.cpu.seg[sregs[i]];
        bool conforming = (s->attr & (SA_CODE | SA_CONFORMING)) == (SA_CODE | SA_CONFORMING);

        if (s->valid && !conforming && (s->attr >> 5 & 3) < cpl)
            seg_clear(sregs[i], 0);
    }
}

void g1_ret_far(const struct insn *i)
{
    unsigned size = i->opsize;
    uint32_t bytes = i->opd[0] == OPD_IMM ? i->imm & 0xffff : 0;
    struct segment cs;
    struct stack st, outer;

    stack_current(&st, 0);

    uint32_t eip = stack_pop(&st, size);
    uint16_t selector = stack_pop(&st, size);

    if (!cpu_protected()) {
        code_real(selector, &cs);
        check_limit(&cs, eip, 0);
        stack_skip(&st, bytes);
        g1_set_sp(st.esp);
        far_enter(&cs, eip, cms.cpu.cpl);
        return;
    }
    far_return_code(selector, &cs);
    check_limit(&cs, eip, 0);
    stack_skip(&st, bytes);

    unsigned cpl = selector & 3;

    if (cpl != cms.cpu.cpl) {
        outer.esp = stack_pop(&st, size);
        seg_prepare_stack(stack_pop(&st, size), cpl, X86_GP, 0, &outer.ss);
        stack_skip(&outer, bytes);
        seg_set(SEG_SS, &outer.ss);
        g1_set_sp(outer.esp);
        far_enter(&cs, eip, cpl);
        far_hide_segments(cpl);
        return;
    }
    g1_set_sp(st.esp);
    far_enter(&cs, eip, cpl);
}
