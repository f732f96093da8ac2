// Interrupts come at commits only, when STATUS.IE allows them and no trap is being handled; halt waits
// for one whatever IE says; a test interrupt comes anywhere.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --native %t.elf -d trap -D - 2> %t.err | %FileCheck %s
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    li r11, 1
    mfsr r12, TIME              // nothing is pending
    mfsr r13, IPEND
    mv r14, r13
    brnei r14, 0, end_bad
    addi r12, r12, 100          // ... until 100 ns from now: 70 cycles
    mtsr TIMER, r12
    li r11, 2
    halt                        // time jumps there
    mfsr r13, TIME
    brltu r13, r12, end_bad
    addi r14, r12, 3            // two cycles later at most
    brltu r14, r13, end_bad
    li r11, 3
    mfsr r13, IPEND
    mv r14, r13
    brnei r14, 1, end_bad
    li r11, 4                   // IE is off: a commit takes nothing
    commit 1
    brnei r23, 0, end_bad
    li r24, 1
    mtsr STATUS, r24
    li r11, 5                   // on, but no commit: nothing
    nop
    brnei r23, 0, end_bad
// EPC is the bundle behind the commit, and the commit has happened.
// CHECK: trap: {{[0-9]+}} behind interrupt 0x0 0x0
    la r22, resumed
    { commit 5 ; li r15, 1 }
behind:
    li r15, 2
resumed:
    li r11, 6
    brnei r15, 1, end_bad
    mfsr r13, RETIRED
    mv r14, r13
    brnei r14, 6, end_bad
    li r11, 7                   // still pending: taken again
// CHECK: trap: {{[0-9]+}} again interrupt
    la r22, off
    commit 0
again:
    br end_bad
off:
    li r12, -1                  // the timer switched off
    mtsr TIMER, r12
    commit 0
    li r11, 8
    brnei r23, 2, end_bad
// CHECK-NOT: trap:
    br end_good
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
