// A TLB of three cycles: each guest access waits for two, one that traps as well, native ones do not.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -o tlb.latency=3 2> %t.err
// RUN: %FileCheck --input-file=%t.err %s
// CHECK: guest_loads {{ *}}3
// CHECK: phase {{.*}} tlb
// CHECK-NEXT: boot 
    .org 0x40000000
start:
    .include "Inputs/page0.s"
    gld.32 r16, [r0 + 0]
    li r14, 0x40000000
    li r43, 2
access:
    mfsr r40, CYCLE
    gld.32 r16, [r0 + 0]                // t+1, and 2
    gst.32 r16, [r0 + 0]                // waits for r16 until t+6; and 2
    commit 0                            // t+9
    ld.w r17, [r14 + 0]                 // t+10
    mfsr r41, CYCLE                     // t+11
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, access
    li r11, 1
    brnei r42, 11, end_bad
    br end_good
    .include "Inputs/end.s"
