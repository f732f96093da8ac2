/*
 * start.S - a multiboot program whose loader has made flat segments already: a stack, and C.
 */
#include "tests/guests/flat.h"

    multiboot_header 0

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
