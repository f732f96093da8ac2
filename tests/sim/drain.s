// The store buffer's draining, computed by hand for a buffer of two slots. As in timing.s a case is
// judged the second time.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -o sbuf.entries=2 2> %t.err
    .org 0x40000000
start:
    .include "Inputs/page0.s"
    li r30, 0x100000000
    ld.d r16, [r30 + 0]

// The line is in L1D. The first store has left at t+5, the second at t+6.
    li r43, 2
hits:
    mfsr r40, CYCLE
    gst.32 r13, [r0 + 0]                // t+1
    gst.32 r13, [r0 + 4]                // t+2
    commit 0                            // t+3; drains from t+4 on
    gst.32 r13, [r0 + 8]                // t+5
    gst.32 r13, [r0 + 12]               // t+6
    mfsr r41, CYCLE                     // t+7
    commit 0
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, hits
    li r11, 1
    brnei r42, 7, end_bad

// The line is in DRAM, its page not open: 110. The first store leaves at t+4+111.
    li r43, 2
    li r15, 0
    li r16, 0x10000
    li r30, 0x100008000
misses:
    li r17, 0x400
    add r15, r15, r17
    ld.d r17, [r30 + 0]                 // opens another page of the bank
    add r30, r30, r16
    mfsr r40, CYCLE
    gst.32 r13, [r15 + 0]               // t+1
    gst.32 r13, [r15 + 4]               // t+2
    commit 0                            // t+3
    gst.32 r13, [r15 + 8]               // t+115
    mfsr r41, CYCLE                     // t+116
    commit 0
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, misses
    li r11, 2
    li r16, 116
    brne r42, r16, end_bad
    br end_good
    .include "Inputs/end.s"
