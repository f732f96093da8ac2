// An emulation patch enters routine n at EMU_BASE + 16 n, with no trap and the next bundle's address in
// its link register; without a base it traps.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -d trap -D - 2> %t.err | %FileCheck %s
// CHECK: trap: {{[0-9]+}} no_base emu 0x5 0x0
// CHECK-NOT: trap:
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    li r15, 1
    la r22, after1
no_base:
    { emu r33, 5 ; addi r15, r15, 1 }
after1:
    li r11, 1
    brnei r15, 1, end_bad
    brnei r33, 0, end_bad
    la r12, routines
    addi r12, r12, 7                    // its low bits are not there
    mtsr EMU_BASE, r12
    mfsr r13, EMU_BASE
    addi r12, r12, -7
    li r11, 2
    brne r12, r13, end_bad
    li r43, 2
again:
    mfsr r40, CYCLE
    { emu r33, 2 ; addi r15, r15, 1 }   // t+1 and a cycle; the routine's bundle t+3 and a cycle
    mfsr r41, CYCLE                     // t+5
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, again
    li r11, 3
    brnei r15, 3, end_bad
    brnei r16, 4, end_bad
    li r11, 4
    brnei r42, 5, end_bad
    mfsr r12, CAUSE                     // of the trap before
    li r11, 5
    brnei r12, 16, end_bad
    br end_good
    .align 16
routines:
    br end_bad
    .align 16
    br end_bad
    .align 16
    { addi r16, r16, 2 ; jr r33 }
    .align 16
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
