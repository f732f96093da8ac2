/*
 * The x87 as a system sees it: its state in memory in every format, what FXSAVE and FXRSTOR refuse,
 * exceptions reported by #MF and by interrupt 13, and what control instructions may do meanwhile.
 */
#define TEST_NAME "fpu"
#define TEST16
#include "pc.h"

#define IRQ0 0x20
#define IRQ13 0x75
#define AREA DATA
#define IMAGE (DATA + 0x1000)

.macro load_control value
    movl $\value, AREA
    fldcw AREA
.endm

/* ... of two operands, the denormal exception not masked: it takes effect. */
.macro beside_nan insn
    fninit
    load_control 0x37d
    fldt small
    fldt not_number
    \insn
    fnstsw %ax
    movl $__LINE__, line
    cmpw $0x3800, %ax
    jne fail
    fnclex
.endm

.text 0
.code16
small:
    .long 1, 0
    .word 0
not_number:
    .long 0, 0xc0000000
    .word 0x7fff
/* Real mode: the pointers are linear addresses with the opcode beside them. */
test16:
    fninit
    xorw %ax, %ax
    movw %ax, %es
    movw $0x1230, %ax
    movw %ax, %ds
    fld1
real_insn:
    fildl 0x4566 /* DS:4566, linear 16866 */
    movw $0xf000, %bx
    movw %bx, %ds
    movw $0x7000, %di
    fnstenv %es:(%di)
    addr32 fnstenvl %es:0x7100
    movw $0x7200, %di
    fnsave %es:(%di)
    fldenv %es:0x7000
    addr32 fnstenvl %es:0x7300
    jmp to32

.code32
test32:
    /* 16-bit fields: control, status, tags, IP, IP's high bits and the opcode, data likewise */
    EQ(0x7000, 0x3000037f)
    EQ(0x7004, ((real_insn - image) << 16) + 0x1fff) /* valid, zero, then empty */
    EQ(0x7008, 0x6866f306)
    movw 0x700c, %ax
    cmpw $0x1000, %ax
    jne fail
    /* 32-bit fields */
    EQ(0x7100, 0xffff037f)
    EQ(0x7104, 0xffff3000)
    EQ(0x7108, 0xffff1fff)
    EQ(0x710c, (real_insn - image) + 0xffff0000)
    EQ(0x7110, 0xf306)
    EQ(0x7114, 0xffff6866)
    EQ(0x7118, 0x1000)
    /* FNSAVE: the environment, then ST(0) = 0 and ST(1) = 1 */
    EQ(0x7200, 0x3000037f)
    EQ(0x720e, 0)
    EQ(0x7218, 0)
    EQ(0x721c, 0x80000000)
    movw 0x7220, %ax
    cmpw $0x3fff, %ax
    jne fail
    /* FLDENV has brought back what the first FNSTENV stored */
    EQ(0x7304, 0xffff3000)
    EQ(0x730c, (real_insn - image) + 0xffff0000)
    EQ(0x7310, 0xf306)
    EQ(0x7318, 0x1000)

    movl %cr0, %eax
    orl $0x22, %eax /* NE, MP */
    movl %eax, %cr0

    /* FNINIT, and the words */
    fninit
    fnstcw AREA
    cmpw $0x37f, AREA
    jne fail
    fnstsw %ax
    testw %ax, %ax
    jnz fail

    /* protected mode: selectors and offsets */
    movl $1, AREA + 0x80
protected_insn:
    fildl AREA + 0x80
    fldz
    fnstenv AREA
    EQ(AREA, 0xffff037f)
    EQ(AREA + 4, 0xffff3000)
    EQ(AREA + 8, 0xffff1fff) /* zero, valid, then empty */
    EQ(AREA + 16, CODE0 + 0x01ee0000)
    EQ(AREA + 20, AREA + 0x80)
    EQ(AREA + 24, DATA0 + 0xffff0000)
    fnstcw AREA + 0x40
    cmpw $0x37f, AREA + 0x40
    jne fail
    data16 fnstenv AREA + 0x100
    EQ(AREA + 0x100, 0x3000037f)
    EQ(AREA + 0x108, 0x80 << 16 | CODE0)
    movw AREA + 0x10c, %ax
    cmpw $DATA0, %ax
    jne fail

    /* FNSAVE leaves it as FNINIT does; FRSTOR brings it back */
    fnsave AREA
    fnstsw %ax
    testw %ax, %ax
    jnz fail
    frstor AREA
    fnsave IMAGE
    movl $AREA, %esi
    movl $IMAGE, %edi
    movl $27, %ecx
    movl $__LINE__, line
    repe cmpsl
    jne fail
    frstor AREA
    data16 fnsave AREA
    data16 frstor AREA
    data16 fnsave IMAGE
    movl $AREA, %esi
    movl $IMAGE, %edi
    movl $47, %ecx
    movl $__LINE__, line
    repe cmpsw
    jne fail

    /* FXSAVE: abridged tags, registers in 16 bytes each; it changes nothing */
    fninit
    fldpi
    fld1
    fxsave IMAGE
    movl $__LINE__, line
    cmpw $0x37f, IMAGE
    jne fail
    cmpw $0x3000, IMAGE + 2
    jne fail
    cmpb $0xc0, IMAGE + 4
    jne fail
    EQ(IMAGE + 32, 0)
    EQ(IMAGE + 36, 0x80000000)
    EQ(IMAGE + 40, 0x3fff)
    EQ(IMAGE + 48, 0x2168c235)
    EQ(IMAGE + 52, 0xc90fdaa2)
    EQ(IMAGE + 56, 0x4000)
    fninit
    fxrstor IMAGE
    fnstsw %ax
    cmpw $0x3000, %ax
    jne fail
    fistpl AREA
    EQ(AREA, 1)
    fistpl AREA
    EQ(AREA, 3)
    FAULT(13, 0, fxsave IMAGE + 8)
    FAULT(13, 0, fxrstor IMAGE + 4)
    FAULT(6, NONE, .byte 0x0f, 0xae, 0xc0) /* not in a register */
    movl %cr4, %eax
    orl $0x200, %eax
    movl %eax, %cr4 /* OSFXSR */

    /* an exception that isn't masked is reported by the next instruction that waits */
    fninit
    load_control 0x37b /* division by zero */
    fld1
    fldz
divide:
    fdivrp %st, %st(1)
    fnstsw %ax
    andw $0xb8bf, %ax
    cmpw $0xb084, %ax /* busy, two registers, summary, ZE: nothing was popped */
    jne fail
    fnstcw AREA
    FAULT(16, NONE, fld1)
    FAULT(16, NONE, wait)
    FAULT(16, NONE, fldcw AREA)
    fnstenv AREA /* which masks it */
    EQ(AREA + 12, divide)
    fld1
    fldcw AREA
    FAULT(16, NONE, fld1)
    fnclex
    fld1

    /* beside a NaN a denormal is no exception */
    beside_nan fpatan
    beside_nan fyl2x
    beside_nan fyl2xp1

    /* unmasked by FLDCW, an exception that has been there becomes pending */
    fninit
    fld1
    fldz
    fdivrp %st, %st(1)
    fld1
    load_control 0x37b
    fnstsw %ax
    testb $0x80, %al
    jz fail
    FAULT(16, NONE, fld1)
    fninit

    /* CR0.NE clear: interrupt 13, until port F0 says to go on */
    movl %cr0, %eax
    andl $~0x20, %eax
    movl %eax, %cr0
    call start_pic
    movl $error_line, hook
    movl $0, got_count
    load_control 0x37b
    fld1
    fldz
    fdivrp %st, %st(1)
    sti
    nop
    EQ(got_count, 0)
held:
    fld1
    cli
    EQ(got_count, 1)
    EQ(got_vec, IRQ13)
    EQ(got_eip, held)
    fnstsw %ax
    andw $0x3884, %ax
    cmpw $0x2884, %ax /* FLD1 has been executed with the exception still there */
    jne fail
    fld1 /* nor does anything wait now */
    fnclex
    fninit
    jmp pass

/* The PIC's only interrupts are the cascade's and 13. */
start_pic:
    start_pics IRQ0, 0x70, 0xfb, 0xdf
    ret

error_line:
    xorb %al, %al
    outb %al, $0xf0
    movb $0x20, %al
    outb %al, $0xa0
    outb %al, $0x20
    ret
