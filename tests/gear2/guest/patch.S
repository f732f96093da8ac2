/*
 * Instructions that emulation patches execute, in loops that are hot: ports, a device's memory,
 * flags, segment registers, strings. Each loop ends by leaving something behind that the next check
 * finds; among the patches are ones that fault, that change what the rest of the trace relied on,
 * and that let an interrupt in.
 */
#define TEST_NAME "patch"
#include "pc.h"

#define ROUNDS 60
#define VECTOR 0x20
#define VGA 0xa0000
#define CODE_A20 0x100000

.set ticks, 0x5000

.text 1
    desc 0x20000, 0xfffff, 0xc093 /* GDT_FREE: data from 20000 on */

.text 0
.code32
tick:
    incl ticks
    pushl %eax
    output 0x20, 0x20
    popl %eax
    iret

test32:
    movl $0, ticks

/* One access by port in eight bits, and by port number in DX in all sizes. */
    xorl %ebx, %ebx
    movl $ROUNDS, %ecx
1:  movl $0x11223344, %eax
    movl $PORT_TEXT, %edx
    inb %dx, %al
    addl %eax, %ebx
    inb $0x92, %al
    andb $2, %al
    orb %al, %bl
    decl %ecx
    jnz 1b
    EQ(%eax, 0x11223302)

/* Memory of a device: what is written to plane 0 comes back. */
    movl $ROUNDS, %ecx
2:  movb %cl, VGA
    movl VGA, %eax
    addl %eax, %ebx
    decl %ecx
    jnz 2b
    movb VGA, %al
    movl %eax, DATA + 8

/* Strings from a port and to memory. */
    movl $ROUNDS, %esi
3:  movl $DATA, %edi
    movl $7, %ecx
    movl $PORT_TEXT, %edx
    rep insb
    EQ(%edi, DATA + 7)
    EQ(%ecx, 0)
    movl $5, %ecx
    movl %esi, %eax
    rep stosb
    decl %esi
    jnz 3b
    EQ(DATA + 3, 0xe9e9e9e9)
    EQ(DATA + 8, 0x01010101)

/* Segment registers: the class of ES changes, and with it the code that may run. */
    movl $ROUNDS, %esi
4:  movl $DATA0, %eax
    testl $1, %esi
    jz 5f
    movl $GDT_FREE, %eax
5:  movl %eax, %es
    movl %es:0x20, %edx
    pushl %es
    popl %es
    decl %esi
    movl %esi, DATA + 0x20
    jnz 4b
    EQ(%edx, 1)
    movl $DATA0, %eax
    movl %eax, %es

/* A segment load that faults now and then. */
    movl $ROUNDS, %esi
6:  movl $DATA0, %eax
    testl $15, %esi
    jnz 7f
    movl $0x7f8, %eax
    FAULT(13, 0x7f8, movl %eax, %es)
    jmp 8f
7:  movl %eax, %es
8:  decl %esi
    jnz 6b

/* The line A20 goes off and on by a port: the same address is other memory behind the write. */
    movl $0x1111, 0x20
    movl $0x2222, CODE_A20 + 0x20
    movl $ROUNDS, %ecx
    xorl %ebx, %ebx
9:  movb $0, %al
    outb %al, $0x92
    movl CODE_A20 + 0x20, %edx
    addl %edx, %ebx
    movb $2, %al
    outb %al, $0x92
    movl CODE_A20 + 0x20, %edx
    addl %edx, %ebx
    decl %ecx
    jnz 9b
    EQ(%ebx, ROUNDS * 0x3333)

/* The interrupt flag: an interrupt that waits comes behind the instruction after STI, and at once
 * behind POPF. */
    timer_to VECTOR, tick
    output 0x43, 0x34 /* counter 0: a rate generator, 0.1 ms */
    output 0x40, 120
    output 0x40, 0
    movl $20, %esi
10: cli
    movl ticks, %edi
11: movb $0x0a, %al /* until the controller has a request */
    outb %al, $0x20
    inb $0x20, %al
    testb $1, %al
    jz 11b
    cmpl ticks, %edi
    jne fail
    testl $1, %esi
    jz 12f
    sti
    movl ticks, %eax /* the shadow of STI */
    cmpl %eax, %edi
    jne fail
    jmp 13f
12: pushfl
    orl $0x200, (%esp)
    popfl
13: movl ticks, %eax
    cmpl %eax, %edi
    je fail
    decl %esi
    jnz 10b
    cli
    movb $0xff, %al
    outb %al, $0x21

/* Ring 3: the bitmap allows port 402 and not 403, in one loop. */
    movw $0x68, TSS + 102
    movb $0xfb, TSS + 0x68 + 0x402 / 8
    movl $0, got_count
    GO3(user)
user:
    movl $ROUNDS, %esi
14: movl $PORT_TEXT, %edx
    testl $7, %esi
    jz 15f
    inb %dx, %al
    EQ(got_count, 0)
    jmp 16f
15: incl %edx
    FAULT(13, 0, inb %dx, %al)
    movl $0, got_count
    FAULT(13, 0, cli)
    movl $0, got_count
16: decl %esi
    jnz 14b
    GO0(pass)
