/* simd_int.c - packed integers, in MMX and XMM registers. */
#include "gear1/simd.h"

static void prologue(const struct insn *i)
{
    if (simd_is_mmx(i))
        simd_mmx(i);
    else
        simd_sse();
}

/* After the last access: MMX registers are in use as such. */
static void epilogue(const struct insn *i)
{
    if (simd_is_mmx(i))
        x87_mmx();
}

static void binary(const struct insn *i, enum fpu_op op)
{
    struct isa_v source;

    prologue(i);
    source = simd_source(i);
    simd_set_dest(i, fpu_op(op, simd_dest(i), source));
    epilogue(i);
}

/* Of MMX registers both sources are halves of one. */
static void pack(const struct insn *i, enum fpu_op op)
{
    struct isa_v source;

    if (!simd_is_mmx(i)) {
        binary(i, op);
        return;
    }
    prologue(i);
    source = isa_pair(simd_dest(i).lo, simd_source(i).lo);
    simd_set_dest(i, fpu_op(op, source, source));
    epilogue(i);
}

/* The high form of MMX registers is the high half of the low form. */
static void unpack_high(const struct insn *i, enum fpu_op op, enum fpu_op low)
{
    struct isa_v source;

    if (!simd_is_mmx(i)) {
        binary(i, op);
        return;
    }
    prologue(i);
    source = simd_source(i);
    simd_set_dest(i, isa_pair(fpu_op(low, simd_dest(i), source).hi, 0));
    epilogue(i);
}

/* By a register, or, with the register to be shifted in r/m's place, by a constant. */
static void shift(const struct insn *i, enum fpu_op op)
{
    if (i->opd[1] != OPD_IMM) {
        binary(i, op);
        return;
    }
    prologue(i);
    if (i->opd[0] == OPD_MMX_RM)
        simd_set_mm(i->rm, fpu_op(op, simd_mm(i->rm), isa_pair(i->imm, 0)).lo);
    else
        simd_set_xmm(i->rm, fpu_op(op, simd_xmm(i->rm), isa_pair(i->imm, 0)));
    epilogue(i);
}

#define BINARY(name)                     \
    void g1_##name(const struct insn *i) \
    {                                    \
        binary(i, FPU_##name);           \
    }
#define PACK(name)                       \
    void g1_##name(const struct insn *i) \
    {                                    \
        pack(i, FPU_##name);             \
    }
#define HIGH(name, low)                        \
    void g1_##name(const struct insn *i)       \
    {                                          \
        unpack_high(i, FPU_##name, FPU_##low); \
    }
#define SHIFT(name)                      \
    void g1_##name(const struct insn *i) \
    {                                    \
        shift(i, FPU_##name);            \
    }

BINARY(punpcklbw)
BINARY(punpcklwd)
BINARY(punpckldq)
BINARY(pcmpgtb)
BINARY(pcmpgtw)
BINARY(pcmpgtd)
BINARY(pcmpeqb)
BINARY(pcmpeqw)
BINARY(pcmpeqd)
BINARY(pmullw)
BINARY(psubusb)
BINARY(psubusw)
BINARY(pand)
BINARY(paddusb)
BINARY(paddusw)
BINARY(pandn)
BINARY(pmulhw)
BINARY(psubsb)
BINARY(psubsw)
BINARY(por)
BINARY(paddsb)
BINARY(paddsw)
BINARY(pxor)
BINARY(pmaddwd)
BINARY(psubb)
BINARY(psubw)
BINARY(psubd)
BINARY(paddb)
BINARY(paddw)
BINARY(paddd)
BINARY(pminub)
BINARY(pmaxub)
BINARY(pavgb)
BINARY(pavgw)
BINARY(pmulhuw)
BINARY(pminsw)
BINARY(pmaxsw)
BINARY(psadbw)
BINARY(paddq)
BINARY(pmuludq)
BINARY(psubq)
BINARY(punpcklqdq)
BINARY(punpckhqdq)
PACK(packsswb)
PACK(packuswb)
PACK(packssdw)
HIGH(punpckhbw, punpcklbw)
HIGH(punpckhwd, punpcklwd)
HIGH(punpckhdq, punpckldq)
SHIFT(psrlw)
SHIFT(psrld)
SHIFT(psrlq)
SHIFT(psraw)
SHIFT(psrad)
SHIFT(psllw)
SHIFT(pslld)
SHIFT(psllq)

void g1_psrldq(const struct insn *i)
{
    simd_sse();
    simd_set_xmm(i->rm, isa_vsrl(simd_xmm(i->rm), i->imm));
}

void g1_pslldq(const struct insn *i)
{
    simd_sse();
    simd_set_xmm(i->rm, isa_vsll(simd_xmm(i->rm), i->imm));
}

/* ---------------------------------------------------------------- by a constant */

void g1_pshufw(const struct insn *i)
{
    struct isa_v source;

    prologue(i);
    source = simd_source(i);
    simd_set_dest(i, isa_pshuflw(source, i->imm));
    epilogue(i);
}

#define SHUFFLE(name)                                         \
    void g1_##name(const struct insn *i)                      \
    {                                                         \
        simd_sse();                                           \
        simd_set_dest(i, isa_##name(simd_source(i), i->imm)); \
    }

SHUFFLE(pshufd)
SHUFFLE(pshuflw)
SHUFFLE(pshufhw)

void g1_pinsrw(const struct insn *i)
{
    uint32_t word;
    unsigned at = i->imm & (i->opd[0] == OPD_MMX ? 3 : 7);

    prologue(i);
    word = g1_get_rm(i);
    simd_set_dest(i, isa_element_put(16, simd_dest(i), at, word));
    epilogue(i);
}

void g1_pextrw(const struct insn *i)
{
    unsigned at = i->imm & (simd_is_mmx(i) ? 3 : 7);

    prologue(i);
    g1_set_reg32(i->reg, (uint32_t)isa_element(16, simd_source(i), at));
    epilogue(i);
}

void g1_pmovmskb(const struct insn *i)
{
    struct isa_v source;

    prologue(i);
    source = simd_source(i);
    g1_set_reg32(i->reg, (uint32_t)fpu_op(FPU_pmovmskb, source, source).lo);
    epilogue(i);
}
