/*
 * Hot code and data at the edge of a page behind which there is none, and at the end of memory. The
 * page fault comes at the instruction that reaches over the edge, with what the loop before it has
 * done and nothing more; its handler maps the page and the instruction is done again. The two pages
 * are not neighbours in memory.
 */
#define TEST_NAME "edge"
#include "pc.h"

#define DIRECTORY PAGES
#define LOW_TABLE (PAGES + 0x1000)
#define TABLE (PAGES + 0x2000)
#define FRAME(n) (DATA + (n) * 0x4000)
#define PAGE(n) (0x400000 + (n) * 0x1000)
#define PTE(n) (TABLE + (n) * 4)
#define EDGE PAGE(1)
#define ROUNDS 30
#define TURNS 20
#define LAST_PAGE 0x3ff000 /* of memory, which has 4 MiB */
#define WORDS 40 /* accesses, two bytes apart, the middle one over the edge */
#define FIRST (EDGE - WORDS + 2)

.text 0
.code32
map: /* hook: the page is there now, and nothing of a store to it has been done before */
    movl PAGE(0) + 0xffc, %eax
    movl %eax, seen
    movl $(FRAME(1) | 3), PTE(1)
    invlpg PAGE(1)
    ret

unmap:
    movl $0, PTE(1)
    invlpg PAGE(1)
    movl $0, got_count
    ret

/* Three loops: the edge is in the instruction behind, right behind the branch back, and the way out
 * leads over it. */
inside:
1:  incl %eax
    decl %ecx
    jnz 1b
inside_at:
    movl $0x12345678, %ebx
.set inside_edge, inside_at + 3
    ret
inside_end:

below:
1:  incl %eax
    decl %ecx
    jnz 1b
below_at:
.set below_edge, below_at
    movl $0x12345678, %ebx
    ret
below_end:

beyond:
1:  incl %eax
    decl %ecx
    jz beyond_at
    jmp 1b
.set beyond_edge, .
    nop
beyond_at:
    movl $0x12345678, %ebx
    ret
beyond_end:

/* `name` so that its edge is the pages'. */
.macro place name
    movl $\name, %esi
    movl $(FRAME(0) + 0x1000 - (\name\()_edge - \name)), %edi
    movl $(\name\()_edge - \name), %ecx
    rep movsb
    movl $FRAME(1), %edi
    movl $(\name\()_end - \name\()_edge), %ecx
    rep movsb
.endm

.macro code name, cr2
    place \name
    movl $ROUNDS, %edi
6:  call unmap
    movl $TURNS, %ecx
    xorl %eax, %eax
    xorl %ebx, %ebx
    movl $(EDGE - (\name\()_edge - \name)), %edx
    call *%edx
    EQ(%eax, TURNS)
    EQ(%ebx, 0x12345678)
    EQ(got_count, 1)
    EQ(got_vec, 14)
    EQ(got_err, 0)
    EQ(got_eip, EDGE + (\name\()_at - \name\()_edge))
    EQ(got_cr2, \cr2)
    decl %edi
    jnz 6b
.endm

/* EAX: of the words from FIRST on. Each routine: ECX, ESI set. The access is `at`. */
.macro walk at, change, access
1:  \change
\at:
    \access
    addl $2, %esi
    decl %ecx
    jnz 1b
    ret
.endm
loads:
    walk load, "roll $1, %eax", "addl (%esi), %eax"
stores:
    walk store, "addl $0x01234567, %eax", "movl %eax, (%esi)"
adds:
    walk add, "addl $0x01234567, %eax", "addl %eax, (%esi)"

.macro set_up
    movl $WORDS, %ecx
    movl $FIRST, %esi
    xorl %eax, %eax
.endm

/* Bytes around the edge, in both frames. Spoils EAX, ECX. */
fill:
    movl $64, %ecx
    movl $0x89abcdef, %eax
1:  imull $0x10dcd, %eax
    incl %eax
    movl %eax, FRAME(0) + 0xf00 - 4(,%ecx,4)
    movl %eax, FRAME(1) - 4(,%ecx,4)
    decl %ecx
    jnz 1b
    ret

/* EBX: what the loads make of it when both pages are there. */
sum:
    movl $(FRAME(1) | 3), PTE(1)
    invlpg PAGE(1)
    set_up
    call loads
    movl %eax, %ebx
    ret

/* Routine `name`, whose access is `at`: once with both pages, then again and again without. */
.macro data name, at, error
    call fill
    movl $(FRAME(1) | 3), PTE(1)
    invlpg PAGE(1)
    set_up
    call \name
    movl %eax, result
    call sum
    movl $ROUNDS, %edi
7:  call fill
    call unmap
    set_up
    call \name
    movl $__LINE__, line
    cmpl result, %eax
    jne fail
    EQ(got_count, 1)
    EQ(got_vec, 14)
    EQ(got_err, \error)
    EQ(got_eip, \at)
    EQ(got_cr2, EDGE)
    movl %ebx, %ebp
    call sum
    EQ(%esi, FIRST + 2 * WORDS)
    movl $__LINE__, line
    cmpl %ebx, %ebp
    jne fail
    decl %edi
    jnz 7b
.endm

.set result, 0x5000
.set seen, 0x5004

test32:
    identity_table LOW_TABLE, 0x63
    movl $(LOW_TABLE | 0x63), DIRECTORY
    movl $(TABLE | 0x63), DIRECTORY + 4
    movl $(FRAME(0) | 3), PTE(0)
    paging_on DIRECTORY, 0x80010000
    movl $map, hook

    code inside, EDGE
    code below, EDGE
    code beyond, EDGE + 1
    data loads, load, 0
    data stores, store, 2
    data adds, add, 2

    /* Behind the end of memory all bits are set: FF FF is no instruction. */
    movl $0, hook
    movl $(LAST_PAGE | 3), PTE(0)
    movl $(LAST_PAGE + 0x1003), PTE(1)
    invlpg PAGE(0)
    invlpg PAGE(1)
    movb $0x40, PAGE(0) + 0xffb /* INC EAX, DEC ECX, JNZ to the first */
    movl $0xb8fc7549, PAGE(0) + 0xffc /* MOV EAX, and no immediate */
    movl $ROUNDS, %edi
2:  movl $TURNS, %ecx
    xorl %eax, %eax
    movl $(PAGE(0) + 0xffb), %edx
    movl $0, got_count
    movl $3f, resume
    jmp *%edx
3:  EQ(%eax, 0xffffffff)
    EQ(%ecx, 0)
    EQ(got_count, 1)
    EQ(got_vec, 6)
    EQ(got_eip, PAGE(1) + 4)
    movl $4f, resume
    movl $PAGE(1), %edx
    jmp *%edx
4:  EQ(got_eip, PAGE(1))
    decl %edi
    jnz 2b
    jmp pass
