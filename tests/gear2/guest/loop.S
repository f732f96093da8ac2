/* A loop whose translation tests/gear2/loop.test pins: a rotating sum over doublewords. */
#define TEST_NAME "loop"
#include "pc.h"

.text 0
.code32
test32:
    movl $DATA, %edi
    movl $64, %ecx
1:  movl %ecx, (%edi)
    addl $4, %edi
    decl %ecx
    jnz 1b

    movl $DATA, %esi
    movl $64, %ecx
    xorl %eax, %eax
sum:
    movl (%esi), %edx
    roll $3, %eax
    addl %edx, %eax
    addl $4, %esi
    decl %ecx
    jnz sum
    EQ(%eax, 0x49249252)
    jmp pass
