/*
 * simd.h - MMX and SSE: what their files share.
 *
 *     simd.c       what comes before and after; operands    simd_move.c  moves, state
 *     simd_int.c   packed integers                          simd_fp.c    floating point
 *
 * XMM registers are f8..f15, MMX registers the low halves of f0..f7; operations are the chip's
 * atoms, of 128 bits: for MMX registers the low half counts. MXCSR is the chip's.
 */
#ifndef CMS_GEAR1_SIMD_H
#define CMS_GEAR1_SIMD_H

#include "gear1/fpu.h"
#include "gear1/x87.h"
#include "isa/packed.h"

#define MXCSR_RESET 0x1f80u
#define MXCSR_KNOWN 0xffffu

/* #UD and #NM as CR0 and CR4 have it. Of MMX: pending x87 exceptions, too, and the registers become
 * MMX registers. */
void simd_sse(void);
void simd_mmx(const struct insn *i);

static inline bool simd_is_mmx(const struct insn *i) /* its registers are */
{
    return i->opd[0] == OPD_MMX || i->opd[0] == OPD_MMX_RM || i->opd[1] == OPD_MMX ||
           i->opd[1] == OPD_MMX_RM;
}

static inline struct isa_v simd_xmm(unsigned n)
{
    return fpu_get(FPU_XMM + n);
}

static inline void simd_set_xmm(unsigned n, struct isa_v value)
{
    fpu_set(FPU_XMM + n, value);
}

static inline struct isa_v simd_mm(unsigned n)
{
    return isa_pair(fpu_get(FPU_X87 + n).lo, 0);
}

static inline void simd_set_mm(unsigned n, uint64_t value)
{
    fpu_set(FPU_X87 + n, isa_pair(value, 0xffff));
}

/* 16 bytes; `aligned`: #GP(0) if they aren't. */
struct isa_v simd_read(const struct insn *i, bool aligned);
void simd_write(const struct insn *i, struct isa_v value, bool aligned);

/* The r/m operand, from memory with zeros above its size. */
struct isa_v simd_source(const struct insn *i);

/* Operand 0, MMX or XMM register `reg`. */
struct isa_v simd_dest(const struct insn *i);
void simd_set_dest(const struct insn *i, struct isa_v value);

/* An atom under MXCSR: raises #XM if an exception isn't masked. */
struct isa_v simd_do(const struct insn *i, enum fpu_op op, struct isa_v a, struct isa_v b);

#endif
