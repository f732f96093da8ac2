// A profile by phase: `work` runs twice in phase translate and once in phase monitor. In the table of
// symbols it stands once, in that of phases once for each, with what it waited for there; `idler` runs in
// a phase of its own. The bundles of `work` are in L1I but for the first time.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf --profile %t.prof 2> %t.err
// RUN: %FileCheck --input-file=%t.prof %s
// CHECK: # symbols:
// CHECK: 151 {{.*}} 9 {{.*}} work
// CHECK-NOT: work
// CHECK: # phases:
// CHECK: translate 124 95.38 6 46 70 0 2 work
// CHECK-NEXT: translate 6 4.62 4 0 0 0 2 start
// CHECK-NEXT: monitor 27 87.10 3 23 0 0 1 work
// CHECK: recover 2 40.00 1 0 0 0 1 idler
// CHECK: # bundles:
// CHECK: 0x40000080 3 73 icache:70 work
// The reference engine says the same.
// RUN: %vliw-sim --engine reference --preset crusoe --native %t.elf --profile %t.ref 2> %t.err
// RUN: cmp %t.prof %t.ref
    .org 0x40000000
start:
    la r20, work
    la r21, idler
    li r35, 1
    li r14, 3           // translate
    mtsr PHASE, r14
    callr r33, r20
    callr r33, r20
    li r14, 6           // monitor
    mtsr PHASE, r14
    callr r33, r20
    li r14, 7           // recover
    mtsr PHASE, r14
    callr r33, r21
    mtsr PHASE, r0
    br end_good
    .align 64
work:                   // a division takes 24 cycles
    div r24, r35, r35
    addi r25, r24, 1
    jr r33
idler:
    jr r33
    .include "Inputs/end.s"
