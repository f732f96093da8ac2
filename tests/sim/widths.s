// Machines of every width: a bundle of as many atoms takes a cycle, the next wider one traps. r23 counts
// the traps; the value at the end is 16 * that + the cycles of the widest bundle that issues.
// RUN: %vliw-as -o %t.elf %s
// RUN: not %vliw-sim --preset crusoe --native %t.elf -o core.issue=1 -o units.alu=1 -o units.mem=1 2>&1 | %FileCheck --check-prefix=ONE %s
// ONE: debug exit with value 113 (exit status 1)
// RUN: not %vliw-sim --preset crusoe --native %t.elf -o core.issue=2 -o units.alu=2 -o units.mem=1 2>&1 | %FileCheck --check-prefix=TWO %s
// TWO: debug exit with value 97 (exit status 1)
// RUN: not %vliw-sim --preset crusoe --native %t.elf -o core.issue=3 -o units.alu=3 -o units.mem=1 2>&1 | %FileCheck --check-prefix=THREE %s
// THREE: debug exit with value 81 (exit status 1)
// RUN: not %vliw-sim --preset crusoe --native %t.elf -o core.issue=4 -o units.alu=4 -o units.mem=1 2>&1 | %FileCheck --check-prefix=FOUR %s
// FOUR: debug exit with value 65 (exit status 1)
// RUN: not %vliw-sim --preset crusoe --native %t.elf -o core.issue=5 -o units.alu=5 -o units.mem=1 2>&1 | %FileCheck --check-prefix=FIVE %s
// FIVE: debug exit with value 49 (exit status 1)
// RUN: not %vliw-sim --preset crusoe --native %t.elf -o core.issue=6 -o units.alu=6 -o units.mem=1 2>&1 | %FileCheck --check-prefix=SIX %s
// SIX: debug exit with value 33 (exit status 1)
// RUN: not %vliw-sim --preset crusoe --native %t.elf -o core.issue=7 -o units.alu=7 -o units.mem=1 2>&1 | %FileCheck --check-prefix=SEVEN %s
// SEVEN: debug exit with value 17 (exit status 1)
// RUN: not %vliw-sim --preset crusoe --native %t.elf -o core.issue=8 -o units.alu=8 -o units.mem=1 2>&1 | %FileCheck --check-prefix=EIGHT %s
// EIGHT: debug exit with value 1 (exit status 1)
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    li r43, 2                           // the second time all is in L1I
round:
    li r23, 0
    la r22, after1
    mfsr r40, CYCLE
    { addi r1, r1, 1 }
    mfsr r41, CYCLE
    sub r42, r41, r40
    addi r42, r42, -1                   // the mfsr
after1:
    la r22, after2
    mfsr r40, CYCLE
    { addi r1, r1, 1 ; addi r2, r2, 1 }
    mfsr r41, CYCLE
    sub r42, r41, r40
    addi r42, r42, -1                   // the mfsr
after2:
    la r22, after3
    mfsr r40, CYCLE
    { addi r1, r1, 1 ; addi r2, r2, 1 ; addi r3, r3, 1 }
    mfsr r41, CYCLE
    sub r42, r41, r40
    addi r42, r42, -1                   // the mfsr
after3:
    la r22, after4
    mfsr r40, CYCLE
    { addi r1, r1, 1 ; addi r2, r2, 1 ; addi r3, r3, 1 ; addi r4, r4, 1 }
    mfsr r41, CYCLE
    sub r42, r41, r40
    addi r42, r42, -1                   // the mfsr
after4:
    la r22, after5
    mfsr r40, CYCLE
    { addi r1, r1, 1 ; addi r2, r2, 1 ; addi r3, r3, 1 ; addi r4, r4, 1 ; addi r5, r5, 1 }
    mfsr r41, CYCLE
    sub r42, r41, r40
    addi r42, r42, -1                   // the mfsr
after5:
    la r22, after6
    mfsr r40, CYCLE
    { addi r1, r1, 1 ; addi r2, r2, 1 ; addi r3, r3, 1 ; addi r4, r4, 1 ; addi r5, r5, 1 ; addi r6, r6, 1 }
    mfsr r41, CYCLE
    sub r42, r41, r40
    addi r42, r42, -1                   // the mfsr
after6:
    la r22, after7
    mfsr r40, CYCLE
    { addi r1, r1, 1 ; addi r2, r2, 1 ; addi r3, r3, 1 ; addi r4, r4, 1 ; addi r5, r5, 1 ; addi r6, r6, 1 ; addi r7, r7, 1 }
    mfsr r41, CYCLE
    sub r42, r41, r40
    addi r42, r42, -1                   // the mfsr
after7:
    la r22, after8
    mfsr r40, CYCLE
    { addi r1, r1, 1 ; addi r2, r2, 1 ; addi r3, r3, 1 ; addi r4, r4, 1 ; addi r5, r5, 1 ; addi r6, r6, 1 ; addi r7, r7, 1 ; addi r8, r8, 1 }
    mfsr r41, CYCLE
    sub r42, r41, r40
    addi r42, r42, -1                   // the mfsr
after8:
    addi r43, r43, -1
    brnei r43, 0, round
    slli r11, r23, 4
    add r11, r11, r42
    br end_bad
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
