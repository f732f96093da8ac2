# Bundles, labels, comments and shorthands, as the disassembler sees them.
# RUN: %vliw-as -o %t.elf %s
# RUN: %vliw-objdump %t.elf | %FileCheck %s

# CHECK: ELF, entry 0x40000010
    .entry start

# CHECK-LABEL: <first>:
# CHECK-NEXT: 40000000: { add r1, r2, r3 }
# CHECK-NEXT: 40000004: { addi r5, r6, 0 }
# CHECK-NEXT: 40000008: { addi r0, r0, 0 }
# CHECK-NEXT: 4000000c: { rollback }
first: add r1, r2, r3 // C++ comment
    mv r5, r6 /* C comment */
    nop
    /* over
       two lines */ rollback

# A bundle on one line, over several, and two on one line.
# CHECK-LABEL: <start>:
# CHECK-NEXT: 40000010: { add r1, r2, r3 ; sub r4, r5, r6 ; brne r1, r4, 0x40000000 } # first
# CHECK-NEXT: 4000001c: { ld.d r1, [r2 + -8] ; adcf.32 r3, r4, r5, c1 ; sel r6, r7, r8, nle, c2 }
# CHECK-NEXT: 40000028: { xor r1, r1, r2 ; xor r2, r2, r1 }
# CHECK-NEXT: 40000030: { jr r33 }
start: { add r1, r2, r3 ; sub r4, r5, r6 ; brne r1, r4, first }
    {
        ld.d r1, [r2 - 8]      # newline separates, too
        adcf.32 r3, r4, r5, c1 ;
        sel r6, r7, r8, nle, c2
    }
    { xor r1, r1, r2 ; xor r2, r2, r1 } { jr r33 }

# Two labels at one place, a label by itself, operands that are expressions.
# CHECK: <a>:
# CHECK-EMPTY:
# CHECK-NEXT: <b>:
# CHECK-NEXT: { slli r1, r2, 24 }
# CHECK-NEXT: { breqi r1, -32, 0x40000034 } # a
# CHECK-NEXT: { mtsr VBASE, r9 }
# CHECK-NEXT: { brc b, c3, 0x40000040 } # b+0xc
# CHECK-NEXT: { gldx.16s r1, [r2 + r3 << 2] }
# CHECK-NEXT: { dep r1, r2, 8, 8 }
# CHECK-NEXT: { commit 4095 }
# CHECK-NEXT: { commitr 4095, r63 }
a: b:
    slli r1, r2, COUNT * 8
    breqi r1, -(1 << 5), a
    mtsr VBASE, r9
    brc b, c3, .
    gldx.16s r1, [r2 + r3 << 2]
    dep r1, r2, 8, (COUNT+5)
    commit 0xfff
    commitr 0xfff, r63
COUNT = 3
