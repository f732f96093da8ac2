// Commit and rollback of f registers while the store buffer fills and overflows: 4 slots, of which a
// store of 128 bits takes two.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -o sbuf.entries=4 -d trap,commit -D - 2> %t.err | %FileCheck %s
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    .include "Inputs/page0.s"
    li r13, 5
    li r14, 6
    movrf f2, r13, r14
    movrf f26, r13, r14
// CHECK: commit: {{.*}} commit 0, 0 stores
    commit 0
    gstf.128 f2, [r0 + 0x100]
    gst.32 r13, [r0 + 0x200]
    mfsr r12, SBUF_USED
    li r11, 1
    brnei r12, 3, end_bad
// One slot is left: this store needs two. Its bundle has no effect, though its other atom writes f2.
// CHECK: trap: {{[0-9]+}} overflow sbuf_full 0x120 0x110
    la r22, after1
    movrf f3, r14, r13
overflow:
    { gstf.128 f2, [r0 + 0x120] ; movrf f2, r14, r14 }
after1:
    movfr r12, f2
    li r11, 2
    brnei r12, 5, end_bad
    gst.32 r14, [r0 + 0x204]            // the last slot
// CHECK: trap: {{[0-9]+}} full sbuf_full 0x208 0x104
    la r22, after2
full:
    gst.32 r14, [r0 + 0x208]
after2:
// Everything is still there for a rollback, which brings back f3 and not f26.
    movrf f26, r14, r14
// CHECK: rollback, 4 stores
    rollback
    movfr r12, f3
    li r11, 3
    brnei r12, 0, end_bad
    movfr r12, f26
    li r11, 4
    brnei r12, 6, end_bad
    gld.32 r12, [r0 + 0x200]
    li r11, 5
    brnei r12, 0, end_bad
    gldf.128 f4, [r0 + 0x100]
    movfr r12, f4
    brnei r12, 0, end_bad
// The same again, committed when it is full: then it is official, and the slots drain.
    gstf.128 f2, [r0 + 0x100]
    gstf.128 f2, [r0 + 0x110]
    movrf f3, r14, r13
// CHECK: commit 7, 4 stores
    commit 7
    movrf f3, r13, r13
    gstf.128 f3, [r0 + 0x118]           // waits for slots
// CHECK: rollback, 2 stores
    rollback
    movfr r12, f3
    li r11, 6
    brnei r12, 6, end_bad
    gldf.128 f4, [r0 + 0x110]
    movfrh r12, f4
    li r11, 7
    brnei r12, 6, end_bad
    mfsr r12, RETIRED
    li r11, 8
    brnei r12, 7, end_bad
    br end_good
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
