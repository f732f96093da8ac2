/*
 * Accessed and dirty bits are set by the access and not before: a loop that reads the entry of a
 * page and then is the first to touch that page finds it as it was, wherever the translation of
 * that loop has to be rolled back to; and so does one instruction that does both.
 */
#define TEST_NAME "bits"
#include "pc.h"

#define DIRECTORY PAGES
#define LOW_TABLE (PAGES + 0x1000)
#define TABLE (PAGES + 0x2000)
#define WINDOW 0x400000
#define COUNT 32

.text 0
.code32
/* Clears these bits of all the window's entries, and all that is known of them. Spoils EAX, ECX. */
.macro clear bits
    movl $COUNT - 1, %ecx
7:  andl $~(\bits), TABLE(,%ecx,4)
    decl %ecx
    jns 7b
    movl %cr3, %eax
    movl %eax, %cr3
.endm

/* All of the window's entries have these of both bits. Spoils EAX, ECX. */
.macro have bits
    movl $COUNT - 1, %ecx
8:  movl TABLE(,%ecx,4), %eax
    andl $0x60, %eax
    EQ(%eax, \bits)
    decl %ecx
    jns 8b
.endm

/* EAX: sum of the bits in the entries, each read before `access` to its page, where it may be in
 * EDX. Spoils ECX, EDX, ESI, EDI. */
.macro touch access
    xorl %eax, %eax
    movl $TABLE, %esi
    movl $WINDOW, %edi
    movl $COUNT, %ecx
1:  movl (%esi), %edx
    andl $0x60, %edx
    addl %edx, %eax
    addl $4, %esi
    \access
    addl $0x1000, %edi
    decl %ecx
    jnz 1b
    ret
.endm
reads:
    touch "movl (%edi), %edx"
writes:
    touch "movl %edx, (%edi)"

/* One instruction reads the entry and writes to the page. */
moves:
    movl $TABLE, %esi
    movl $WINDOW, %edi
    movl $COUNT, %ecx
1:  movsl
    addl $0xffc, %edi
    decl %ecx
    jnz 1b
    movl $WINDOW, %edi /* what came there */
    xorl %eax, %eax
    movl $COUNT, %ecx
2:  movl (%edi), %edx
    andl $0x60, %edx
    addl %edx, %eax
    addl $0x1000, %edi
    decl %ecx
    jnz 2b
    ret

/* A page is read only if the one before says so, which none does: it stays untouched. */
skips:
    movl $WINDOW, %edi
    movl $(COUNT / 2), %ecx
1:  movl (%edi), %edx
    testl $1, %edx
    jz 2f
    addl 0x1000(%edi), %eax
    addl 0x1004(%edi), %eax
2:  addl $0x2000, %edi
    decl %ecx
    jnz 1b
    ret

test32:
    identity_table LOW_TABLE, 0x63
    movl $(LOW_TABLE | 0x23), DIRECTORY
    movl $(TABLE | 0x23), DIRECTORY + 4
    xorl %ecx, %ecx
2:  movl %ecx, %eax
    shll $12, %eax
    addl $(DATA | 0x63), %eax
    movl %eax, TABLE(,%ecx,4)
    incl %ecx
    cmpl $COUNT, %ecx
    jne 2b
    paging_on DIRECTORY, 0x80010000

    movl $60, %ebx /* each gear has its turn */
3:  call writes
    movl $20, %ebp
4:  call reads
    EQ(%eax, 0x60 * COUNT)
    call writes
    EQ(%eax, 0x60 * COUNT)
    decl %ebp
    jnz 4b
    clear 0x60
    call reads
    EQ(%eax, 0)
    have 0x20
    call writes
    EQ(%eax, 0x20 * COUNT)
    have 0x60
    clear 0x60
    call writes
    EQ(%eax, 0)
    have 0x60
    clear 0x40
    call writes
    EQ(%eax, 0x20 * COUNT)
    clear 0x60
    call moves
    EQ(%eax, 0)
    have 0x60

    movl $COUNT - 1, %ecx /* nothing in the pages that says so */
5:  movl %ecx, %edx
    shll $12, %edx
    movl $0, WINDOW(%edx)
    decl %ecx
    jns 5b
    call skips
    call skips
    clear 0x60
    call skips
    movl $COUNT - 2, %ecx
6:  movl TABLE(,%ecx,4), %eax
    andl $0x60, %eax
    EQ(%eax, 0x20)
    movl TABLE + 4(,%ecx,4), %eax
    andl $0x60, %eax
    EQ(%eax, 0)
    subl $2, %ecx
    jns 6b
    decl %ebx
    jnz 3b
    jmp pass
