// Lockstep: a run that --max-cycles ends while the chip waits for the timer ends the same on both engines.
// RUN: %vliw-as -o %t.elf %s
// RUN: not %vliw-sim --engine check --native %t.elf --max-cycles 2000 2>&1 | %FileCheck %s
// CHECK: ---- selkirk: --max-cycles reached
    .org 0x40000000
start:
    mfsr r12, TIME
    addi r12, r12, 10000
    mtsr TIMER, r12
    { halt ; br end }           // takes a cycle more behind the wait
    nop
end: br end
