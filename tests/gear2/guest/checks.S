/*
 * What translations take for granted, until it isn't so: divisors that aren't zero, quotients that
 * fit, offsets below a limit of 64 KiB. Each fault must come precisely, however hot the code is.
 */
#define TEST_NAME "checks"
#include "pc.h"

#define ROUNDS 200

.text 0
.code32
test32:
    movl $ROUNDS, %esi
1:  movl %esi, %ecx
    andl $3, %ecx
    jz 2f
    movl $600, %eax
    cltd
    idivl %ecx
    imull %ecx, %eax
    EQ(%eax, 600)
    jmp 3f
2:  movl $600, %eax
    cltd
    FAULT(0, NONE, idivl %ecx)
    EQ(%eax, 600)
    movl $4, %edx
    movl $4, %ecx
    FAULT(0, NONE, divl %ecx)
    EQ(%edx, 4)
3:  decl %esi
    jnz 1b

    movl $DATA16, %eax
    movl %eax, %es
    movl $ROUNDS, %esi
4:  movl %esi, %edi
    andl $1, %edi
    addl $0xfffd, %edi /* FFFD and FFFE */
    movl $0x1234, %ebx
    movw %bx, %es:(%edi)
    addw %es:(%edi), %bx
    EQ(%ebx, 0x2468)
    incl %edi
    testl $1, %esi
    jz 5f
    FAULT(13, 0, movw %bx, %es:(%edi))
    EQ(%edi, 0xffff)
    FAULT(13, 0, addw %es:(%edi), %bx)
    EQ(%ebx, 0x2468)
5:  decl %esi
    jnz 4b
    jmp pass
