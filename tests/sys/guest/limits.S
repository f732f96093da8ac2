/*
 * Segment limits: expand-up and expand-down, byte by byte at the border, and 16-bit stacks that
 * wrap.
 */
#define TEST_NAME "limits"
#include "pc.h"

#define S_UP 0x40    /* 1000 bytes at DATA */
#define S_DOWN16 0x48 /* offsets 1000..ffff of DATA */
#define S_DOWN32 0x50 /* offsets fffff000..ffffffff of DATA + 1000 */
#define S_STACK16 0x58 /* all of 64 KiB at DATA */
#define S_CODE 0x60  /* code of 100h bytes at the image */
#define S_PAGES 0x68 /* granular: limit 0fff + 1000 */

.text 1
    desc DATA, 0xfff, 0x4093
    desc DATA, 0xfff, 0x0097
    desc DATA + 0x1000, 0xffffe, 0xc097
    desc DATA, 0xffff, 0x0093
    desc 0xf0000, 0xff, 0x409b
    desc DATA, 1, 0xc093

.text 0
.code32
test32:
    movl $S_UP, %eax
    movl %eax, %es
    movl %es:0xffc, %ebx
    movw %es:0xffe, %bx
    movb %es:0xfff, %bl
    FAULT(13, 0, movl %es:0xffd, %ebx)
    FAULT(13, 0, movl %es:0xfff, %ebx)
    FAULT(13, 0, movw %es:0xfff, %bx)
    FAULT(13, 0, movb %es:0x1000, %bl)
    FAULT(13, 0, movl %ebx, %es:0xffd)
    FAULT(13, 0, movb %es:0x80000000, %bl)

    /* a store that crosses the limit writes nothing */
    movl $0, DATA + 0xffc
    FAULT(13, 0, movl $-1, %es:0xffd)
    EQ(DATA + 0xffc, 0)

    movl $S_DOWN16, %eax
    movl %eax, %es
    FAULT(13, 0, movb %es:0xfff, %bl)
    movb %es:0x1000, %bl
    movb %es:0xffff, %bl
    movl %es:0xfffc, %ebx
    FAULT(13, 0, movl %es:0xfffd, %ebx)
    FAULT(13, 0, movb %es:0x10000, %bl)
    FAULT(13, 0, movl %ebx, %es:0xffd)

    movl $S_DOWN32, %eax
    movl %eax, %es
    movl $0x600d, DATA + 0xff0
    movl %es:0xfffffff0, %ebx
    EQ(%ebx, 0x600d)
    FAULT(13, 0, movl %es:0xffffeffc, %ebx)
    movl %es:0xfffff000, %ebx

    movl $S_PAGES, %eax
    movl %eax, %es
    movb %es:0x1fff, %bl
    FAULT(13, 0, movb %es:0x2000, %bl)

    /* with a limit of 4 GiB an access may wrap */
    movl $0x11223344, 0
    movl 0xfffffffe, %ebx
    shrl $16, %ebx
    EQ(%ebx, 0x3344)

    /* string instructions stop where the limit is, with their registers where they were */
    movl $S_UP, %eax
    movl %eax, %es
    movl $0xff0, %edi
    movl $8, %ecx
    xorl %eax, %eax
    FAULT(13, 0, rep stosl)
    EQ(%edi, 0x1000)
    EQ(%ecx, 4)

    /* accesses by EBP and SS: #SS */
    movl $S_UP, %eax
    movl %eax, %ss
    movl $0x800, %esp
    FAULT(12, 0, movl %ss:0x1000, %ebx)
    movl $0xffe, %ebp
    FAULT(12, 0, movl (%ebp), %ebx)
    FAULT(12, 0, movl %ebx, 4(%ebp))
    movl %ds:(%ebp), %ebx

    /* a 16-bit stack: SP wraps, the upper half of ESP stays */
    movl $S_STACK16, %eax
    movl %eax, %ss
    movl $0x12340000, %esp
    pushl $0x11223344
    EQ(%esp, 0x1234fffc)
    EQ(DATA + 0xfffc, 0x11223344)
    popl %ebx
    EQ(%esp, 0x12340000)
    EQ(%ebx, 0x11223344)
    call 1f
1:  EQ(%esp, 0x1234fffc)
    movl $0x12340002, %esp
    pushw $0x5566
    EQ(%esp, 0x12340000)
    movl $DATA0, %eax
    movl %eax, %ss
    movl $STACK0, %esp

    /* code: the limit of CS */
    FAULT(13, 0, ljmp $S_CODE, $0x100)
    jmp pass
