/*
 * fp.h - floating point as meanings in the description name it: the 80-bit format with x87's rules,
 * 32 and 64 bits, alone or packed, with SSE's.
 *
 * Integers only: the same code is the simulator's floating-point unit and the firmware's emulation
 * of an absent one, and gives the same bits on every host. fp_core.c has the arithmetic, fp_x87.c
 * and fp_sse.c the two sets of rules around it. tests/unit/isa_fp.c compares all with the processor
 * that runs it, tests/unit/isa_mpfr.c the arithmetic with MPFR.
 *
 * An 80-bit number stands in the low 80 bits of an f register; what a function gives has zeros
 * above. Results are those of masked exceptions.
 */
#ifndef SELKIRK_ISA_FP_H
#define SELKIRK_ISA_FP_H

#include <stdbool.h>
#include <stdint.h>

#include "isa/prims.h"

/* Exceptions, in the positions that they have in FPSW and MXCSR. */
enum {
    FP_INVALID = 1,
    FP_DENORMAL = 2,
    FP_ZERO_DIVIDE = 4,
    FP_OVERFLOW = 8,
    FP_UNDERFLOW = 16,
    FP_INEXACT = 32,
    FP_EXCEPTIONS = 63,
    FP_UP = 0x200 /* C1: the result was rounded away from zero */
};

enum {
    FPCW_PRECISION = 8, /* shift: 0 24 bits, 2 53 bits, 1 and 3 64 bits */
    FPCW_ROUNDING = 10, /* shift: 0 nearest, 1 down, 2 up, 3 towards zero */
    MXCSR_DAZ = 0x40,
    MXCSR_MASKS = 7, /* shift */
    MXCSR_ROUNDING = 13,
    MXCSR_FTZ = 0x8000
};

/* What an atom works under, and what came of it. */
struct isa_fenv {
    uint32_t fpcw, mxcsr;
    uint32_t x87, sse; /* exceptions raised by the rules of x87 (with FP_UP) and of SSE */
    bool x87_ran;      /* C1 is to be set from FP_UP */
};

static inline struct isa_fenv isa_fenv_make(uint32_t fpcw, uint32_t mxcsr)
{
    return (struct isa_fenv){.fpcw = fpcw, .mxcsr = mxcsr};
}

/* Exceptions that are not masked: the atom traps. */
static inline uint32_t isa_fenv_unmasked(const struct isa_fenv *env)
{
    return ((env->x87 & ~env->fpcw) | (env->sse & ~(env->mxcsr >> MXCSR_MASKS))) & FP_EXCEPTIONS;
}

/* FPSW after the atom. */
static inline uint32_t isa_fenv_fpsw(uint32_t fpsw, const struct isa_fenv *env)
{
    return env->x87_ran ? (fpsw & ~(uint32_t)FP_UP) | env->x87 : fpsw;
}

/* ---------------------------------------------------------------- x87 */

struct isa_v isa_x87_add(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_x87_sub(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_x87_mul(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_x87_div(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_x87_sqrt(struct isa_v a, struct isa_fenv *env);

/* To an integer in the same format, by the rounding control. */
struct isa_v isa_x87_rint(struct isa_v a, struct isa_fenv *env);

/* a times 2 to the power of b, b rounded towards zero. */
struct isa_v isa_x87_scale(struct isa_v a, struct isa_v b, struct isa_fenv *env);

/* Exponent of a as a number, and a with its exponent made 0. */
struct isa_v isa_x87_exponent(struct isa_v a, struct isa_fenv *env);
struct isa_v isa_x87_significand(struct isa_v a, struct isa_fenv *env);

/*
 * A step of the remainder of a by b. `nearest` 0: the quotient is rounded towards zero (FPREM), 1:
 * to the nearest (FPREM1). Exponents 64 and more apart only come closer. The second function tells,
 * in the positions of FPSW: C2 another step is needed; else C0 C3 C1 bits 2 1 0 of the quotient.
 */
struct isa_v isa_x87_rem(struct isa_v a, struct isa_v b, uint64_t nearest, struct isa_fenv *env);
uint64_t isa_x87_quotient(struct isa_v a, struct isa_v b, uint64_t nearest);

/*
 * ZF PF CF in their EFLAGS positions, as of FCOMI: above 000, below CF, equal ZF, unordered all.
 * ucom raises invalid for signalling NaNs only.
 */
uint64_t isa_x87_com(struct isa_v a, struct isa_v b, struct isa_fenv *env);
uint64_t isa_x87_ucom(struct isa_v a, struct isa_v b, struct isa_fenv *env);

/* C3 C2 C1 C0 of FXAM in the positions of FPSW; never that for an empty register. */
uint64_t isa_x87_xam(struct isa_v a);

/* Conversions; integers in and out are 64 bits wide, those given out sign-extended. */
struct isa_v isa_x87_from_f32(uint64_t a, struct isa_fenv *env);
struct isa_v isa_x87_from_f64(uint64_t a, struct isa_fenv *env);
struct isa_v isa_x87_from_int(uint64_t a);
uint64_t isa_x87_to_f32(struct isa_v a, struct isa_fenv *env);
uint64_t isa_x87_to_f64(struct isa_v a, struct isa_fenv *env);
uint64_t isa_x87_to_int(unsigned n, struct isa_v a, struct isa_fenv *env);
uint64_t isa_x87_truncate(unsigned n, struct isa_v a, struct isa_fenv *env);

/* ---------------------------------------------------------------- SSE */

/*
 * ss, sd: the low 32 or 64 bits, the rest of the result is that of a. ps, pd: all elements. Of the
 * conversions to two floats or integers the upper half of the result is 0.
 */
struct isa_v isa_addss(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_addsd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_addps(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_addpd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_subss(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_subsd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_subps(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_subpd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_mulss(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_mulsd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_mulps(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_mulpd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_divss(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_divsd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_divps(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_divpd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_minss(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_minsd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_minps(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_minpd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_maxss(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_maxsd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_maxps(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_maxpd(struct isa_v a, struct isa_v b, struct isa_fenv *env);

/* The root of b. */
struct isa_v isa_sqrtss(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_sqrtsd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_sqrtps(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_sqrtpd(struct isa_v a, struct isa_v b, struct isa_fenv *env);

/* All ones where the predicate holds: 0 eq, 1 lt, 2 le, 3 unordered, 4..7 the opposites. */
struct isa_v isa_cmpss(struct isa_v a, struct isa_v b, uint64_t predicate, struct isa_fenv *env);
struct isa_v isa_cmpsd(struct isa_v a, struct isa_v b, uint64_t predicate, struct isa_fenv *env);
struct isa_v isa_cmpps(struct isa_v a, struct isa_v b, uint64_t predicate, struct isa_fenv *env);
struct isa_v isa_cmppd(struct isa_v a, struct isa_v b, uint64_t predicate, struct isa_fenv *env);

/* ZF PF CF as of x87_com. */
uint64_t isa_comiss(struct isa_v a, struct isa_v b, struct isa_fenv *env);
uint64_t isa_comisd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
uint64_t isa_ucomiss(struct isa_v a, struct isa_v b, struct isa_fenv *env);
uint64_t isa_ucomisd(struct isa_v a, struct isa_v b, struct isa_fenv *env);

/* 1/b and 1/sqrt(b), rounded to the nearest; denormals count as 0; no exceptions. */
struct isa_v isa_rcpss(struct isa_v a, struct isa_v b);
struct isa_v isa_rcpps(struct isa_v a, struct isa_v b);
struct isa_v isa_rsqrtss(struct isa_v a, struct isa_v b);
struct isa_v isa_rsqrtps(struct isa_v a, struct isa_v b);

/* Between formats. */
struct isa_v isa_cvtss2sd(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_cvtsd2ss(struct isa_v a, struct isa_v b, struct isa_fenv *env);
struct isa_v isa_cvtps2pd(struct isa_v a, struct isa_fenv *env);
struct isa_v isa_cvtpd2ps(struct isa_v a, struct isa_fenv *env);

/* From and to integers. `si` is 64 bits wide, of which those given out are sign-extended. */
struct isa_v isa_cvtsi2ss(struct isa_v a, uint64_t b, struct isa_fenv *env);
struct isa_v isa_cvtsi2sd(struct isa_v a, uint64_t b, struct isa_fenv *env);
uint64_t isa_cvtss2si(unsigned n, struct isa_v a, struct isa_fenv *env);
uint64_t isa_cvtsd2si(unsigned n, struct isa_v a, struct isa_fenv *env);
uint64_t isa_cvttss2si(unsigned n, struct isa_v a, struct isa_fenv *env);
uint64_t isa_cvttsd2si(unsigned n, struct isa_v a, struct isa_fenv *env);
struct isa_v isa_cvtdq2ps(struct isa_v a, struct isa_fenv *env);
struct isa_v isa_cvtdq2pd(struct isa_v a);
struct isa_v isa_cvtps2dq(struct isa_v a, struct isa_fenv *env);
struct isa_v isa_cvttps2dq(struct isa_v a, struct isa_fenv *env);
struct isa_v isa_cvtpd2dq(struct isa_v a, struct isa_fenv *env);
struct isa_v isa_cvttpd2dq(struct isa_v a, struct isa_fenv *env);

#endif
