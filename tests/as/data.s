# Data directives, byte for byte.
# RUN: %vliw-as -f bin -o %t.bin %s
# RUN: od -An -v -tx1 %t.bin | %FileCheck %s
# RUN: %vliw-as -o %t.elf %s
# RUN: %vliw-objdump %t.elf | %FileCheck %s --check-prefix=DUMP

# CHECK:      ff 80 61 00 34 12 ff ff ef be ad de ff ff ff ff
# CHECK-NEXT: 08 07 06 05 04 03 02 01 68 69 0a 00 41 ff 22 3b
# CHECK-NEXT: 7d 23 00 00 aa aa aa 00 28 00 00 00 08 00 00 00
# CHECK-NEXT: 01 20 30 84 00 00 00 00 00 00 00 00 00 00 00 00
# CHECK-NEXT: 5a
    .byte 0xff, -128, 'a', 0
    .half 0x1234, -1
    .word 0xdeadbeef, ~0
    .quad 0x0102030405060708
    .ascii "hi\n\0", "\x41\377\"", ";}#"
    .asciz ""
    .byte 0
    .space 3, 0xaa
    .byte 0
here: .word here - 0x40000000
    .word end - here

# DUMP: <here>:
# DUMP-NEXT: .word 0x00000028
# DUMP-NEXT: .word 0x00000008
# DUMP: <end>:
# DUMP-NEXT: { addi r6, r1, 1 }
# DUMP: 40000040: .byte 0x5a
end: addi r6, r1, 1
    .align 16
    .byte 0x5a
