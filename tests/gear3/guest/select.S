/*
 * Loops with a short branch forward, for tests/gear3/select.test: some that are converted, and some
 * that must not be. Each stores a number of its own, by which the test finds it. EDI is random; EBX
 * counts what must come out without a branch.
 */
#define TEST_NAME "select"
#include "pc.h"

#define ROUNDS 4096
#define NOTHING 0xa0000 /* a device's page */

.macro loop number
    movl $ROUNDS, %ecx
    movl $DATA, %esi
    movl $1, %edi
    xorl %edx, %edx
    xorl %ebx, %ebx
    xorl %ebp, %ebp
    .p2align 2
9:  movl $\number, 0x200(%esi)
    imull $1103515245, %edi, %edi
    addl $12345, %edi
.endm

/* EAX is a random bit, ZF says whether it is 0. */
.macro random
    movl %edi, %eax
    shrl $16, %eax
    andl $1, %eax
.endm

/* ... and four times as often as it is 1 is in EBX. */
.macro counted number
    loop \number
    random
    leal (%ebx,%eax,4), %ebx
.endm

.macro round
    subl $1, %ecx
    jnz 9b
.endm

.text 0
.code32
.p2align 12
test32:
    /* two registers, one of them on one way only */
    counted 50001
    jz 1f
    addl $4, %edx
    movl %ecx, %ebp
1:  round
    subl %ebx, %edx
    EQ(%edx, 0)

    /* flags that are looked at behind it: of the last addition, or of the one before the branch */
    loop 50002
    random
    negl %eax
    sbbl $0, %ebx
    testl %eax, %eax
    jz 1f
    addl $1, %eax
1:  adcl $0, %edx
    round
    addl %ebx, %edx
    EQ(%edx, 0)

    /* a load that may be made in vain */
    movl $4, DATA + 0x10
    counted 50003
    jz 1f
    addl 0x10(%esi), %edx
1:  round
    subl %ebx, %edx
    EQ(%edx, 0)

    /* a store */
    counted 50004
    jz 1f
    addl $4, %edx
    movl %edx, 0x20(%esi)
1:  round
    subl %ebx, %edx
    EQ(%edx, 0)

    /* goes nearly always one way */
    loop 50005
    testl $63, %ecx
    jnz 1f
    addl $4, %edx
1:  round
    EQ(%edx, ROUNDS / 16)

    /* too long */
    loop 50006
    random
    leal (%ebx,%eax,8), %ebx
    leal (%ebx,%eax), %ebx
    jz 1f
    .rept 9
    incl %edx
    .endr
1:  round
    subl %ebx, %edx
    EQ(%edx, 0)

    /* another branch inside */
    counted 50007
    jz 1f
    addl $4, %edx
    testl %esi, %esi
    js fail
1:  round
    subl %ebx, %edx
    EQ(%edx, 0)

    /* a load that meets a device on the way on which it isn't executed: no longer */
    movl $4, DATA
    counted 50008
    movl $NOTHING, %ebp
    cmovnz %esi, %ebp
    jz 1f
    addl (%ebp), %edx
1:  round
    subl %ebx, %edx
    EQ(%edx, 0)
    jmp pass
