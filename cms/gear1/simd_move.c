/* simd_move.c - moves of MMX and SSE; MXCSR and other state. */
#include "gear1/simd.h"

/* ---------------------------------------------------------------- 32 and 64 bits */

void g1_movd(const struct insn *i)
{
    bool mmx = simd_is_mmx(i), load = i->opd[0] != OPD_RM;
    uint32_t value = 0;

    if (mmx)
        simd_mmx(i);
    else
        simd_sse();
    if (load)
        value = g1_get_rm(i);
    if (load)
        simd_set_dest(i, isa_pair(value, 0));
    else
        g1_set_rm(i, (uint32_t)(mmx ? simd_mm(i->reg) : simd_xmm(i->reg)).lo);
    if (mmx)
        x87_mmx();
}

/* Between XMM registers the upper half becomes 0. */
void g1_movq(const struct insn *i)
{
    bool mmx = simd_is_mmx(i), load = i->opd[0] == OPD_MMX || i->opd[0] == OPD_XMM;
    uint64_t value;

    if (mmx)
        simd_mmx(i);
    else
        simd_sse();
    if (load)
        value = simd_source(i).lo;
    else
        value = (mmx ? simd_mm(i->reg) : simd_xmm(i->reg)).lo;
    if (load)
        simd_set_dest(i, isa_pair(value, 0));
    else if (i->is_mem)
        g1_write64(i->seg, g1_ea(i), value);
    else if (mmx)
        simd_set_mm(i->rm, value);
    else
        simd_set_xmm(i->rm, isa_pair(value, 0));
    if (mmx)
        x87_mmx();
}

void g1_movntq(const struct insn *i)
{
    simd_mmx(i);
    g1_write64(i->seg, g1_ea(i), simd_mm(i->reg).lo);
    x87_mmx();
}

void g1_movnti(const struct insn *i)
{
    g1_set_rm(i, g1_reg32(i->reg));
}

void g1_movq2dq(const struct insn *i)
{
    simd_sse();
    simd_mmx(i);
    simd_set_xmm(i->reg, simd_mm(i->rm));
    x87_mmx();
}

void g1_movdq2q(const struct insn *i)
{
    simd_sse();
    simd_mmx(i);
    simd_set_mm(i->reg, simd_xmm(i->rm).lo);
    x87_mmx();
}

/* ---------------------------------------------------------------- 128 bits */

static void move(const struct insn *i, bool aligned)
{
    simd_sse();
    if (i->opd[0] == OPD_XMM)
        simd_set_xmm(i->reg, i->is_mem ? simd_read(i, aligned) : simd_xmm(i->rm));
    else if (i->is_mem)
        simd_write(i, simd_xmm(i->reg), aligned);
    else
        simd_set_xmm(i->rm, simd_xmm(i->reg));
}

#define MOVE(name, aligned)              \
    void g1_##name(const struct insn *i) \
    {                                    \
        move(i, aligned);                \
    }

MOVE(movdqa, true)
MOVE(movdqu, false)
MOVE(movaps, true)
MOVE(movapd, true)
MOVE(movups, false)
MOVE(movupd, false)

#define STORE(name)                            \
    void g1_##name(const struct insn *i)       \
    {                                          \
        simd_sse();                            \
        simd_write(i, simd_xmm(i->reg), true); \
    }

STORE(movntps)
STORE(movntpd)
STORE(movntdq)

/* ---------------------------------------------------------------- a part of a register */

/* From memory the rest becomes 0, from a register it stays. */
void g1_movss(const struct insn *i)
{
    struct isa_v value;

    simd_sse();
    if (i->opd[0] == OPD_XMM) {
        value = simd_source(i);
        if (!i->is_mem)
            value = isa_element_put(32, simd_xmm(i->reg), 0, value.lo & UINT32_MAX);
        simd_set_xmm(i->reg, value);
    } else if (i->is_mem) {
        g1_write(i->seg, g1_ea(i), 4, (uint32_t)simd_xmm(i->reg).lo);
    } else {
        value = isa_element_put(32, simd_xmm(i->rm), 0, simd_xmm(i->reg).lo & UINT32_MAX);
        simd_set_xmm(i->rm, value);
    }
}

void g1_movsd(const struct insn *i)
{
    struct isa_v value;

    simd_sse();
    if (i->opd[0] == OPD_XMM) {
        value = simd_source(i);
        simd_set_xmm(i->reg, isa_pair(value.lo, i->is_mem ? 0 : simd_xmm(i->reg).hi));
    } else if (i->is_mem) {
        g1_write64(i->seg, g1_ea(i), simd_xmm(i->reg).lo);
    } else {
        simd_set_xmm(i->rm, isa_pair(simd_xmm(i->reg).lo, simd_xmm(i->rm).hi));
    }
}

/* Between registers: MOVHLPS and MOVLHPS, which take the other half. */
static void half(const struct insn *i, bool high)
{
    struct isa_v dest;
    uint64_t value;

    simd_sse();
    dest = simd_xmm(i->reg);
    if (i->opd[0] != OPD_XMM) {
        g1_write64(i->seg, g1_ea(i), high ? dest.hi : dest.lo);
        return;
    }
    if (i->is_mem)
        value = g1_read64(i->seg, g1_ea(i));
    else
        value = high ? simd_xmm(i->rm).lo : simd_xmm(i->rm).hi;
    simd_set_xmm(i->reg, high ? isa_pair(dest.lo, value) : isa_pair(value, dest.hi));
}

#define HALF(name, high)                 \
    void g1_##name(const struct insn *i) \
    {                                    \
        half(i, high);                   \
    }

HALF(movlps, false)
HALF(movlpd, false)
HALF(movhps, true)
HALF(movhpd, true)

#define UNPACK(name, atom)                                    \
    void g1_##name(const struct insn *i)                      \
    {                                                         \
        struct isa_v source;                                  \
                                                              \
        simd_sse();                                           \
        source = simd_source(i);                              \
        simd_set_dest(i, fpu_op(atom, simd_dest(i), source)); \
    }

UNPACK(unpcklps, FPU_punpckldq)
UNPACK(unpckhps, FPU_punpckhdq)
UNPACK(unpcklpd, FPU_punpcklqdq)
UNPACK(unpckhpd, FPU_punpckhqdq)

void g1_shufps(const struct insn *i)
{
    struct isa_v source;

    simd_sse();
    source = simd_source(i);
    simd_set_dest(i, isa_shufps(simd_dest(i), source, i->imm));
}

void g1_shufpd(const struct insn *i)
{
    struct isa_v source;

    simd_sse();
    source = simd_source(i);
    simd_set_dest(i, isa_shufpd(simd_dest(i), source, i->imm));
}

/*
 * Bytes whose mask has the sign bit, to DS:EDI or the segment of a prefix; all must be writable.
 * Each eight bytes are an access: the second wraps around behind DI's highest address, neither does
 * in its midst.
 */
static void store_masked(const struct insn *i, struct isa_v value, struct isa_v mask,
                         unsigned count)
{
    uint32_t wrap = i->adsize == 2 ? UINT16_MAX : UINT32_MAX, offset[2], lin[2];
    unsigned bits = (unsigned)fpu_op(FPU_pmovmskb, mask, mask).lo & ((1u << count) - 1);

    for (unsigned n = 0; n < count / 8; n++) {
        offset[n] = (g1_reg32(EDI) + 8 * n) & wrap;
        lin[n] = seg_linear(i->seg, offset[n], 8, true);
    }
    for (unsigned n = 0; n < count / 8; n++)
        g1_probe_write(i->seg, offset[n], 8);
    for (unsigned n = 0; n < count; n++)
        if (bits >> n & 1)
            g1_store(lin[n / 8] + n % 8, 1, (uint32_t)isa_element(8, value, n));
}

void g1_maskmovq(const struct insn *i)
{
    simd_mmx(i);
    x87_mmx(); /* even if a page fault follows */
    store_masked(i, simd_mm(i->reg), simd_mm(i->rm), 8);
}

void g1_maskmovdqu(const struct insn *i)
{
    simd_sse();
    store_masked(i, simd_xmm(i->reg), simd_xmm(i->rm), 16);
}

/* ---------------------------------------------------------------- state */

void g1_emms(const struct insn *i)
{
    simd_mmx(i);
    x87_mmx();
    cms.cpu.x87.full = 0;
}

void g1_ldmxcsr(const struct insn *i)
{
    uint32_t value;

    simd_sse();
    value = g1_read(i->seg, g1_ea(i), 4);
    if (value & ~MXCSR_KNOWN)
        x86_fault_code(X86_GP, 0);
    vx_mtsr(SR_MXCSR, value);
}

void g1_stmxcsr(const struct insn *i)
{
    simd_sse();
    g1_write(i->seg, g1_ea(i), 4, (uint32_t)vx_mfsr(SR_MXCSR));
}

/* Memory is in order anyway. */
void g1_lfence(const struct insn *i)
{
    (void)i;
}

void g1_mfence(const struct insn *i)
{
    (void)i;
}

void g1_sfence(const struct insn *i)
{
    (void)i;
}
