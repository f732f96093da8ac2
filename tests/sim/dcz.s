// dcz makes the 64 bytes around its address zero, no more, at the end of its bundle; the line is not
// read first. Where there is no memory to write it traps and has done nothing. Lines of L1D may be
// shorter or longer. Cycles on the crusoe preset, lines of 64 bytes.
// RUN: %vliw-as -D VALUES=0 -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -d trap -D - 2> %t.err | %FileCheck %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -o debug.check_code=1 2> %t.err
// CHECK-COUNT-2: bus_error
// CHECK-NOT: bus_error
// RUN: %vliw-as -D VALUES=1 -o %t.values.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.values.elf -o l1d.line=32 -o l1i.line=32 -o l2.line=32 2> %t.err
// RUN: %vliw-sim --preset crusoe --native %t.values.elf -o l1d.line=128 -o l1i.line=128 -o l2.line=128 2> %t.err
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    li r15, 0x40200000
    li r16, -1
    li r12, 0
    li r19, 192
fill:                               // 0x40200000 up to 0x402000c0
    add r13, r15, r12
    st.d r16, [r13 + 0]
    addi r12, r12, 8
    brne r12, r19, fill
    addi r13, r15, 101              // in the second line
    ld.d r18, [r15 + 64]
    { dcz r13 ; ld.d r17, [r15 + 120] }
    li r11, 1
    brne r17, r16, end_bad          // the bundle reads what was there before
    addi r11, r11, 1
    ld.d r17, [r15 + 56]
    brne r17, r16, end_bad
    addi r11, r11, 1
    ld.d r17, [r15 + 128]
    brne r17, r16, end_bad
    li r12, 64
    li r19, 128
zeros:
    addi r11, r11, 1
    add r13, r15, r12
    ld.d r17, [r13 + 0]
    brnei r17, 0, end_bad
    addi r12, r12, 8
    brne r12, r19, zeros

// A load that misses costs more than the 9 cycles of L2; a line that is made zero costs its bundle,
// and is there then.
    li r15, 0x40300000
    li r43, 2
cycles:
    mfsr r40, CYCLE
    dcz r15                         // t+1
    st.d r16, [r15 + 8]             // t+2
    ld.d r17, [r15 + 56]            // t+3
    mfsr r41, CYCLE                 // t+4
    sub r42, r41, r40
    addi r15, r15, 0x1000
    addi r43, r43, -1
    brnei r43, 0, cycles            // the code is in L1I the second time
    li r11, 20
    li r12, VALUES
    brnei r12, 0, no_memory
    brnei r42, 4, end_bad
no_memory:

// Local memory has no lines. ROM can't be written, and behind hidden memory there is nothing.
    li r15, 0x10010000
    st.d r16, [r15 + 0]
    st.d r16, [r15 + 64]
    dcz r15
    ld.d r17, [r15 + 0]
    li r11, 21
    brnei r17, 0, end_bad
    ld.d r17, [r15 + 64]
    li r11, 22
    brne r17, r16, end_bad
    li r15, 0x20000000
    la r22, behind_rom
    dcz r15
behind_rom:
    li r15, 0x7fffff40
    la r22, behind_nothing
    dcz r15
behind_nothing:
    li r11, 23
    brnei r23, 2, end_bad
    br end_good
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
