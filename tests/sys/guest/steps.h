/*
 * steps.h - pc.h for programs that look at where #DB stops. RECORD begins with the list of stops,
 * RECORDED(n) ends it and checks its length; interrupt 90h is let pass.
 */
#include "pc.h"

#define TF 0x100
#define RF 0x10000

.set traps, 0x4050 /* addresses of the stops, in order */
.set next, 0x4090

#define RECORD movl $record, hook; movl $traps, next
#define RECORDED(n) movl $0, hook; EQ(next, traps + 4 * (n))

/* RF lets the instruction of a breakpoint run. */
.text 0
.code32
record:
    cmpl $0x90, F_VEC(%ebp)
    je 1f
    cmpl $1, F_VEC(%ebp)
    jne fail
    movl next, %ecx
    movl F_EIP(%ebp), %eax
    movl %eax, (%ecx)
    addl $4, next
    orl $RF, F_FLAGS(%ebp)
1:  ret
