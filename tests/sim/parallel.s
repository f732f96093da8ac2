// All reads of a bundle precede its writes, whatever order the atoms stand in.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --native %t.elf 2> %t.err
    .org 0x40000000
start:
    li r11, 1           // swap
    li r12, 5
    li r13, 7
    { mv r12, r13 ; mv r13, r12 }
    brnei r12, 7, end_bad
    brnei r13, 5, end_bad

    li r11, 2           // a load writes what an integer atom reads
    la r14, data
    li r15, 3
    { ld.d r15, [r14 + 0] ; addi r16, r15, 1 }
    brnei r15, 11, end_bad
    brnei r16, 4, end_bad

    li r11, 3           // a load's address register is written beside it
    { addi r14, r14, 8 ; ld.d r15, [r14 + 0] }
    brnei r15, 11, end_bad
    ld.d r15, [r14 + 0]
    brnei r15, 13, end_bad

    li r11, 4           // a store's value is written beside it
    li r15, 1
    { st.d r15, [r14 + 0] ; addi r15, r15, 1 }
    ld.d r16, [r14 + 0]
    brnei r16, 1, end_bad
    brnei r15, 2, end_bad

    li r11, 5           // a branch sees the old value; the bundle is done although it is taken
    li r15, 0
    { addi r15, r15, 1 ; breqi r15, 0, taken }
    br end_bad
taken:
    brnei r15, 1, end_bad

    li r11, 6           // a call's link register is read beside it
    li r15, 9
    { mv r16, r15 ; call r15, there }
back:
    br end_bad
there:
    brnei r16, 9, end_bad
    la r17, back
    brne r15, r17, end_bad

    li r11, 7           // rd as a source too: deposit reads what its neighbour writes and back
    li r15, 0x11
    li r16, 0x22
    { dep r15, r16, 8, 8 ; dep r16, r15, 8, 8 }
    li r17, 0x2211
    brne r15, r17, end_bad
    li r17, 0x1122
    brne r16, r17, end_bad

    li r11, 8           // flag registers too
    li r15, 0x41
    movtc c1, r15
    movtc c2, r0
    { movcc c1, c2 ; movcc c2, c1 }
    movfc r16, c1
    brnei r16, 0, end_bad
    movfc r16, c2
    brne r16, r15, end_bad

    li r11, 9           // indexed reads see the old registers, indexed writes come after all reads
    li r3, 30
    li r15, 2
    { gset r15, r11 ; gget r16, r15 }
    brnei r16, 30, end_bad
    brnei r3, 9, end_bad

    li r11, 10          // r0 stays 0, and the long immediate needs no slot
    { li r0, 5 ; li r15, 0x12345678 }
    brnei r0, 0, end_bad
    srli r15, r15, 28
    brnei r15, 1, end_bad
    br end_good

    .include "Inputs/end.s"
    .align 8
data:
    .quad 11, 13
