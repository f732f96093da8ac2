// The JTLB leads from keys to code, the return stack likewise, last in first out; what is not there
// falls through. Cycles on the crusoe preset: a taken transfer costs one more, a jump through the
// JTLB its latency on top.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -o jtlb.entries=8 -o jtlb.ways=2 -o jtlb.latency=2 -o return_stack.entries=4 2> %t.err
// RUN: %FileCheck --input-file=%t.err %s
// CHECK: jtlb.finds {{ *}}21
// CHECK: jtlb.hits {{ *}}12
// RUN: not %vliw-sim --preset crusoe --native %t.elf 2> %t.none
// RUN: %FileCheck --check-prefix=NONE --input-file=%t.none %s
// NONE: debug exit with value 2 (exit status 1)
    .org 0x40000000
start:
    li r12, 0x1000
    li r11, 1
    jtj r12                             // nothing is there
    la r13, found1
    jtw r12, r13
    li r11, 2
    jtj r12
    br end_bad
found1:
    la r13, found2                      // a newer address for the key
    jtw r12, r13
    li r11, 3
    jtj r12
    br end_bad
found2:
    li r11, 4
    jtd r12
    li r14, 1
    jtj r12
    li r14, 2
    brnei r14, 2, end_bad

    li r43, 2                           // in the second round all is in L1I
    la r13, found3
    jtw r12, r13
jump:
    mfsr r40, CYCLE
    jtj r12                             // t+1, and 2, and 1
    br end_bad
found3:
    mfsr r41, CYCLE                     // t+5
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, jump
    li r11, 5
    brnei r42, 5, end_bad
    li r43, 2
miss:
    mfsr r40, CYCLE
    jtj r43                             // t+1: not taken
    mfsr r41, CYCLE                     // t+2
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, miss
    li r11, 6
    brnei r42, 2, end_bad

// Ten keys in eight entries: some are lost, but what is found is right. r15 counts what is not found.
    jtf
    la r13, hit
    li r12, 0
fill:
    jtw r12, r13
    addi r12, r12, 1
    brnei r12, 10, fill
    li r12, 0
    li r15, 0
try:
    jtj r12
    addi r15, r15, 1
    br after
hit:
    addi r16, r16, 1
after:
    addi r12, r12, 1
    brnei r12, 10, try
    add r15, r15, r16
    li r11, 7
    brnei r15, 10, end_bad
    li r11, 8
    brnei r16, 2, enough
    br end_bad
enough:
    jtf
    li r12, 0
empty:
    li r14, 0
    jtj r12
    li r14, 1
    addi r12, r12, 1
    brnei r12, 3, empty
    li r11, 9
    brnei r14, 1, end_bad

// The return stack: four pairs of five are left.
    li r12, 0
    la r13, popped
push:
    rsp r12, r13
    addi r12, r12, 1
    brnei r12, 5, push
    li r11, 10
    li r12, 4
    rsj r12
    br end_bad
popped:
    brnei r11, 10, end_bad
    li r11, 11
    li r12, 7                           // the pair of 3 is popped, though its key is another
    rsj r12
    la r13, again
    li r12, 2
    rsp r12, r13
    rsj r12
    br end_bad
again:
    li r11, 12
    li r43, 2
stack:
    la r13, there
    rsp r43, r13
    mfsr r40, CYCLE
    rsj r43                             // t+1, and 1
    br end_bad
there:
    mfsr r41, CYCLE                     // t+3
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, stack
    brnei r42, 3, end_bad
    li r11, 13
    jtf
    li r12, 2
    rsj r12                             // empty
    br end_good
    .include "Inputs/end.s"
