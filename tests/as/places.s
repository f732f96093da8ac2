# Space, overlap, files, boot ROM.
# RUN: %vliw-as -o %t.elf %s
# RUN: %vliw-objdump %t.elf | %FileCheck %s
# RUN: readelf -hlW %t.elf | %FileCheck %s --check-prefix=ELF
# RUN: readelf -sW %t.elf | %FileCheck %s --check-prefix=NAMES

# Segments are sorted by address, whatever the order of the source.
# ELF: Machine: {{.*}}0x534b
# ELF: Entry point address: 0x2004
# ELF: LOAD {{.*}} 0x0000000000001000 0x0000000000001000 0x000004 0x000004 RWE 0x4
# ELF: LOAD {{.*}} 0x0000000000002000 0x0000000000002000 0x000008 0x000008 RWE 0x4
# NAMES: 0000000000002004 {{.*}} FUNC LOCAL {{.*}} _start
# NAMES-NOT: .Lhidden
# NAMES: 0000000000000007 {{.*}} NOTYPE GLOBAL {{.*}} ABS SEVEN
# NAMES: 0000000000001000 {{.*}} OBJECT GLOBAL {{.*}} table
# CHECK: 1000: .word 0x00000007
# CHECK: 2000: { br 0x2004 } # _start
    .global SEVEN, table
    .equ SEVEN, 7
    .org 0x2000
.Lhidden: br _start
_start: jr r33
    .org 0x1000
table: .word SEVEN

# RUN: printf '.org 0x100\nnop\nnop\n.org 0x104\n.word 1\n' > %t.overlap.s
# RUN: not %vliw-as -o %t.x %t.overlap.s 2>&1 | %FileCheck %s --check-prefix=OVERLAP
# OVERLAP: overlap.s:5: 0x104..0x107 overlaps what stands at 0x100
# RUN: printf '.org -4\n.quad 1\n' > %t.wrap.s
# RUN: not %vliw-as -o %t.x %t.wrap.s 2>&1 | %FileCheck %s --check-prefix=WRAP
# WRAP: wrap.s:2: the output wraps around the address space
# RUN: printf 'nop\n.global main\n' > %t.global.s
# RUN: not %vliw-as -o %t.x %t.global.s 2>&1 | %FileCheck %s --check-prefix=GLOBAL
# GLOBAL: global.s:2: `main` is global, but not defined
# RUN: printf '.entry main\nnop\n' > %t.entry.s
# RUN: not %vliw-as -o %t.x %t.entry.s 2>&1 | %FileCheck %s --check-prefix=ENTRY
# ENTRY: entry.s:1: entry label `main` is not defined
# RUN: printf '.space 1 - end\nend: nop\n' > %t.space.s
# RUN: not %vliw-as -o %t.x %t.space.s 2>&1 | %FileCheck %s --check-prefix=SPACE
# SPACE: space.s:1: {{addresses depend on each other and never settle|.space of -?[0-9]+ bytes is out of range}}
# RUN: printf 'nop\n.org 0x60000000\nnop\n' > %t.far.s
# RUN: not %vliw-as -f bin -o %t.x %t.far.s 2>&1 | %FileCheck %s --check-prefix=FAR
# FAR: vliw-as: {{.*}}: the gap between two .org is too wide for a flat file

# Line marks of the C preprocessor, included files, -D.
# RUN: printf '# 77 "other.c"\nnop\nnonsense\n' > %t.marks.s
# RUN: not %vliw-as -o %t.x %t.marks.s 2>&1 | %FileCheck %s --check-prefix=MARKS
# MARKS: {{^}}other.c:78: unknown atom: `nonsense`
# RUN: mkdir -p %t.dir && printf '.word VALUE\n' > %t.dir/b.inc && printf '.include "b.inc"\n.byte 9\n' > %t.dir/a.s
# RUN: %vliw-as -D VALUE=0x11223344 -f bin -o %t.bin %t.dir/a.s && od -An -tx1 %t.bin | %FileCheck %s --check-prefix=INC
# INC: 44 33 22 11 09
# RUN: printf '.include "c.s"\n' > %t.dir/c.s
# RUN: not %vliw-as -o %t.x %t.dir/c.s 2>&1 | %FileCheck %s --check-prefix=DEEP
# DEEP: c.s:1: includes are too deep

# A boot ROM has its header in front; the disassembler knows it.
# RUN: printf 'start: br start\n' > %t.rom.s && %vliw-as --rom -o %t.rom %t.rom.s
# RUN: %vliw-objdump %t.rom | %FileCheck %s --check-prefix=ROM
# ROM: boot ROM, ISA_ID {{[0-9a-f]+}}
# ROM-NEXT: 20000020: { br 0x20000020 }
# RUN: od -An -tx4 -N4 -j16 %t.rom | %FileCheck %s --check-prefix=SIZE
# SIZE: 00000024
# RUN: printf '.space 0x10000\n' > %t.big.s
# RUN: not %vliw-as --rom -o %t.x %t.big.s 2>&1 | %FileCheck %s --check-prefix=BIG
# BIG: too big for the boot ROM
