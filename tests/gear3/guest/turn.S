/*
 * How long a timer's interrupt has to wait while regions are made: loops of many instructions and
 * exits become hot one after the other, and the handler asks the timer how long ago it was due.
 * Then the handler changes an instruction of the loop that is hot; if a region were made of what
 * the instruction was before, the loop would find that out.
 */
#define TEST_NAME "turn"
#include "pc.h"

#define VECTOR 0x20
#define TICKS 358 /* of the timer, 838 ns each: from one interrupt to the next */
#define WARM 10   /* loops that don't count: the firmware's own code comes from flash */
#define LOOPS 30
#define ROUNDS 2500
#define RETRIES 3

.set latest, 0x5000 /* ticks of the timer */
.set value, 0x5004
.set place, 0x5008  /* of an immediate that is to have that value, 0: none */

/* A hundred instructions that keep ECX; every fifth is an exit that is never taken. */
.macro body seed
    .set number, \seed
    .rept 20
    .set number, (number * 1103515245 + 12345) & 0x7fffffff
    addl $number, %eax
    xorl %eax, %ebx
    roll $(number >> 8 & 31), %ebx
    cmpl $number, %ebx
    je 2f
    .endr
2:
.endm

.text 0
.code32
tick:
    pushl %eax
    pushl %edx
    output 0x43, 0 /* what the counter has come to */
    xorl %eax, %eax
    inb $0x40, %al
    movb %al, %dl
    inb $0x40, %al
    movb %al, %dh
    movw $TICKS, %ax
    subw %dx, %ax
    cmpl latest, %eax
    jbe 1f
    movl %eax, latest
1:  movl place, %edx
    testl %edx, %edx
    jz 1f
    incl value
    movl value, %eax
    movl %eax, (%edx)
1:  output 0x20, 0x20
    popl %edx
    popl %eax
    iret

.macro hot_loops from, count
    .set seed, \from
    .rept \count
    movl $ROUNDS, %ecx
3:  body seed
    decl %ecx
    jnz 3b
    .set seed, seed + 1
    .endr
.endm

test32:
    timer_to VECTOR, tick
    output 0x43, 0x34
    output 0x40, (TICKS & 0xff)
    output 0x40, (TICKS >> 8)
    sti
    xorl %eax, %eax
    xorl %ebx, %ebx
    hot_loops 1, WARM
    movl $0, latest
    hot_loops 100, LOOPS
    cli
    pushl %ebx
    movl $text_late, %esi
    call puts
    movl latest, %eax
    call put_decimal
    movl $text_left, %esi
    call puts
    popl %eax
    call put_hex
    movb $'\n', %al
    movw $PORT_TEXT, %dx
    outb %al, %dx
    sti

    .set seed, 200
    .rept LOOPS
    movl $0, place
    movl value, %eax
    movl %eax, 3f + 1
    movl $(3f + 1), place
    movl $ROUNDS, %ecx
    xorl %edx, %edx
3:  movl $0, %eax
    cmpl value, %eax
    je 4f
    incl %edx /* an interrupt may come between those two, but not every time */
    cmpl $RETRIES, %edx
    jb 3b
    movl $__LINE__, line
    jmp fail
4:  xorl %edx, %edx
    body seed
    decl %ecx
    jnz 3b
    .set seed, seed + 1
    .endr
    cli
    jmp pass
text_late:
    .asciz "the latest: "
text_left:
    .asciz " ticks late, left:"
