/* The trap flag, the flags that events push, and what defers a trap or an interrupt. */
#define TEST_NAME "trap"
#include "steps.h"

.text 0
.code32
test32:
    RECORD
    xorl %eax, %eax
    movl %eax, %dr6
    pushfl
    orl $TF, (%esp)
    popfl /* no trap after this one */
    nop
t0: pushfl
t1: popl %ebx
t2: int $0x90 /* the handler runs with TF off, IRET brings it back */
    nop
t3: movl $DATA0, %eax
t4: movl %eax, %ss /* defers the trap to the end of the next */
    movl $STACK0, %esp
t5: pushl $2
t6: popfl /* TF goes off; the trap of POPF itself still comes */
t7: nop
    nop
    movl $0, hook
    testl $TF, %ebx
    movl $__LINE__, line
    jz fail
    EQ(next, traps + 32)
    EQ(traps, t0)
    EQ(traps + 4, t1)
    EQ(traps + 8, t2)
    EQ(traps + 12, t3)
    EQ(traps + 16, t4)
    EQ(traps + 20, t5)
    EQ(traps + 24, t6)
    EQ(traps + 28, t7)
    movl %dr6, %eax
    EQ(%eax, 0xffff4ff0)

    /* each iteration of REP is a trap; ECX shows how far it is */
    RECORD
    movl $DATA, %edi
    movl $3, %ecx
    pushfl
    orl $TF, (%esp)
    popfl
    rep stosb
r0: pushl $2
r1: popfl
r2: movl $0, hook
    EQ(next, traps + 20)
    EQ(traps, r0 - 2)
    EQ(traps + 4, r0 - 2)
    EQ(traps + 8, r0)
    EQ(traps + 12, r1)
    EQ(traps + 16, r2)

    /* INT1 is a trap without the single-step bit; its gate's DPL doesn't count */
    xorl %eax, %eax
    movl %eax, %dr6
    TRAP(1, .byte 0xf1)
    movl %dr6, %eax
    EQ(%eax, 0xffff0ff0)

    /* faults push RF set, traps and software interrupts don't; PUSHF never shows it */
    FAULT(6, NONE, ud2)
    andl $RF, got_flags
    EQ(got_flags, RF)
    TRAP(3, int3)
    andl $RF, got_flags
    EQ(got_flags, 0)
    pushl $RF | 2
    popfl
    pushfl
    popl %eax
    EQ(%eax, 2)

    /* status flags and direction travel through a handler */
    pushl $0xcd7
    popfl
    movl $0, resume
    int $0x90
    pushfl
    popl %eax
    EQ(%eax, 0xcd7)
    EQ(got_flags, 0xcd7)
    pushl $2
    popfl

    /* a trap gate leaves IF, an interrupt gate clears it */
    movl $flags, hook
    sti
    int $0x90
    cli
    EQ(traps, 2)
    movb $0x8f, IDT + 8 * 0x90 + 5
    sti
    int $0x90
    cli
    EQ(traps, 0x202)
    movl $0, hook

    /* the access rights of the debug registers; DR4 and DR5 are DR6 and DR7 */
    movl $0x12345678, %eax
    movl %eax, %dr0
    movl %dr0, %ebx
    EQ(%ebx, 0x12345678)
    movl $0, %eax
    movl %eax, %dr7
    movl %dr7, %ebx
    EQ(%ebx, 0x400)
    .byte 0x0f, 0x21, 0xeb /* movl %dr5, %ebx */
    EQ(%ebx, 0x400)
    movl $0x2000, %eax
    movl %eax, %dr7
    FAULT(1, NONE, movl %dr0, %ebx)
    movl %dr7, %ebx
    EQ(%ebx, 0x400)
    movl %dr6, %ebx
    andl $0x2000, %ebx
    EQ(%ebx, 0x2000)
    jmp pass

flags:
    pushfl
    popl traps
    andl $0x202, traps
    ret
