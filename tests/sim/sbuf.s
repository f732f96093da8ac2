// The gated store buffer: loads see what waits in it byte by byte, native accesses do not; rollback
// drops it; uncommitted stores that fill it trap.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --native %t.elf -o sbuf.entries=4 -d trap,commit -D - 2> %t.err | %FileCheck %s
// RUN: %FileCheck --check-prefix=COUNT %s < %t.err
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    .include "Inputs/page0.s"
    li r30, 0x100000000
    li r15, -1
    st.d r15, [r30 + 0]         // memory: 8 bytes of ff

    li r11, 1
    li r15, 0x1111
    gst.16 r15, [r0 + 2]
    gld.64 r16, [r0 + 0]        // ff ff 11 11 ff ff ff ff
    li r17, 0x1111ffff
    li r18, -1
    slli r18, r18, 32
    or r17, r17, r18
    brne r16, r17, end_bad
    li r11, 2                   // a younger store covers half of an older one
    li r15, 0x22
    gst.8 r15, [r0 + 3]
    gld.32 r16, [r0 + 1]        // bytes ff 11 22 ff
    li r17, 0xff2211ff
    brne r16, r17, end_bad
    li r11, 3                   // native loads see memory
    ld.d r16, [r30 + 0]
    brnei r16, -1, end_bad
    li r11, 4                   // a load that a store only touches with its last byte
    gld.64 r16, [r0 + 3]
    extu r17, r16, 0, 8
    li r18, 0x22
    brne r17, r18, end_bad
    li r11, 5
    mfsr r16, SBUF_USED
    mv r17, r16
    brnei r17, 2, end_bad
// CHECK: rollback, 2 stores
    rollback                    // r15 too is what it was at the last commit: reset
    gld.64 r16, [r0 + 0]
    li r11, 6
    brnei r16, -1, end_bad
    li r15, 0x22

    gst.8 r15, [r0 + 8]
    gst.8 r15, [r0 + 9]
    gst.8 r15, [r0 + 10]
    gst.8 r15, [r0 + 11]
// CHECK: trap: {{[0-9]+}} full sbuf_full 0xc 0x101
    la r22, after1
full:
    gst.8 r15, [r0 + 12]
after1:
    li r11, 7                   // the four are still there
    gld.32 r16, [r0 + 8]
    li r17, 0x22222222
    brne r16, r17, end_bad
// CHECK: commit 1, 4 stores
    commit 1
    ld.wu r16, [r30 + 8]
    li r11, 8
    brne r16, r17, end_bad
    gst.8 r15, [r0 + 12]        // draining stores are waited for, they never trap
    commit 1
    ld.bu r16, [r30 + 12]
    li r17, 0x22
    li r11, 9
    brne r16, r17, end_bad
    li r11, 10
    brnei r23, 1, end_bad
    br end_good
// COUNT: sbuf.stores 7
// COUNT: sbuf.released 5
// COUNT: sbuf.dropped 2
// COUNT: sbuf.forwards 4
// COUNT: sbuf.most 4
// COUNT: sbuf_full 1
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
