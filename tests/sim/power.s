// Power points: what the table says, what a switch costs, and that time goes on without a jump.
// The machine has 1 GHz at 1 V and half of both. A switch takes 100 ns.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe -o power.khz2=0 -o power.mv2=0 -o power.khz3=0 -o power.mv3=0 -o power.khz4=0 -o power.mv4=0 -o power.khz5=0 -o power.mv5=0 --native %t.elf -o core.khz=1000000 -o core.mv=1000 -o power.khz1=500000 -o power.mv1=500 -o power.switch_ns=100 -d trap,power -D - --stats %t.json 2> %t.err | %FileCheck %s
// RUN: %FileCheck --check-prefix=TABLE --input-file=%t.err %s
// TABLE: power.switches {{ *}}5
// TABLE: power points
// TABLE: 0 1000000 1000 {{[0-9]+}}
// TABLE: 1 500000 500 {{[0-9]+}}
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    li r12, 7                           // CFG_POWER_POINTS
    mtsr CFG_INDEX, r12
    mfsr r12, CFG_DATA
    li r11, 1
    brnei r12, 2, end_bad
    li r12, 1
    mtsr POWER_LOOK, r12
    mfsr r12, POWER_KHZ
    li r13, 500000
    li r11, 2
    brne r12, r13, end_bad
    mfsr r12, POWER_MV
    li r13, 500
    li r11, 3
    brne r12, r13, end_bad
    mfsr r12, POWER_POINT
    li r11, 4
    brnei r12, 0, end_bad
    mfsr r12, KHZ
    li r13, 1000000
    brne r12, r13, end_bad

    li r43, 2                           // the second time all is in L1I
    li r12, 1
switch:
    mtsr POWER_POINT, r0
    mfsr r46, TIME                      // n
    mfsr r40, CYCLE                     // t
    mtsr POWER_POINT, r12               // t+1, then 100 ns are 50 cycles of the new clock
    mfsr r41, CYCLE                     // t+52
    mfsr r47, TIME                      // t+53: n+3 ns up to the switch, then 52 cycles of 2 ns
    mfsr r48, TIME                      // n+109
    mfsr r49, KHZ
    addi r43, r43, -1
    brnei r43, 0, switch
// CHECK: power: {{[0-9]+}} switch+{{.*}} point 1, 500000 kHz, 500 mV
// CHECK: power: {{[0-9]+}} switch point 0, 1000000 kHz, 1000 mV
// CHECK: power: {{[0-9]+}} switch+{{.*}} point 1, 500000 kHz, 500 mV
    sub r42, r41, r40
    li r11, 5
    li r13, 52
    brne r42, r13, end_bad
    sub r42, r47, r46
    li r11, 6
    li r13, 106
    brne r42, r13, end_bad
    sub r42, r48, r47
    li r11, 7
    brnei r42, 2, end_bad
    li r13, 500000
    li r11, 8
    brne r49, r13, end_bad

// The timer is a time: at half the clock it comes after half the cycles.
    mfsr r46, TIME
    li r13, 1000
    add r46, r46, r13
    mtsr TIMER, r46
    mtsr POWER_POINT, r0
    halt
    mfsr r47, TIME                      // the halt ends in the cycle in which the timer is due
    li r13, -1
    mtsr TIMER, r13
    sub r47, r47, r46
    li r11, 9
    brnei r47, 0, end_bad

// Energy only grows, and a loop of integer atoms takes a quarter at half the voltage, leakage apart.
    mfsr r50, ENERGY
    li r43, 1000
    mfsr r40, ENERGY
fast:
    addi r43, r43, -1
    brnei r43, 0, fast
    mfsr r41, ENERGY
    sub r51, r41, r40
    li r11, 10
    brltu r41, r40, end_bad
    li r12, 1
    mtsr POWER_POINT, r12
    li r43, 1000
    mfsr r40, ENERGY
slow:
    addi r43, r43, -1
    brnei r43, 0, slow
    mfsr r41, ENERGY
    sub r52, r41, r40
    slli r52, r52, 2
    slli r53, r51, 1                    // between a quarter and half
    li r11, 11
    brltu r52, r51, less
    brltu r53, r52, end_bad
    br points
less:                                   // or a little less than a quarter: leakage shrinks faster
    srli r53, r51, 3
    sub r53, r51, r53
    brltu r52, r53, end_bad
points:
// CHECK: trap: {{[0-9]+}} no_point sreg 0x26
    la r22, after1
    li r12, 2
no_point:
    mtsr POWER_POINT, r12
after1:
// CHECK: trap: {{[0-9]+}} no_look sreg 0x27
    la r22, after2
no_look:
    mtsr POWER_LOOK, r12
after2:
    br end_good
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
