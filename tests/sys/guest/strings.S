/*
 * REP MOVS and REP STOS are what as many single MOVS and STOS are, and REP INS what as many INs:
 * source and destination a few bytes apart, the same page by two names, across page borders. A
 * buffer is treated one way, another one the other way, and both are compared as a whole, with the
 * registers.
 */
#define TEST_NAME "strings"
#include "pc.h"

#define DIRECTORY PAGES
#define LOW_TABLE (PAGES + 0x1000)
#define TABLE (PAGES + 0x2000)
#define SIZE 0x2000
#define ONE DATA              /* treated by REP, by these names: */
#define NAME 0x400000
#define OTHER (NAME + SIZE)
#define MANY (DATA + SIZE)    /* treated singly */
#define COUNT 43
#define APART 13
#define SECTORS 3

.set left_esi, 0x5000
.set left_edi, 0x5004

.text 0
.code32
/* Fills SIZE bytes from EDI on. Spoils EAX, ECX, EDI. */
fill:
    movl $SIZE, %ecx
1:  imull $0x9d, %ecx, %eax
    shrl $3, %eax
    movb %al, (%edi)
    incl %edi
    decl %ecx
    jnz 1b
    ret

/* Are both buffers the same, and ECX, ESI less EBX, EDI less EBX what they were? */
check:
    EQ(%ecx, 0)
    subl %ebx, %esi
    subl %ebx, %edi
    subl %ebp, %edi
    movl $__LINE__, line
    cmpl left_esi, %esi
    jne fail
    cmpl left_edi, %edi
    jne fail
    movl $SIZE, %ecx
2:  movb ONE - 1(%ecx), %al
    cmpb MANY - 1(%ecx), %al
    jne fail
    decl %ecx
    jnz 2b
    ret

fill_both:
    movl $ONE, %edi
    call fill
    movl $MANY, %edi
    jmp fill

/* Source at offset EDX of the buffer, destination EAX bytes further, which is EBP further on. */
.macro places base, distance
    leal \base(%edx), %esi
    leal (%esi, %ebp), %edi
    addl \distance, %edi
    movl $COUNT, %ecx
.endm

.macro compare name, insn
/* With ESI as distance; spoils all but EDX. */
\name:
    pushl %edx
    pushl %esi
    call fill_both
    movl (%esp), %eax
    xorl %ebp, %ebp
    places MANY, %eax
    movl $0x5a96c33f, %eax
3:  \insn
    decl %ecx
    jnz 3b
    subl $MANY, %esi
    subl $MANY, %edi
    movl %esi, left_esi
    movl %edi, left_edi
    movl 4(%esp), %edx
    movl (%esp), %eax
    movl $NAME, %ebx
    movl name, %ebp
    places NAME, %eax
    movl $0x5a96c33f, %eax
    rep \insn
    call check
    popl %esi
    popl %edx
    ret
.endm

compare movs1, movsb
compare movs2, movsw
compare movs4, movsl
compare stos1, stosb
compare stos2, stosw
compare stos4, stosl

.set name, 0x5008 /* 0: the destination is called as the source is, else OTHER - NAME */

/* Starts a read of the first sectors. Spoils EAX, EDX. */
.macro reg port, value
    movb $\value, %al
    movw $\port, %dx
    outb %al, %dx
.endm

read_sectors:
    reg 0x1f6, 0xe0
    reg 0x1f2, SECTORS
    reg 0x1f3, 0
    reg 0x1f4, 0
    reg 0x1f5, 0
    reg 0x1f7, 0x20
ready:
    movw $0x1f7, %dx
4:  inb %dx, %al
    testb $8, %al
    jz 4b
    movw $0x1f0, %dx
    ret

/* \count elements of each sector by the first REP, the rest by the second. */
.macro sectors insn, in, acc, size, offset, count
    call fill_both
    call read_sectors
    movl $(MANY + \offset), %edi
    movl $(SECTORS * 512 / \size), %ecx
5:  \in %dx, \acc
    mov \acc, (%edi)
    addl $\size, %edi
    decl %ecx
    jnz 5b
    subl $MANY, %edi
    movl %edi, left_edi
    movl $SECTORS, %ebp
    movl $(NAME + \offset), %edi
    call read_sectors
6:  call ready
    movl $\count, %ecx
    rep \insn
    movl $(512 / \size - \count), %ecx
    rep \insn
    decl %ebp
    jnz 6b
    movl $NAME, %ebx
    movl %ebx, %esi
    movl $0, left_esi
    call check
.endm

test32:
    identity_table LOW_TABLE
    movl $(LOW_TABLE | 7), DIRECTORY
    movl $(TABLE | 7), DIRECTORY + 4
    movl $(ONE | 7), TABLE
    movl $(ONE + 0x1000 | 7), TABLE + 4
    movl $(ONE | 7), TABLE + 8
    movl $(ONE + 0x1000 | 7), TABLE + 12
    paging_on DIRECTORY

    movl $0, name
names:
    movl $0x123, %edx
borders:
    movl $-APART, %esi
7:  call movs1
    call movs2
    call movs4
    call stos1
    call stos2
    call stos4
    incl %esi
    cmpl $(APART + 1), %esi
    jne 7b
    addl $(0x1000 - 0x123 - 37), %edx
    cmpl $0x1000, %edx
    jb borders
    movl name, %eax
    movl $(OTHER - NAME), name
    testl %eax, %eax
    jz names

    sectors insw, inw, %ax, 2, 0x100, 256
    sectors insw, inw, %ax, 2, 0xfa1, 255
    sectors insw, inw, %ax, 2, 0xffb, 1
    sectors insl, inl, %eax, 4, 0xd04, 128
    sectors insl, inl, %eax, 4, 0xfff, 77
    jmp pass
