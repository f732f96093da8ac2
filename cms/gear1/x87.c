/*
 * x87.c - what comes before every x87 instruction; its status, control and stack.
 *
 * An exception that isn't masked is noticed by the next instruction that waits: #MF, or, if CR0.NE
 * is clear, the way of the PC/AT: the coprocessor's error line makes interrupt 13, and the
 * instruction is held up until a handler has written port F0h. Held up it is as if halted: it has
 * not happened, and EIP still names it.
 */
#include "gear1/simd.h"
#include "gear1/x87.h"

void x87_available(void)
{
    if (cms.cpu.cr0 & (CR0_EM | CR0_TS))
        x86_fault(X86_NM);
}

static uint32_t pending(void)
{
    return (uint32_t)vx_mfsr(SR_FPSW) & ~cms.cpu.x87.control & FP_EXCEPTIONS;
}

bool x87_error(void)
{
    return pending();
}

/*
 * Held up, the instruction has not happened: what is committed is the wait for an interrupt, with
 * EIP at it.
 */
void x87_wait(const struct insn *i)
{
    struct x87 *x = &cms.cpu.x87;

    if (likely(x87_masked()) || !pending())
        return;
    if (cms.cpu.cr0 & CR0_NE)
        x86_fault(X86_MF);
    if (x->ignore)
        return;
    monitor_ferr();
    cms.cpu.halted = true;
    g1_set_eip(g1_eip() - i->length);
    vx_commit(0);
    cms_unwind(UNWIND_RETRY);
}

static bool waits(const struct insn *i)
{
    switch (i->op) {
    case OP_fninit:
    case OP_fnclex:
    case OP_fneni:
    case OP_fnstcw:
    case OP_fnstsw:
    case OP_fnstenv:
    case OP_fnsave: return false;
    default: return true;
    }
}

/* What FNSTENV will say of this instruction. */
static void remember(const struct insn *i, uint32_t eip)
{
    struct x87 *x = &cms.cpu.x87;

    x->ip = eip;
    x->cs = cms.cpu.seg[SEG_CS].selector;
    x->opcode = (uint16_t)((i->opcode & 7) << 8 | i->mod << 6 | i->reg << 3 | i->rm);
    if (i->is_mem) {
        x->dp = g1_ea(i);
        x->ds = cms.cpu.seg[i->seg].selector;
    }
}

void x87_execute(const struct insn *i, gear1_handler *body)
{
    uint32_t eip = g1_eip() - i->length;

    x87_available();
    if (unlikely(!x87_masked()) && waits(i))
        x87_wait(i);
    body(i);
    if (!(x86_ops[i->op].props & P_FPUCTL))
        remember(i, eip);
}

void g1_wait(const struct insn *i)
{
    if ((cms.cpu.cr0 & (CR0_MP | CR0_TS)) == (CR0_MP | CR0_TS))
        x86_fault(X86_NM);
    x87_wait(i);
}

void x87_mmx(void)
{
    cms.cpu.x87.top = 0;
    cms.cpu.x87.full = 0xff;
}

/* ---------------------------------------------------------------- words */

uint16_t x87_status_word(void)
{
    const struct x87 *x = &cms.cpu.x87;
    unsigned error = pending() ? X87_ES | X87_BUSY : 0;

    return (uint16_t)((vx_mfsr(SR_FPSW) & X87_FPSW) | x->status | (unsigned)x->top << X87_TOP |
                      error);
}

/* The error line goes with the last pending exception. */
static void update_error(void)
{
    if (!pending())
        cms.cpu.x87.ignore = false;
}

void x87_set_status_word(uint16_t value)
{
    struct x87 *x = &cms.cpu.x87;

    vx_mtsr(SR_FPSW, value & X87_FPSW);
    x->status = value & (X87_CC | X87_SF);
    x->top = value >> X87_TOP & 7;
    update_error();
}

void x87_set_control(uint16_t value)
{
    value = (value & X87_CONTROL_KNOWN) | 0x40;
    cms.cpu.x87.control = value;
    vx_mtsr(SR_FPCW, value | FP_EXCEPTIONS);
    update_error();
}

void x87_init(void)
{
    x87_set_control(X87_CONTROL_RESET);
    x87_set_status_word(0);
    cms.cpu.x87.full = 0;
    cms.cpu.x87.opcode = cms.cpu.x87.cs = cms.cpu.x87.ds = 0;
    cms.cpu.x87.ip = cms.cpu.x87.dp = 0;
}

void x87_reset(void)
{
    x87_init();
    vx_mtsr(SR_MXCSR, MXCSR_RESET);
    for (unsigned n = 0; n < FPU_KEPT; n++)
        fpu_set(n, isa_pair(0, 0));
}

/* ---------------------------------------------------------------- exceptions */

bool x87_raise(uint32_t flags)
{
    vx_mtsr(SR_FPSW, (vx_mfsr(SR_FPSW) & ~(uint64_t)X87_C1) | flags);
    return !(flags & FP_EXCEPTIONS & ~(uint32_t)cms.cpu.x87.control);
}

bool x87_underflow(void)
{
    cms.cpu.x87.status |= X87_SF;
    return x87_raise(FP_INVALID);
}

bool x87_overflow(void)
{
    cms.cpu.x87.status |= X87_SF;
    return x87_raise(FP_INVALID | X87_C1);
}

/* ---------------------------------------------------------------- instructions */

X87(fninit)
{
    (void)i;
    x87_init();
}

X87(fnclex)
{
    (void)i;
    vx_mtsr(SR_FPSW, vx_mfsr(SR_FPSW) & ~(uint64_t)FP_EXCEPTIONS);
    cms.cpu.x87.status &= (uint16_t)~X87_SF;
    update_error();
}

/* Of the 8087 and the 80287, since then without effect: FNENI, FNDISI, FNSETPM. */
X87(fneni)
{
    (void)i;
}

X87(fnop)
{
    (void)i;
}

X87(fnstcw)
{
    g1_write(i->seg, g1_ea(i), 2, cms.cpu.x87.control);
}

X87(fldcw)
{
    x87_set_control((uint16_t)g1_read(i->seg, g1_ea(i), 2));
}

X87(fnstsw)
{
    if (i->is_mem)
        g1_write(i->seg, g1_ea(i), 2, x87_status_word());
    else
        g1_set_reg16(EAX, x87_status_word());
}

X87(fincstp)
{
    (void)i;
    cms.cpu.x87.top = (cms.cpu.x87.top + 1) & 7;
    x87_clear_c1();
}

X87(fdecstp)
{
    (void)i;
    cms.cpu.x87.top = (cms.cpu.x87.top - 1) & 7;
    x87_clear_c1();
}

X87(ffree)
{
    x87_clear_c1();
    cms.cpu.x87.full &= (uint8_t) ~(1u << x87_physical(i->rm));
}

X87(ffreep)
{
    x87_clear_c1();
    cms.cpu.x87.full &= (uint8_t) ~(1u << x87_physical(i->rm));
    x87_pop();
}
