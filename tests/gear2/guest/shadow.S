/*
 * STI and the instruction behind it, in hot code under a fast timer: an interrupt comes behind that
 * instruction at the earliest, HLT among them, and no later than the next that may take it.
 */
#define TEST_NAME "shadow"
#include "pc.h"

#define VECTOR 0x20
#define ROUNDS 6000
.set ticks, 0x5000
.set state, 0x5004 /* 1: no interrupt may come, whatever IF says */

.text 0
.code32
tick:
    cmpl $1, state
    je fail
    cmpl $halt, (%esp) /* STI, HLT: HLT has begun to wait */
    je fail
    cmpl $load, (%esp) /* MOV SS, MOV ESP */
    je fail
    pushl %eax
    incl ticks
    output 0x20, 0x20
    popl %eax
    iret

test32:
    movl $0, ticks
    movl $__LINE__, line
    timer_to VECTOR, tick
    output 0x43, 0x34 /* counter 0, rate generator, 23 us */
    output 0x40, 27
    output 0x40, 0

    movl $ROUNDS, %ecx
1:  movl $1, state
    sti
    movl $0, state
    addl $1, %ebx
    cli
    decl %ecx
    jnz 1b
    movl ticks, %eax
    testl %eax, %eax
    movl $__LINE__, line
    jz fail

    /* with IF on: only its own boundary is spared */
    movl $DATA0, %edx
    movl %esp, %ebp
    movl $ROUNDS, %ecx
    sti
    nop /* a shadow in a shadow is none: docs/quirks.md */
2:  movl %edx, %ss
load:
    movl %ebp, %esp
    decl %ecx
    jnz 2b
    cli

    /* each wait ends by an interrupt */
    movl ticks, %esi
    movl $40, %ecx
3:  sti
halt:
    hlt
    cli
    decl %ecx
    jnz 3b
    movl $__LINE__, line
    addl $40, %esi
    cmpl %esi, ticks
    jb fail
    jmp pass
