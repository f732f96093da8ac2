// Each trap that needs no guest memory: cause, address, einfo, and that its bundle had no effect.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -d trap -D - 2> %t.err | %FileCheck %s
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    li r15, 1

// The assembler writes no bundle that no machine can issue: the stop bits between the atoms of these
// are taken out first. r16 is the place of such a bit.
    la r12, joints
join:
    ld.d r16, [r12 + 0]
    ld.wu r17, [r16 + 0]
    bclri r17, r17, 31
    st.w r17, [r16 + 0]
    addi r12, r12, 8
    la r17, joints_end
    brltu r12, r17, join
    la r12, start
    li r17, 0x1000
    icf r12, r17

// CHECK: trap: {{[0-9]+}} illegal_word illegal_atom 0x{{[0-9a-f]+}} 0x0
    la r22, after1
illegal_word:
    .word 0x80000000
after1:
// CHECK: trap: {{[0-9]+}} stray_lim illegal_atom
    la r22, after2
stray_lim:
    .word 0xfe000001
after2:
// CHECK: trap: {{[0-9]+}} wide illegal_bundle
    la r22, after3
wide:
    ld.d r18, [r20 + 0]
    addi r15, r15, 1
    addi r16, r15, 1
    addi r17, r15, 1
    br end_bad
after3:
// CHECK: trap: {{[0-9]+}} three_alus illegal_bundle
    la r22, after4
three_alus:
    { addi r16, r15, 1 ; addi r17, r15, 1 ; addi r18, r15, 1 }
after4:
// CHECK: trap: {{[0-9]+}} mul_beside_two illegal_bundle
    la r22, after5
mul_beside_two:
    { mul r16, r15, r15 ; addi r17, r15, 1 ; addi r18, r15, 1 }
after5:
// CHECK: trap: {{[0-9]+}} two_muls illegal_bundle
    la r22, after6
two_muls:
    { mul r16, r15, r15 ; mul r17, r15, r15 }
after6:
// CHECK: trap: {{[0-9]+}} two_loads illegal_bundle
    la r22, after7
two_loads:
    { ld.d r16, [r20 + 0] ; ld.d r17, [r20 + 0] }
after7:
// CHECK: trap: {{[0-9]+}} two_branches illegal_bundle
    la r22, after8
two_branches:
    br end_bad
    br end_bad
after8:
// CHECK: trap: {{[0-9]+}} two_writes illegal_bundle
    la r22, after9
two_writes:
    addi r15, r15, 1
    addi r15, r15, 2
after9:
// CHECK: trap: {{[0-9]+}} two_flag_writes illegal_bundle
    la r22, after10
two_flag_writes:
    movtc c1, r15
    movtc c1, r0
after10:
// CHECK: trap: {{[0-9]+}} gset_and_r3 illegal_bundle
    la r22, after11
gset_and_r3:
    gset r15, r15
    addi r3, r15, 2
after11:
// CHECK: trap: {{[0-9]+}} load_null bus_error 0x0 0x8
    la r22, after12
load_null:
    { ld.d r15, [r0 + 0] ; addi r16, r15, 1 }
after12:
// CHECK: trap: {{[0-9]+}} store_null bus_error 0x10 0x10104
    la r22, after13
store_null:
    { addi r15, r15, 1 ; st.w r15, [r0 + 16] }
after13:
// A store that begins inside hidden memory and ends behind it.
// CHECK: trap: {{[0-9]+}} store_edge bus_error 0x41fffffc 0x108
    la r22, after14
    li r30, 0x41fffffc
store_edge:
    st.d r15, [r30 + 0]
after14:
// ROM and flash are read-only; here there are none.
// CHECK: trap: {{[0-9]+}} store_rom bus_error 0x20000000 0x101
    la r22, after15
    li r30, 0x20000000
store_rom:
    st.b r15, [r30 + 0]
after15:
// The top of DRAM is hidden memory: guest-physical addresses do not reach it.
// CHECK: trap: {{[0-9]+}} load_behind bus_error 0x104000000 0x1
    la r22, after16
    li r30, 0x104000000
load_behind:
    ld.b r15, [r30 + 0]
after16:
// CHECK: trap: {{[0-9]+}} read_wo sreg 0x15 0x0
    la r22, after17
read_wo:
    { mfsr r15, HOST_REQ ; addi r16, r15, 1 }
after17:
// CHECK: trap: {{[0-9]+}} write_ro sreg 0x2 0x100
    la r22, after18
write_ro:
    mtsr CYCLE, r15
after18:
// CHECK: trap: {{[0-9]+}} write_phase sreg 0x4 0x100
    la r22, after19
    li r30, 200
write_phase:
    mtsr PHASE, r30
after19:
// CHECK: trap: {{[0-9]+}} brk_atom brk 0x0 0x10000
    la r22, after20
brk_atom:
    { addi r15, r15, 1 ; brk }
after20:
// CHECK: trap: {{[0-9]+}} 0x14 fetch_fault 0x14 0x0
    la r22, after21
    li r30, 0x14
    jr r30
after21:
// A target is taken without its lowest bit, so this is a misaligned one.
// CHECK: trap: {{[0-9]+}} {{.*}} fetch_fault 0x40000002 0x0
    la r22, after22
    li r30, 0x40000003
    jr r30
after22:
// Guest memory holds no code of the chip.
// CHECK: trap: {{[0-9]+}} {{.*}} fetch_fault 0x100000000 0x0
    la r22, after23
    li r30, 0x100000000
    jr r30
after23:
// A locked register.
// CHECK: trap: {{[0-9]+}} write_hidden sreg 0x17 0x100
    la r22, after24
    li r30, 1
    mtsr HIDDEN_LOCK, r30
    li r30, 0x100000
write_hidden:
    mtsr HIDDEN_SIZE, r30
after24:
// CHECK-NOT: trap:
    ldd.d r16, [r0 + 0]     // dismissible: 0 and no trap
    mv r11, r16
    brnei r16, 0, end_bad
    li r11, 1
    brnei r15, 1, end_bad
    li r11, 2
    brnei r23, 24, end_bad
    br end_good

    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
    .align 8
joints:
    .quad wide + 0
    .quad wide + 4
    .quad wide + 8
    .quad wide + 12
    .quad two_branches + 0
    .quad two_writes + 0
    .quad two_flag_writes + 0
    .quad gset_and_r3 + 0
joints_end:
