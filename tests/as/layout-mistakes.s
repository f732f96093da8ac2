# Mistakes that show only when addresses are known.
# RUN: not %vliw-as -o %t.elf %s 2>&1 | %FileCheck %s --implicit-check-not={{.}} --match-full-lines

# CHECK: {{.*}}:[[@LINE+1]]: undefined symbol `nowhere`
    br nowhere
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: target `. + 2` is not at a multiple of 4
    br . + 2
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: immediate 68719476736 is out of range for addi
    li r1, 1 << 36
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: `TOO` is 64, out of range
    slli r1, r1, TOO
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: `256` is 256, which does not fit 8 bits
    .byte 256
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: bundle at 0x{{[0-9a-f]+}}, not a multiple of 4: use .align 4
    nop
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: `)` is missing
    .word (1 + 2
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: division by zero
    .word 1 / (2 - 2)
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: not a number: `12ab`
    .word 12ab
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: number needs more than 64 bits: `99999999999999999999`
    .quad 99999999999999999999
# CHECK-NEXT: {{.*}}:[[@LINE+9]]: symbol is defined by itself: `LOOP`
    .word LOOP
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: expected a value, found `, 3)`
    .word 1 + (, 3)
# CHECK-NEXT: {{.*}}:[[@LINE+1]]: text after the expression: `2`
    .word 1 2

TOO = 64
LOOP = POOL + 1
POOL = LOOP - 1
