/*
 * A timer that interrupts whenever something has trapped: the handler starts it anew as the last
 * thing that it does, for a time that is swept over what the processor needs from there to behind
 * the trap. However that falls, an instruction is executed between two interrupts at last: the
 * handler fails when it has met the same place in the same round too often.
 */
#define TEST_NAME "progress"
#include "pc.h"

#define VECTOR 0x20
#define ROUNDS 40
#define LEAST 4 /* ticks of the timer, 838 ns each: enough for what follows it in the handler */
#define MOST 40
#define PATIENCE 500 /* interrupts */

.set place, 0x5000 /* EIP and round at the last interrupt, */
.set round, 0x5004
.set times, 0x5008 /* so often in a row */
.set delay, 0x500c

/* The lines up to `done`, ROUNDS times with ECX counting down, for each time of the timer. */
.macro sweep
    movl $LEAST, delay
    sti
1:  movl $ROUNDS, %ecx
    movb delay, %al
    outb %al, $0x40
2:
.endm
.macro done
    decl %ecx
    jnz 2b
    incl delay
    cmpl $MOST, delay
    jbe 1b
    cli
.endm

.text 0
.code32
    .balign 128
tick:
    pushl %eax
    movl 4(%esp), %eax
    cmpl place, %eax
    jne 1f
    cmpl round, %ecx
    jne 1f
    incl times
    cmpl $PATIENCE, times
    ja fail
    jmp 2f
1:  movl %eax, place
    movl %ecx, round
    movl $0, times
2:  movb delay, %al
    outb %al, $0x40
    output 0x20, 0x20
    popl %eax
    iret
    .balign 4
beside:
    .long 0

    .balign 128
test32:
    timer_to VECTOR, tick
    output 0x43, 0x10 /* counter 0: once, a byte */

/* A loop that stores beside itself. */
    movl $__LINE__, line
    jmp 3f
    .balign 128
own:
    .long 0
3:  sweep
    incl own
    done
    EQ(own, ROUNDS * (MOST - LEAST + 1))

/* What it stores is beside the handler. */
    movl $__LINE__, line
    jmp 3f
    .balign 128
3:  sweep
    incl beside
    done
    EQ(beside, ROUNDS * (MOST - LEAST + 1))
    jmp pass
