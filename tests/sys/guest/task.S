/*
 * Hardware tasks: JMP, CALL, IRET, task gates, 16-bit task states, page directories, and what can
 * be wrong with one.
 */
#define TEST_NAME "task"
#include "pc.h"

#define TSS_A 0x6000
#define TSS_B 0x6100
#define TSS_16 0x6200

#define S_A 0x40
#define S_B 0x48
#define S_16 0x50
#define S_SHORT 0x58
#define G_B 0x60 /* task gate */
#define S_LDT 0x68
#define S_ABSENT 0x70

#define BUSY(selector) movl GDT + (selector) + 4, %eax; shrl $8, %eax; andl $15, %eax

/* Fields of a 32-bit task state */
#define T_LINK 0
#define T_ESP0 4
#define T_SS0 8
#define T_CR3 28
#define T_EIP 32
#define T_FLAGS 36
#define T_EAX 40
#define T_ESP 56
#define T_ES 72
#define T_CS 76
#define T_SS 80
#define T_DS 84
#define T_FS 88
#define T_GS 92
#define T_LDT 96
#define T_TRAP 100

.text 1
    desc TSS_A, 0x67, 0x0089
    desc TSS_B, 0x67, 0x0089
    desc TSS_16, 0x2b, 0x0081
    desc TSS_A, 0x66, 0x0089
    .word 0, S_B, 0xe500, 0
    desc LDT, 0x1f, 0x0082
    desc 0, 0xfffff, 0xc013

.text 0
.code32
.macro task tss, entry, stack
    movl $\entry, \tss + T_EIP
    movl $2, \tss + T_FLAGS
    movl $\stack, \tss + T_ESP
    movl $DATA0, \tss + T_ES
    movl $CODE0, \tss + T_CS
    movl $DATA0, \tss + T_SS
    movl $DATA0, \tss + T_DS
    movl $0, \tss + T_FS
    movl $0, \tss + T_GS
    movl $0, \tss + T_LDT
    movl $0x680000, \tss + T_TRAP
.endm

test32:
    task TSS_A, task_a, 0xb000
    task TSS_B, task_b, 0xc000

    /* JMP there and back: registers are saved and loaded, the busy bit moves, TS is set */
    movl $0x1234, TSS_A + T_EAX
    movl $0x5678, %eax
    movl $S_LDT, TSS_A + T_LDT
    ljmp $S_A, $0xdeadbeef
    EQ(%eax, 0x5678)
    str %eax
    EQ(%eax, TSS0)
    BUSY(TSS0)
    EQ(%eax, 11)
    BUSY(S_A)
    EQ(%eax, 9)
    EQ(TSS_A + T_EAX, 0x4321)
    EQ(TSS_A + T_EIP, task_a_again)
    EQ(TSS + T_CS, CODE0)
    EQ(TSS + T_ESP, STACK0)
    clts

    /* CALL: the link, NT, both busy; IRET comes back */
    lcall $S_A, $0
    BUSY(S_A)
    EQ(%eax, 9)
    pushfl
    popl %eax
    andl $0x4000, %eax
    EQ(%eax, 0)
    EQ(TSS_A + T_EIP, task_a_end)
    EQ(TSS_A + T_LINK, TSS0)

    /* a task gate, by CALL and as the handler of an interrupt and of a fault */
    movl $1, DATA
    lcall $G_B, $0
    EQ(DATA, 2)
    movl $0xe500, IDT + 8 * 0x91 + 4
    movl $(S_B << 16), IDT + 8 * 0x91
    int $0x91
    EQ(DATA, 3)
    movl $0xe500, IDT + 8 * 13 + 4
    movl $(S_B << 16), IDT + 8 * 13
    movl $task_b_error, TSS_B + T_EIP
    movl $0xc000, TSS_B + T_ESP
    movl $0x800, %eax
    movl %eax, %fs
    EQ(DATA, 4)
    EQ(DATA + 4, 0x800)
    movl $0x8e00, IDT + 8 * 13 + 4
    movl $((CODE0 << 16)), IDT + 8 * 13
    movw $(stubs - image + 13 * STUB_SIZE), IDT + 8 * 13
    movw $0xf, IDT + 8 * 13 + 6

    /* a 16-bit task state: it can hold only what lies in the low 64 KiB */
    movb $0xea, 0xd000 /* ljmp $TSS0, $0 */
    movl $0, 0xd001
    movw $TSS0, 0xd005
    movw $0xd000, TSS_16 + 14
    movw $2, TSS_16 + 16
    movw $0x1111, TSS_16 + 18
    movw $0xe000, TSS_16 + 26
    movw $DATA0, TSS_16 + 34
    movw $CODE0, TSS_16 + 36
    movw $DATA0, TSS_16 + 38
    movw $DATA0, TSS_16 + 40
    movw $0, TSS_16 + 42
    movl $0x9999, %esi
    ljmp $S_16, $0
    EQ(%esi, 0x9999)
    movzwl TSS_16 + 14, %eax
    EQ(%eax, 0xd007)
    movzwl TSS_16 + 18, %eax
    EQ(%eax, 0x1111)

    /* what the old task is told */
    FAULT(13, TSS0, ljmp $TSS0, $0)
    FAULT(10, S_SHORT, ljmp $S_SHORT, $0)
    FAULT(10, S_SHORT, lcall $S_SHORT, $0)
    pushfl
    orl $0x4000, (%esp)
    popfl
    movw $S_A, TSS + T_LINK
    FAULT(10, S_A, iret)
    pushl $2
    popfl
    movw $0, TSS + T_LINK

    /* what the new task is told, at its first instruction, once it has a stack to be told on */
    movl $0, TSS_A + T_LDT
    movl $0x800, TSS_A + T_ES
    movl $10, %ecx
    movl $0x800, %edx
    call bad_task
    movl $S_ABSENT, TSS_A + T_ES
    movl $11, %ecx
    movl $S_ABSENT, %edx
    call bad_task
    movl $S_LDT, TSS_A + T_ES
    movl $10, %ecx
    movl $S_LDT, %edx
    call bad_task
    movl $DATA0, TSS_A + T_ES

    /* the trap bit: #DB before the first instruction, BT in DR6 */
    xorl %eax, %eax
    movl %eax, %dr6
    movb $1, TSS_A + T_TRAP
    movl $1, %ecx
    movl $NONE, %edx
    call bad_task
    movl %dr6, %eax
    EQ(%eax, 0xffff8ff0)
    movb $0, TSS_A + T_TRAP
    jmp pass

/*
 * Switches to task A, which must meet vector ECX with error EDX in its own context, and comes back
 * from there.
 */
bad_task:
    movl %ecx, want_vec
    movl %edx, want_err
    movl $task_a_bad, TSS_A + T_EIP
    movl $0xb000, TSS_A + T_ESP
    movl $2, TSS_A + T_FLAGS
    movl $leave_a, resume
    movl $0, got_count
    ljmp $S_A, $0
    movl $task_a_bad, want_eip
    call check_fault
    ret

task_a_bad:
    jmp fail
leave_a:
    ljmp $TSS0, $0
    jmp fail

task_a:
    EQ(%eax, 0x1234)
    EQ(%esp, 0xb000)
    sldt %eax
    EQ(%eax, S_LDT)
    str %eax
    EQ(%eax, S_A)
    BUSY(S_A)
    EQ(%eax, 11)
    BUSY(TSS0)
    EQ(%eax, 9)
    movl %cr0, %eax
    andl $8, %eax
    EQ(%eax, 8)
    movl $0x4321, %eax
    ljmp $TSS0, $0
task_a_again:
    pushfl
    popl %eax
    andl $0x4000, %eax
    EQ(%eax, 0x4000)
    BUSY(TSS0)
    EQ(%eax, 11)
    iret
task_a_end:
    jmp fail

task_b:
    incl DATA
    iret
    jmp task_b

task_b_error:
    popl DATA + 4
    incl DATA
    addl $2, TSS + T_EIP /* past the MOV to FS */
    iret
    jmp fail
