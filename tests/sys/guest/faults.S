/* Exceptions in ring 0: every kind that an instruction can raise, its error code, its EIP. */
#define TEST_NAME "faults"
#include "pc.h"

#define S_ABSENT 0x40
#define S_READONLY 0x48
#define S_EXEC 0x50
#define S_CONFORMING 0x58
#define S_ABSENT_CODE 0x60
#define S_LDT 0x68
#define S_TSS16 0x70
#define S_ABSENT_TSS 0x78
#define S_DATA3 0x80
#define S_FRESH 0x88
#define S_GATE 0x90
#define S_BEYOND 0x800

.text 1
    desc 0, 0xfffff, 0xc013
    desc 0, 0xfffff, 0xc091
    desc 0, 0xfffff, 0xc099
    desc 0, 0xfffff, 0xc09f
    desc 0, 0xfffff, 0xc01b
    desc LDT, 0x1f, 0x0082
    desc TSS, 0x2b, 0x0081
    desc TSS, 0x67, 0x0009
    desc 0, 0xfffff, 0xc0f3
    desc 0x1234, 0x5678, 0x4092
    gate CODE0, test32, 0x8c

.text 0
.code32
test32:
    /* what instructions raise by themselves */
    xorl %ecx, %ecx
    movl $1, %eax
    cltd
    FAULT(0, NONE, divl %ecx)
    FAULT(0, NONE, idivb %cl)
    movl $0x80000000, %eax
    movl $-1, %edx
    movl $-1, %ecx
    FAULT(0, NONE, idivl %ecx)
    TRAP(3, int3)
    TRAP(3, .byte 0xcd, 3)
    movb $0x7f, %al
    addb $1, %al
    TRAP(4, into)
    xorl %eax, %eax
    movl $0, got_count
    into
    EQ(got_count, 0)
    movl $5, DATA
    movl $10, DATA + 4
    movl $11, %eax
    FAULT(5, NONE, bound %eax, DATA)
    movl $4, %eax
    FAULT(5, NONE, bound %eax, DATA)
    movl $10, %eax
    bound %eax, DATA
    FAULT(6, NONE, ud2)
    FAULT(6, NONE, .byte 0xf0, 0x90)
    FAULT(6, NONE, .byte 0x0f, 0x04)
    FAULT(6, NONE, .byte 0x8d, 0xc0)
    FAULT(6, NONE, .byte 0x8e, 0xc8)
    FAULT(13, 0, .rept 15; .byte 0x66; .endr; nop)
    EQ(got_cs, CODE0)
    FAULT(6, NONE, ud2)
    movl $__LINE__, line
    testl $0x10000, got_flags
    jz fail

    /* loading data segments */
    movl $S_ABSENT, %eax
    FAULT(11, S_ABSENT, movl %eax, %ds)
    FAULT(12, S_ABSENT, movl %eax, %ss)
    movl $S_EXEC, %eax
    FAULT(13, S_EXEC, movl %eax, %es)
    FAULT(13, S_EXEC, movl %eax, %ss)
    movl $S_BEYOND, %eax
    FAULT(13, S_BEYOND, movl %eax, %fs)
    movl $(S_BEYOND | 7), %eax
    FAULT(13, S_BEYOND | 4, movl %eax, %gs)
    movl $S_LDT, %eax
    FAULT(13, S_LDT, movl %eax, %ds)
    movl $(DATA0 | 3), %eax
    FAULT(13, DATA0, movl %eax, %ds)
    FAULT(13, DATA0, movl %eax, %ss)
    xorl %eax, %eax
    FAULT(13, 0, movl %eax, %ss)
    movl $S_DATA3, %eax
    FAULT(13, S_DATA3, movl %eax, %ss)
    movl $S_READONLY, %eax
    FAULT(13, S_READONLY, movl %eax, %ss)
    pushl $S_ABSENT
    movl %esp, %ebx
    FAULT(11, S_ABSENT, popl %es)
    EQ(%esp, STACK0 - 4)
    popl %eax
    movl $0x12345678, DATA
    movl $S_ABSENT, DATA + 4
    movl $0x55, %esi
    FAULT(11, S_ABSENT, les DATA, %esi)
    EQ(%esi, 0x55)
    movl $DATA0, DATA + 4
    les DATA, %esi
    EQ(%esi, 0x12345678)

    /* rights of a loaded segment */
    movl $S_READONLY, %eax
    movl %eax, %es
    movl %es:DATA, %ebx
    EQ(%ebx, 0x12345678)
    FAULT(13, 0, movl %eax, %es:DATA)
    FAULT(13, 0, incl %es:DATA)
    FAULT(13, 0, movl %eax, %cs:DATA)
    movl $S_CONFORMING, %eax
    movl %eax, %es
    movl %es:DATA, %ebx
    EQ(%ebx, 0x12345678)
    xorl %eax, %eax
    movl %eax, %es
    FAULT(13, 0, movl %es:DATA, %ebx)
    FAULT(13, 0, movl %ebx, %es:DATA)
    movl $DATA0, %eax
    movl %eax, %es

    /* the accessed bit is set by a load, and by nothing else */
    EQ(GDT + S_FRESH + 4, 0x00409200)
    movl $S_FRESH, %eax
    verr %ax
    lar %eax, %ebx
    EQ(%ebx, 0x00409200)
    EQ(GDT + S_FRESH + 4, 0x00409200)
    movl %eax, %fs
    EQ(GDT + S_FRESH + 4, 0x00409300)

    /* asking about descriptors */
    movl $S_FRESH, %eax
    lsl %eax, %ebx
    EQ(%ebx, 0x5678)
    movl $DATA0, %eax
    lsl %eax, %ebx
    EQ(%ebx, 0xffffffff)
    movl $__LINE__, line
    movl $S_BEYOND, %eax
    movl $7, %ebx
    lsl %eax, %ebx
    jz fail
    EQ(%ebx, 7)
    movl $S_GATE, %eax
    lsl %eax, %ebx
    movl $__LINE__, line
    jz fail
    lar %eax, %ebx
    jnz fail
    andl $0xff00, %ebx
    EQ(%ebx, 0x8c00)
    movl $__LINE__, line
    movl $S_READONLY, %eax
    verr %ax
    jnz fail
    verw %ax
    jz fail
    movl $S_EXEC, %eax
    verr %ax
    jz fail
    movl $S_TSS16, %eax
    verr %ax
    jz fail
    xorl %eax, %eax
    verr %ax
    jz fail
    movl $CODE0, %eax
    verw %ax
    jz fail
    movl $0x10, %eax
    movl $3, %ebx
    arpl %bx, %ax
    jnz fail
    EQ(%eax, 0x13)
    arpl %bx, %ax
    movl $__LINE__, line
    jz fail

    /* far transfers */
    FAULT(13, 0, ljmp $0, $0)
    FAULT(13, 0, ljmp $3, $0)
    FAULT(13, DATA0, ljmp $DATA0, $0)
    FAULT(13, CODE3 - 3, ljmp $CODE3, $0)
    FAULT(11, S_ABSENT_CODE, ljmp $S_ABSENT_CODE, $0)
    FAULT(13, S_BEYOND, lcall $S_BEYOND, $0)
    FAULT(13, S_LDT, lcall $S_LDT, $0)
    FAULT(11, S_ABSENT_TSS, ljmp $S_ABSENT_TSS, $0)
    pushl $S_ABSENT_CODE
    pushl $0
    FAULT(11, S_ABSENT_CODE, lret)
    EQ(%esp, STACK0 - 8)
    movl $DATA0, 4(%esp)
    FAULT(13, DATA0, lret)
    addl $8, %esp
    lcall $S_CONFORMING, $1f
1:  movl %cs, %eax
    EQ(%eax, S_CONFORMING)
    popl %eax
    popl %eax
    ljmp $CODE0, $1f
1:

    /* LDTR, TR */
    movl $DATA0, %eax
    FAULT(13, DATA0, lldt %ax)
    FAULT(13, DATA0, ltr %ax)
    movl $TSS0, %eax
    FAULT(13, TSS0, ltr %ax)
    movl $S_ABSENT_TSS, %eax
    FAULT(11, S_ABSENT_TSS, ltr %ax)
    xorl %eax, %eax
    FAULT(13, 0, ltr %ax)
    lldt %ax
    movl $4, %eax
    FAULT(13, 4, movl %eax, %es)
    movl $S_LDT, %eax
    lldt %ax
    movl GDT + DATA0, %eax
    movl %eax, LDT + 8
    movl GDT + DATA0 + 4, %eax
    movl %eax, LDT + 12
    movl $0xc, %eax
    movl %eax, %es
    movl %es:DATA, %ebx
    EQ(%ebx, 0x12345678)
    movl $0x24, %eax
    FAULT(13, 0x24, movl %eax, %es)
    sldt %ax
    EQ(%eax, S_LDT)
    str %ebx
    EQ(%ebx, TSS0)

    /* control registers */
    movl %cr0, %eax
    movl %eax, %ebx
    andl $0x7ffffffe, %ebx
    orl $0x80000000, %ebx
    FAULT(13, 0, movl %ebx, %cr0)
    movl %cr0, %ecx
    cmpl %eax, %ecx
    movl $__LINE__, line
    jne fail
    orl $0x20000000, %eax
    andl $0xbfffffff, %eax
    FAULT(13, 0, movl %eax, %cr0)
    movl $0x80000000, %eax
    FAULT(13, 0, movl %eax, %cr4)
    FAULT(6, NONE, .byte 0x0f, 0x20, 0xe8)
    FAULT(6, NONE, .byte 0x0f, 0x22, 0xc8)
    movl $0xdeadbeef, %ecx
    FAULT(13, 0, rdmsr)
    FAULT(13, 0, wrmsr)

    /* the IDT's own faults: the vector's number times 8, plus 2 */
    movb $0, IDT + 8 * 0x40 + 5
    FAULT(13, 0x40 * 8 + 2, int $0x40)
    movb $0x0e, IDT + 8 * 0x40 + 5
    FAULT(11, 0x40 * 8 + 2, int $0x40)
    movb $0x8e, IDT + 8 * 0x40 + 5
    movw $0, IDT + 8 * 0x40 + 2
    FAULT(13, 0, int $0x40)
    movw $DATA0, IDT + 8 * 0x40 + 2
    FAULT(13, DATA0, int $0x40)
    movw $S_ABSENT_CODE, IDT + 8 * 0x40 + 2
    FAULT(11, S_ABSENT_CODE, int $0x40)
    movw $(CODE3 & ~3), IDT + 8 * 0x40 + 2
    FAULT(13, CODE3 - 3, int $0x40)

    /* a fault in the delivery of a fault: EXT is set; contributory ones double */
    movb $0x0e, IDT + 8 * 6 + 5
    FAULT(11, 6 * 8 + 3, ud2)
    movb $0x8e, IDT + 8 * 6 + 5
    movb $0x0e, IDT + 8 * 0 + 5
    xorl %ecx, %ecx
    FAULT(8, 0, divl %ecx)
    movb $0x8e, IDT + 8 * 0 + 5
    movb $0x0e, IDT + 8 * 13 + 5
    movl $DATA0 | 3, %eax
    FAULT(8, 0, movl %eax, %ss)
    movb $0x8e, IDT + 8 * 13 + 5

    jmp pass
