// Guest accesses: every way in which the TLB says no, in the order of its causes.
// RUN: %vliw-as -o %t.elf %s
// RUN: %vliw-sim --native %t.elf -d trap -D - 2> %t.err | %FileCheck %s
// RUN: %FileCheck --check-prefix=COUNT %s < %t.err
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    li r12, 0x5000          // page 5 -> physical page 3: supervisor read and write, user read
    mtsr TLB_HI, r12
    li r13, 0x3007
    mtsr TLB_LO, r13
    tlbw
    li r12, 0x6000          // page 6: I/O, all rights
    mtsr TLB_HI, r12
    li r13, 0xfee0001f
    mtsr TLB_LO, r13
    tlbw
    li r12, 0x7000          // page 7: supervisor read only, and I/O
    mtsr TLB_HI, r12
    li r13, 0x4011
    mtsr TLB_LO, r13
    tlbw
    li r12, 0x8000          // page 8: granules 1 and 31 hold code
    mtsr TLB_HI, r12
    li r13, 0x600f
    mtsr TLB_LO, r13
    li r14, 0x80000002
    mtsr TLB_TMASK, r14
    tlbw
    mtsr TLB_TMASK, r0
    li r15, 0x12345678
    li r30, 0x5000
    li r31, 0x8000

    li r11, 1               // what is allowed: physical page 3 is native 0x100003000
    gst.32 r15, [r30 + 8]
    commit 0
    li r16, 0x100003000
    ld.wu r17, [r16 + 8]
    brne r17, r15, end_bad
    li r11, 2
    gld.16s r17, [r30 + 8]
    li r18, 0x5678
    brne r17, r18, end_bad
    li r11, 3               // addresses wrap at 32 bits
    li r18, 0xfffffff8
    li r19, 0x5010
    gldx.8 r17, [r18 + r19 << 0]
    brnei r17, 0, next3
    br end_bad
next3:
    li r11, 4               // the granules beside watched ones, and loads from these
    gst.32 r15, [r31 + 0x7c]
    gst.32 r15, [r31 + 0x100]
    gld.32 r17, [r31 + 0x80]
    commit 0

// CHECK: trap: {{[0-9]+}} miss tlb_miss 0x9000 0x10004
    la r22, after1
    li r18, 0x9000
    li r17, 1
miss:
    { addi r17, r17, 1 ; gld.32 r18, [r18 + 0] }
after1:
    li r11, 5
    brnei r17, 1, end_bad
// A port is not the page of its number.
// CHECK: trap: {{[0-9]+}} miss_port tlb_miss 0x5000 0x201
    la r22, after2
miss_port:
    pld.8 r17, [r30]
after2:
// CHECK: trap: {{[0-9]+}} cross page_cross 0x5ffd 0x104
    la r22, after3
cross:
    gst.32 r15, [r30 + 0xffd]
after3:
// CHECK: trap: {{[0-9]+}} cross_top page_cross 0xffffffff 0x2
    la r22, after4
    li r18, 0xffffffff
cross_top:
    gld.16 r17, [r18 + 0]
after4:
// CHECK: trap: {{[0-9]+}} io_load tlb_io 0x6004 0x4
    la r22, after5
    li r18, 0x6000
io_load:
    gld.32 r17, [r18 + 4]
after5:
// CHECK: trap: {{[0-9]+}} prot_before_io tlb_prot 0x7004 0x104
    la r22, after6
    li r18, 0x7000
prot_before_io:
    gst.32 r17, [r18 + 4]
after6:
// CHECK: trap: {{[0-9]+}} tbit tlb_tbit 0x8080 0x101
    la r22, after7
tbit:
    gst.8 r15, [r31 + 0x80]
after7:
// An access that only touches the granule with its last byte.
// CHECK: trap: {{[0-9]+}} tbit_end tlb_tbit 0x807d 0x104
    la r22, after8
tbit_end:
    gst.32 r15, [r31 + 0x7d]
after8:
// CHECK: trap: {{[0-9]+}} tbit_last tlb_tbit 0x8fff 0x101
    la r22, after9
    li r18, 0x8fff
tbit_last:
    gst.8 r15, [r18 + 0]
after9:
    li r18, 1
    mtsr GMODE, r18
    li r11, 6
    gld.32 r17, [r30 + 8]   // a user may read
    brne r17, r15, end_bad
// CHECK: trap: {{[0-9]+}} user_store tlb_prot 0x5008 0x104
    la r22, after10
user_store:
    gst.32 r15, [r30 + 8]
after10:
    mtsr GMODE, r0
// Hidden memory is no guest page: 64 MiB of guest memory end at 0x4000000.
// CHECK: trap: {{[0-9]+}} refuse tlb_refused 0x4000000 0x100
    la r22, after11
    li r12, 0xa000
    mtsr TLB_HI, r12
    li r13, 0x400000f
    mtsr TLB_LO, r13
refuse:
    tlbw
after11:
// CHECK: trap: {{[0-9]+}} refuse_far tlb_refused 0x40000000000 0x100
    la r22, after12
    li r13, 1
    slli r13, r13, 42
    ori r13, r13, 15
    mtsr TLB_LO, r13
refuse_far:
    tlbw
after12:
// CHECK: trap: {{[0-9]+}} refused_is_absent tlb_miss 0xa000 0x1
    la r22, after13
refused_is_absent:
    gld.8 r17, [r12 + 0]
after13:
    li r11, 7               // the last page of guest memory is allowed
    li r13, 0x3fff00f
    mtsr TLB_LO, r13
    tlbw
    tlbp r17, r12
    brne r17, r13, end_bad
    li r11, 8               // drop by guest page, by physical page, all
    tlbi r12
    tlbp r17, r12
    brnei r17, 0, end_bad
    li r11, 9
    li r18, 0x6fff
    tlbip r18
    tlbp r17, r31
    brnei r17, 0, end_bad
    li r11, 10
    tlbp r17, r30
    breqi r17, 0, end_bad
    tlbf
    tlbp r17, r30
    brnei r17, 0, end_bad
// A port store waits for nothing: there is no TLB entry, so it traps before the buffer is asked.
// CHECK: trap: {{[0-9]+}} port_store tlb_miss 0x402 0x301
    la r22, after14
    li r18, 0x402
port_store:
    pst.8 r15, [r18]
after14:
// CHECK-NOT: trap:
    li r11, 11
    mfsr r17, SBUF_USED
    mv r18, r17
    brnei r18, 0, end_bad
    li r11, 12
    brnei r23, 14, end_bad
    br end_good
// COUNT: tlb_miss 4
// COUNT: tlb_prot 2
// COUNT: tlb_io 1
// COUNT: tlb_tbit 3
// COUNT: tlb_refused 2
// COUNT: page_cross 2
    .include "Inputs/vectors.s"
    .include "Inputs/end.s"
