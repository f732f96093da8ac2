/* Breakpoints in the debug registers, EFLAGS.RF, CR4.DE, and the alignment check. */
#define TEST_NAME "debug"
#include "steps.h"

#define AC 0x40000
#define B0_CODE 0x00000001
#define B0_WRITE4 0x000d0001
#define B0_WRITE1 0x00010001
#define B0_WRITE2 0x00050001
#define B0_ACCESS2 0x00070001
#define B0_PORT1 0x00020001
#define B0_CODE_GLOBAL 0x2

#define DR(n, value) movl $(value), %eax; movl %eax, %dr##n
#define DR6IS(value) movl %dr6, %eax; EQ(%eax, value); xorl %eax, %eax; movl %eax, %dr6

.text 0
.code32
test32:
    xorl %eax, %eax
    movl %eax, %dr6

    /* a breakpoint on an instruction is a fault before it; RF lets it pass once */
    DR(0, c0)
    DR(7, B0_CODE)
    RECORD
    nop
c0: nop
    nop
    RECORDED(1)
    EQ(traps, c0)
    DR6IS(0xffff0ff1)
    andl $RF, got_flags
    EQ(got_flags, 0)

    /* RF is off again after the instruction: the loop meets it each time */
    RECORD
    DR(0, c1)
    DR(7, B0_CODE_GLOBAL)
    movl $3, %ecx
c1: decl %ecx
    jnz c1
    RECORDED(3)
    DR6IS(0xffff0ff1)

    /* other addresses, and registers not enabled, don't fire; POPF takes no RF, PUSHF shows none */
    RECORD
    DR(0, c2)
    DR(7, 0)
c2: nop
    RECORDED(0)
    pushl $RF | 2
    popfl
    pushfl
    popl %eax
    EQ(%eax, 2)

    /* IRET takes RF, for one instruction */
    DR(0, c3)
    DR(1, c4)
    DR(7, 5)
    RECORD
    pushl $RF | 2
    pushl $CODE0
    pushl $c3
    iret
c3: nop
c4: nop
    RECORDED(1)
    EQ(traps, c4)
    DR6IS(0xffff0ff2)
    DR(7, 0)

    /* MOV SS shields the instruction after it */
    DR(0, c5)
    DR(7, B0_CODE)
    RECORD
    movl $DATA0, %eax
    movl %eax, %ss
c5: nop
    RECORDED(0)

    /* a breakpoint comes before whatever fetching the instruction would raise */
    DR(0, c6)
    DR(7, B0_CODE)
    FAULT(1, NONE, c6: ud2)
    DR6IS(0xffff0ff1)

    /* data: a trap after the instruction, for writes of any byte in reach */
    DR(0, DATA + 2) /* aligned down by its length */
    DR(7, B0_WRITE4)
    RECORD
    movl $1, DATA + 4
    movb $1, DATA + 3
d0: movw $1, DATA - 1
d1: movl DATA, %eax
    incl DATA
d2: pushl DATA
    popl %eax
    movb $1, DATA - 1
    RECORDED(3)
    EQ(traps, d0)
    EQ(traps + 4, d1)
    EQ(traps + 8, d2)
    DR6IS(0xffff0ff1)

    /* the stack */
    DR(0, STACK0 - 4)
    DR(7, B0_WRITE2)
    RECORD
    pushl $0
d3: movl $0, %eax
    movl %eax, %dr7
    popl %eax
    movl $B0_WRITE2, %eax
    movl %eax, %dr7
    call d4
d4: movl $0, %eax
    movl %eax, %dr7
    popl %eax
    RECORDED(2)
    EQ(traps, d3)
    EQ(traps + 4, d4)
    DR6IS(0xffff0ff1)

    /* reads too */
    DR(0, DATA)
    DR(7, B0_ACCESS2)
    RECORD
    movl DATA - 2, %eax
d5: movb DATA + 1, %al
d6: movb DATA + 2, %al
    RECORDED(2)
    EQ(traps, d5)
    EQ(traps + 4, d6)
    DR6IS(0xffff0ff1)

    /* what the processor reads and writes in its tables */
    DR(0, GDT + DATA16)
    DR(7, B0_ACCESS2)
    RECORD
    movl $DATA16, %eax
    movl %eax, %es
h0: lsl %eax, %ebx
h1: RECORDED(2)
    EQ(traps, h0)
    EQ(traps + 4, h1)
    DR6IS(0xffff0ff1)
    DR(7, 0)
    movl $DATA0, %eax
    movl %eax, %es
    movb $0x89, GDT + TSS0 + 5
    DR(0, GDT + TSS0 + 4)
    DR(7, B0_WRITE4)
    RECORD
    movl $TSS0, %eax
    ltr %ax
h2: RECORDED(1)
    EQ(traps, h2)
    DR6IS(0xffff0ff1)

    /* each iteration of a string: the frames within it show RF */
    DR(0, DATA + 1)
    DR(7, B0_WRITE1)
    RECORD
    movl $DATA, %edi
    movl $3, %ecx
d7: rep stosb
    RECORDED(1)
    EQ(traps, d7)
    andl $RF, got_flags
    EQ(got_flags, RF)
    RECORD
    movl $DATA, %edi
    movl $2, %ecx
    rep stosb
d8: RECORDED(1)
    EQ(traps, d8)
    andl $RF, got_flags
    EQ(got_flags, 0)
    DR6IS(0xffff0ff1)

    /* MOV SS puts the trap off to the end of the next instruction */
    movl $DATA0, DATA
    DR(0, DATA)
    DR(7, 0x000f0001)
    RECORD
    movw DATA, %ss
    nop
d9: RECORDED(1)
    EQ(traps, d9)
    DR6IS(0xffff0ff1)

    /* a fault takes the place of the trap */
    DR(7, 0)
    movl $0, DATA
    DR(7, 0x000f0001)
    xorl %edx, %edx
    FAULT(0, NONE, divl DATA)
    DR6IS(0xffff0ff0)

    /* together with single step */
    movl $DATA, %ebx
    RECORD
    pushl $TF | 2
    popfl
    incl (%ebx)
e0: pushl $2
    popfl
e1: DR(7, 0)
    RECORDED(3)
    EQ(traps, e0)
    DR6IS(0xffff4ff0)

    /* ports, with CR4.DE alone; DR4 and DR5 are gone then */
    DR(0, 0x80)
    DR(7, B0_PORT1)
    RECORD
    outb %al, $0x80
    movl %cr4, %eax
    orl $8, %eax
    movl %eax, %cr4
    outb %al, $0x80
f0: outb %al, $0x81
    movw $0x7f, %dx
    inw %dx, %ax
f1: RECORDED(2)
    EQ(traps, f0)
    EQ(traps + 4, f1)
    DR6IS(0xffff0ff1)
    DR(7, 0)
    FAULT(6, NONE, .byte 0x0f, 0x21, 0xe8)
    FAULT(6, NONE, .byte 0x0f, 0x23, 0xe0)

    /* the frame of a general-detect fault shows RF */
    DR(7, 0x2000)
    FAULT(1, NONE, movl %dr0, %ebx)
    andl $RF, got_flags
    EQ(got_flags, RF)
    DR6IS(0xffff2ff0)

    /* INTO that isn't taken is stepped like any instruction */
    RECORD
    pushl $TF | 2
    popfl
    into
g0: pushl $2
    popfl
g1: RECORDED(3)
    EQ(traps, g0)

    /* the alignment check: ring 3 alone, AM and AC both */
    movl %cr0, %eax
    orl $0x40000, %eax
    movl %eax, %cr0
    pushl $AC | 2
    popfl
    movl DATA + 1, %eax
    GO3(user)
user:
    pushl $AC | 2
    popfl
    FAULT(17, 0, movl DATA + 1, %eax)
    FAULT(17, 0, movw %ax, DATA + 1)
    FAULT(17, 0, incl DATA + 2)
    FAULT(17, 0, movl %eax, 0xfff) /* before the limit of nothing, and across a page */
    movw DATA + 2, %ax
    movb DATA + 1, %al
    movl DATA + 4, %eax
    FAULT(17, 0, pushl DATA + 2)
    movw $0x27e, DATA /* invalid operations are unmasked: nothing would be stored */
    fldcw DATA
    FAULT(17, 0, fbstp DATA + 2)
    FAULT(17, 0, fstpt DATA + 6)
    fninit
    pushl $2
    popfl
    movl DATA + 1, %eax
    GO0(done)
done:
    pushl $2
    popfl
    jmp pass
