// Parity errors on purpose: reported where an interrupt could be taken, and again until the way is out
// of use; a register once.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -o fault.unit=l1d -o fault.index=5 -o fault.cycle=3000 -o fault.again=500 -d trap -D - 2> %t.err | %FileCheck --check-prefix=L1D %s
// L1D: trap: {{30[0-9][0-9]}} loop{{.*}} parity 0x0 0x502
// L1D: trap: {{35[0-9][0-9]}} loop{{.*}} parity 0x0 0x502
// L1D: trap: {{4[0-9][0-9][0-9]}} loop{{.*}} parity 0x0 0x502
// L1D-NOT: parity
// RUN: %vliw-sim --preset crusoe --native %t.elf -o fault.unit=tlb -o fault.index=3 -o fault.cycle=3000 -d trap -D - 2> %t.err | %FileCheck --check-prefix=TLB %s
// TLB: parity 0x0 0x304
// TLB-NOT: parity
// RUN: %vliw-sim --preset crusoe --native %t.elf -o fault.unit=register -o fault.index=17 -o fault.cycle=3000 -o fault.again=500 -d trap -D - 2> %t.err | %FileCheck --check-prefix=REGISTER %s
// REGISTER: parity 0x0 0x1105
// REGISTER-NOT: parity
// RUN: %vliw-sim --preset crusoe --native %t.elf -o fault.unit=l1i -o fault.index=7 -o fault.cycle=4000 -d trap -D - 2> %t.err | %FileCheck --check-prefix=L1I %s
// L1I: parity 0x0 0x701
// L1I-NOT: parity
// RUN: %vliw-sim --preset crusoe --native %t.elf -o fault.unit=l2 -o fault.index=0 -o fault.cycle=4000 -d trap -D - 2> %t.err | %FileCheck --check-prefix=L2 %s
// L2: parity 0x0 0x3
// L2-NOT: parity
// Without one there is none.
// RUN: %vliw-sim --preset crusoe --native %t.elf -d trap -D - 2> %t.err | %FileCheck --check-prefix=NONE --allow-empty %s
// NONE-NOT: parity
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    mfsr r12, FAULT
    li r11, 1
    brnei r12, 0, end_bad
    la r21, handlers
    li r44, 1
    mtsr STATUS, r44                    // IE
    li r43, 2000
loop:
    commit 0
    addi r43, r43, -1
    brnei r43, 0, loop
    br end_good

// Twice only counted; then isolated by the handler of its unit.
handler:
    mfsr r30, FAULT
    mfsr r31, EINFO
    li r11, 2
    brne r30, r31, end_bad
    mtsr FAULT, r0
    mfsr r31, FAULT
    brnei r31, 0, end_bad
    addi r46, r46, 1
    andi r31, r30, 0xff
    brnei r31, 2, isolate               // units but L1D are isolated at once
    brlti r46, 3, back
isolate:
    slli r31, r31, 3
    add r31, r21, r31
    srli r30, r30, 8
    jr r31
handlers:
    br end_bad
    .align 8
    br l1i
    .align 8
    br l1d
    .align 8
    br l2
    .align 8
    br tlb
    .align 8
    br back                             // register
l1i:
    mfsr r31, L1I_WAYS
    bclr r31, r31, r30
    mtsr L1I_WAYS, r31
    br back
l1d:
    mfsr r31, L1D_WAYS
    bclr r31, r31, r30
    mtsr L1D_WAYS, r31
    br back
l2:
    mfsr r31, L2_WAYS
    bclr r31, r31, r30
    mtsr L2_WAYS, r31
    br back
tlb:
    mfsr r31, TLB_WAYS
    bclr r31, r31, r30
    mtsr TLB_WAYS, r31
back:
    rte
    .align 16
vectors:
    .space 288
    br handler
    .include "Inputs/end.s"
