/*
 * start.S - a multiboot program whose loader has made flat segments already: a stack, and C.
 */
#define MAGIC 0x1badb002
#define FLAGS 0

    .section .multiboot, "a"
    .balign 4
    .long MAGIC, FLAGS, -(MAGIC + FLAGS)

    .text
    .globl start
start:
    movl $stack_top, %esp
    cld
    pushl %ebx
    pushl %eax
    call x86_main
1:  cli
    hlt
    jmp 1b

    .bss
    .balign 16
    .skip 65536
stack_top:

    .section .note.GNU-stack, "", @progbits
