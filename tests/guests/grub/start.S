/*
 * start.S - entry of a multiboot program: flat segments of our own, a stack, and C.
 */
#include "tests/guests/flat.h"

    multiboot_header WITH_MODULES

    .text
    .globl start
start:
    movl $stack_top, %esp
    lgdt gdt_pointer
    ljmp $8, $1f
1:  flat_data
    pushl %ebx
    pushl %eax
    call program_main
2:  cli
    hlt
    jmp 2b

    .section .rodata
    flat_gdt

    .bss
    .balign 16
    .skip 16384
stack_top:

    .section .note.GNU-stack, "", @progbits
