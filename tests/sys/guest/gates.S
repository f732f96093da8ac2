/*
 * Rings: interrupt gates from ring 3, call gates, conforming code, outer returns, privileged
 * instructions, I/O rights.
 */
#define TEST_NAME "gates"
#include "pc.h"

#define G_CALL 0x40      /* to ring 0, two parameters */
#define G_CALL16 0x48    /* 16-bit, to ring 0, no parameter */
#define G_INNER_ONLY 0x50 /* DPL 0 */
#define G_ABSENT 0x58
#define G_DATA 0x60      /* names a data segment */
#define S_CONFORMING 0x68
#define S_DATA1 0x70
#define G_CONFORMING 0x78 /* to the conforming segment */
#define CODE1 0x80
#define G_RING1 0x88
#define G_NULL 0x90
#define CODE_IMAGE 0x98 /* based at the image: offsets of 16 bits reach it */

#define USER(gate) ((gate) | 3)

.text 1
    gate CODE0, gate_target, 0xec, 2
    gate CODE_IMAGE, gate_target16, 0xe4
    gate CODE0, gate_target, 0x8c
    gate CODE0, gate_target, 0x6c
    gate DATA0, gate_target, 0xec
    desc 0, 0xfffff, 0xc09f
    desc 0, 0xfffff, 0xc0b3
    gate S_CONFORMING, gate_conforming, 0xec
    desc 0, 0xfffff, 0xc0bb
    gate CODE1, gate_ring1, 0xec
    gate 0, gate_target, 0xec
    desc 0xf0000, 0xffff, 0x409b

.text 0
.code32
test32:
    GO3(ring3)

gate_target:
    movl %cs, %eax
    EQ(%eax, CODE0)
    movl %ss, %eax
    EQ(%eax, DATA0)
    EQ(%esp, STACK_INNER - 24)
    EQ(4(%esp), CODE3)
    EQ(8(%esp), 0x2222)
    EQ(12(%esp), 0x1111)
    EQ(16(%esp), STACK3 - 8)
    EQ(20(%esp), DATA3)
    movl %cs, %ebx
    lret $8

gate_target16:
    movl %cs, %eax
    EQ(%eax, CODE_IMAGE)
    EQ(%esp, STACK_INNER - 8)
    movl $DATA0, %eax
    movl %eax, %fs
    movl $0x77, %ebx
    lretw

gate_conforming:
    movl %cs, %ebx
    lret

gate_ring1:
    movl %cs, %eax
    EQ(%eax, 0x81)
    movl %ss, %eax
    EQ(%eax, 0x71)
    EQ(%esp, 0xb000 - 16)
    FAULT(13, 0, cli)
    EQ(got_cs, CODE1 | 1)
    lret

ring3:
    movl %cs, %eax
    EQ(%eax, CODE3)
    movl %ss, %eax
    EQ(%eax, DATA3)
    EQ(%esp, STACK3)

    /* faults change to the inner stack and back */
    FAULT(6, NONE, ud2)
    EQ(got_cs, CODE3)
    EQ(got_ss, DATA3)
    EQ(got_esp, STACK3)
    TRAP(3, int3)

    /* what ring 3 may not do */
    FAULT(13, 0, cli)
    FAULT(13, 0, sti)
    FAULT(13, 0, hlt)
    FAULT(13, 0, clts)
    FAULT(13, 0, lgdt gdtr)
    FAULT(13, 0, lidt idtr)
    FAULT(13, 0, invd)
    FAULT(13, 0, wbinvd)
    FAULT(13, 0, invlpg DATA)
    FAULT(13, 0, movl %cr0, %eax)
    FAULT(13, 0, movl %eax, %cr3)
    FAULT(6, NONE, .byte 0x0f, 0x20, 0xc8) /* CR1: undefined first */
    FAULT(13, 0, movl %dr7, %eax)
    FAULT(13, 0, rdmsr)
    FAULT(13, 0, wrmsr)
    FAULT(13, 0, lmsw %ax)
    FAULT(13, 0, lldt %ax)
    FAULT(13, 0, ltr %ax)
    smsw %eax
    sgdt DATA
    movl $DATA0, %eax
    FAULT(13, DATA0, movl %eax, %ds)
    movl $DATA3, %eax
    movl %eax, %ds

    /* interrupts: the gate's DPL */
    FAULT(13, 0x20 * 8 + 2, int $0x20)
    FAULT(13, 0 * 8 + 2, int $0)

    /* POPF leaves IF and IOPL alone */
    pushl $0x3202
    popfl
    pushfl
    popl %eax
    andl $0x3200, %eax
    EQ(%eax, 0)

    /* ports: with a map beyond the limit of the task state all are closed */
    movw $0xffff, TSS + 102
    FAULT(13, 0, inb $0x80, %al)
    FAULT(13, 0, outb %al, $0x80)
    movl $0x402, %edx
    FAULT(13, 0, outsb)
    movl $0xff, TSS + 0x68 + 0x10
    movb $0xfe, TSS + 0x68 + 0x10
    movl $-1, TSS + 0x6c + 0x10
    movw $0x68, TSS + 102
    inb $0x80, %al
    FAULT(13, 0, inw $0x80, %ax)
    FAULT(13, 0, inb $0x81, %al)
    movl $0, TSS + 0x68 + 0x10
    inl $0x80, %eax
    movb $1, TSS + 0x68 + 0x11
    movl $0x85, %edx
    FAULT(13, 0, inl %dx, %eax)
    inb %dx, %al

    /* call gates */
    pushl $0x1111
    pushl $0x2222
    xorl %ebx, %ebx
    lcall $USER(G_CALL), $0xdeadbeef
    EQ(%esp, STACK3)
    EQ(%ebx, CODE0)
    movl %cs, %eax
    EQ(%eax, CODE3)
    movl $DATA3, %eax
    movl %eax, %fs
    movl $0x0000009a, 0xc000 /* lcall to the 16-bit gate, ret: where 16 bits of return address do */
    movl $0xc3000000 | USER(G_CALL16) << 8, 0xc004
    movl $0xc000, %eax
    call *%eax
    EQ(%ebx, 0x77)
    movl %fs, %eax
    EQ(%eax, 0)
    movl %cs, %eax
    EQ(%eax, CODE3)
    lcall $USER(G_CONFORMING), $0
    EQ(%ebx, S_CONFORMING | 3)
    movl %cs, %eax
    EQ(%eax, CODE3)
    EQ(%esp, STACK3)
    FAULT(13, G_INNER_ONLY, lcall $USER(G_INNER_ONLY), $0)
    FAULT(11, G_ABSENT, lcall $USER(G_ABSENT), $0)
    FAULT(13, DATA0, lcall $USER(G_DATA), $0)
    FAULT(13, 0, lcall $USER(G_NULL), $0)
    FAULT(13, CODE0, ljmp $USER(G_CALL), $0)
    FAULT(13, CODE0, lcall $CODE0, $0)
    FAULT(13, TSS0, lcall $TSS0, $0)

    /* the stack for ring 1 is missing, wrong, absent, too small */
    FAULT(10, 0, lcall $USER(G_RING1), $0)
    movl $0x70, TSS + 16
    FAULT(10, S_DATA1, lcall $USER(G_RING1), $0)
    movl $0x11, TSS + 16
    FAULT(10, 0x10, lcall $USER(G_RING1), $0)
    movl $0x801, TSS + 16
    FAULT(10, 0x800, lcall $USER(G_RING1), $0)
    movl $(S_DATA1 | 1), TSS + 16
    movl $0xb000, TSS + 12
    lcall $USER(G_RING1), $0
    EQ(%esp, STACK3)

    /* back to ring 0: an outer return needs a good outer stack */
    GO0(ring0)
ring0:
    movl %cs, %eax
    EQ(%eax, CODE0)
    movl $DATA0, %eax
    movl %eax, %ds
    pushl $DATA0
    pushl $STACK3
    pushl $CODE3
    pushl $ring3
    FAULT(13, DATA0, lret)
    movl $0, 12(%esp)
    FAULT(13, 0, lret)
    movl $DATA3, 12(%esp)
    movl $0x800 | 3, 4(%esp)
    FAULT(13, 0x800, lret)
    addl $16, %esp

    /* an IRET to ring 3 hides ring 0's segments and takes IOPL from the image */
    movl $DATA0, %eax
    movl %eax, %fs
    movl $DATA3, %eax
    movl %eax, %gs
    pushl $DATA3
    pushl $STACK3
    pushl $0x3002
    pushl $CODE3
    pushl $iopl3
    iret
iopl3:
    movl $DATA3, %eax
    movl %eax, %ds
    movl %fs, %eax
    EQ(%eax, 0)
    movl %gs, %eax
    EQ(%eax, DATA3)
    movl %gs:DATA, %ebx
    FAULT(13, 0, movl %fs:DATA, %ebx)
    sti
    cli
    inb $0x81, %al
    pushl $2
    popfl
    pushfl
    popl %eax
    andl $0x3000, %eax
    EQ(%eax, 0x3000)
    GO0(pass)
