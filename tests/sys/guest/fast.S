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
    /* FPU VME DE PSE TSC MSR PAE, CX8, SEP MTRR PGE, CMOV PAT, MMX FXSR SSE SSE2 */
    EQ(%edx, 0x781b97f)
    EQ(%ecx, 0)
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

    /* memory types: what MTRRcap promises is there, and holds no nonsense */
    movl $0xfe, %ecx
    rdmsr
    EQ(%eax, 0x508)
    FAULT(13, 0, wrmsr)
    set_msr 0x200, 0xc0000006
    set_msr 0x20f, 0xf8000800
    rdmsr
    EQ(%eax, 0xf8000800)
    movl $0x210, %ecx
    FAULT(13, 0, rdmsr)
    movl $0x200, %ecx
    movl $0xc0000002, %eax
    FAULT(13, 0, wrmsr)
    movl $0xc0000100, %eax
    FAULT(13, 0, wrmsr)
    movl $0x10, %edx
    movl $0xc0000000, %eax
    FAULT(13, 0, wrmsr)
    set_msr 0x26f, 0x05050505
    rdmsr
    EQ(%eax, 0x05050505)
    movl $0x05020505, %eax
    FAULT(13, 0, wrmsr)
    set_msr 0x2ff, 0xc06
    movl $0x1006, %eax
    FAULT(13, 0, wrmsr)
    movl $0x277, %ecx
    rdmsr
    EQ(%eax, 0x00070406)
    EQ(%edx, 0x00070406)
    movl $0x01070406, %eax
    wrmsr
    movl $0x02070406, %eax
    FAULT(13, 0, wrmsr)

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
