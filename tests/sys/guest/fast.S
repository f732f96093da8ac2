/*
 * CPUID, SYSENTER and SYSEXIT, the time-stamp counter, model-specific registers; PUSHF's view of
 * the ID flag.
 */
#define TEST_NAME "fast"
#include "pc.h"

#define MSR_CS 0x174
#define MSR_ESP 0x175
#define MSR_EIP 0x176

/*
 * The flat segments that SYSENTER and SYSEXIT suppose: 0 code, 0 data, 3 code, 3 data in a row are
 * the first four.
 */
.macro set_msr number, value
    movl $\number, %ecx
    movl $\value, %eax
    xorl %edx, %edx
    wrmsr
.endm

.text 0
.code32
test32:
    pushfl
    popl %eax
    movl %eax, %ebx
    xorl $0x240000, %eax /* ID and AC */
    pushl %eax
    popfl
    pushfl
    popl %eax
    xorl %ebx, %eax
    EQ(%eax, 0x240000)
    pushl $2
    popfl

    xorl %eax, %eax
    cpuid
    movl $__LINE__, line
    cmpl $1, %eax
    jb fail
    movl $1, %eax
    cpuid
    movl %edx, %esi
    andl $0x920, %edx /* MSR, CX8, SEP */
    EQ(%edx, 0x920)
    shrl $8, %eax
    andl $15, %eax
    EQ(%eax, 6)

    /* time goes on, and can be set */
    rdtsc
    movl %eax, %esi
    movl %edx, %edi
    rdtsc
    movl $__LINE__, line
    subl %esi, %eax
    sbbl %edi, %edx
    jb fail
    orl %edx, %eax
    jz fail
    movl $0x10, %ecx
    movl $0x1000, %edx
    xorl %eax, %eax
    wrmsr
    rdmsr
    EQ(%edx, 0x1000)
    movl %cr4, %eax
    orl $4, %eax
    movl %eax, %cr4
    rdtsc
    GO3(tsc3)
tsc3:
    FAULT(13, 0, rdtsc)
    GO0(tsc0)
tsc0:
    movl $DATA0, %eax
    movl %eax, %ds
    movl %cr4, %eax
    andl $~4, %eax
    movl %eax, %cr4

    movl $0x12345, %ecx
    FAULT(13, 0, rdmsr)

    /* fast system calls */
    set_msr MSR_CS, 0
    FAULT(13, 0, sysenter)
    FAULT(13, 0, sysexit)
    set_msr MSR_CS, CODE0
    set_msr MSR_ESP, STACK_INNER
    set_msr MSR_EIP, enter
    movl $MSR_EIP, %ecx
    rdmsr
    EQ(%eax, enter)
    pushl $0x202
    popfl
    cli
    GO3(ring3)
ring3:
    FAULT(13, 0, sysexit)
    movl $after, %edx
    movl $STACK3, %ecx
    sysenter
    jmp fail
enter:
    movl %cs, %eax
    EQ(%eax, CODE0)
    movl %ss, %eax
    EQ(%eax, DATA0)
    EQ(%esp, STACK_INNER)
    pushl $2
    popfl
    movl %cr0, %eax
    sysexit
    jmp fail
after:
    movl %cs, %eax
    EQ(%eax, CODE3)
    movl %ss, %eax
    EQ(%eax, DATA3)
    EQ(%esp, STACK3)
    FAULT(13, 0, cli)
    GO0(pass)
