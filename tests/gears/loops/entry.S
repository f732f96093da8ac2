/*
 * entry.S - what of runner.c can't be C: the way into a case, and back by an exception.
 */
#include "tests/guests/flat.h"

    multiboot_header WITH_MODULES

    .text
    .globl start, case_enter, vectors
start:
    movl $stack_top, %esp
    cld
    pushl %ebx
    call runner_main
1:  cli
    hlt
    jmp 1b

/* void case_enter(const struct registers *): returns by way of an exception. */
case_enter:
    pushal
    movl %esp, back
    movl 36(%esp), %ebp
    pushl $0x23
    pushl 16(%ebp)
    pushl 36(%ebp)
    pushl $0x1b
    pushl 32(%ebp)
    movl $0x23, %eax
    movl %eax, %ds
    movl %eax, %es
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    fninit
    movl 0(%ebp), %eax
    movl 4(%ebp), %ecx
    movl 8(%ebp), %edx
    movl 12(%ebp), %ebx
    movl 24(%ebp), %esi
    movl 28(%ebp), %edi
    movl 20(%ebp), %ebp
    iret

/* On the stack: registers, ES, DS, vector, error code, EIP, CS, EFLAGS, ESP, SS. */
common:
    pushl %ds
    pushl %es
    pushal
    cld
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    cmpl $TIMER, 40(%esp)
    jne 1f
    incl ticks
    movb $0x20, %al
    outb %al, $0x20
    decl patience
    jz 1f
    popal
    popl %es
    popl %ds
    addl $8, %esp
    iret
1:  movl %esp, %eax
    movl back, %esp
    pushl %eax
    call case_ended
    addl $4, %esp
    popal
    ret

.set TIMER, 0x20

    .altmacro
    .macro vector n
vector\n:
    .if \n != 8 && (\n < 10 || \n > 14) && \n != 17
    pushl $0
    .endif
    pushl $\n
    jmp common
    .section .rodata
    .long vector\n
    .text
    .endm

    .section .rodata
    .balign 4
vectors:
    .text
    .set n, 0
    .rept TIMER + 1
    vector %n
    .set n, n + 1
    .endr

    .bss
    .balign 16
back:
    .skip 4
    .globl ticks, patience
ticks:
    .skip 4
patience:
    .skip 4
    .balign 16
    .skip 16384
stack_top:

    .section .note.GNU-stack, "", @progbits
