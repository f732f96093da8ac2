/*
 * Loops with computed branches: one that leads to the same place nearly always, one that leads
 * anywhere, one that is an interpreter's, and calls. Each stores a number of its own, by which the
 * test finds it.
 */
#define TEST_NAME "guess"
#include "pc.h"

#define ROUNDS 4096

.macro loop number
    movl $ROUNDS, %ecx
    movl $DATA, %esi
    xorl %edx, %edx
    .p2align 2
9:  movl $\number, 0x200(%esi)
.endm

.macro round
    decl %ecx
    jnz 9b
.endm

.text 1
    .p2align 2
rarely: .long often, seldom
four: .long way0, way1, way2, way3
ops: .long op_add, op_double, op_less, op_loop
program: .byte 0, 0, 2, 1, 0, 2, 2, 3
functions: .long add_one, add_hundred
more: .long one_more, many_more

.text 0
.code32
.p2align 12
test32:
    loop 50001
    xorl %eax, %eax
    testl $63, %ecx
    setz %al
    jmp *rarely(,%eax,4)
often:
    addl $1, %edx
    jmp 1f
seldom:
    addl $100, %edx
1:  round
    EQ(%edx, ROUNDS + 99 * (ROUNDS / 64))

    movl $1, %edi
    xorl %ebp, %ebp
    loop 50002
    imull $1103515245, %edi, %edi
    addl $12345, %edi
    movl %edi, %eax
    shrl $30, %eax
    leal 1(%ebp,%eax,8), %ebp
    jmp *four(,%eax,4)
way0:
    addl $1, %edx
    jmp 1f
way1:
    addl $9, %edx
    jmp 1f
way2:
    addl $17, %edx
    jmp 1f
way3:
    addl $25, %edx
1:  round
    subl %ebp, %edx
    EQ(%edx, 0)

    loop 50003
    movl $program, %ebx
    movl $1, %ebp
    jmp 2f
op_add:
    addl $3, %ebp
    jmp 2f
op_double:
    addl %ebp, %ebp
    jmp 2f
op_less:
    subl $2, %ebp
2:  movzbl (%ebx), %eax
    incl %ebx
    jmp *ops(,%eax,4)
op_loop:
    addl %ebp, %edx
    round
    EQ(%edx, 9 * ROUNDS)

    loop 50004
    xorl %eax, %eax
    testl $127, %ecx
    setz %al
    call *functions(,%eax,4)
    round
    EQ(%edx, ROUNDS + 99 * (ROUNDS / 128))

    xorl %eax, %eax
    xorl %ebx, %ebx
    xorl %edi, %edi
    xorl %ebp, %ebp
    movl $one_more, DATA + 0x210
    loop 50005
    leal 6(%edx), %edx
    leal 7(%ebx), %ebx
    leal 8(%edi), %edi
    leal 9(%ebp), %ebp
    jmp *0x210(%esi)
one_more:
    incl %eax
    jmp 1f
many_more:
    addl $100, %eax
1:  leal 6(%edx), %edx
    leal 7(%ebx), %ebx
    leal 8(%edi), %edi
    leal 9(%ebp), %ebp
    pushl %eax
    xorl %eax, %eax
    testl $63, %ecx
    setz %al
    movl more(,%eax,4), %eax
    movl %eax, 0x210(%esi)
    popl %eax
    round
    EQ(%eax, ROUNDS + 99 * (ROUNDS / 64))
    EQ(%edx, 12 * ROUNDS)
    EQ(%ebx, 14 * ROUNDS)
    EQ(%edi, 16 * ROUNDS)
    EQ(%ebp, 18 * ROUNDS)

    movl $1, DATA + 0x220
    loop 50006
    movl 0x220(%esi), %eax
    call either
    movl 0x224(%esi), %eax
    call either
    round
    EQ(%edx, 8 * ROUNDS)
    jmp pass

add_one:
    addl $1, %edx
    ret
either:
    testl %eax, %eax
    jz 1f
    addl $3, %edx
    movl %edx, 0x230(%esi)
    ret
1:  addl $5, %edx
    movl %edx, 0x234(%esi)
    ret
add_hundred:
    addl $100, %edx
    ret
