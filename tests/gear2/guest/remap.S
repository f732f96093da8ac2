/*
 * Code pages that are mapped elsewhere between two calls: neither a chain nor the table of computed
 * branches may lead to what was there before. Linear page 400000h is one of two physical pages, by
 * INVLPG and by loading CR3.
 */
#define TEST_NAME "remap"
#include "pc.h"

#define DIRECTORY PAGES
#define DIRECTORY2 (PAGES + 0x1000)
#define LOW_TABLE (PAGES + 0x2000)
#define TABLE (PAGES + 0x3000)
#define TABLE2 (PAGES + 0x4000)
#define CODE_A DATA
#define CODE_B (DATA + 0x1000)
#define WINDOW 0x400000

.text 0
.code32
/* Copied to both pages; the second gets another constant. */
routine:
    addl $1, %ebx
    ret
routine_end:

.macro copy to, constant
    movl $routine, %esi
    movl $\to, %edi
    movl $(routine_end - routine), %ecx
    rep movsb
    movb $\constant, \to + 2
.endm

test32:
    copy CODE_A, 1
    copy CODE_B, 100
    identity_table LOW_TABLE, 3
    movl $(LOW_TABLE | 3), DIRECTORY
    movl $(TABLE | 3), DIRECTORY + 4
    movl $(LOW_TABLE | 3), DIRECTORY2
    movl $(TABLE2 | 3), DIRECTORY2 + 4
    movl $(CODE_A | 3), TABLE
    movl $(CODE_B | 3), TABLE2
    paging_on DIRECTORY

    /* Calls by address and by register, while INVLPG swaps the page. */
    xorl %ebx, %ebx
    movl $40, %ebp
2:  movl $10, %esi
    movl $WINDOW, %edx
3:  call WINDOW
    call *%edx
    decl %esi
    jnz 3b
    xorl $(CODE_A ^ CODE_B), TABLE
    invlpg WINDOW
    decl %ebp
    jnz 2b
    EQ(%ebx, 20 * 20 * 101)

    /* Likewise, while CR3 does. */
    xorl %ebx, %ebx
    movl $40, %ebp
    movl $DIRECTORY, %edi
4:  movl $10, %esi
    movl $WINDOW, %edx
5:  call WINDOW
    call *%edx
    decl %esi
    jnz 5b
    xorl $(DIRECTORY ^ DIRECTORY2), %edi
    movl %edi, %cr3
    decl %ebp
    jnz 4b
    EQ(%ebx, 20 * 20 * 101)
    jmp pass
