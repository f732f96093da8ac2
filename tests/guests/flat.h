/*
 * flat.h - what our 32-bit guests share in assembly: a multiboot header, and flat segments.
 */

/* In its own section, which the linker script puts first. */
.macro multiboot_header flags
    .section .multiboot, "a"
    .balign 4
    .long 0x1badb002, \flags, -(0x1badb002 + \flags)
.endm

#define WITH_MODULES 3 /* modules on page borders, tell about memory */

/* Code is selector 8, data 16; `gdt_pointer` is for LGDT. */
.macro flat_gdt
    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff    /* code: base 0, 4 GiB, 32-bit */
    .quad 0x00cf93000000ffff    /* data */
gdt_pointer:
    .word . - gdt - 1
    .long gdt
.endm

/* Changes CX. */
.macro flat_data
    movw $16, %cx
    movw %cx, %ds
    movw %cx, %es
    movw %cx, %ss
    movw %cx, %fs
    movw %cx, %gs
.endm
