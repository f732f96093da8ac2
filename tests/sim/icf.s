// Code that was written becomes visible by icf: of exactly its bytes, of a range that only touches a
// bundle, and by nothing else. A bundle that was dropped while it runs is finished.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --native %t.elf 2> %t.err
// RUN: %vliw-sim --native %t.elf -o debug.check_code=1 2> %t.err
    .org 0x40000000
start:
    la r14, code
    la r15, seven
    ld.wu r16, [r15 + 0]
    li r17, 4
    call r33, code              // 5
    li r11, 1
    brnei r18, 5, end_bad

    st.w r16, [r14 + 0]         // the first atom of two
    icf r14, r17
    call r33, code
    li r11, 2
    brnei r18, 7, end_bad
    li r11, 3
    brnei r19, 1, end_bad

    ld.wu r16, [r15 + 4]        // the second one: its bundle begins before the range
    st.w r16, [r14 + 4]
    addi r20, r14, 7
    li r21, 1
    icf r20, r21
    call r33, code
    li r11, 4
    brnei r19, 2, end_bad
    brnei r18, 7, end_bad

    ld.wu r16, [r15 + 8]        // a bundle that drops itself
    st.w r16, [r14 + 4]
    li r17, 0x100
    la r20, myself
    { addi r21, r21, 1 ; icf r20, r17 }
myself:
    { icf r14, r17 ; addi r21, r21, 1 }
    li r11, 5
    brnei r21, 3, end_bad
    call r33, code
    brnei r19, 3, end_bad
    br end_good
code:
    { li r18, 5 ; li r19, 1 }
    jr r33
seven:
    { li r18, 7 ; li r19, 2 }
    li r19, 3
    .include "Inputs/end.s"
