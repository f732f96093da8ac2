/*
 * One loop for each pass of gear 3, for tests/gear3/<pass>.test: what the pass must do, and what it
 * must refuse. Each stores a number of its own, by which the test finds it.
 */
#define TEST_NAME "passes"
#include "pc.h"

#define A DATA
#define B (DATA + 0x100)

.macro loop number
    movl $2000, %ecx
    movl $A, %esi
    movl $B, %ebx
    .p2align 2
9:  movl $\number, 0x200(%esi)
.endm

.macro round
    decl %ecx
    jnz 9b
.endm

.text 0
.code32
.p2align 12
test32:
    movl $7, A
    movl $9, B
    xorl %edx, %edx
    xorl %ebp, %ebp

    /* fold: constants, stack pointer, addresses; not through 16 bits */
    loop 50001
    movl $0x1111, %eax
    addl $0x2222, %eax
    pushl %ebx
    pushl %eax
    popl %edi
    popl %ebx
    leal 8(%esi), %edx
    addl 12(%edx), %ebp
    addw $3, %dx
    addl 4(%edx), %ebp
    round
    EQ(%edi, 0x3333)
    EQ(%edx, A + 11)

    /* memory: one load for two, no load of what was stored; but again after a store elsewhere */
    loop 50002
    movl (%esi), %eax
    movl (%esi), %edx
    movl %ecx, 8(%esi)
    movl 8(%esi), %edi
    movl %eax, (%ebx)
    movl (%esi), %ebp
    round
    EQ(%edi, 1)
    EQ(%ebp, 7)

    /* flags: branches on numbers; not on a signed comparison */
    loop 50003
    cmpl %ebx, %esi
    ja fail
    testl %esi, %esi
    jz fail
    cmpl $777777, %esi
    jg fail
    subl $1, %ecx
    jnz 9b

    /* dead: an address that nobody uses; not a load that nobody uses */
    loop 50004
    leal 5(%ecx), %eax
    movl (%esi), %edx
    movl %ecx, %eax
    movl %ecx, %edx
    round

    /* sink: a number and flags that only the exit wants; not a load, nor what the body uses */
    loop 50005
    movl 4(%esi), %edx
    leal 3(%ecx), %eax
    leal 6(%ecx), %edi
    movl %edi, 16(%esi)
    addl $9, %eax
    jc fail
    movl %ecx, %eax
    movl %ecx, %edx
    movl %ecx, %edi
    round

    /* invariant: a constant, a load; not a load that a store may reach */
    loop 50006
    movl 24(%esi), %eax
    addl %eax, %edx
    movl 4(%ebx), %edi
    addl %edi, %edx
    movl %edx, 20(%esi)
    round

    /* pair: the last flags are made with their number; not if the number was folded away */
    loop 50007
    addl $4, %edx
    addl $4, %edx
    subl $1, %ecx
    jnz 9b

    /*
     * reorder: past a store by an alias register, past an exit; not past a store to the same bytes
     */
    loop 50008
    movl %ecx, 4(%ebx)
    movl 12(%esi), %eax
    testl %eax, %eax
    js fail
    movl 2(%ebx), %edx
    addl %eax, %edx
    round

    /* reorder: a displacement that a protecting load has no room for */
    movl $A - 0x60000000, %edi
    loop 50009
    movl %ecx, 4(%ebx)
    movl 0x6000000c(%edi), %eax
    addl %eax, %edx
    round

    /* dead: what was computed for an exit that is never taken; not what the body uses, too */
    loop 50010
    movl $23, %eax
    cmpl $23, %eax
    jne fail
    movl %eax, 24(%esi)
    movl %ecx, %eax
    subl $1, %ecx
    jnz 9b
    jmp pass
