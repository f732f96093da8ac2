/*
 * External interrupts: where they are taken and where not, in every ring and mode, out of HLT, in
 * the middle of REP, and through a task gate. Needs the interrupt controller and the timer.
 */
#define TEST_NAME "irq"
#include "pc.h"

#define IRQ0 0x20
#define TSS_A 0x6000
#define S_A 0x40

#define IRQ(eip) EQ(got_count, 1); EQ(got_vec, IRQ0); EQ(got_eip, eip)

.text 1
    desc TSS_A, 0x67, 0x0089

.text 0
.code32
test32:
    start_pics IRQ0, (IRQ0 + 8), 0xfe, 0xff
    movl $end_of_interrupt, hook

    /* IF off: nothing comes; on: before the second next instruction */
    call raise
    nop
    nop
    EQ(got_count, 0)
    sti
    nop
t1: cli
    IRQ(t1)
    testl $0x200, got_flags
    jz fail
    EQ(got_cs, CODE0)

    call raise
    sti
    cli
    nop
    EQ(got_count, 0)
    sti
    movl $DATA0, %eax
t2: movl %eax, %ss
t3: cli
    IRQ(t2)

    call raise
    pushl $0x202
    popfl
t4: cli
    IRQ(t4)

    /* HLT waits for it */
    call arm
    sti
    hlt
t6: cli
    IRQ(t6)

    /* REP is interrupted between iterations, and goes on */
    movl $0, DATA + 0x3fffc
    call arm
    movl $DATA, %edi
    movl $0x10000, %ecx
    movl $0x5a5a5a5a, %eax
    cld
    sti
t7: rep stosl
    movl $0x100000, %ebx
1:  cmpl $0, got_count
    jne 2f
    decl %ebx
    jnz 1b
2:  cli
    EQ(got_count, 1)
    EQ(%ecx, 0)
    EQ(%edi, DATA + 0x40000)
    EQ(DATA + 0x3fffc, 0x5a5a5a5a)

    /* ring 3, with IF that it can't clear */
    call arm
    pushl $DATA3
    pushl $STACK3
    pushl $0x202
    pushl $CODE3
    pushl $ring3
    movl $DATA3, %eax
    movl %eax, %ds
    iret
ring3:
    cmpl $0, got_count
    je ring3
    EQ(got_vec, IRQ0)
    EQ(got_cs, CODE3)
    EQ(got_ss, DATA3)
    EQ(got_esp, STACK3)
    GO0(ring0)
ring0:
    cli
    movl $DATA0, %eax
    movl %eax, %ds

    /* virtual-8086 mode, IOPL 0 */
    call arm
    pushl $0
    pushl $0
    pushl $0
    pushl $0
    pushl $0x1000
    pushl $0x800
    pushl $0x20202
    pushl $0xf000
    pushl $(v86 - image)
    iret
.code16
v86:
    cmpl $0, got_count
    je v86
    movl $after_v86, hook
    ud2
.code32
after_v86:
    EQ(got_vec, 6)
    EQ(got_cs, 0xf000)
    movl $end_of_interrupt, hook
    movl $DATA0, %eax
    movl %eax, %es
    movl $STACK0, %esp

    /* a task gate: the task runs and returns to where the interrupt was taken */
    movl $task, TSS_A + 32
    movl $2, TSS_A + 36
    movl $0xb000, TSS_A + 56
    movl $DATA0, TSS_A + 72
    movl $CODE0, TSS_A + 76
    movl $DATA0, TSS_A + 80
    movl $DATA0, TSS_A + 84
    movl $0xe500, IDT + 8 * IRQ0 + 4
    movl $(S_A << 16), IDT + 8 * IRQ0
    movl $0, DATA
    call arm
    movl $0x1234, %ebx
    sti
1:  cmpl $0, DATA
    je 1b
    cli
    EQ(DATA, 1)
    EQ(%ebx, 0x1234)
    movl %cr0, %eax
    andl $8, %eax
    EQ(%eax, 8)
    str %eax
    EQ(%eax, TSS0)
    jmp pass

task:
    movl $0xffff, %ebx
    incl DATA
    movb $0x20, %al
    outb %al, $0x20
    iret
    jmp task

end_of_interrupt:
    cmpl $IRQ0, F_VEC(%ebp)
    jne 1f
    movb $0x20, %al
    outb %al, $0x20
1:  ret

/* The timer will ask for an interrupt, once, in some 200 microseconds. */
arm:
    movl $0, got_count
    movb $0x30, %al
    outb %al, $0x43
    movb $240, %al
    outb %al, $0x40
    movb $0, %al
    outb %al, $0x40
    ret

/* Returns when it asks; IF is off. */
raise:
    call arm
    movb $0x0a, %al
    outb %al, $0x20
1:  inb $0x20, %al
    testb $1, %al
    jz 1b
    ret
