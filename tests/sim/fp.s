// f registers and floating-point atoms on the crusoe preset: accesses, exceptions that gather or trap, commit and
// rollback, slots, and stalls computed by hand. What the atoms compute is tested in tests/unit/isa_fp.c.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --preset crusoe --native %t.elf -d trap -D - 2> %t.err | %FileCheck %s
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    li r12, 0x5000              // pages 5 and 6 -> physical pages 3 and 4
    mtsr TLB_HI, r12
    li r13, 0x300f
    mtsr TLB_LO, r13
    tlbw
    li r12, 0x6000
    mtsr TLB_HI, r12
    li r13, 0x400f
    mtsr TLB_LO, r13
    tlbw
    li r30, 0x5000
    li r29, 0x40100000
    li r28, 0x100003000         // physical page 3 as firmware sees it

    li r11, 1                   // 1.0 and 3.0, moved both ways
    li r12, 1
    fild f1, r12
    li r12, 3
    fild f2, r12
    movfr r13, f1
    li r14, 1
    slli r14, r14, 63
    brne r13, r14, end_bad
    movfrh r13, f1
    li r14, 0x3fff
    brne r13, r14, end_bad

    li r11, 2                   // native: 10 bytes are 10 bytes
    li r15, -1
    st.d r15, [r29 + 8]
    stf.80 f2, [r29 + 0]
    ldf.128 f3, [r29 + 0]
    movfrh r13, f3
    li r14, -1
    dep r14, r0, 0, 16
    bseti r14, r14, 14
    brne r13, r14, end_bad
    ldf.80 f4, [r29 + 0]
    movfrh r13, f4
    li r14, 0x4000
    brne r13, r14, end_bad2
    br native_done
end_bad2:
    br end_bad
native_done:

    li r11, 3                   // guest: 16 bytes take two entries, are seen before and after the commit
    movrf f5, r28, r29
    gstf.128 f5, [r30 + 0x20]
    mfsr r12, SBUF_USED
    brnei r12, 2, end_bad
    gldf.128a f6, [r30 + 0x20]
    movfrh r13, f6
    brne r13, r29, end_bad
    ld.d r13, [r28 + 0x20]
    brnei r13, 0, end_bad
    commit 0
    ld.d r13, [r28 + 0x28]
    brne r13, r29, end_bad

    li r11, 4                   // exceptions gather: 1/3 is inexact, for either kind
    mfsr r12, FPSW
    brnei r12, 0, end_bad
    fdiv f7, f1, f2
    mfsr r12, FPSW
    brnei r12, 0, inexact
    br end_bad
inexact:
    andi r12, r12, 0x3f
    li r13, 0x20
    brne r12, r13, end_bad
    fst.32 f8, f1
    fst.32 f9, f2
    divss f10, f8, f9
    mfsr r12, MXCSR
    li r13, 0x1fa0
    brne r12, r13, end_bad
    movfr r12, f10
    li r13, 0x3eaaaaab
    brne r12, r13, end_bad

    li r11, 5                   // rollback: f1 and the control registers, not f24
    commit 0
    mtsr FPSW, r0
    li r12, 0xc7f
    mtsr FPCW, r12
    commit 0
    fadd f1, f1, f2
    fdiv f24, f1, f7
    li r12, 0x37f
    mtsr FPCW, r12
    rollback
    mfsr r12, FPCW
    li r13, 0xc7f
    brne r12, r13, end_bad
    mfsr r12, FPSW
    brnei r12, 0, end_bad
    movfrh r12, f1
    li r13, 0x3fff
    brne r12, r13, end_bad
    movfrh r12, f24
    breqi r12, 0, end_bad

// An exception that is not masked: nothing of the bundle has happened.
// CHECK: trap: {{[0-9]+}} by_zero fp 0x4 0x10000
    li r11, 6
    li r12, 0x37b
    mtsr FPCW, r12
    mtsr FPSW, r0
    la r22, after1
    li r17, 1
    xor r16, r16, r16
    fild f11, r0
by_zero:
    { addi r17, r17, 1 ; fdiv f12, f1, f11 ; st.d r17, [r29 + 0x40] }
after1:
    brnei r17, 1, end_bad
    ld.d r17, [r29 + 0x40]
    brnei r17, 0, end_bad
    mfsr r17, FPSW
    brnei r17, 0, end_bad
// CHECK: trap: {{[0-9]+}} packed_invalid fp 0x1 0x0
    li r12, 0x1f00
    mtsr MXCSR, r12
    la r22, after2
packed_invalid:
    divps f12, f11, f11
after2:
    li r12, 0x1f80
    mtsr MXCSR, r12
    li r12, 0x37f
    mtsr FPCW, r12

// CHECK: trap: {{[0-9]+}} odd align 0x5028 0x10
    la r22, after3
odd:
    gldf.128a f12, [r30 + 0x28]
after3:
// CHECK: trap: {{[0-9]+}} odd_store align 0x5021 0x110
    la r22, after4
    li r12, 0x21
odd_store:
    gstxf.128a f12, [r30 + r12 << 0]
after4:
// CHECK: trap: {{[0-9]+}} crossing page_cross 0x5ff8 0x10a
    la r22, after5
    li r12, 0x5ff8
crossing:
    gstf.80 f1, [r12 + 0]
after5:
// One slot for floating point and packed atoms, beside one for integers.
// CHECK: trap: {{[0-9]+}} two_fp illegal_bundle
    la r22, after6
two_fp:
    { addi r16, r15, 1 ; paddb f12, f1, f1 ; addi r17, r15, 1 }
after6:
    li r11, 7
    { addi r16, r0, 5 ; fadd f12, f1, f1 }
    brnei r16, 5, end_bad
    fmul f12, f2, f2
    pmullw f13, f2, f2
    movfrh r12, f12
    li r13, 0x4002
    brne r12, r13, end_bad

    li r43, 2
adds:                                   // fadd 3, as for timing.s
    mfsr r40, CYCLE
    fadd f12, f1, f2                    // t+1
    fadd f12, f12, f2                   // t+4
    movfr r12, f12                      // t+7
    mfsr r41, CYCLE                     // t+8
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, adds
    li r11, 8
    brnei r42, 8, end_bad

    li r43, 2
divides:                                // fdiv 20, one divider for both kinds
    mfsr r40, CYCLE
    fdiv f12, f1, f2                    // t+1
    paddb f13, f1, f1                   // t+2
    divsd f14, f1, f2                   // t+21
    mfsr r41, CYCLE                     // t+22
    movfr r12, f14                      // the divider is free when the loop comes again
    sub r42, r41, r40
    addi r43, r43, -1
    brnei r43, 0, divides
    li r11, 9
    brnei r42, 22, end_bad

    br end_good
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
