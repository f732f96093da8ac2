/*
 * Code that a disk's bus master changes, hot: between two calls of it, right behind the OUT that
 * starts the transfer, and in a loop that starts one in each round. Four versions of a sector of
 * code, alike but for what they add to EBX, are on the disk. First in physical memory, then through
 * another page.
 */
#define TEST_NAME "dma"
#include "pc.h"

#define IDE 0x80000900 /* its configuration space */
#define MASTER 0xc000
#define DIRECTORY PAGES
#define LOW_TABLE (PAGES + 0x1000)
#define TABLE (PAGES + 0x2000)
#define REGIONS DATA /* the bus master's table */
#define BUFFER (DATA + 0x1000)
#define CODE (DATA + 0x2000) /* physical */
#define SECTOR 512
#define VERSIONS 4
#define ADDS(version) (0x01000001 * (version)) /* what that version adds */
#define ROUNDS 60

#define PCI(reg, value) \
    movl $(IDE | (reg)), %eax; movw $0xcf8, %dx; outl %eax, %dx; \
    movl $(value), %eax; movw $0xcfc, %dx; outl %eax, %dx
#define OUT(port, value) movb value, %al; movw $(port), %dx; outb %al, %dx

.text 0
.code32
.balign 16
template:
once:
    addl $ADDS(1), %ebx
    ret
    .org template + 0x40
many: /* ECX times */
    addl $ADDS(1), %ebx
    decl %ecx
    jnz many
    ret
    .org template + 0x80
behind: /* AL to port DX changes what comes next */
    outb %al, %dx
    addl $ADDS(1), %ebx
    ret
    .org template + 0xc0
around: /* ECX times, with the next version prepared by the routine at ESI */
    call *%esi
    outb %al, %dx
    addl $ADDS(1), %ebx
    decl %ecx
    jnz around
    ret
    .org template + SECTOR

/*
 * The command %al for sector `version` and memory at EDI; then AL to DX starts it. Spoils EAX, EDX.
 */
.macro prepare command, direction
    movl %edi, REGIONS
    movl $(0x80000000 | SECTOR), REGIONS + 4
    movl $REGIONS, %eax
    movw $(MASTER + 4), %dx
    outl %eax, %dx
    OUT(MASTER + 2, $6)
    OUT(MASTER, $\direction)
    OUT(0x1f2, $1)
    OUT(0x1f3, version)
    OUT(0x1f4, $0)
    OUT(0x1f5, $0)
    OUT(0x1f6, $0xe0)
    OUT(0x1f7, $\command)
    movb $(\direction | 1), %al
    movw $MASTER, %dx
.endm

/* After a transfer: it has ended without an error. Spoils EAX, EDX. */
ended:
    movw $(MASTER + 2), %dx
    inb %dx, %al
    andb $3, %al
    movl $__LINE__, line
    jnz fail
    OUT(MASTER, $0)
    movw $0x1f7, %dx
    inb %dx, %al
    testb $0x89, %al
    jnz fail
    ret

read:
    movl $CODE, %edi
    prepare 0xc8, 8
    ret

/* Another version than the last; `expected` grows by what `times` executions of it add. */
next:
    movzbl version, %eax
    incl %eax
    cmpl $VERSIONS, %eax
    jbe 1f
    movl $1, %eax
1:  movb %al, version
    imull $ADDS(1), %eax, %eax
    imull times, %eax
    addl %eax, expected
    ret

read_next:
    call ended
    call next
    jmp read

.set version, 0x5000
.set expected, 0x5004
.set times, 0x5008

/* All of it, with the code at EBP. */
all:
    xorl %ebx, %ebx
    movl $0, expected
    movl $ROUNDS, %ecx
1:  pushl %ecx
    movl $31, times
    call next
    call read
    outb %al, %dx
    call ended
    movl $11, %esi
2:  call *%ebp
    decl %esi
    jnz 2b
    movl $20, %ecx
    leal many - template(%ebp), %eax
    call *%eax

    movl $1, times
    call next
    call read
    leal behind - template(%ebp), %ecx
    call *%ecx
    call ended
    popl %ecx
    decl %ecx
    jnz 1b

    movl $ROUNDS, %ecx
    movl $read_next, %esi
    leal around - template(%ebp), %eax
    call *%eax
    call ended
    movl $__LINE__, line
    cmpl %ebx, expected
    jne fail
    ret

test32:
    PCI(0x20, MASTER)
    PCI(4, 5)
    OUT(0x3f6, $2)
    movl $1, %ebx
1:  movl $template, %esi /* to the disk */
    movl $BUFFER, %edi
    movl $SECTOR, %ecx
    rep movsb
    imull $ADDS(1), %ebx, %eax
    movl %eax, BUFFER + 2 + once - template
    movl %eax, BUFFER + 2 + many - template
    movl %eax, BUFFER + 3 + behind - template
    movl %eax, BUFFER + 5 + around - template
    movb %bl, version
    movl $BUFFER, %edi
    prepare 0xca, 0
    outb %al, %dx
    call ended
    incl %ebx
    cmpl $VERSIONS, %ebx
    jbe 1b

    movl $CODE, %ebp
    call all
    movl $LOW_TABLE, %edi /* the first 4 MiB one to one, and from there once more */
    movl $0x63, %eax
2:  movl %eax, (%edi)
    movl %eax, 0x1000(%edi)
    addl $4, %edi
    addl $0x1000, %eax
    cmpl $0x400063, %eax
    jne 2b
    movl $(LOW_TABLE | 0x63), DIRECTORY
    movl $(TABLE | 0x63), DIRECTORY + 4
    paging_on DIRECTORY
    movl $(0x400000 + CODE), %ebp
    call all
    jmp pass
