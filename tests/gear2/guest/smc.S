/*
 * Code that changes, hot enough that it is translated, revalidated, made to check itself or to load
 * its immediates: its own loop, the next instruction, the one before, another page, versions that
 * alternate, data beside code, immediates that are patched before each call or of an access to a
 * device, and what DMA writes.
 */
#define TEST_NAME "smc"
#include "pc.h"

#define ROUNDS 400
#define DMA_PORT 0x518
#define FWCFG_READ 2
#define THERE 0x30000 /* where code is written by code from here */

#define INC_EAX 0x40
#define DEC_EAX 0x48

.text 0
.code32
test32:

/* An immediate of the loop that is running. */
    xorl %eax, %eax
    movl $ROUNDS, %ecx
1:  movl %ecx, 2f + 1
2:  movl $0, %edx
    addl %edx, %eax
    decl %ecx
    jnz 1b
    EQ(%eax, ROUNDS * (ROUNDS + 1) / 2)

/* The next instruction: INC in odd rounds, DEC in even ones. */
    xorl %eax, %eax
    movl $ROUNDS + 1, %ecx
3:  movl %ecx, %edx
    andl $1, %edx
    shll $3, %edx
    xorl $DEC_EAX, %edx
    movb %dl, 4f
4:  nop
    decl %ecx
    jnz 3b
    EQ(%eax, 1)

/* INC and DEC by turns, changed behind: at a commit the code is what the next round has. */
    xorl %eax, %eax
    movl $ROUNDS + 1, %ecx
17: incl %eax
    xorb $INC_EAX ^ DEC_EAX, 17b
    decl %ecx
    jnz 17b
    EQ(%eax, 1)

/* A patched immediate, of a store that mostly goes to the display's window, a device. */
    xorl %eax, %eax
    movl $ROUNDS, %ecx
18: movl $0xa0000, %edi
    testb $3, %cl
    jnz 19f
    movl $THERE, %edi
19: movl %ecx, 20f + 2
20: movl $0, (%edi)
    testb $3, %cl
    jnz 21f
    addl (%edi), %eax
21: decl %ecx
    jnz 18b
    EQ(%eax, 4 * (ROUNDS / 4) * (ROUNDS / 4 + 1) / 2)

/* In the same trace, behind a store and several instructions. */
    xorl %eax, %eax
    movl $ROUNDS, %ecx
5:  movl %ecx, %edx
    andl $1, %edx
    shll $3, %edx
    orl $INC_EAX, %edx
    pushl %edx
    movl %ecx, %ebx
    andl $15, %ebx
    jnz 6f
    movb %dl, 7f
6:  addl %ecx, %ebx
    popl %edx
    leal (%ebx, %ecx), %ebx
7:  incl %eax
    decl %ecx
    jnz 5b
    EQ(%eax, ROUNDS)

/* Data in the granule of the loop that writes it. */
    movl $ROUNDS, %ecx
    jmp 8f
    .balign 4
counter:
    .long 0
8:  incl counter
    addl %ecx, counter
    decl %ecx
    jnz 8b
    EQ(counter, ROUNDS + ROUNDS * (ROUNDS + 1) / 2)

/* Two versions of a function in another page, by turns, each called three times. */
    xorl %eax, %eax
    movl $ROUNDS, %ecx
9:  movl $plus, %esi
    testb $1, %cl
    jz 10f
    movl $minus, %esi
10: movl $THERE, %edi
    movsl
    movsl
    movl $THERE, %edx
    call *%edx
    call *%edx
    call *%edx
    decl %ecx
    jnz 9b
    EQ(%eax, ROUNDS / 2 * 3 * (0x1000 - 0x10))

/* A function whose immediate is patched before each call, as a BIOS call's thunk is. */
    movl $template, %esi
    movl $THERE + 0x100, %edi
    movl $20, %ecx
    rep movsb
    xorl %eax, %eax
    movl $ROUNDS, %ecx
11: movl %ecx, THERE + 0x101
    movw %cx, THERE + 0x107
    movl $THERE + 0x100, %edx
    call *%edx
    decl %ecx
    jnz 11b
    EQ(%eax, ROUNDS * (ROUNDS + 1))

/* Four NOPs of a function become "QEMU", which is PUSH ECX, INC EBP, DEC EBP, PUSH EBP, by DMA. */
    movl $0x90909090, THERE + 0x200
    movl $0xc308c483, THERE + 0x204 /* ADD ESP, 8 and RET */
    movl $ROUNDS, %ebp
    xorl %ebx, %ebx
12: movl $0x90909090, THERE + 0x200
    testl $1, %ebp
    jz 13f
    movl $(FWCFG_READ | 8) << 24, THERE + 0x210 /* big-endian: select item 0, read */
    movl $4 << 24, THERE + 0x214
    movl $0, THERE + 0x218
    movl $(THERE + 0x200) >> 16 << 8 | ((THERE + 0x200) >> 8 & 0xff) << 16, THERE + 0x21c
    movl $(THERE + 0x210) >> 16 << 8 | ((THERE + 0x210) >> 8 & 0xff) << 16 | 0x10 << 24, %eax
    movl $DMA_PORT, %edx
    outl %eax, %dx
    incl %ebx
13: movl $THERE + 0x200, %edx
    pushl $15f
    pushl $14f
    call *%edx
    addl $8, %esp
    jmp 16f
/* With the NOPs, ADD ESP, 8 drops the return address and 14f. */
14: jmp fail
15: addl $0x100, %ebx
16: decl %ebp
    jnz 12b
    EQ(%ebx, ROUNDS / 2 + ROUNDS / 2 * 0x100)
    EQ(%esp, STACK0)
    jmp pass

    .balign 8
plus:
    addl $0x1000, %eax
    ret
    .balign 8
minus:
    subl $0x10, %eax
    ret
    .balign 8
template:
    movl $0, %ebx
    movw $0, %dx
    addl %ebx, %eax
    movzwl %dx, %edx
    addl %edx, %eax
    ret
    .balign 16
