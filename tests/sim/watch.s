// debug.irq_every: a test interrupt before a bundle, whether it commits or not, so often while
// STATUS.WE is set and no trap is being handled. The bundle then executes as if nothing had been.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --native %t.elf -o debug.irq_every=7 2> %t.err
// RUN: %FileCheck %s < %t.err
// RUN: %vliw-sim --native %t.elf -o debug.irq_every=1 2> %t.err
// RUN: %FileCheck --check-prefix=EACH %s < %t.err
// RUN: %vliw-sim --native %t.elf 2> %t.err
// RUN: %FileCheck --check-prefix=NONE %s < %t.err
// CHECK: watch 57 asynchronous
// EACH: watch 400 asynchronous
// NONE-NOT: watch
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    li r12, 200
    li r13, 0
    li r24, 4
    mtsr STATUS, r24            // WE; 401 bundles up to the next write
loop:
    addi r13, r13, 1
    brne r13, r12, loop
    mtsr STATUS, r0
    li r11, 1
    li r12, 200
    brne r13, r12, end_bad
    br end_good
    .align 16
vectors:
    .space 16 * 14
    { addi r23, r23, 1 ; rte }
    .include "Inputs/end.s"
