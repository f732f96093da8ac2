/*
 * Virtual-8086 mode: its segments and limits, what IOPL decides, ports, faults to ring 0 and back
 * by IRET.
 */
#define TEST_NAME "v86"
#include "v86.h"

#define SEGMENTS es=0x2222, fs=0x3333, gs=0x4444

/* What an interrupt in this mode pushes above SS */
#define F_ES 64
#define F_DS 68
#define F_FS 72
#define F_GS 76

.text 0
.code32
test32:
    movw $0x68, TSS + 102
    movb $0, TSS + 0x68 + 0x10
    movb $0xff, TSS + 0x68 + 0x11
    movl $watch, hook
    enter_v86 iopl3, 0x3000, SEGMENTS

/* Every fault of the mode comes through here. */
watch:
    watch16
    testl $0x20000, F_FLAGS(%ebp)
    jz fail
    movw %ds, %ax
    cmpw $DATA0, %ax
    jne fail
    movw %es, %ax
    orw F_ES(%ebp), %ax
    cmpw $0x2222, %ax
    jne fail
    movw %fs, %ax
    testw %ax, %ax
    jnz fail
    cmpl $0x3333, F_FS(%ebp)
    jne fail
    cmpl $0x4444, F_GS(%ebp)
    jne fail
    cmpl $0, F_DS(%ebp)
    jne fail
    ret

.code16
iopl3:
    movw %cs, %ax
    cmpw $0xf000, %ax
    jne fail16
    movw %es, %ax
    cmpw $0x2222, %ax
    jne fail16
    movw %gs, %ax
    cmpw $0x4444, %ax
    jne fail16
    movl $0x600d, 0xd000
    movw $0xd00, %ax
    movw %ax, %fs
    movl %fs:0, %ebx
    EQ16(%ebx, 0x600d)
    movw $0x3333, %ax
    movw %ax, %fs

    /*
     * limits are 64 KiB; EIP in a frame is 32 bits wide, and the mode is still this one after IRET
     */
    FAULT16(13, 0, movl 0xfffd, %eax)
    EQ16(got_cs, 0xf000)
    EQ16(got_ss, 0x1000)
    FAULT16(13, 0, movl %eax, 0xfffd)
    movl $0xfffe, %ebp
    FAULT16(13, 0, movl %ds:(%bp), %eax)
    FAULT16(12, 0, movl (%bp), %eax)
    movl $0x10000, %eax
    FAULT16(13, 0, addr32 movb (%eax), %al)
    FAULT16(6, NONE, ud2)
    xorw %cx, %cx
    FAULT16(0, NONE, divw %cx)

    /* privileged, or not of this mode */
    FAULT16(13, 0, hlt)
    FAULT16(13, 0, clts)
    FAULT16(13, 0, lgdt 0)
    FAULT16(13, 0, movl %cr0, %eax)
    FAULT16(13, 0, movl %eax, %cr3)
    FAULT16(13, 0, lmsw %ax)
    FAULT16(13, 0, rdmsr)
    FAULT16(6, NONE, sldt %ax)
    FAULT16(6, NONE, lldt %ax)
    FAULT16(6, NONE, str %ax)
    FAULT16(6, NONE, ltr %ax)
    FAULT16(6, NONE, lar %ax, %bx)
    FAULT16(6, NONE, verr %ax)
    FAULT16(6, NONE, .byte 0x63, 0xc0)
    smsw %ax

    /* IOPL 3: interrupt flag and software interrupts are free; ports obey the map alone */
    sti
    cli
    pushfl
    popl %eax
    andl $0x3202, %eax
    EQ16(%eax, 0x3002)
    pushl $0x0202
    popfl
    pushfl
    popl %eax
    andl $0x3202, %eax
    EQ16(%eax, 0x3202)
    cli
    movl $0, got_count
    movl $0, resume
    int $3
    EQ16(got_count, 1)
    EQ16(got_vec, 3)
    FAULT16(13, 0x90 * 8 + 2, int $0x90)
    pushw $0x0247
    pushw %cs
    pushw $(1f - image)
    iretw
    jmp fail16
1:  pushfl
    popl %eax
    andl $0x3247, %eax
    EQ16(%eax, 0x3247)
    cli
    inb $0x80, %al
    FAULT16(13, 0, inb $0x88, %al)
    FAULT16(13, 0, outw %ax, $0x87)

    /* far transfers load CS by shifting */
    lcall $0xf010, $(2f - image - 0x100)
    jmp 3f
2:  movw %cs, %ax
    cmpw $0xf010, %ax
    jne fail16
    lret
3:  movl $kernel, go
    int $0x80
    jmp fail16

.code32
kernel:
    movl $DATA0, %eax
    movl %eax, %ds
    enter_v86 iopl0, 0, SEGMENTS

.code16
iopl0:
    FAULT16(13, 0, cli)
    FAULT16(13, 0, sti)
    FAULT16(13, 0, pushfw)
    FAULT16(13, 0, popfw)
    FAULT16(13, 0, pushfl)
    FAULT16(13, 0, iretw)
    FAULT16(13, 0, .byte 0xcd, 3)
    FAULT16(13, 0, int $0x80)
    movl $0, got_count
    movl $0, resume
    int3
    EQ16(got_count, 1)
    EQ16(got_vec, 3)
    inb $0x80, %al
    FAULT16(13, 0, inb $0x8f, %al)
    movl $leave, hook
    ud2

.code32
leave:
    movl $DATA0, %eax
    movl %eax, %es
    movl $0, hook
    FAULT(13, 0, movl %fs:DATA, %ebx)
    FAULT(13, 0, movl %ebx, %gs:DATA)

    /* an interrupt gate to a level other than 0 can't be used from this mode */
    movl $STACK0, %esp
    movw $CODE3, IDT + 8 * 0x92 + 2
    movb $0xee, IDT + 8 * 0x92 + 5
    movl $conforming, hook
    enter_v86 gate3, 0x3000, SEGMENTS
.code16
gate3:
    movl $0, got_count
    int $0x92
.code32
conforming:
    EQ(got_vec, 13)
    EQ(got_err, CODE3 - 3)
    movl $0, hook

    /* with NT set, or from ring 3, IRET doesn't come here */
    GO3(ring3)
ring3:
    pushl $0x20002
    pushl $CODE3
    pushl $1f
    iret
1:  pushfl
    popl %eax
    andl $0x20000, %eax
    EQ(%eax, 0)
    GO0(pass)
