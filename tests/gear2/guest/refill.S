/*
 * More pages than a small TLB holds, so that each comes and goes many times: what it leads to, its
 * dirty bit and the code in it must follow the tables through INVLPG, loads of CR3 and stores, also
 * where the firmware remembers what the TLB has held. 64 pages of a window lead to 32 frames, which
 * are also there one to one.
 */
#define TEST_NAME "refill"
#include "pc.h"

#define DIRECTORY PAGES
#define DIRECTORY2 (PAGES + 0x1000)
#define LOW_TABLE (PAGES + 0x2000)
#define TABLE (PAGES + 0x3000)
#define TABLE2 (PAGES + 0x4000)
#define SHADOW DATA /* addresses of the frames that TABLE's pages lead to */
#define SHADOW2 (DATA + 0x1000)
#define FRAMES 0x50000
#define WINDOW 0x400000
#define COUNT 64
#define CODE 0x800 /* in a frame */

.text 0
.code32
/* EAX: checksum of a word in each page of the window, in their order. Spoils ECX, EDX. */
walk:
    xorl %eax, %eax
    movl $WINDOW, %edx
    movl $COUNT, %ecx
1:  roll $1, %eax
    addl (%edx), %eax
    addl $0x1000, %edx
    decl %ecx
    jnz 1b
    ret

/* EAX: likewise, by the frames that the list at ESI names. Spoils ECX, EDX. */
model:
    xorl %eax, %eax
    xorl %ecx, %ecx
1:  movl (%esi,%ecx,4), %edx
    roll $1, %eax
    addl (%edx), %eax
    incl %ecx
    cmpl $COUNT, %ecx
    jne 1b
    ret

#define COMPARE(shadow) \
    movl $(shadow), %esi; call model; movl %eax, %ebp; call walk; \
    movl $__LINE__, line; cmpl %ebp, %eax; jne fail

/* Page %edi of TABLE to the frame EAX; EDX its address. */
.macro remap
    movl %eax, SHADOW(,%edi,4)
    orl $3, %eax
    movl %eax, TABLE(,%edi,4)
    movl %edi, %edx
    shll $12, %edx
    addl $WINDOW, %edx
    invlpg (%edx)
.endm

routine:
    addl $0x11111111, %ebx
    ret
routine_end:

test32:
    identity_table LOW_TABLE, 3
    movl $(LOW_TABLE | 3), DIRECTORY
    movl $(TABLE | 3), DIRECTORY + 4
    movl $(LOW_TABLE | 3), DIRECTORY2
    movl $(TABLE2 | 3), DIRECTORY2 + 4

    xorl %edi, %edi /* both ways round */
2:  movl %edi, %eax
    andl $31, %eax
    shll $12, %eax
    movl $(FRAMES + 0x1f000), %edx
    subl %eax, %edx
    addl $FRAMES, %eax
    leal 0x1234567(%edi,%edi,4), %ecx
    movl %ecx, (%eax)
    movl %eax, SHADOW(,%edi,4)
    movl %edx, SHADOW2(,%edi,4)
    orl $3, %eax
    orl $3, %edx
    movl %eax, TABLE(,%edi,4)
    movl %edx, TABLE2(,%edi,4)
    incl %edi
    cmpl $COUNT, %edi
    jne 2b
    paging_on DIRECTORY, 0x80010000

    /* As it is, often enough to be translated. */
    movl $40, %edi
3:  COMPARE(SHADOW)
    decl %edi
    jnz 3b

    /* Each page moves on by a frame. */
    xorl %edi, %edi
4:  movl SHADOW(,%edi,4), %eax
    addl $0x1000, %eax
    cmpl $(FRAMES + 0x20000), %eax
    jne 5f
    movl $FRAMES, %eax
5:  remap
    COMPARE(SHADOW)
    incl %edi
    cmpl $COUNT, %edi
    jne 4b

    /* Other tables, and back. */
    movl $20, %edi
6:  movl $DIRECTORY2, %eax
    movl %eax, %cr3
    COMPARE(SHADOW2)
    movl $DIRECTORY, %eax
    movl %eax, %cr3
    COMPARE(SHADOW)
    decl %edi
    jnz 6b

    /* Reading doesn't make dirty, writing does, for the first time after the bit was cleared. */
    movl $3, %ebx
7:  xorl %edi, %edi
8:  andl $~0x60, TABLE(,%edi,4)
    movl %edi, %edx
    shll $12, %edx
    addl $WINDOW, %edx
    invlpg (%edx)
    incl %edi
    cmpl $COUNT, %edi
    jne 8b
    call walk
    call walk
    xorl %edi, %edi
9:  movl TABLE(,%edi,4), %eax
    andl $0x60, %eax
    EQ(%eax, 0x20)
    incl %edi
    cmpl $COUNT, %edi
    jne 9b
    xorl %edi, %edi
10: movl %edi, %edx
    shll $12, %edx
    addl %edi, WINDOW(%edx)
    incl %edi
    cmpl $COUNT, %edi
    jne 10b
    xorl %edi, %edi
11: movl TABLE(,%edi,4), %eax
    andl $0x60, %eax
    EQ(%eax, 0x60)
    incl %edi
    cmpl $COUNT, %edi
    jne 11b
    COMPARE(SHADOW)
    decl %ebx
    jnz 7b

    /* A page that becomes read-only refuses, and one that isn't there. */
    movl $COUNT - 1, %edi
12: andl $~2, TABLE(,%edi,4)
    movl %edi, %edx
    shll $12, %edx
    addl $WINDOW, %edx
    invlpg (%edx)
    FAULT(14, 3, movl %eax, (%edx))
    andl $~1, TABLE(,%edi,4)
    invlpg (%edx)
    FAULT(14, 0, movl (%edx), %eax)
    orl $3, TABLE(,%edi,4)
    COMPARE(SHADOW)
    decl %edi
    jns 12b

    /* Code is written to by another page than it runs in; both have been in the TLB before. */
    movl $30, %edi
13: movl SHADOW + 4 * 5, %ecx
    movl routine, %eax
    movl %eax, CODE(%ecx)
    movl routine + 4, %eax
    movl %eax, CODE + 4(%ecx)
    call walk
    xorl %ebx, %ebx
    movl $20, %esi
14: call WINDOW + 5 * 0x1000 + CODE
    decl %esi
    jnz 14b
    EQ(%ebx, 0x55555554)
    call walk
    movl $0x01010101, WINDOW + 37 * 0x1000 + CODE + 2
    xorl %ebx, %ebx
    movl $20, %esi
15: call WINDOW + 5 * 0x1000 + CODE
    decl %esi
    jnz 15b
    EQ(%ebx, 0x14141414)
    decl %edi
    jnz 13b
    jmp pass
