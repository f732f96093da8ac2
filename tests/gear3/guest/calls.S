/*
 * More calls inside calls than a region follows, none of which returns: a kernel fills the return
 * buffers of processors this way, with each change of stacks. And a function that calls itself.
 */
#define TEST_NAME "calls"
#include "pc.h"

#define CALLS 24

.text 0
.code32
test32:
    movl $3000, %ebx
    movl %esp, %ebp
again:
    .rept CALLS
    call 1f
    int3
1:
    .endr
    addl $4 * CALLS, %esp
    decl %ebx
    jnz again
    movl $300, %ebx
1:  movl $400, %ecx
    call down
    decl %ebx
    jnz 1b
    subl %esp, %ebp
    EQ(%ebp, 0)
    jmp pass

down:
    decl %ecx
    jz 1f
    call down
1:  ret
