/*
 * Loops that look into a page table, do the first access to the page of that entry, and look again:
 * the accessed and dirty bits are clear before and set after it, in every gear.
 */
#define TEST_NAME "touch"
#include "pc.h"

#define DIRECTORY PAGES
#define TABLE0 (PAGES + 0x1000) /* of the first 4 MiB, themselves */
#define TABLE1 (PAGES + 0x2000) /* of PAGED, which is one page of memory again and again */
#define PAGED 0x400000
#define COUNT 64
#define SWEEPS 60

#define PRESENT 1
#define WRITE 2
#define ACCESSED 0x20
#define DIRTY 0x40

/*
 * COUNT pages, one after the other, with `bits` in their entries: what must be of the bits in EAX
 * before the access is \before, after it \after.
 */
.macro sweeps bits, mask, before, after, access:vararg
    movl $SWEEPS, %edi
8:  movl $TABLE1, %ebx
    movl $(DATA | PRESENT | WRITE | \bits), %eax
7:  movl %eax, (%ebx)
    addl $4, %ebx
    cmpl $(TABLE1 + 4 * COUNT), %ebx
    jb 7b
    movl %cr3, %eax
    movl %eax, %cr3
    movl $TABLE1, %ebx
    movl $PAGED, %esi
    xorl %ebp, %ebp
9:  movl (%ebx), %eax
    andl $\mask, %eax
    \access
    movl (%ebx), %edx
    andl $\mask, %edx
    xorl $\before, %eax
    xorl $\after, %edx
    orl %eax, %ebp
    orl %edx, %ebp
    addl $4, %ebx
    addl $0x1000, %esi
    cmpl $(TABLE1 + 4 * COUNT), %ebx
    jb 9b
    EQ(%ebp, 0)
    decl %edi
    jnz 8b
.endm

.text 0
.code32
test32:
    movl $(TABLE0 | PRESENT | WRITE), DIRECTORY
    movl $(TABLE1 | PRESENT | WRITE), DIRECTORY + 4
    movl $TABLE0, %ebx
    movl $(PRESENT | WRITE), %eax
1:  movl %eax, (%ebx)
    addl $4, %ebx
    addl $0x1000, %eax
    cmpl $0x400000, %eax
    jb 1b
    movl $DIRECTORY, %eax
    movl %eax, %cr3
    movl %cr0, %eax
    orl $0x80000000, %eax
    movl %eax, %cr0

    .p2align 12
    sweeps 0, ACCESSED | DIRTY, 0, ACCESSED, movl 0x10(%esi), %ecx
    sweeps 0, ACCESSED | DIRTY, 0, ACCESSED | DIRTY, movl %edi, 0x10(%esi)
    sweeps ACCESSED, ACCESSED | DIRTY, ACCESSED, ACCESSED | DIRTY, addl %edi, 0x10(%esi)
    sweeps ACCESSED | DIRTY, ACCESSED | DIRTY, ACCESSED | DIRTY, ACCESSED | DIRTY, movl %edi, (%esi)
    jmp pass
