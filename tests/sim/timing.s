// What each thing costs on the crusoe preset, computed by hand. A case runs twice and is judged the
// second time, when its own code is in L1I. In the comments t is the cycle of the first mfsr; the
// number after a bundle is the cycle in which it issues, and the case is worth the last of them - t.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf 2> %t.err
    .org 0x40000000
start:
    li r14, 0x40100000      // data that no other case uses
    li r30, 0x40100000
    ld.d r16, [r14 + 0]
    li r13, 77
    la r20, vectors
    mtsr VBASE, r20
    .include "Inputs/page0.s"
    gld.32 r12, [r0 + 0]

    li r43, 2
nothing:
    mfsr r40, CYCLE
    mfsr r41, CYCLE                     // t+1
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, nothing
    li r11, 1
    brnei r42, 1, end_bad

    li r43, 2
chain:                                  // integer results are there in the next bundle
    mfsr r40, CYCLE
    addi r12, r12, 1                    // t+1
    { addi r12, r12, 1 ; mv r15, r12 }  // t+2
    mfsr r41, CYCLE                     // t+3
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, chain
    li r11, 2
    brnei r42, 3, end_bad

    li r43, 2
load_use:                               // load 3
    mfsr r40, CYCLE
    ld.d r16, [r14 + 0]                 // t+1
    addi r17, r16, 1                    // t+1+3, two cycles late
    mfsr r41, CYCLE                     // t+5
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, load_use
    li r11, 3
    brnei r42, 5, end_bad

    li r43, 2
load_hidden:                            // two bundles in between: no wait
    mfsr r40, CYCLE
    ld.d r16, [r14 + 0]                 // t+1
    addi r17, r13, 1                    // t+2
    addi r18, r13, 1                    // t+3
    addi r17, r16, 1                    // t+4
    mfsr r41, CYCLE                     // t+5
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, load_hidden
    li r11, 4
    brnei r42, 5, end_bad

    li r43, 2
load_overwritten:                       // a register on its way can't be written either
    mfsr r40, CYCLE
    ld.d r16, [r14 + 0]                 // t+1
    li r16, 1                           // t+4
    mfsr r41, CYCLE                     // t+5
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, load_overwritten
    li r11, 5
    brnei r42, 5, end_bad

    li r43, 2
load_read_before:                       // but what stands beside the load reads the old value at once
    mfsr r40, CYCLE
    { ld.d r16, [r14 + 0] ; addi r17, r16, 1 }  // t+1
    mfsr r41, CYCLE                     // t+2
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, load_read_before
    li r11, 6
    brnei r42, 2, end_bad

    li r43, 2
guest_load:                             // gload 3
    mfsr r40, CYCLE
    gld.32 r16, [r0 + 0]                // t+1
    addi r17, r16, 1                    // t+4
    mfsr r41, CYCLE                     // t+5
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, guest_load
    li r11, 7
    brnei r42, 5, end_bad

    li r43, 2
multiply:                               // mul 4, pipelined
    mfsr r40, CYCLE
    mul r16, r13, r13                   // t+1
    mul r17, r13, r13                   // t+2
    addi r17, r17, 1                    // t+2+4
    mfsr r41, CYCLE                     // t+7
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, multiply
    li r11, 8
    brnei r42, 7, end_bad

    li r43, 2
multiply_flags:                         // flags of a multiplication take as long
    mfsr r40, CYCLE
    umulf.32 r16, r13, r13, c1          // t+1
    setc r17, o, c1                     // t+5
    mfsr r41, CYCLE                     // t+6
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, multiply_flags
    li r11, 9
    brnei r42, 6, end_bad

    li r43, 2
divide:                                 // div 24, one at a time
    mfsr r40, CYCLE
    div r16, r13, r13                   // t+1
    div r17, r13, r13                   // t+1+24
    mfsr r41, CYCLE                     // t+26
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, divide
    li r11, 10
    brnei r42, 26, end_bad

    li r43, 2
special:                                // sreg 2
    mfsr r40, CYCLE
    mfsr r16, SCRATCH0                  // t+1
    addi r17, r16, 1                    // t+3
    mfsr r41, CYCLE                     // t+4
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, special
    li r11, 11
    brnei r42, 4, end_bad

    li r43, 2
branches:                               // branch_taken 1; not taken 0; link 1
    mfsr r40, CYCLE
    brnei r0, 0, branches               // t+1
    call r33, callee                    // t+2, and a cycle
    mfsr r41, CYCLE                     // t+6
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, branches
    li r11, 12
    brnei r42, 6, end_bad
    br after_callee
callee:
    jr r33                              // t+4, and a cycle
after_callee:

// 17 lines 4 KiB apart fall into one set of L1D's 16 ways: the first one is in L2 only. It waits 9.
    li r43, 2
l2_hit:
    li r15, 0x40200000
    li r16, 0x40211000
fill:
    ld.d r17, [r15 + 0]
    li r18, 0x1000
    add r15, r15, r18
    brltu r15, r16, fill
    li r15, 0x40200000
    mfsr r40, CYCLE
    ld.d r17, [r15 + 0]                 // t+1+9
    mfsr r41, CYCLE                     // t+11
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, l2_hit
    li r11, 13
    brnei r42, 11, end_bad

// A line from DRAM: 9 for L2, then 143 ns = 101 cycles in a page that must be opened, 86 ns = 61
// cycles in the open one. Each pass has a page of its own.
    li r15, 0x40300000
    li r43, 2
dram:
    li r16, 0x10000
    add r15, r15, r16
    mfsr r40, CYCLE
    ld.d r17, [r15 + 0]                 // t+1+110
    mfsr r41, CYCLE                     // t+112
    sub r42, r41, r40
    mfsr r40, CYCLE
    ld.d r17, [r15 + 64]                // t+1+70
    mfsr r41, CYCLE                     // t+72
    sub r44, r41, r40
    mfsr r40, CYCLE
    st.d r13, [r15 + 188]               // two lines: t+1+70+70
    mfsr r41, CYCLE                     // t+142
    sub r45, r41, r40
    mfsr r40, CYCLE
    ld.d r17, [r15 + 128]               // written: in L1D
    mfsr r41, CYCLE                     // t+2
    sub r46, r41, r40
    addi r43, r43, -1
    brnei r43, 0, dram
    li r11, 14
    li r16, 112
    brne r42, r16, end_bad
    li r11, 15
    li r16, 72
    brne r44, r16, end_bad
    li r11, 16
    li r16, 142
    brne r45, r16, end_bad
    li r11, 17
    brnei r46, 2, end_bad

// Code that was never fetched, in a DRAM page that is not open.
    la r44, far1
    li r43, 2
fetch:
    mfsr r40, CYCLE
    callr r33, r44                      // t+1, and a cycle
    mfsr r41, CYCLE                     // t+115
    sub r42, r41, r40
    la r44, far2
    addi r43, r43, -1
    brnei r43, 0, fetch
    li r11, 18
    li r16, 115
    brne r42, r16, end_bad

// A request at the host port: 200.
    la r44, version
    li r43, 2
host:
    mfsr r40, CYCLE
    mtsr HOST_REQ, r44                  // t+1, and 200 cycles
    mfsr r41, CYCLE                     // t+202
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, host
    li r11, 19
    li r16, 202
    brne r42, r16, end_bad

// A trap and back: trap_enter 4, trap_return 2 and a taken branch.
    la r22, trapped
    li r43, 2
trap:
    mfsr r40, CYCLE
    brk                                 // t+1, does not complete; the vector t+5, the handler t+7, 8, 9
trapped:
    mfsr r41, CYCLE                     // t+9+1+2+1
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, trap
    li r11, 20
    brnei r42, 13, end_bad

// Guest stores wait in the buffer for nothing, whatever lines they name, and drain after commit.
    li r43, 2
    li r15, 0x800
stores:
    addi r15, r15, 0x40
    mfsr r40, CYCLE
    gst.32 r13, [r15 + 0]               // t+1
    gst.32 r13, [r15 + 4]               // t+2
    commit 0                            // t+3
    gst.32 r13, [r15 + 8]               // t+4
    mfsr r41, CYCLE                     // t+5
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, stores
    li r11, 21
    brnei r42, 5, end_bad
    br end_good

    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
    .align 8
version:
    .word 0, 0
    .quad 0, 0, 0, 0, 0, 0, 0
    .org 0x40020000
far1:
    jr r33                              // t+1+2+110
    .org 0x40030000
far2:
    jr r33                              // t+3+110, and a cycle
