/*
 * How late interrupts come in translated code: a loop of slow instructions under a timer.
 * Everything has run, and is translated, before the timer is started, so that nothing but what lies
 * between two commits delays one interrupt more than another.
 */
#define TEST_NAME "latency"
#include "pc.h"

#define VECTOR 0x20
#define LOG DATA     /* TSC at each tick */
#define PERIOD 61181 /* ns: 73 of the timer's own ticks; the chip has 1 GHz */
#define FIRST 80     /* tick that counts: the way to the handler is in the caches */
#define TICKS 560
.set ticks, 0x5000

.text 0
.code32
tick:
    pushl %eax
    pushl %edx
    pushl %ecx
    rdtsc
    movl ticks, %ecx
    movl %eax, LOG(,%ecx,4)
    incl ticks
    popl %ecx
    popl %edx
    output 0x20, 0x20
    popl %eax
    iret

/* Ten times thirty divisions, each of which needs the one before. Keeps all registers but EDX. */
slow:
    pushl %eax
    pushl %ecx
    movl $10, %ecx
1:  .rept 30
    xorl %edx, %edx
    divl %ebx
    .endr
    decl %ecx
    jnz 1b
    popl %ecx
    popl %eax
    ret

/* Until so many ticks have come; with an INT in each round before the timer does it. */
wait:
1:  call slow
    testl %esi, %esi
    jz 2f
    int $VECTOR
2:  cmpl %edi, ticks
    jb 1b
    ret

test32:
    timer_to VECTOR, tick
    movl $0, ticks
    movl $3, %ebx
    movl $0x12345678, %eax

    movl $1, %esi
    movl $60, %edi
    call wait
    xorl %esi, %esi
    movl $60, %edi
    movl $60, %ebp /* without INT, too */
3:  call wait
    decl %ebp
    jnz 3b
    output 0x43, 0x34
    output 0x40, 73 /* 61 us */
    output 0x40, 0
    movl $TICKS, %edi
    sti
    call wait
    cli
    output 0x43, 0x30 /* no more of them */

    movl $0x7fffffff, %esi /* ESI: the earliest, EDI: the latest */
    movl $0x80000000, %edi
    xorl %edx, %edx
    movl $FIRST, %ecx
1:  movl LOG(,%ecx,4), %eax
    subl LOG + 4 * FIRST, %eax
    subl %edx, %eax
    addl $PERIOD, %edx
    cmpl %esi, %eax
    jge 2f
    movl %eax, %esi
2:  cmpl %edi, %eax
    jle 3f
    movl %eax, %edi
3:  incl %ecx
    cmpl $TICKS, %ecx
    jb 1b
    pushl %edi
    subl %esi, (%esp)
    movl $text, %esi
    call puts
    popl %eax
    call put_decimal
    movb $'\n', %al
    movw $PORT_TEXT, %dx
    outb %al, %dx
    jmp pass
text:
    .asciz "ns between the earliest and the latest: "
