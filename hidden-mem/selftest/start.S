/*
 * start.S - what of the self-test can't be said in C: the first bundles, and calls that survive a
 * trap.
 *
 * The boot ROM enters at _start with a0 (r42) = the image in flash and a1 (r43) = bytes of hidden
 * memory. All that C needs on top is a stack.
 */
#include "hidden-mem/map.h"

    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    li      t0, HIDDEN_BASE
    add     sp, t0, a1
    call    selftest_main
1:  j       1b
    .size _start, . - _start

/*
 * uint64_t guarded_call(const void *code, const uint64_t arg[4]): calls code(arg[0] .. arg[3]). If
 * that traps, trap_taken() notes what happened and the call returns 0. Registers that C's calling
 * convention keeps are saved here because code that was cut short can't give them back.
 */
    .section .text.guard, "ax", @progbits
    .globl guarded_call
    .type guarded_call, @function
guarded_call:
    addi    sp, sp, -112
    sd      ra, 0(sp)
    sd      s0, 8(sp)
    sd      s1, 16(sp)
    sd      s2, 24(sp)
    sd      s3, 32(sp)
    sd      s4, 40(sp)
    sd      s5, 48(sp)
    sd      s6, 56(sp)
    sd      s7, 64(sp)
    sd      s8, 72(sp)
    sd      s9, 80(sp)
    sd      s10, 88(sp)
    sd      s11, 96(sp)
    la      t0, guard
    sd      sp, 0(t0)
    mv      t1, a0
    ld      a0, 0(a1)
    ld      a2, 16(a1)
    ld      a3, 24(a1)
    ld      a1, 8(a1)
    jalr    t1
guarded_leave:
    la      t0, guard
    sd      zero, 0(t0)
    ld      ra, 0(sp)
    ld      s0, 8(sp)
    ld      s1, 16(sp)
    ld      s2, 24(sp)
    ld      s3, 32(sp)
    ld      s4, 40(sp)
    ld      s5, 48(sp)
    ld      s6, 56(sp)
    ld      s7, 64(sp)
    ld      s8, 72(sp)
    ld      s9, 80(sp)
    ld      s10, 88(sp)
    ld      s11, 96(sp)
    addi    sp, sp, 112
    ret

/* All vectors lead here. The stack is that of the guarded call, if there is one. */
    .globl trap_entry
trap_entry:
    la      t0, guard
    ld      t1, 0(t0)
    mv      a0, t1
    beqz    t1, 1f
    mv      sp, t1
1:  call    trap_taken
    li      a0, 0
    j       guarded_leave
    .size guarded_call, . - guarded_call

    .section .bss.guard, "aw", @nobits
    .align 3
guard:
    .space 8 /* stack pointer of the guarded call that runs; 0: none */
