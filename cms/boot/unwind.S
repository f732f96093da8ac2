/*
 * unwind.S - cms_setjmp and cms_longjmp: the registers that C's calling convention keeps, and no
 * others.
 *
 * Translations and gear 1 leave these alone or restore them, and rollback never covers them, so a
 * trap in either comes back to the main loop by one longjmp, from whatever depth of calls. `buf` is
 * sixteen words; fourteen are used. cms_longjmp's value is never 0.
 */
    .section .text.unwind, "ax", @progbits

    .globl cms_setjmp
    .type cms_setjmp, @function
cms_setjmp:
    sd      ra, 0(a0)
    sd      sp, 8(a0)
    sd      s0, 16(a0)
    sd      s1, 24(a0)
    sd      s2, 32(a0)
    sd      s3, 40(a0)
    sd      s4, 48(a0)
    sd      s5, 56(a0)
    sd      s6, 64(a0)
    sd      s7, 72(a0)
    sd      s8, 80(a0)
    sd      s9, 88(a0)
    sd      s10, 96(a0)
    sd      s11, 104(a0)
    li      a0, 0
    ret
    .size cms_setjmp, . - cms_setjmp

    .globl cms_longjmp
    .type cms_longjmp, @function
cms_longjmp:
    ld      ra, 0(a0)
    ld      sp, 8(a0)
    ld      s0, 16(a0)
    ld      s1, 24(a0)
    ld      s2, 32(a0)
    ld      s3, 40(a0)
    ld      s4, 48(a0)
    ld      s5, 56(a0)
    ld      s6, 64(a0)
    ld      s7, 72(a0)
    ld      s8, 80(a0)
    ld      s9, 88(a0)
    ld      s10, 96(a0)
    ld      s11, 104(a0)
    mv      a0, a1
    ret
    .size cms_longjmp, . - cms_longjmp
