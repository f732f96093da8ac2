/*
 * intr.c - exceptions and interrupts on their way into the guest.
 *
 * A fault found while an instruction executes unwinds: rollback, then to the landing with cms.fault
 * filled, and the landing calls gear1_deliver at the last commit point, with EIP at the
 * instruction. INT n and its kin enter their handler like any instruction. An external interrupt
 * comes by gear1_interrupt between two instructions.
 *
 * Delivery itself may fault: an IDT too short, a stack that isn't there. That fault unwinds as any
 * other and meets cms.delivering, the class of what was under way: so double faults are found, and
 * the shutdown after them. Memory is touched through lin.h only, so that nothing but a guest's
 * fault can interrupt a delivery.
 */
#include "gear1/lin.h"
#include "gear1/system.h"
#include "hidden-mem/hostport.h"
#include "runtime/options.h"

/* What an event counts as when the delivery of the next one begins within its own. */
enum deliver_class {
    DELIVER_NONE,
    DELIVER_BENIGN,
    DELIVER_CONTRIBUTORY,
    DELIVER_PAGE_FAULT,
    DELIVER_DOUBLE
};

#define EFLAGS_FIXED 2u
#define EFLAGS_KNOWN \
    (FL_TF | FL_IF | FL_DF | FL_IOPL | FL_NT | FL_RF | FL_VM | FL_AC | FL_ID | FL_VIF | FL_VIP)

void x86_fault(uint8_t vector)
{
    cms.fault = (struct fault){.vector = vector};
    cms_unwind(UNWIND_FAULT);
}

void x86_fault_code(uint8_t vector, uint32_t error)
{
    cms.fault = (struct fault){.vector = vector, .has_error = true, .error = error};
    cms_unwind(UNWIND_FAULT);
}

void x86_page_fault(uint32_t lin, uint32_t error)
{
    cms.fault = (struct fault){.vector = X86_PF, .has_error = true, .error = error, .cr2 = lin};
    cms_unwind(UNWIND_FAULT);
}

void cpu_set_eflags(uint32_t value)
{
    bool was = cms.cpu.eflags & FL_IF;

    cms.cpu.eflags = (value & EFLAGS_KNOWN) | EFLAGS_FIXED;
    cms.gear1.resume = value & FL_RF;
    vx_movtc(value & FL_STATUS);
    cpu_watch_update();
    if ((value & FL_IF && !was && cms.intr) || value & FL_TF)
        g1_stop();
}

/* Faults push RF set, so that the instruction runs when its breakpoint has been seen to. */
static uint32_t event_flags(const struct x86_event *e)
{
    uint32_t flags = g1_eflags();

    return e->kind == EVENT_EXCEPTION && e->vector != X86_DB ? flags | FL_RF : flags;
}

/* Flags in the handler. */
static void enter_flags(uint32_t cleared)
{
    cms.cpu.eflags &= ~(cleared | FL_RF);
    cpu_watch_update();
}

static void intr_real(const struct x86_event *e)
{
    const struct table_reg *idtr = &cms.cpu.idtr;
    uint32_t offset = e->vector * 4u;
    struct segment cs;
    struct stack st;

    if (offset + 3 > idtr->limit)
        x86_fault_code(X86_GP, 0);

    uint32_t target = g1_table_read(idtr->base + offset, 4);

    stack_current(&st, 0);
    stack_push(&st, 2, g1_eflags());
    stack_push(&st, 2, cms.cpu.seg[SEG_CS].selector);
    stack_push(&st, 2, g1_eip());
    seg_real(SEG_CS, target >> 16, &cs);
    if ((target & 0xffff) > cs.limit)
        x86_fault_code(X86_GP, 0);

    g1_set_sp(st.esp);
    enter_flags(FL_IF | FL_TF | FL_AC);
    far_enter(&cs, target & 0xffff, 0);
}

static void push_return(struct stack *st, unsigned size, const struct x86_event *e)
{
    stack_push(st, size, event_flags(e));
    stack_push(st, size, cms.cpu.seg[SEG_CS].selector);
    stack_push(st, size, g1_eip());
    if (e->has_error)
        stack_push(st, size, e->error);
}

/* The handler's code segment; raises. `level` is where it will run. */
static void handler_code(uint16_t selector, uint32_t ext, struct descriptor *d, unsigned *level)
{
    uint32_t error = selector_error(selector) | ext;

    if (selector <= 3)
        x86_fault_code(X86_GP, ext);
    if (!desc_read(selector, d))
        x86_fault_code(X86_GP, error);

    unsigned attr = desc_attr(d), dpl = desc_dpl(d);

    if ((attr & (SA_SEGMENT | SA_CODE)) != (SA_SEGMENT | SA_CODE) || dpl > cms.cpu.cpl)
        x86_fault_code(X86_GP, error);
    if (!(attr & SA_PRESENT))
        x86_fault_code(X86_NP, error);
    *level = attr & SA_CONFORMING ? cms.cpu.cpl : dpl;
    if (cpu_v86() && *level != 0)
        x86_fault_code(X86_GP, error);
}

/* Interrupt or trap gate. */
static void intr_gate(const struct x86_event *e, const struct descriptor *gate, uint32_t ext)
{
    static const uint8_t v86_saved[] = {SEG_GS, SEG_FS, SEG_DS, SEG_ES};
    unsigned type = desc_attr(gate) & SA_TYPE;
    bool wide = type & 8, v86 = cpu_v86();
    unsigned size = wide ? 4 : 2;
    uint16_t selector = gate_selector(gate);
    uint32_t eip = gate_offset(gate, wide);
    struct descriptor d;
    struct segment cs;
    struct stack st;
    unsigned level;

    handler_code(selector, ext, &d, &level);

    bool inner = level < cms.cpu.cpl;

    if (inner) {
        far_inner_stack(level, ext, &st);
        if (v86)
            for (unsigned i = 0; i < sizeof(v86_saved); i++)
                stack_push(&st, size, cms.cpu.seg[v86_saved[i]].selector);
        stack_push(&st, size, cms.cpu.seg[SEG_SS].selector);
        stack_push(&st, size, g1_reg32(ESP));
    } else {
        stack_current(&st, ext);
    }
    push_return(&st, size, e);
    desc_segment(&d, (selector & ~3u) | level, &cs);
    if (eip > cs.limit)
        x86_fault_code(X86_GP, ext);

    if (inner)
        seg_set(SEG_SS, &st.ss);
    g1_set_sp(st.esp);
    enter_flags(FL_TF | FL_NT | FL_VM | (type & 1 ? 0 : FL_IF));
    far_enter(&cs, eip, level);
    if (v86)
        for (unsigned i = 0; i < sizeof(v86_saved); i++)
            seg_clear(v86_saved[i], 0);
}

static void intr_protected(const struct x86_event *e)
{
    const struct table_reg *idtr = &cms.cpu.idtr;
    uint32_t offset = e->vector * 8u;
    uint32_t ext = e->kind != EVENT_SOFT;
    uint32_t error = offset | 2 | ext;
    struct descriptor gate;

    if (offset + 7 > idtr->limit)
        x86_fault_code(X86_GP, error);
    gate.addr = idtr->base + offset;
    gate.lo = g1_table_read(gate.addr, 4);
    gate.hi = g1_table_read(gate.addr + 4, 4);

    unsigned attr = desc_attr(&gate), type = attr & SA_TYPE;

    if (type != SYS_TASK_GATE && type != SYS_INT16 && type != SYS_TRAP16 && type != SYS_INT32 &&
        type != SYS_TRAP32)
        x86_fault_code(X86_GP, error);
    if (e->kind == EVENT_SOFT && desc_dpl(&gate) < cms.cpu.cpl)
        x86_fault_code(X86_GP, error);
    if (!(attr & SA_PRESENT))
        x86_fault_code(X86_NP, error);
    if (type == SYS_TASK_GATE) {
        uint16_t selector = gate_selector(&gate);

        task_gate_target(selector, ext, &gate);
        task_switch(selector, &gate, TASK_EVENT, e);
    } else {
        intr_gate(e, &gate, ext);
    }
}

void intr_enter(const struct x86_event *e)
{
    if (cpu_real())
        intr_real(e);
    else
        intr_protected(e);
}

/* ---------------------------------------- exceptions and external interrupts */
static enum deliver_class event_class(uint8_t vector)
{
    switch (vector) {
    case X86_DE:
    case X86_TS:
    case X86_NP:
    case X86_SS:
    case X86_GP: return DELIVER_CONTRIBUTORY;
    case X86_PF: return DELIVER_PAGE_FAULT;
    case X86_DF: return DELIVER_DOUBLE;
    default: return DELIVER_BENIGN;
    }
}

/*
 * Does `next`, raised in the delivery of `first`, make a double fault (or, after one, a shutdown)?
 */
static bool event_doubles(enum deliver_class first, enum deliver_class next)
{
    switch (first) {
    case DELIVER_CONTRIBUTORY: return next == DELIVER_CONTRIBUTORY;
    case DELIVER_PAGE_FAULT:
    case DELIVER_DOUBLE: return next == DELIVER_CONTRIBUTORY || next == DELIVER_PAGE_FAULT;
    default: return false;
    }
}

/*
 * The shutdown that a fault in the delivery of a double fault ends in: a PC resets; a run that
 * wants to know stops.
 */
static void cpu_shutdown(void) __attribute__((noreturn));
static void cpu_shutdown(void)
{
    char reason[160];

    cms.delivering = DELIVER_NONE;
    g1_show_last();
    if (cms.opt->triple) {
        cms_log(1, "triple fault: the guest is reset");
        monitor_restart();
    }
    cms_snprintf(
        reason, sizeof(reason),
        "triple fault: vector %d, error %x at %04x:%08x (CR0 %08x, CR2 %08x, CR3 %08x, ESP %08x)",
        cms.fault.vector, (unsigned)cms.fault.error, cms.cpu.seg[SEG_CS].selector,
        (unsigned)g1_eip(), (unsigned)cms.cpu.cr0, (unsigned)cms.cpu.cr2, (unsigned)cms.cpu.cr3,
        (unsigned)g1_reg32(ESP));
    monitor_exit(HOST_EXIT_FAULT, cms.fault.vector, reason);
}

/* Enters the handler; the committed state afterwards is its first instruction. */
static void event_deliver(const struct x86_event *e, enum deliver_class class)
{
    cms.delivering = class;
    cms.cpu.halted = false;
    cms.cpu.int_shadow = cms.cpu.debug_shadow = false;
    cms.gear1.hits = 0;
    intr_enter(e);
    cms.delivering = DELIVER_NONE;
    lin_flush();
    vx_commit(0);
}

void gear1_deliver(const struct fault *f)
{
    enum deliver_class class = event_class(f->vector);
    struct x86_event e = {EVENT_EXCEPTION, f->vector, f->has_error, f->error};

    if (f->vector == X86_PF)
        cms.cpu.cr2 = f->cr2;
    g1_note_event(f->vector, f->error);
    if (event_doubles(cms.delivering, class)) {
        if (cms.delivering == DELIVER_DOUBLE)
            cpu_shutdown();
        e = (struct x86_event){EVENT_EXCEPTION, X86_DF, true, 0};
        class = DELIVER_DOUBLE;
    }
    event_deliver(&e, class);
}

void gear1_interrupt(uint8_t vector)
{
    event_deliver(&(struct x86_event){.kind = EVENT_EXTERNAL, .vector = vector}, DELIVER_BENIGN);
}

/* ---------------------------------------------------------------- instructions */
uint32_t v86_flags(void)
{
    uint32_t flags = g1_eflags();

    if (cpu_iopl() == 3)
        return flags;
    return (flags & ~(uint32_t)FL_IF) | FL_IOPL | (flags & FL_VIF ? FL_IF : 0);
}

/* INT n by the interrupt table of the virtual-8086 program itself. */
static void v86_interrupt(uint8_t vector)
{
    uint32_t target = lin_read(vector * 4u, 4, true);
    bool virtual = cpu_iopl() < 3;
    struct segment cs;
    struct stack st;

    stack_current(&st, 0);
    stack_push(&st, 2, v86_flags());
    stack_push(&st, 2, cms.cpu.seg[SEG_CS].selector);
    stack_push(&st, 2, g1_eip());
    seg_v86(target >> 16, &cs);
    g1_set_sp(st.esp);
    enter_flags(FL_TF | (virtual ? FL_VIF : FL_IF));
    far_enter(&cs, target & 0xffff, 3);
}

void g1_int(const struct insn *i)
{
    if (cpu_v86()) {
        if (cms.cpu.cr4 & CR4_VME && !task_redirects(i->imm)) {
            v86_interrupt(i->imm);
            return;
        }
        if (cpu_iopl() < 3)
            x86_fault_code(X86_GP, 0);
    }
    intr_enter(&(struct x86_event){.kind = EVENT_SOFT, .vector = i->imm});
}

void g1_int3(const struct insn *i)
{
    (void)i;
    intr_enter(&(struct x86_event){.kind = EVENT_SOFT, .vector = X86_BP});
}

void g1_into(const struct insn *i)
{
    (void)i;
    if (vx_movfc() & FL_OF)
        intr_enter(&(struct x86_event){.kind = EVENT_SOFT, .vector = X86_OF});
}

void g1_int1(const struct insn *i)
{
    (void)i;
    intr_enter(&(struct x86_event){.kind = EVENT_EXCEPTION, .vector = X86_DB});
}
