// Branch prediction on the crusoe preset: taken 1, miss 5. The value at the end is, byte by byte from
// the lowest:
//
//   a loop of 10 rounds of 2 bundles, whose branch is taken 9 times and then not: 20 cycles and that;
//   the same loop once more;
//   a forward branch that is taken, and the bundle after it;
//   a call and its return, and the bundle after it.
//
// It is what the second round finds, when all is in L1I and the counters have learnt.
// RUN: %vliw-as -o %t.elf %s
// none: 20 + 9; 20 + 9; 2 + 1; 3 + 2
// RUN: not %vliw-sim --preset crusoe --native %t.elf 2> %t.err
// RUN: %FileCheck --check-prefix=NONE --input-file=%t.err %s
// NONE: debug exit with value 84090141 (exit status 1)
// static: 20 + 9 + 5; the same; 2 + 5; call 1, return 5
// RUN: not %vliw-sim --preset crusoe --native %t.elf -o predict.kind=static 2> %t.err
// RUN: %FileCheck --check-prefix=STATIC --input-file=%t.err %s
// STATIC: debug exit with value 151462434 (exit status 1)
// bimodal: the loops still end strongly taken less one, so 20 + 9 + 5; the forward branch has been
// learnt, 2 + 1; nothing learns returns.
// RUN: not %vliw-sim --preset crusoe --native %t.elf -o predict.kind=bimodal 2> %t.err
// RUN: %FileCheck --check-prefix=BIMODAL --input-file=%t.err %s
// BIMODAL: debug exit with value 151200290 (exit status 1)
    .org 0x40000000
start:
    li r50, 2
round:
    mfsr r40, CYCLE                     // t
    li r43, 10                          // t+1
loop1:
    addi r43, r43, -1
    brnei r43, 0, loop1
    mfsr r41, CYCLE                     // t+2 and the loop
    sub r42, r41, r40
    addi r51, r42, -2

    mfsr r40, CYCLE
    li r43, 10
loop2:
    addi r43, r43, -1
    brnei r43, 0, loop2
    mfsr r41, CYCLE
    sub r42, r41, r40
    addi r52, r42, -2

    mfsr r40, CYCLE                     // t
    breqi r0, 0, taken                  // t+1
    br end_bad
taken:
    mfsr r41, CYCLE                     // t+2 and the branch
    sub r53, r41, r40

    mfsr r40, CYCLE                     // t
    call r33, callee                    // t+1
    mfsr r41, CYCLE                     // t+3 and both transfers
    sub r54, r41, r40

    addi r50, r50, -1
    brnei r50, 0, round
    slli r52, r52, 8
    slli r53, r53, 16
    slli r54, r54, 24
    add r51, r51, r52
    add r53, r53, r54
    add r11, r51, r53
    br end_bad
callee:
    jr r33
    .include "Inputs/end.s"
