// The host port believes nothing, and the chip survives whatever its firmware does to it.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --native %t.elf 2> %t.err
// RUN: %FileCheck %s < %t.err
// CHECK: host.requests 12
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
// Blocks that can't be read or answered: null, misaligned, across the end of hidden memory, ROM, guest
// memory's end, all ones. Nothing happens.
    mtsr HOST_REQ, r0
    la r12, block
    addi r13, r12, 4
    mtsr HOST_REQ, r13
    li r13, 0x41fffff8
    mtsr HOST_REQ, r13
    li r13, 0x20000000
    mtsr HOST_REQ, r13
    li r13, 0x103fffff8
    mtsr HOST_REQ, r13
    li r13, -8
    mtsr HOST_REQ, r13
// Buffers: null, wrapping, longer than any.
    li r11, 1
    li r13, 2                   // CON_WRITE
    st.w r13, [r12 + 0]
    li r13, 8
    st.d r13, [r12 + 48]
    mtsr HOST_REQ, r12
    ld.w r14, [r12 + 4]
    brnei r14, -2, end_bad      // HOST_EADDR
    li r11, 2
    li r13, -4
    st.d r13, [r12 + 40]
    mtsr HOST_REQ, r12
    ld.w r14, [r12 + 4]
    brnei r14, -2, end_bad
    li r11, 3
    st.d r12, [r12 + 40]
    li r13, -1
    st.d r13, [r12 + 48]
    mtsr HOST_REQ, r12
    ld.w r14, [r12 + 4]
    brnei r14, -4, end_bad      // HOST_ERANGE
// An operation that there isn't; a write into what is read-only.
    li r11, 4
    st.d r0, [r12 + 48]
    li r13, 12345
    st.w r13, [r12 + 0]
    mtsr HOST_REQ, r12
    ld.w r14, [r12 + 4]
    brnei r14, -1, end_bad      // HOST_EOP
    li r11, 5
    li r13, 1                   // OPTION, into ROM
    st.w r13, [r12 + 0]
    li r13, 0x20000000
    st.d r13, [r12 + 40]
    li r13, 16
    st.d r13, [r12 + 48]
    mtsr HOST_REQ, r12
    ld.w r14, [r12 + 4]
    breqi r14, 0, end_bad

// Instruction cache flushes of everything, nothing, and around the end of the address space.
    li r13, -1
    icf r0, r13
    icf r13, r13
    icf r13, r0
    la r14, start
    icf r14, r13
    icf r14, r0
// Special registers with senseless values.
    li r11, 6
    mtsr TLB_HI, r13
    mtsr TLB_LO, r13
    la r22, refused
    tlbw                        // I/O bit: kept, reaches no memory
refused:
    li r15, -4096
    la r22, trapped1
    gld.8 r15, [r15 + 0]
    br end_bad
trapped1:
    mtsr CFG_INDEX, r13
    mfsr r14, CFG_DATA
    mv r15, r14
    brnei r15, 0, end_bad
    mtsr TIMER, r0
    mtsr TIMER, r13
    mtsr STATUS, r0
// Hidden memory: not by a size that isn't whole megabytes, nor all of DRAM.
    li r11, 7
    la r22, trapped2
    mtsr HIDDEN_SIZE, r13
    br end_bad
trapped2:
    la r22, trapped3
    li r14, 0x6000000
    mtsr HIDDEN_SIZE, r14
    br end_bad
trapped3:
    li r11, 8
    brnei r23, 3, end_bad
    br end_good
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
    .align 8
block:
    .word 0, 0
    .quad 0, 0, 0, 0, 0, 0, 0
