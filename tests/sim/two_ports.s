// A machine with two memory ports: the loads of a bundle do not see its stores, and nothing is
// stored if a later atom of the bundle traps.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -o units.mem=2 -d trap -D - 2> %t.err | %FileCheck %s
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    la r14, data
    li r15, 5
    li r11, 1
    { st.d r15, [r14 + 0] ; ld.d r16, [r14 + 0] }
    brnei r16, 1, end_bad
    ld.d r16, [r14 + 0]
    brnei r16, 5, end_bad
    li r11, 2
    { st.d r15, [r14 + 8] ; ldd.d r16, [r14 + 8] }
    brnei r16, 2, end_bad
// CHECK: trap: {{[0-9]+}} second bus_error 0x0 0x10008
    la r22, after1
    li r17, 9
second:
    { st.d r17, [r14 + 0] ; ld.d r17, [r0 + 0] ; addi r16, r17, 1 }
after1:
    li r11, 3
    brnei r17, 9, end_bad
    brnei r16, 2, end_bad
    ld.d r16, [r14 + 0]
    brnei r16, 5, end_bad
// The first trap in program order is the one that is taken, system atoms coming after all others.
// CHECK: trap: {{[0-9]+}} first bus_error 0x8 0x10108
    la r22, after2
first:
    { mtsr CYCLE, r0 ; st.d r17, [r0 + 8] ; ld.d r17, [r0 + 0] }
after2:
// CHECK: trap: {{[0-9]+}} system sreg 0x2 0x20100
    la r22, after3
system:
    { st.d r17, [r14 + 0] ; ld.d r16, [r14 + 0] ; mtsr CYCLE, r0 }
after3:
    li r11, 4
    brnei r16, 5, end_bad
    ld.d r16, [r14 + 0]
    brnei r16, 5, end_bad
// Two guest stores in one bundle wait in order.
    .include "Inputs/page0.s"
    li r11, 5
    li r15, 6
    { gst.8 r15, [r0 + 0] ; gst.8 r17, [r0 + 0] }
    gld.8 r16, [r0 + 0]
    brnei r16, 9, end_bad
// CHECK: trap: {{[0-9]+}} guest_second tlb_miss 0x1000 0x10101
    la r22, after4
    li r12, 0x1000
guest_second:
    { gst.8 r15, [r0 + 1] ; gst.8 r17, [r12 + 0] }
after4:
    li r11, 6
    mfsr r16, SBUF_USED
    mv r17, r16
    brnei r17, 2, end_bad
// Two hits of a bundle cost it nothing; two misses are waited for one after the other. On crusoe a line
// is 9 + 101 cycles from a page that must be opened, 9 + 61 from the open one. Each pass has a page.
    li r15, 0x40300000
    li r43, 2
both:
    li r16, 0x10000
    add r15, r15, r16
    mfsr r40, CYCLE
    { ld.d r17, [r15 + 0] ; ld.d r18, [r15 + 64] }      // t+1+110+70
    mfsr r41, CYCLE                                     // t+182
    { ld.d r17, [r15 + 0] ; ld.d r18, [r15 + 64] }      // t+184: the registers were on their way
    mfsr r42, CYCLE                                     // t+185
    sub r42, r42, r41
    sub r41, r41, r40
    addi r43, r43, -1
    brnei r43, 0, both
    li r11, 7
    li r16, 182
    brne r41, r16, end_bad
    li r11, 8
    brnei r42, 3, end_bad
    br end_good
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
    .align 8
data:
    .quad 1, 2
