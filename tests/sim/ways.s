// Ways are switched off: what they held is gone, dirty lines have been written back first, and nothing
// is found or filled there any more. Cycles on the crusoe preset: L2 costs 9, its 4 ways lie 128 KiB
// apart, the 16 of L1D 4 KiB.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf --stats %t.json -d trap -D - 2> %t.err | %FileCheck %s
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    mfsr r12, L1I_WAYS
    li r11, 1
    li r13, 0xff
    brne r12, r13, end_bad
    mfsr r12, L1D_WAYS
    li r11, 2
    li r13, 0xffff
    brne r12, r13, end_bad
    mfsr r12, L2_WAYS
    li r11, 3
    brnei r12, 15, end_bad
    mfsr r12, TLB_WAYS
    li r11, 4
    brnei r12, 15, end_bad

// All but one way of L1D off: a clean machine has nothing to write back.
    li r12, 0x8000
    mtsr L1D_WAYS, r12
    li r15, 0x40200000
    li r16, 0x40201000                  // the same set
    st.d r12, [r15 + 0]                 // from DRAM, and dirty
    ld.d r17, [r16 + 0]                 // puts it out to L2
    ld.d r17, [r15 + 0]
    li r43, 2
one_way:
    mfsr r40, CYCLE
    ld.d r17, [r16 + 0]                 // t+1+9
    ld.d r17, [r15 + 0]                 // t+11+9: each puts the other out
    mfsr r41, CYCLE                     // t+2+9+1+9... r17 is on its way for 3: t+21+2
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, one_way
    li r11, 5
    brnei r42, 23, end_bad

// A second way: both stay.
    li r12, 0x8001
    mtsr L1D_WAYS, r12
    ld.d r17, [r16 + 0]
    ld.d r17, [r15 + 0]
    li r43, 2
two_ways:
    mfsr r40, CYCLE
    ld.d r17, [r16 + 0]                 // t+1
    ld.d r17, [r15 + 0]                 // t+4: writes a register that is on its way
    mfsr r41, CYCLE                     // t+5
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, two_ways
    li r11, 6
    brnei r42, 5, end_bad

// Two dirty lines: one is in the way that is switched off and costs L2's 9 cycles to be written back.
    st.d r12, [r16 + 0]
    st.d r12, [r15 + 0]
    li r12, 0x0001
    mfsr r40, CYCLE
    mtsr L1D_WAYS, r12                  // t+1, and 9
    mfsr r41, CYCLE                     // t+11
    sub r42, r41, r40
    li r11, 7
    brnei r42, 11, end_bad
    ld.d r17, [r16 + 0]
    li r11, 8
    li r13, 0x8001
    brne r17, r13, end_bad
    ld.d r17, [r15 + 0]
    brne r17, r13, end_bad
    li r12, 0xffff
    mtsr L1D_WAYS, r12

// L2 with one way: lines 128 KiB apart put each other out. They are read through L1D, which has one
// way as well.
    li r12, 1
    mtsr L2_WAYS, r12
    mtsr L1D_WAYS, r12
    li r15, 0x40300000
    li r16, 0x40320000
    ld.d r17, [r15 + 0]
    ld.d r17, [r16 + 0]
    mfsr r40, CYCLE
    ld.d r17, [r15 + 0]                 // not in L2 either: at least 9+61
    mfsr r41, CYCLE
    sub r42, r41, r40
    li r11, 9
    li r13, 72
    brltu r42, r13, end_bad
    li r12, 15
    mtsr L2_WAYS, r12
    li r43, 2
wide:
    ld.d r17, [r16 + 0]
    ld.d r17, [r15 + 0]
    mfsr r40, CYCLE
    ld.d r17, [r16 + 0]                 // t+2, when r17 is free; in L2: 9
    mfsr r41, CYCLE                     // t+12
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, wide
    li r11, 10
    brnei r42, 12, end_bad

// TLB: two pages of one set in a machine with one way left.
    li r12, 4
    mtsr TLB_WAYS, r12
    li r13, 0x00f
    mtsr TLB_LO, r13
    mtsr TLB_HI, r0
    tlbw
    tlbp r17, r0
    li r11, 11
    brnei r17, 15, end_bad
    li r14, 0x40000                     // 64 sets further
    mtsr TLB_HI, r14
    tlbw
    tlbp r17, r14
    brnei r17, 15, end_bad
    tlbp r17, r0
    brnei r17, 0, end_bad
    li r12, 1                           // what was in way 2 is gone
    mtsr TLB_WAYS, r12
    tlbp r17, r14
    brnei r17, 0, end_bad
    li r12, 15
    mtsr TLB_WAYS, r12

// Instructions: one way, and the code goes on.
    li r12, 2
    mtsr L1I_WAYS, r12
    mfsr r17, L1I_WAYS
    li r11, 12
    brnei r17, 2, end_bad

// Masks that make no sense.
// CHECK: trap: {{[0-9]+}} none sreg 0x22
    la r22, after1
none:
    mtsr L1I_WAYS, r0
after1:
// CHECK: trap: {{[0-9]+}} many sreg 0x24
    la r22, after2
    li r12, 16
many:
    mtsr L2_WAYS, r12
after2:
// CHECK: trap: {{[0-9]+}} more sreg 0x25
    la r22, after3
more:
    mtsr TLB_WAYS, r12
after3:
    br end_good
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
