// Host registers that hold guest registers within a block: gget finds what a pin is ahead with, what
// was in a pin isn't read any more after gset, and a call of the JTLB's function finds memory right
// and leaves no pin. In lockstep.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --engine check --native %t.elf -o host.heat=8 2>&1 | %FileCheck %s
// CHECK: ---- selkirk: debug exit (exit status 0)
// CHECK: fast engine: {{.*}} 9{{[0-9.]+}}% of the bundles ran in them
    .org 0x40000000
start:
    li r14, 400
loop:
    addi r2, r2, 3          // written again below: memory isn't
    addi r3, r2, 5
    gget r15, r12           // r1 to r8 by turns
    add r16, r16, r15
    addi r2, r2, 7
    add r3, r3, r2
    gset r12, r3
    add r17, r17, r2
    add r17, r17, r3
    addi r12, r12, 1
    addi r14, r14, -1
    brnei r14, 0, loop

    li r14, 400
calls:
    addi r2, r2, 3
    add r3, r3, r2
    jtw r12, r14
    add r4, r4, r2
    add r5, r5, r3
    addi r2, r2, 5
    add r3, r3, r2
    addi r12, r12, 64
    addi r14, r14, -1
    brnei r14, 0, calls
    br end_good
    .include "../sim/Inputs/end.s"
