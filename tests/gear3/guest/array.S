/*
 * The ten-instruction loop over an array whose region tests/gear3/array.test pins: load, add,
 * compare, store, steps of both pointers, branch. One element in 64 takes the exit, and stores the
 * flags that it finds, so that what the exit computes is looked at, too.
 */
#define TEST_NAME "array"
#include "pc.h"

#define SOURCE DATA
#define TARGET (DATA + 0x1000)
#define ROUNDS 3000

.text 0
.code32
test32:
    movl $SOURCE, %edi
    movl $64, %ecx
1:  movl %ecx, (%edi)
    addl $4, %edi
    decl %ecx
    jnz 1b
    movl $0x2000, SOURCE + 4 * 40

    movl $ROUNDS, %ebx
again:
    movl $SOURCE, %esi
    movl $TARGET, %edi
    movl $64, %ecx
    xorl %edx, %edx
element:
    movl (%esi), %eax
    addl %edx, %eax
    cmpl $0x1000, %eax
    ja large
    movl %eax, (%edi)
next:
    addl $4, %esi
    addl $4, %edi
    incl %edx
    decl %ecx
    jnz element
    decl %ebx
    jnz again

    xorl %eax, %eax
    movl $TARGET, %esi
    movl $64, %ecx
2:  roll $3, %eax
    addl (%esi), %eax
    addl $4, %esi
    loop 2b
    EQ(%eax, 0xdffff87f)
    EQ(%edx, 64)
    EQ(%edi, TARGET + 256)
    jmp pass

large:
    pushfl
    popl %eax
    andl $0x8d5, %eax
    movl %eax, (%edi)
    jmp next
