// Prints each firmware option on a line.
    .org 0x40000000
start:
    la r12, option
    la r13, write
next:
    mtsr HOST_REQ, r12
    ld.w r14, [r12 + 4]
    brnei r14, 0, end_good
    ld.d r15, [r12 + 56]
    la r16, text
    add r16, r16, r15
    li r17, 10
    st.b r17, [r16 + 0]
    addi r15, r15, 1
    st.d r15, [r13 + 48]
    mtsr HOST_REQ, r13
    ld.d r15, [r12 + 8]
    addi r15, r15, 1
    st.d r15, [r12 + 8]
    br next
    .include "end.s"
    .align 8
option:
    .word 1, 0              // HOST_OPTION
    .quad 0, 0, 0, 0, text, 256, 0
write:
    .word 2, 0              // HOST_CON_WRITE
    .quad 0, 0, 0, 0, text, 0, 0
text:
    .space 300
