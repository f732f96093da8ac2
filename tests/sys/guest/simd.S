/*
 * MMX and SSE as a system sees them: which exception comes when CR0 and CR4 forbid them, MXCSR,
 * #XM, pending x87 exceptions, and XMM registers in FXSAVE's image.
 */
#define TEST_NAME "simd"
#include "pc.h"

#define AREA DATA
#define IMAGE (DATA + 0x1000)

.macro set_cr0 bits
    movl %cr0, %eax
    orl $\bits, %eax
    movl %eax, %cr0
.endm

.macro clear_cr0 bits
    movl %cr0, %eax
    andl $~\bits, %eax
    movl %eax, %cr0
.endm

.macro set_mxcsr value
    movl $\value, AREA
    ldmxcsr AREA
.endm

.text 0
.code32
test32:
    clear_cr0 0x2c
    set_cr0 0x22 /* NE, MP */
    fninit

    /* without CR4.OSFXSR there is no SSE; MMX there is */
    FAULT(6, NONE, movaps %xmm0, %xmm1)
    FAULT(6, NONE, ldmxcsr AREA)
    FAULT(6, NONE, paddb %xmm0, %xmm1)
    paddb %mm0, %mm1
    sfence
    movnti %eax, AREA
    fnstsw %ax
    testw $0x3800, %ax /* TOP is 0 */
    jnz fail
    movl %cr4, %eax
    orl $0x200, %eax
    movl %eax, %cr4

    /* TS, then EM */
    set_cr0 8
    FAULT(7, NONE, movaps %xmm0, %xmm1)
    FAULT(7, NONE, paddb %mm0, %mm1)
    FAULT(7, NONE, emms)
    clts
    set_cr0 4
    FAULT(6, NONE, movaps %xmm0, %xmm1)
    FAULT(6, NONE, paddb %mm0, %mm1)
    clear_cr0 4

    /* operands of 16 bytes must be aligned where the instruction says so */
    FAULT(13, 0, movaps AREA + 8, %xmm1)
    FAULT(13, 0, addps AREA + 4, %xmm1)
    FAULT(13, 0, movntdq %xmm1, AREA + 1)
    movups AREA + 5, %xmm1
    movdqu %xmm1, AREA + 9

    /* MXCSR */
    stmxcsr AREA
    EQ(AREA, 0x1f80)
    movl $0x10000, AREA
    FAULT(13, 0, ldmxcsr AREA)
    movl $0xffff, AREA
    ldmxcsr AREA
    movl $0, AREA
    stmxcsr AREA
    EQ(AREA, 0xffff)

    /* an exception that isn't masked: flags are set, the register isn't; #UD without OSXMMEXCPT */
    set_mxcsr 0x1d80 /* division by zero */
    movl $0x3f800000, AREA
    movss AREA, %xmm2 /* 1 */
    xorps %xmm3, %xmm3
    FAULT(6, NONE, divss %xmm3, %xmm2)
    movl %cr4, %eax
    orl $0x400, %eax
    movl %eax, %cr4
    set_mxcsr 0x1d80
    FAULT(19, NONE, divss %xmm3, %xmm2)
    stmxcsr AREA
    EQ(AREA, 0x1d84)
    movss %xmm2, AREA
    EQ(AREA, 0x3f800000)
    set_mxcsr 0x1f80
    divss %xmm3, %xmm2
    movss %xmm2, AREA
    EQ(AREA, 0x7f800000)
    /* underflow that isn't masked counts even if the result is exact */
    movl $0x00800000, AREA /* the least normal number */
    movl $0x3f000000, AREA + 4
    movss AREA, %xmm2
    movss AREA + 4, %xmm3
    set_mxcsr 0x1f80
    mulss %xmm3, %xmm2
    stmxcsr AREA
    EQ(AREA, 0x1f80)
    movl $0x00800000, AREA
    movss AREA, %xmm2
    set_mxcsr 0x1780
    FAULT(19, NONE, mulss %xmm3, %xmm2)
    set_mxcsr 0x1f80

    /* MMX waits for the x87 */
    fninit
    movl $0x37b, AREA
    fldcw AREA
    fld1
    fldz
    fdivrp %st, %st(1)
    FAULT(16, NONE, paddb %mm0, %mm1)
    FAULT(16, NONE, emms)
    fnclex
    fninit

    /* MMX registers are the x87's, all in use; EMMS empties them */
    movl $0x12345678, %eax
    movd %eax, %mm3
    fxsave IMAGE
    movl $__LINE__, line
    cmpb $0xff, IMAGE + 4
    jne fail
    EQ(IMAGE + 32 + 48, 0x12345678)
    EQ(IMAGE + 32 + 52, 0)
    EQ(IMAGE + 32 + 56, 0xffff)
    emms
    fxsave IMAGE
    movl $__LINE__, line
    cmpb $0, IMAGE + 4
    jne fail

    /* XMM registers and MXCSR in the image */
    set_mxcsr 0x3f81
    movl $0xdeadbeef, %eax
    movd %eax, %xmm5
    pshufd $0, %xmm5, %xmm5
    fxsave IMAGE
    EQ(IMAGE + 24, 0x3f81)
    EQ(IMAGE + 28, 0xffff)
    EQ(IMAGE + 160 + 16 * 5, 0xdeadbeef)
    EQ(IMAGE + 160 + 16 * 5 + 12, 0xdeadbeef)
    xorps %xmm5, %xmm5
    set_mxcsr 0x1f80
    fxrstor IMAGE
    movdqa %xmm5, AREA
    EQ(AREA + 8, 0xdeadbeef)
    stmxcsr AREA
    EQ(AREA, 0x3f81)
    movl $0x20000, IMAGE + 24
    FAULT(13, 0, fxrstor IMAGE)
    jmp pass
