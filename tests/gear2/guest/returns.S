/*
 * Returns and computed jumps that are hot: to the caller in the same trace, to another place after
 * many rounds, deep recursion, a table of jumps with more targets than anything remembers, and the
 * same EIP in two code segments.
 */
#define TEST_NAME "returns"
#include "pc.h"

#define ROUNDS 100
#define CODE_HIGH GDT_FREE
#define TARGETS 512
#define TABLE 0x30000

.text 1
    desc 0x10, 0xfffff, 0xc09b /* CODE_HIGH: 16 bytes higher, so EIP is less by 16 */

.text 0
.code32
add3:
    addl $3, %eax
    ret

/* Returns 5 bytes behind the call if EDX is odd. */
skip:
    testl $1, %edx
    jz 1f
    addl $5, (%esp)
1:  ret

/* When EBP is 0 the return address is another. */
seldom:
    cmpl $1, %ebp
    sbbl %edi, %edi
    andl $5, %edi
    addl %edi, (%esp)
    incl %ebx
    decl %ebp
    ret $4

sum:
    testl %ecx, %ecx
    jz 1f
    pushl %ecx
    decl %ecx
    call sum
    popl %ecx
    addl %ecx, %eax
1:  ret

test32:
    movl $ROUNDS, %ecx
    xorl %eax, %eax
1:  call add3
    call add3
    decl %ecx
    jnz 1b
    EQ(%eax, 6 * ROUNDS)

    movl $ROUNDS, %edx
    xorl %eax, %eax
2:  call skip
    addl $0x100, %eax /* 5 bytes */
    incl %eax
    decl %edx
    jnz 2b
    EQ(%eax, ROUNDS / 2 * 0x100 + ROUNDS)

    movl $3 * ROUNDS, %ecx
    movl $ROUNDS - 1, %ebp
    xorl %eax, %eax
    xorl %ebx, %ebx
3:  pushl %ecx
    call seldom
    addl $0x100, %eax
    incl %eax
    testl %ebp, %ebp
    jns 4f
    movl $ROUNDS - 1, %ebp
4:  decl %ecx
    jnz 3b
    EQ(%eax, (3 * ROUNDS - 3) * 0x100 + 3 * ROUNDS)
    EQ(%ebx, 3 * ROUNDS)
    EQ(%esp, STACK0)

    movl $20, %edx
5:  xorl %eax, %eax
    movl $ROUNDS, %ecx
    call sum
    EQ(%eax, ROUNDS * (ROUNDS + 1) / 2)
    decl %edx
    jnz 5b

/* 512 jumps, 8 bytes each, through a table and back, more than any JTLB has entries. */
    movl $TABLE, %edi
    movl $TARGETS, %ecx
    movl $blocks, %eax
6:  stosl
    addl $8, %eax
    decl %ecx
    jnz 6b
    movl $30, %edx
    xorl %eax, %eax
7:  movl $TARGETS - 1, %ecx
8:  jmp *TABLE(, %ecx, 4)
back:
    decl %ecx
    jns 8b
    decl %edx
    jnz 7b
    EQ(%eax, 30 * TARGETS)

/* A call to where ESP points: not where it points behind the push. */
    movl $ROUNDS, %ecx
10: movl $0x9090c340, TABLE + 4 /* INC EAX, RET */
    movl %esp, %ebx
    movl $TABLE + 4, %esp
    movl $0, %eax
    movl $11f, %edx
    call *%esp
11: movl %ebx, %esp
    EQ(%eax, 1)
    decl %ecx
    jnz 10b

/* The same EIP in two segments is other code. */
    movl $ROUNDS, %ebx
9:  xorl %eax, %eax
    movl $twin, %edx
    call *%edx
    EQ(%eax, 1)
    lcall $CODE_HIGH, $(far - 16)
    EQ(%eax, 3)
    decl %ebx
    jnz 9b
    jmp pass

far:
    movl $twin, %edx
    call *%edx
    lret

    .balign 16
twin:
    addl $1, %eax
    ret
    .org twin + 16
    addl $2, %eax
    ret

    .balign 8
blocks:
    .rept TARGETS
    incl %eax
    jmp 1f
    .balign 8
    .endr
1:  jmp back
