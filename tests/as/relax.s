# Long immediates appear where they are needed and nowhere else, whoever is needed by whom.
# RUN: %vliw-as -o %t.elf %s
# RUN: %vliw-objdump -w %t.elf | %FileCheck %s

    .org 0x1000
# CHECK: 1000: {{[0-9a-f]+}} { addi r1, r0, 2047 }
# CHECK: 1004: {{[0-9a-f]+ [0-9a-f]+}} { addi r1, r0, 2048 }
# CHECK: 100c: {{[0-9a-f]+}} { addi r1, r0, -2048 }
# CHECK: 1010: {{[0-9a-f]+ [0-9a-f]+}} { addi r1, r0, -2049 }
# CHECK: 1018: {{[0-9a-f]+ [0-9a-f]+}} { addi r1, r0, 0x7ffffffff }
# CHECK: 1020: {{[0-9a-f]+ [0-9a-f]+}} { addi r1, r0, -0x800000000 }
# CHECK: 1028: {{[0-9a-f]+ [0-9a-f]+}} { subif.16 r1, r2, 0x7fff, c0 }
    li r1, 2047
    li r1, 2048
    li r1, -2048
    li r1, -2049
    li r1, 0x7ffffffff
    li r1, -0x800000000
    subif.16 r1, r2, 0x7fff, c0

# The stop bit stands on the long immediate when that is last, and only there.
# CHECK: 1030: 04084800 7e000000 84104002 { addi r1, r2, 2048 ; addi r2, r2, 2 }
# CHECK: 103c: 04104002 04084800 fe000000 { addi r2, r2, 2 ; addi r1, r2, 2048 }
    { addi r1, r2, 2048 ; addi r2, r2, 2 }
    { addi r2, r2, 2 ; addi r1, r2, 2048 }

# The first branch is a word too far from its target and grows; that moves the second one near enough.
# CHECK: 2000: {{[0-9a-f]+ [0-9a-f]+}} { breqi r1, 0, 0x4000 } # far
# CHECK: 2008: {{[0-9a-f]+}} { breqi r1, 1, 0x4000 } # far
# CHECK-NEXT: 200c: .space 0x1ff4
# CHECK: 4000: {{[0-9a-f]+ [0-9a-f]+}} { addi r1, r0, 0x4008 }
    .org 0x2000
near: breqi r1, 0, far
    breqi r1, 1, far
    .space far_away - .
far_away = 0x4000
far: la r1, end
end:
