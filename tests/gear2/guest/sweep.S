/*
 * An interrupt at every point of hot code: a timer that runs down once, started a little earlier
 * each time. What the interrupt finds - instruction, registers, flags, memory - must be what gear 1
 * comes to: the code runs again with a breakpoint on that instruction, which no translation does,
 * until there all of it is the same.
 */
#define TEST_NAME "sweep"
#include "pc.h"

#define VECTOR 0x20
#define RUNS 200
#define TURNS 96
#define WORDS 64
#define STATUS_FLAGS 0x8d5

.set found, 0x5000
.set runs, 0x5004
.set hits, 0x5008  /* interrupts that came in the region */
.set flags, 0x500c
.set sum, 0x5010
.set saved, 0x5020 /* as pushal leaves them, then EIP */

.text 0
.code32
/* EAX: of the memory that the region writes. Spoils ECX. */
checksum:
    xorl %eax, %eax
    movl $WORDS, %ecx
1:  roll $3, %eax
    addl DATA - 4(,%ecx,4), %eax
    decl %ecx
    jnz 1b
    ret

/* hook, of the timer: keeps what it has found */
note:
    cmpl $VECTOR, F_VEC(%ebp)
    jne compare
    output 0x20, 0x20
    movl F_EIP(%ebp), %eax
    cmpl $region, %eax
    jb 1f
    cmpl $region_end, %eax
    jae 1f
    incl hits
    movl %eax, saved + 32
    leal 4(%ebp), %esi
    movl $saved, %edi
    movl $8, %ecx
    rep movsl
    movl F_FLAGS(%ebp), %eax
    andl $STATUS_FLAGS, %eax
    movl %eax, flags
    call checksum
    movl %eax, sum
1:  ret

/* hook, of the breakpoint: is it as the timer found it? */
compare:
    orl $0x10000, F_FLAGS(%ebp) /* once */
    movl F_EIP(%ebp), %eax
    cmpl saved + 32, %eax
    jne 1f
    leal 4(%ebp), %esi
    movl $saved, %edi
    movl $8, %ecx
    repe cmpsl
    jne 1f
    movl F_FLAGS(%ebp), %eax
    andl $STATUS_FLAGS, %eax
    cmpl flags, %eax
    jne 1f
    call checksum
    cmpl sum, %eax
    jne 1f
    incl found
    xorl %eax, %eax
    movl %eax, %dr7
1:  ret

/* Loops, calls, flags that live from one round to the next, stores that later rounds load. */
region:
    movl $TURNS, %ecx
    movl $DATA, %esi
    xorl %eax, %eax
1:  movl (%esi), %edx
    adcl %ecx, %edx
    roll $5, %eax
    adcl %edx, %eax
    movl %eax, (%esi)
    call mix
    movl %esi, %edi
    andl $~(WORDS * 4 - 4), %esi
    addl $20, %edi
    andl $(WORDS * 4 - 4), %edi
    orl %edi, %esi
    cmpl $0x40000000, %eax
    decl %ecx
    jnz 1b
    ret
mix:
    pushl %edx
    testb $1, %al
    jz 1f
    xorl $0x5a5a5a5a, %eax
1:  imull $77, %eax, %eax
    popl %edx
    addl %edx, %eax
    ret
region_end:

fill:
    movl $WORDS, %ecx
1:  imull $0x10dcd, %ecx, %eax
    movl %eax, DATA - 4(,%ecx,4)
    decl %ecx
    jnz 1b
    ret

/* EBX: of what the region leaves. Registers and stack are the same each time it is called. */
run:
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    xorl %eax, %eax
    call region
    movl %eax, %ebx
    call checksum
    addl %eax, %ebx
    ret

test32:
    start_pics VECTOR, 0x28, 0xfe, 0xff
    movl $note, hook
    movl $0, hits
    movl $40, %ebp
1:  pushl %ebp
    call fill
    call run
    popl %ebp
    decl %ebp
    jnz 1b
    movl %ebx, %ebp

    movl $RUNS, runs
2:  pushl %ebp
    call fill
    movl $0, saved + 32
    output 0x43, 0x30
    output 0x40, 4 /* 3.4 us */
    output 0x40, 0
    movl runs, %ecx
    xorl %ebx, %ebx
    sti
3:  decl %ecx
    jnz 3b
    call run
    movl $3000, %ecx /* at the latest */
4:  decl %ecx
    jnz 4b
    cli
    movl $__LINE__, line
    cmpl %ebx, (%esp)
    jne fail
    cmpl $0, saved + 32
    je 6f

    call fill
    movl $0, found
    movl saved + 32, %eax
    movl %eax, %dr0
    movl $2, %eax
    movl %eax, %dr7
    xorl %ecx, %ecx
    xorl %ebx, %ebx
    call run
    EQ(found, 1)
    cmpl %ebx, (%esp)
    jne fail
6:  popl %ebp
    decl runs
    jnz 2b
    movl $__LINE__, line
    cmpl $(RUNS / 20), hits
    jb fail
    jmp pass
