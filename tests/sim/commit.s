// Commit makes the working registers official, rollback restores r1..r23 and c0..c3 and nothing else.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --native %t.elf -d commit -D - 2> %t.err | %FileCheck %s
    .org 0x40000000
start:
    li r1, 1
    li r23, 2
    li r24, 3
    li r33, 4
    li r20, 0x41
    movtc c3, r20
// CHECK: commit: {{[0-9]+}} start+0x{{[0-9a-f]+}} commit 7, 0 stores
    commit 7
    mfsr r11, RETIRED
    mv r40, r11
    li r1, 11
    li r23, 12
    li r24, 13
    li r33, 14
    movtc c3, r0
// CHECK: commit: {{[0-9]+}} start+0x{{[0-9a-f]+}} rollback, 0 stores
    rollback
    li r41, 1
    brnei r40, 7, bad
    li r41, 2
    brnei r1, 1, bad
    li r41, 3
    brnei r23, 2, bad
    li r41, 4
    brnei r24, 13, bad
    li r41, 5
    brnei r33, 14, bad
    li r41, 6
    movfc r42, c3
    li r43, 0x41
    brne r42, r43, bad

    li r41, 7               // what stands beside the commit is committed with it
    { li r2, 5 ; commit 1 }
    li r2, 6
    rollback
    brnei r2, 5, bad
    li r41, 8               // and rolling back twice is no different
    rollback
    brnei r2, 5, bad
    li r41, 9               // indexed writes are rolled back too
    li r42, 1
    gset r42, r0
    brnei r2, 0, bad
    rollback
    brnei r2, 5, bad
    li r41, 10              // a count from a register, as it was before the bundle
    li r42, 5
// CHECK: commit: {{[0-9]+}} start+0x{{[0-9a-f]+}} commit 8, 0 stores
    { commitr 3, r42 ; li r42, 100 }
    mfsr r11, RETIRED
    sub r11, r11, r40
    brnei r11, 9, bad       // and one of the commit 1 above
    li r41, 0
bad:
    mv r10, r41
    br end
    .include "Inputs/end.s"
