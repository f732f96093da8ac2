// Every stall cause by itself, each case in a phase of its own, so that the phase's row of the statistics
// is the case's count. It begins with the bundle that writes PHASE and ends before the one that writes
// it again. Each case runs in phase 0 first, so that its code is in L1I. What each cycle goes to was
// computed by hand, by the rules of docs/timing.md, for crusoe at 1 GHz: a cycle is a nanosecond.
// RUN: %vliw-as -D FIRST=0 -o %t.1.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.1.elf -o core.khz=1000000 -o sbuf.entries=2 --stats %t.1.json 2> %t.err
// RUN: %FileCheck --check-prefix=ONE --input-file=%t.1.json %s
// RUN: %vliw-as -D FIRST=8 -o %t.2.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.2.elf -o core.khz=1000000 -o tlb.latency=3 -o power.switch_ns=100 --stats %t.2.json 2> %t.err
// RUN: %FileCheck --check-prefix=TWO --input-file=%t.2.json %s
// A cause that the chip has and no case provokes is a failure.
// RUN: awk -f %S/Inputs/stalls.awk %t.1.json %t.2.json
// RUN: not awk -f %S/Inputs/stalls.awk %t.1.json | %FileCheck --check-prefix=MISSING %s
// MISSING: no case for tlb
// MISSING: no case for idle
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    .include "Inputs/page0.s"
    gld.32 r24, [r0 + 0]
    li r35, 1
    li r36, 0x10000
    li r37, 0x40300000          // data that no other case uses
    la r38, far
    la r39, version
    ld.d r24, [r39 + 0]
    la r30, cases + 8 * FIRST
    li r31, 1
next:
    ld.d r34, [r30 + 0]
    li r32, 0
    callr r33, r34
    mv r32, r31
    callr r33, r34
    addi r30, r30, 8
    addi r31, r31, 1
    brnei r31, 9, next
    li r11, 0
    br end_good

// ONE: "cycles": {
// ONE-NEXT: "boot"
// ONE-NEXT: "interpret": {"issue": 4, "operand": 0, "unit": 0, "icache": 0, "dcache": 0, "tlb": 0, "branch": 0, "sbuf": 0, "trap": 0, "power": 0, "host": 0, "idle": 0}
issue:
    mtsr PHASE, r32
    nop
    { nop ; nop }
    nop
    mtsr PHASE, r0
    jr r33

// The load's result is there three cycles after it.
// ONE-NEXT: "step": {"issue": 3, "operand": 2, "unit": 0, "icache": 0, "dcache": 0, "tlb": 0, "branch": 0, "sbuf": 0, "trap": 0, "power": 0, "host": 0, "idle": 0}
operand:
    mtsr PHASE, r32
    ld.d r24, [r39 + 0]
    addi r24, r24, 1
    mtsr PHASE, r0
    jr r33

// 24 cycles a division.
// ONE-NEXT: "translate": {"issue": 3, "operand": 0, "unit": 23, "icache": 0, "dcache": 0, "tlb": 0, "branch": 0, "sbuf": 0, "trap": 0, "power": 0, "host": 0, "idle": 0}
unit:
    mtsr PHASE, r32
    div r24, r35, r35
    div r25, r35, r35
    mtsr PHASE, r0
    mv r25, r25                 // the divider is free again
    jr r33

// Code in a DRAM page that is not open: 9 for L2 and 143 ns. There and back by two transfers.
// ONE-NEXT: "dispatch": {"issue": 3, "operand": 0, "unit": 0, "icache": 152, "dcache": 0, "tlb": 0, "branch": 2, "sbuf": 0, "trap": 0, "power": 0, "host": 0, "idle": 0}
icache:
    mtsr PHASE, r32
    callr r28, r38
    mtsr PHASE, r0
    add r38, r38, r36
    jr r33

// Likewise data; eight bytes in two lines, the second one in the page that is now open: 9 and 86 ns.
// ONE-NEXT: "translated": {"issue": 2, "operand": 0, "unit": 0, "icache": 0, "dcache": 247, "tlb": 0, "branch": 0, "sbuf": 0, "trap": 0, "power": 0, "host": 0, "idle": 0}
dcache:
    mtsr PHASE, r32
    ld.d r24, [r37 + 60]
    mtsr PHASE, r0
    add r37, r37, r36
    jr r33

// ONE-NEXT: "monitor": {"issue": 3, "operand": 0, "unit": 0, "icache": 0, "dcache": 0, "tlb": 0, "branch": 1, "sbuf": 0, "trap": 0, "power": 0, "host": 0, "idle": 0}
branch:
    mtsr PHASE, r32
    breqi r35, 0, end_bad
    br behind
behind:
    mtsr PHASE, r0
    jr r33

// Two slots. The commit lets the first store go in the next cycle, which the third store waits for.
// ONE-NEXT: "recover": {"issue": 5, "operand": 0, "unit": 0, "icache": 0, "dcache": 0, "tlb": 0, "branch": 0, "sbuf": 1, "trap": 0, "power": 0, "host": 0, "idle": 0}
sbuf:
    mtsr PHASE, r32
    gst.32 r35, [r0 + 0]
    gst.32 r35, [r0 + 4]
    commit 0
    gst.32 r35, [r0 + 8]
    mtsr PHASE, r0
    commit 0
    jr r33

// Two slots and no commit: the third store does not issue. Four cycles to the vector; a transfer to the
// handler, whose three bundles end with two cycles for the return and a transfer.
// ONE-NEXT: "idle": {"issue": 7, "operand": 0, "unit": 0, "icache": 0, "dcache": 0, "tlb": 0, "branch": 2, "sbuf": 0, "trap": 6, "power": 0, "host": 0, "idle": 0}
full:
    la r22, overflowed
    nop
    mtsr PHASE, r32
    gst.32 r35, [r0 + 0]
    gst.32 r35, [r0 + 4]
    gst.32 r35, [r0 + 8]
    br end_bad
overflowed:
    mtsr PHASE, r0
    commit 0
    jr r33

// A TLB of three cycles: two more for each guest access.
// TWO: "cycles": {
// TWO-NEXT: "boot"
// TWO-NEXT: "interpret": {"issue": 3, "operand": 0, "unit": 0, "icache": 0, "dcache": 0, "tlb": 4, "branch": 0, "sbuf": 0, "trap": 0, "power": 0, "host": 0, "idle": 0}
tlb:
    mtsr PHASE, r32
    gld.32 r24, [r0 + 0]
    gld.32 r25, [r0 + 4]
    mtsr PHASE, r0
    jr r33

// A miss has looked, too.
// TWO-NEXT: "step": {"issue": 5, "operand": 0, "unit": 0, "icache": 0, "dcache": 0, "tlb": 2, "branch": 2, "sbuf": 0, "trap": 6, "power": 0, "host": 0, "idle": 0}
miss:
    la r22, missed
    nop
    mtsr PHASE, r32
    gld.32 r24, [r36 + 0]
    br end_bad
missed:
    mtsr PHASE, r0
    jr r33

// TWO-NEXT: "translate": {"issue": 5, "operand": 0, "unit": 0, "icache": 0, "dcache": 0, "tlb": 0, "branch": 2, "sbuf": 0, "trap": 6, "power": 0, "host": 0, "idle": 0}
trap:
    la r22, trapped
    nop
    mtsr PHASE, r32
    brk
    br end_bad
trapped:
    mtsr PHASE, r0
    jr r33

// 100 ns are 66.7 cycles of the new clock, 667 MHz.
// TWO-NEXT: "dispatch": {"issue": 2, "operand": 0, "unit": 0, "icache": 0, "dcache": 0, "tlb": 0, "branch": 0, "sbuf": 0, "trap": 0, "power": 67, "host": 0, "idle": 0}
power:
    mtsr PHASE, r32
    mtsr POWER_POINT, r35
    mtsr PHASE, r0
    mtsr POWER_POINT, r0
    jr r33

// TWO-NEXT: "translated": {"issue": 2, "operand": 0, "unit": 0, "icache": 0, "dcache": 0, "tlb": 0, "branch": 0, "sbuf": 0, "trap": 0, "power": 0, "host": 200, "idle": 0}
host:
    mtsr PHASE, r32
    mtsr HOST_REQ, r39
    mtsr PHASE, r0
    jr r33

// PHASE is written at t, TIME read at t+1; the addition waits for it until t+3; halt at t+5. What is left of
// the microsecond from t+1 on begins at t+6.
// TWO-NEXT: "monitor": {"issue": 5, "operand": 1, "unit": 0, "icache": 0, "dcache": 0, "tlb": 0, "branch": 0, "sbuf": 0, "trap": 0, "power": 0, "host": 0, "idle": 995}
idle:
    mtsr PHASE, r32
    mfsr r24, TIME
    addi r24, r24, 1000
    mtsr TIMER, r24
    halt
    mtsr PHASE, r0
    li r24, -1
    mtsr TIMER, r24
    jr r33

// The floating-point divider: 20 cycles a division.
// TWO-NEXT: "recover": {"issue": 3, "operand": 0, "unit": 19, "icache": 0, "dcache": 0, "tlb": 0, "branch": 0, "sbuf": 0, "trap": 0, "power": 0, "host": 0, "idle": 0}
divider:
    mtsr PHASE, r32
    fdiv f1, f2, f3
    fdiv f4, f2, f3
    mtsr PHASE, r0
    movfr r24, f4
    jr r33

// A register that a result is on its way to can't be written: of the load's two cycles one is left.
// TWO-NEXT: "idle": {"issue": 4, "operand": 1, "unit": 0, "icache": 0, "dcache": 0, "tlb": 0, "branch": 0, "sbuf": 0, "trap": 0, "power": 0, "host": 0, "idle": 0}
overwrite:
    mtsr PHASE, r32
    ld.d r24, [r39 + 0]
    nop
    li r24, 1
    mtsr PHASE, r0
    jr r33

    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
    .align 8
version:
    .word 0, 0
    .quad 0, 0, 0, 0, 0, 0, 0
cases:
    .quad issue, operand, unit, icache, dcache, branch, sbuf, full
    .quad tlb, miss, trap, power, host, idle, divider, overwrite
    .org 0x40020000
far:
    jr r28
    .org 0x40030000
    jr r28
