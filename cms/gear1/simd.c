/*
 * simd.c - what comes before and after an instruction of MMX or SSE; its operands.
 *
 * An atom with all exceptions masked raises none, so with one of them unmasked it is done first
 * with all masked and its flags apart; if one of these is not the guest's to ignore, only the flags
 * are committed, and #XM is raised. A tiny result that is exact shows only where underflow is
 * unmasked: there the atom is asked once more, with tiny results flushed.
 */
#include "gear1/simd.h"

#include "isa/fp.h"

#define MASKS (FP_EXCEPTIONS << MXCSR_MASKS)
#define BEFORE (FP_INVALID | FP_DENORMAL | FP_ZERO_DIVIDE) /* known before there is a result */

void simd_sse(void)
{
    if (cms.cpu.cr0 & CR0_EM || !(cms.cpu.cr4 & CR4_OSFXSR))
        x86_fault(X86_UD);
    if (cms.cpu.cr0 & CR0_TS)
        x86_fault(X86_NM);
}

void simd_mmx(const struct insn *i)
{
    if (cms.cpu.cr0 & CR0_EM)
        x86_fault(X86_UD);
    if (cms.cpu.cr0 & CR0_TS)
        x86_fault(X86_NM);
    x87_wait(i);
}

/* ---------------------------------------------------------------- memory */

static uint32_t address(const struct insn *i, bool write, bool aligned)
{
    uint32_t lin = seg_linear(i->seg, g1_ea(i), 16, write);

    if (aligned && lin & 15)
        x86_fault_code(X86_GP, 0);
    if (unlikely(cms.step)) /* the alignment check is of all 16 */
        g1_watch(lin, 16, write, cms.cpu.cpl == 3);
    return lin;
}

struct isa_v simd_read(const struct insn *i, bool aligned)
{
    uint32_t lin = address(i, false, aligned);
    uint64_t lo = g1_load64(lin);

    return isa_pair(lo, g1_load64(lin + 8));
}

void simd_write(const struct insn *i, struct isa_v value, bool aligned)
{
    uint32_t lin = address(i, true, aligned);

    g1_store64(lin, value.lo);
    g1_store64(lin + 8, value.hi);
}

struct isa_v simd_source(const struct insn *i)
{
    bool mmx = i->opd[1] == OPD_MMX_RM || i->opd[0] == OPD_MMX_RM;

    if (!i->is_mem)
        return mmx ? simd_mm(i->rm) : simd_xmm(i->rm);
    if (i->msize == 16)
        return simd_read(i, true);
    if (i->msize == 8)
        return isa_pair(g1_read64(i->seg, g1_ea(i)), 0);
    return isa_pair(g1_read(i->seg, g1_ea(i), 4), 0);
}

/* ---------------------------------------------------------------- registers */

struct isa_v simd_dest(const struct insn *i)
{
    return i->opd[0] == OPD_MMX ? simd_mm(i->reg) : simd_xmm(i->reg);
}

void simd_set_dest(const struct insn *i, struct isa_v value)
{
    if (i->opd[0] == OPD_MMX)
        simd_set_mm(i->reg, value.lo);
    else
        simd_set_xmm(i->reg, value);
}

/* ---------------------------------------------------------------- exceptions */

static uint32_t flags_of(enum fpu_op op, struct isa_v a, struct isa_v b, uint32_t mxcsr,
                         struct isa_v *result)
{
    vx_mtsr(SR_MXCSR, (mxcsr | MASKS) & ~(uint32_t)FP_EXCEPTIONS);
    *result = fpu_op(op, a, b);
    return (uint32_t)vx_mfsr(SR_MXCSR) & FP_EXCEPTIONS;
}

static struct isa_v unmasked(const struct insn *i, enum fpu_op op, struct isa_v a, struct isa_v b,
                             uint32_t mxcsr)
{
    uint32_t open = ~(mxcsr >> MXCSR_MASKS) & FP_EXCEPTIONS, flags;
    uint32_t how = open & FP_UNDERFLOW ? mxcsr & ~(uint32_t)MXCSR_FTZ : mxcsr;
    struct isa_v result, flushed;

    flags = flags_of(op, a, b, how, &result);
    if (open & FP_UNDERFLOW)
        flags |= flags_of(op, a, b, mxcsr | MXCSR_FTZ, &flushed) & FP_UNDERFLOW;
    if (flags & open & BEFORE)
        flags &= BEFORE;
    vx_mtsr(SR_MXCSR, mxcsr | flags);
    if (flags & open) {
        g1_set_eip(g1_eip() - i->length);
        vx_commit(0);
        x86_fault(cms.cpu.cr4 & CR4_OSXMMEXCPT ? X86_XM : X86_UD);
    }
    return result;
}

struct isa_v simd_do(const struct insn *i, enum fpu_op op, struct isa_v a, struct isa_v b)
{
    uint32_t mxcsr = (uint32_t)vx_mfsr(SR_MXCSR);

    if (likely((mxcsr & MASKS) == MASKS))
        return fpu_op(op, a, b);
    return unmasked(i, op, a, b, mxcsr);
}
