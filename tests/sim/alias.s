// A protecting load remembers its bytes until commit or rollback; a store under mask traps when it
// would write one of them, and only then.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --native %t.elf -d trap -D - 2> %t.err | %FileCheck %s
// RUN: %FileCheck --check-prefix=COUNT --input-file=%t.err %s
// COUNT: alias.protects {{ *}}9
// COUNT: alias.hits {{ *}}5
// RUN: not %vliw-sim --native %t.elf -o alias.registers=0 -d trap -D - 2> %t.err | %FileCheck --allow-empty --check-prefix=NONE %s
// NONE-NOT: alias
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    .include "Inputs/page0.s"
    li r12, 0x1000                      // the same physical page at another address
    mtsr TLB_HI, r12
    li r12, 0x00f
    mtsr TLB_LO, r12
    tlbw
    li r13, 7
    li r14, 0x104
    commit 0
    gst.32 r13, [r14 + 0]
    glda.32 r15, [r14 + 0], 3           // sees what waits in the store buffer
    li r11, 1
    brnei r15, 7, end_bad
// CHECK: trap: {{[0-9]+}} same alias 0x104 0x300000104
    la r22, after1
same:
    gsta.32 r0, [r14], 8
after1:
    gld.32 r15, [r14 + 0]               // the store did not happen
    li r11, 2
    brnei r15, 7, end_bad
    gsta.32 r0, [r14], 0x7f7            // its bit is not in the mask: no trap, and it is written
    gld.32 r15, [r14 + 0]
    li r11, 3
    brnei r15, 0, end_bad
    addi r16, r14, 4                    // the byte behind, the byte before
    gsta.8 r13, [r16], -1
    addi r16, r14, -1
    gsta.8 r13, [r16], -1
// CHECK: trap: {{[0-9]+}} last_byte alias 0x107 0x300000101
    la r22, after2
    addi r16, r14, 3
last_byte:
    gsta.8 r13, [r16], -1
after2:
// CHECK: trap: {{[0-9]+}} reaches alias 0x101 0x300000108
    la r22, after3
    addi r16, r14, -3
reaches:
    gsta.64 r13, [r16], -1
after3:
// CHECK: trap: {{[0-9]+}} elsewhere alias 0x1104 0x300000102
    la r22, after4
    li r16, 0x1104
elsewhere:
    gsta.16 r13, [r16], -1
after4:
// A register can be used again, and then remembers only the last.
    li r17, 0x200
    glda.8 r15, [r17 + 0], 3
    gsta.32 r13, [r14], -1
// The lowest register that is hit is reported. Bit 0 of the mask is register 0.
    glda.8s r15, [r17 + 1], 15
    glda.16s r15, [r17 + 0], 2
// CHECK: trap: {{[0-9]+}} lowest alias 0x201 0x200000101
    la r22, after5
    addi r16, r17, 1
lowest:
    gsta.8 r13, [r16], 0x800c
after5:
    gsta.8 r13, [r16], 1
// Commit forgets; so does rollback.
    glda.64 r15, [r17 + 0], 0
    commit 0
    gsta.64 r13, [r17], -1
    glda.64 r15, [r17 + 0], 0
    glda.16 r15, [r17 + 0], 1
    glda.8 r15, [r17 + 0], 4
    commit 0
    glda.8 r15, [r17 + 0], 9
    rollback
    gsta.64 r13, [r17], -1
// CHECK-NOT: alias
    br end_good
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
