/*
 * fpu.h - f registers and their atoms, for C.
 *
 * C for the chip knows no f registers, so vliw-ld never sees them. What gear 1 needs of them is a
 * table of short native routines with C's calling convention, made of atoms when the firmware
 * starts (boot/fpu.c): one for each operation of fpu.def, and two for each register, to read and to
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

/* Operations: fpu.def. */
enum fpu_op {
#define FPU(atom) FPU_##atom,
#include "gear1/fpu.def"
    FPU_COUNT
};

void fpu_init(void); /* once, before any of the others */

/*
 * a and b stand in the places of fa and fb, the value is fd; an integer operand is the low half of
 * b, a's place then being fd's; a result that is an integer or flags is the low half.
 */
struct isa_v fpu_op(enum fpu_op op, struct isa_v a, struct isa_v b);

struct isa_v fpu_get(unsigned f); /* f below FPU_KEPT */
void fpu_set(unsigned f, struct isa_v value);

#endif
