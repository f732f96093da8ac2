/*
 * Code pages that are mapped elsewhere between two calls: neither a chain nor the table of computed
 * branches may lead to what was there before. Linear page 400000h is one of two physical pages, by
 * INVLPG and by loading CR3, which leaves global pages alone. Code there does both to its own page,
 * too.
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
#define SWAP_TABLE 0x40   /* where in the page */
#define SWAP_TABLES 0x80
#define CR4_PGE 0x80

.text 0
.code32
/* Copied to both pages; the second gets another constant. */
routine:
    addl $1, %ebx
    ret
routine_end:

/* These go on in the other page. */
swap_table:
    xorl $(CODE_A ^ CODE_B), TABLE
    invlpg WINDOW
    addl $1, %ebx
    ret
swap_table_end:
swap_tables:
    xorl $(DIRECTORY ^ DIRECTORY2), %edi
    movl %edi, %cr3
    addl $1, %ebx
    ret
swap_tables_end:

.macro copy what, to, constant
    movl $\what, %esi
    movl $\to, %edi
    movl $(\what\()_end - \what), %ecx
    rep movsb
    movb $\constant, -2(%edi) /* of ADD */
.endm

.macro copy_all to, constant
    copy routine, \to, \constant
    copy swap_table, \to + SWAP_TABLE, \constant
    copy swap_tables, \to + SWAP_TABLES, \constant
.endm

/* EBX: of so many calls of code that goes on in the other page. */
.macro swaps at
    xorl %ebx, %ebx
    movl $400, %ebp
6:  movl $(WINDOW + \at), %edx
    call *%edx
    decl %ebp
    jnz 6b
.endm

test32:
    copy_all CODE_A, 1
    copy_all CODE_B, 100
    identity_table LOW_TABLE, 0x103
    movl %cr4, %eax
    orl $CR4_PGE, %eax
    movl %eax, %cr4
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

    /* The code there swaps it. */
    swaps SWAP_TABLE
    EQ(%ebx, 200 * 101)
    swaps SWAP_TABLES
    EQ(%ebx, 200 * 101)
    jmp pass
