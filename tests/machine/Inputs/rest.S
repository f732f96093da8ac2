/*
 * rest.S - a guest that works a little in each tick of its timer, then rests, then is busy. Its
 * time stamp counter goes on at one rate all the while.
 */
#define TEST_NAME "rest"
#include "tests/sys/guest/pc.h"

#define IRQ0 0x20
#define DIVISOR 596  /* of 1193182 Hz: 2002 ticks a second */
#define WORK 60000   /* turns of a loop, a fraction of a tick */
#define LITTLE 60    /* ticks of each part */
#define NOTHING 120
#define BUSY 30
#define SAMPLE 10    /* ticks by which the counter's rate is taken */

.macro out8 port, value
    movb $\value, %al
    outb %al, $\port
.endm

.text 0
.code32
test32:
    out8 0x20, 0x11
    out8 0xa0, 0x11
    out8 0x21, IRQ0
    out8 0xa1, (IRQ0 + 8)
    out8 0x21, 4
    out8 0xa1, 2
    out8 0x21, 1
    out8 0xa1, 1
    out8 0xa1, 0xff
    out8 0x21, 0xfe
    out8 0x43, 0x34
    out8 0x40, (DIVISOR & 0xff)
    out8 0x40, (DIVISOR >> 8)
    movl $end_of_interrupt, hook
    movl $0, got_count
    sti

    movl $LITTLE, %ebp
1:  movl $WORK, %ecx
2:  decl %ecx
    jnz 2b
    hlt
    decl %ebp
    jnz 1b

    movl $NOTHING, %ebp
1:  hlt
    decl %ebp
    jnz 1b
    call sample
    movl %eax, %edi     /* at rest */

    movl got_count, %eax
    leal BUSY(%eax), %ebx
1:  cmpl %ebx, got_count
    jb 1b
    call sample_busy
    cli
    subl %edi, %eax     /* apart by less than an eighth? */
    jns 1f
    negl %eax
1:  shrl $3, %edi
    movl $__LINE__, line
    cmpl %edi, %eax
    ja fail
    jmp pass

/* EAX: what the counter counts in SAMPLE ticks */
sample:
    hlt
    rdtsc
    movl %eax, %esi
    movl $SAMPLE, %ebp
1:  hlt
    decl %ebp
    jnz 1b
    rdtsc
    subl %esi, %eax
    ret

sample_busy:
    movl got_count, %ebx
1:  cmpl got_count, %ebx
    je 1b
    rdtsc
    movl %eax, %esi
    addl $(SAMPLE + 1), %ebx
1:  cmpl %ebx, got_count
    jb 1b
    rdtsc
    subl %esi, %eax
    ret

end_of_interrupt:
    out8 0x20, 0x20
    ret
