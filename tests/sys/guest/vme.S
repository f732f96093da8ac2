/* The virtual interrupt flag: virtual-8086 mode with CR4.VME, ring 3 with CR4.PVI. */
#define TEST_NAME "vme"
#include "v86.h"

#define IF 0x200
#define VIF 0x80000
#define VIP 0x100000
#define SHOWN 0x3200 /* IF and IOPL of a flags image */

.set leave, 0x4054 /* where a fault ends in ring 0 */

#define FLAGS16(value) pushfw; popw %ax; andl $SHOWN, %eax; EQ16(%eax, value)

.text 0
.code32
test32:
    movl $(0xf0000000 + (handler16 - image)), 0x21 * 4
    movw $0x88, TSS + 102 /* I/O map; the map of redirection before it */
    movb $4, TSS + 0x68 + 0x22 / 8
    movl %cr4, %eax
    orl $3, %eax
    movl %eax, %cr4
    movl $watch, hook
    enter_v86 low, 0
watch:
    watch16
    cmpl $0, leave
    jne 1f
    ret
1:  movl leave, %eax
    movl $0, leave
    movl $STACK0, %esp
    jmp *%eax

.code16
/* Entered without leaving the mode: IF looks cleared, and what it was is on the stack. */
handler16:
    pushfw
    popw %bx
    movw %sp, %bp
    movw %ss:4(%bp), %cx
    iretw

low:
    FLAGS16(0x3000)
    sti
    FLAGS16(0x3200)
    FAULT16(6, NONE, ud2)
    movl got_flags, %eax
    andl $VIF | VIP | SHOWN, %eax
    movl $__LINE__, line
    cmpl $VIF, %eax
    jne fail16

    int $0x21
    andl $SHOWN, %ebx
    EQ16(%ebx, 0x3000)
    andl $SHOWN, %ecx
    EQ16(%ecx, 0x3200)
    FLAGS16(0x3200)
    cli
    FLAGS16(0x3000)
    int $0x21
    andl $SHOWN, %ecx
    EQ16(%ecx, 0x3000)

    pushw $IF
    popfw
    FLAGS16(0x3200)
    pushw $2
    popfw
    FLAGS16(0x3000)

    /* what the map leaves to the monitor, flags that no program may load, 32-bit forms */
    FAULT16(13, 0, int $0x22)
    pushw $0x102
    FAULT16(13, 0, popfw)
    FAULT16(13, 0, pushfl)
    FAULT16(13, 0, popfl)
    FAULT16(13, 0, iretl)
    movl $pending, leave
    ud2

.code32
/* An interrupt is pending: nothing may set VIF. */
pending:
    enter_v86 pending16, VIP
.code16
pending16:
    FAULT16(13, 0, sti)
    pushw $IF
    FAULT16(13, 0, popfw)
    cli
    pushw $0x202
    pushw %cs
    pushw $0
    FAULT16(13, 0, iretw)
    movl $iopl3, leave
    ud2

.code32
/* With IOPL 3 it is IF as ever, and the monitor gets what the map says. */
iopl3:
    enter_v86 iopl3_16, 0x3000
.code16
iopl3_16:
    cli
    FLAGS16(0x3000)
    pushfl
    popl %eax
    movl $__LINE__, line
    testl $VIF, %eax
    jnz fail16
    int $0x21
    andl $SHOWN, %ecx
    EQ16(%ecx, 0x3000)
    movl $pvi, leave
    ud2

.code32
pvi:
    movl $0, hook
    pushl $2
    popfl
    GO3(user)
user:
    sti
    FAULT(6, NONE, ud2)
    andl $VIF | VIP | SHOWN, got_flags
    EQ(got_flags, VIF)
    pushfl
    popl %eax
    andl $SHOWN, %eax
    EQ(%eax, 0)
    cli
    FAULT(6, NONE, ud2)
    andl $VIF | VIP | SHOWN, got_flags
    EQ(got_flags, 0)
    FAULT(13, 0, hlt)
    GO0(done)
done:
    movl $DATA3, %eax
    movl %eax, %ds
    pushl $DATA3
    pushl $STACK3
    pushl $VIP | 2
    pushl $CODE3
    pushl $user_pending
    iret
user_pending:
    FAULT(13, 0, sti)
    GO0(off)
off:
    movl %cr4, %eax
    andl $~3, %eax
    movl %eax, %cr4
    pushl $2
    popfl
    GO3(no_pvi)
no_pvi:
    FAULT(13, 0, sti)
    FAULT(13, 0, cli)
    GO0(pass)
