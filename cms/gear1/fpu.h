/*
 * fpu.h - f registers and their atoms, for C.
 *
 * C for the chip knows no f registers, so vliw-ld never sees them. What gear 1 needs of them is a
 * table of short native routines with C's calling convention, made of atoms when the firmware starts
 * (boot/fpu.c): one for each operation of the list below, and two for each register, to read and to
 * write it. The host build has functions of the same names (host/fpu.c).
 *
 * f0..f7 are the guest's x87 registers by their physical numbers, an MMX register being the low
 * half of one; f8..f15 are XMM0..XMM7. They are shadowed, and so are FPCW, FPSW and MXCSR: all of
 * them roll back.
 */
#ifndef CMS_GEAR1_FPU_H
#define CMS_GEAR1_FPU_H

#include "isa/prims.h"

#define FPU_X87 0 /* first f register of the guest's */
#define FPU_XMM 8
#define FPU_KEPT 16 /* so many hold guest state */

/*
 * Each takes a and b in the places of fa and fb and gives fd; an integer operand is the low half of
 * b, a's place then being fd's; a result that is an integer or flags is the low half.
 */
#define FPU_ATOMS(X)                                                                      \
    X(fadd) X(fsub) X(fmul) X(fdiv) X(fsqrt) X(frint) X(fscale) X(fexp) X(fsig) X(frem)   \
    X(frem1) X(fremq) X(frem1q) X(fcom) X(fucom) X(fxam) X(fld32) X(fld64) X(fst32)       \
    X(fst64) X(fild) X(fist16) X(fist32) X(fist64)

enum fpu_op {
#define X(atom) FPU_##atom,
    FPU_ATOMS(X)
#undef X
    FPU_COUNT
};

void fpu_init(void); /* once, before any of the others */

struct isa_v fpu_op(enum fpu_op op, struct isa_v a, struct isa_v b);

struct isa_v fpu_get(unsigned f); /* f below FPU_KEPT */
void fpu_set(unsigned f, struct isa_v value);

#endif
