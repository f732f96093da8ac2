/*
 * start.S - entry of a multiboot program: flat segments of our own, a stack, and C.
 */
#define MAGIC 0x1badb002
#define FLAGS 0x00000003 /* modules on page borders, tell about memory */

    .section .multiboot, "a"
    .balign 4
    .long MAGIC, FLAGS, -(MAGIC + FLAGS)

    .text
    .globl start
start:
    movl $stack_top, %esp
    lgdt gdt_pointer
    ljmp $8, $1f
1:  movw $16, %cx
    movw %cx, %ds
    movw %cx, %es
    movw %cx, %ss
    movw %cx, %fs
    movw %cx, %gs
    pushl %ebx
    pushl %eax
    call program_main
2:  cli
    hlt
    jmp 2b

    .section .rodata
    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff    /* code: base 0, 4 GiB, 32-bit */
    .quad 0x00cf93000000ffff    /* data */
gdt_pointer:
    .word . - gdt - 1
    .long gdt

    .bss
    .balign 16
    .skip 16384
stack_top:

    .section .note.GNU-stack, "", @progbits
