# Each mistake is one line that names its place.
# RUN: not %vliw-as -o %t.elf %s 2>&1 | %FileCheck %s --implicit-check-not={{.}} --match-full-lines

# CHECK: {{.*}}mistakes.s:[[@LINE+1]]: unknown atom: `frobnicate`
    frobnicate r1
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: expected an integer register r0..r63: `r64`
    add r1, r2, r64
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: expected a comma, found the end of the atom
    add r1, r2
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: text after the atom: `junk`
    jr r1 junk
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: expected `[`: `r2`
    ld.w r1, r2
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: number out of range: `64`
    slli r1, r2, 64
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: expected the name of a special register: `NOSUCH`
    mfsr r1, NOSUCH
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: two control atoms in this bundle
    { br . ; jr r1 }
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+2]]: r5 is written twice in this bundle
    { add r5, r1, r2
      ld.w r5, [r6 + 0] }
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: c1 is written twice in this bundle
    { addf.8 r5, r1, r2, c1 ; movtc c1, r9 }
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: 9 atoms in a bundle, at most 8 are legal
    { nop ; nop ; nop ; nop ; nop ; nop ; nop ; nop ; nop }
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: unknown directive `.sect`
    .sect text
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: expected a string, found `hello`
    .ascii hello
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: can't read the string `"\q"`
    .ascii "\q"
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: `twice` is defined already ({{.*}}mistakes.s:[[@LINE+1]])
twice: twice:
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: expected: .equ NAME, expression
    .equ 5
# CHECK-NEXT: {{.*}}: {{.*}}no-such-file: No such file or directory
    .include "no-such-file"
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: expected a value
    .word
# CHECK-NEXT: {{.*}}mistakes.s:[[@LINE+1]]: bundle without `}`
    { add r1, r2, r3
