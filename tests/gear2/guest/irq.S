/*
 * Interrupts in translated code: loops that only an interrupt ends, a handler that changes the code
 * which it interrupted, and a computation that comes out right however often it is interrupted.
 */
#define TEST_NAME "irq"
#include "pc.h"

#define VECTOR 0x20
.set ticks, 0x5000

.text 0
.code32
tick:
    pushl %eax
    incl ticks
    movl ticks, %eax
    movl %eax, patched + 1
    output 0x20, 0x20
    popl %eax
    iret

test32:
    movl $0, ticks
    timer_to VECTOR, tick
    output 0x43, 0x34 /* counter 0, rate generator, 0.2 ms */
    output 0x40, 239
    output 0x40, 0
    sti

1:  cmpl $5, ticks
    jb 1b

2:  nop
patched:
    movl $0, %eax
    cmpl $10, %eax
    jb 2b

/* A checksum over calls, stores and loads, again and again until forty interrupts have come. */
again:
    movl $DATA, %edi
    movl $500, %ecx
    xorl %eax, %eax
3:  pushl %ecx
    call mix
    popl %edx
    addl %edx, %eax
    movl %eax, (%edi)
    addl $4, %edi
    decl %ecx
    jnz 3b
    cli
    EQ(%eax, 0xda008183)
    sti
    cmpl $40, ticks
    jb again
    cli
    jmp pass

mix:
    roll $5, %eax
    xorl %ecx, %eax
    pushl %eax
    imull $77, %eax, %eax
    popl %edx
    addl %edx, %eax
    ret
