/*
 * fpu.h - the f registers and the floating-point control registers, with their official copies.
 *
 * What atoms are is in isa/ and exec.c; this is only the state. The control registers change at the
 * end of a bundle: its atoms raise exceptions into `next`, so that a trap behind them leaves no
 * trace.
 */
#ifndef SELKIRK_FPU_H
#define SELKIRK_FPU_H

#include <stdint.h>

#include "isa.h"
#include "isa/fp.h"

/* Behind the architectural registers stand temporaries, as in chip.h. */
enum { FREG_TEMP = ISA_F_COUNT, FREG_TOTAL = FREG_TEMP + 8 };

struct fpu_control {
    uint32_t fpcw, fpsw, mxcsr;
};

struct fpu {
    struct isa_v f[FREG_TOTAL];
    struct isa_v shadow[ISA_F_COUNT]; /* the shadowed ones */
    uint64_t ready[ISA_F_COUNT];      /* cycle in which the result is there */
    uint64_t div_free;                /* cycle in which the divider takes the next operation */
    uint32_t busy;                    /* registers whose result may still be on its way */
    uint32_t dirty;                   /* written since the last commit */
    struct fpu_control control, next, official;
};

static inline void fpu_reset(struct fpu *fpu)
{
    *fpu = (struct fpu){.control = {.fpcw = 0x37f, .mxcsr = 0x1f80}};
    fpu->official = fpu->control;
}

#define FPU_SHADOWED ((2u << ISA_SHADOW_F_LAST) - (1u << ISA_SHADOW_F_FIRST))

static inline void fpu_commit(struct fpu *fpu)
{
    for (uint32_t regs = fpu->dirty & FPU_SHADOWED; regs; regs &= regs - 1)
        fpu->shadow[__builtin_ctz(regs)] = fpu->f[__builtin_ctz(regs)];
    fpu->dirty = 0;
    fpu->official = fpu->control;
}

static inline void fpu_rollback(struct fpu *fpu)
{
    for (uint32_t regs = fpu->dirty & FPU_SHADOWED; regs; regs &= regs - 1)
        fpu->f[__builtin_ctz(regs)] = fpu->shadow[__builtin_ctz(regs)];
    fpu->dirty = 0;
    fpu->control = fpu->official;
}

#endif
