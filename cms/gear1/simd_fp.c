/* simd_fp.c - floating point of SSE and SSE2. */
#include "gear1/simd.h"

static void binary(const struct insn *i, enum fpu_op op)
{
    struct isa_v source;

    simd_sse();
    source = simd_source(i);
    simd_set_dest(i, simd_do(i, op, simd_dest(i), source));
}

/* Of the source alone. */
static void unary(const struct insn *i, enum fpu_op op)
{
    struct isa_v source;

    simd_sse();
    source = simd_source(i);
    simd_set_dest(i, simd_do(i, op, source, source));
}

#define BINARY(name)                     \
    void g1_##name(const struct insn *i) \
    {                                    \
        binary(i, FPU_##name);           \
    }
#define UNARY(name)                      \
    void g1_##name(const struct insn *i) \
    {                                    \
        unary(i, FPU_##name);            \
    }

#define FPU_FLOAT(atom) BINARY(atom)
#include "gear1/fpu.def"

BINARY(rcpss)
BINARY(rcpps)
BINARY(rsqrtss)
BINARY(rsqrtps)

/* ---------------------------------------------------------------- bits */

#define LOGIC(name, atom)                \
    void g1_##name(const struct insn *i) \
    {                                    \
        binary(i, FPU_##atom);           \
    }

LOGIC(andps, pand)
LOGIC(andpd, pand)
LOGIC(andnps, pandn)
LOGIC(andnpd, pandn)
LOGIC(orps, por)
LOGIC(orpd, por)
LOGIC(xorps, pxor)
LOGIC(xorpd, pxor)

/* ---------------------------------------------------------------- comparisons */

#define COMPARE(type)                                             \
    void g1_cmp##type(const struct insn *i)                       \
    {                                                             \
        binary(i, (enum fpu_op)(FPU_cmpeq##type + (i->imm & 7))); \
    }

COMPARE(ps)
COMPARE(pd)
COMPARE(ss)
COMPARE(sd)

#define COMPARE_FLAGS(name)                                            \
    void g1_##name(const struct insn *i)                               \
    {                                                                  \
        struct isa_v source;                                           \
                                                                       \
        simd_sse();                                                    \
        source = simd_source(i);                                       \
        vx_movtc(simd_do(i, FPU_##name, simd_xmm(i->reg), source).lo); \
    }

COMPARE_FLAGS(comiss)
COMPARE_FLAGS(comisd)
COMPARE_FLAGS(ucomiss)
COMPARE_FLAGS(ucomisd)

/* ---------------------------------------------------------------- conversions */

BINARY(cvtss2sd)
BINARY(cvtsd2ss)
UNARY(cvtps2pd)
UNARY(cvtpd2ps)
UNARY(cvtdq2ps)
UNARY(cvtdq2pd)
UNARY(cvtps2dq)
UNARY(cvttps2dq)
UNARY(cvtpd2dq)
UNARY(cvttpd2dq)

/* From a general register or memory. */
#define FROM_INT(name)                                                              \
    void g1_##name(const struct insn *i)                                            \
    {                                                                               \
        uint64_t value;                                                             \
                                                                                    \
        simd_sse();                                                                 \
        value = (uint64_t)(int32_t)g1_get_rm(i);                                    \
        simd_set_dest(i, simd_do(i, FPU_##name, simd_dest(i), isa_pair(value, 0))); \
    }

FROM_INT(cvtsi2ss)
FROM_INT(cvtsi2sd)

#define TO_INT(name)                                                               \
    void g1_##name(const struct insn *i)                                           \
    {                                                                              \
        struct isa_v source;                                                       \
                                                                                   \
        simd_sse();                                                                \
        source = simd_source(i);                                                   \
        g1_set_reg32(i->reg, (uint32_t)simd_do(i, FPU_##name, source, source).lo); \
    }

TO_INT(cvtss2si)
TO_INT(cvtsd2si)
TO_INT(cvttss2si)
TO_INT(cvttsd2si)
TO_INT(movmskps)
TO_INT(movmskpd)

/*
 * Between MMX and XMM registers; of the former two elements. MMX registers are in use from the
 * access on, even if #XM follows.
 */
static struct isa_v mixed(const struct insn *i, enum fpu_op op)
{
    bool mmx = !i->is_mem || i->opd[0] == OPD_MMX;
    struct isa_v source;

    simd_sse();
    if (mmx)
        simd_mmx(i);
    source = simd_source(i);
    if (mmx)
        x87_mmx();
    if (i->msize < 16)
        source.hi = 0;
    return simd_do(i, op, source, source);
}

void g1_cvtpi2ps(const struct insn *i)
{
    struct isa_v value = mixed(i, FPU_cvtdq2ps);

    simd_set_dest(i, isa_pair(value.lo, simd_dest(i).hi));
}

void g1_cvtpi2pd(const struct insn *i)
{
    simd_set_dest(i, mixed(i, FPU_cvtdq2pd));
}

#define TO_MMX(name, atom)                \
    void g1_##name(const struct insn *i)  \
    {                                     \
        simd_set_dest(i, mixed(i, atom)); \
    }

TO_MMX(cvtps2pi, FPU_cvtps2dq)
TO_MMX(cvttps2pi, FPU_cvttps2dq)
TO_MMX(cvtpd2pi, FPU_cvtpd2dq)
TO_MMX(cvttpd2pi, FPU_cvttpd2dq)
