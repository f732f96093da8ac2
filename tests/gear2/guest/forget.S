/*
 * Everything that ends what the processor may know of a page: what has been in the TLB, and is only
 * remembered by the firmware since, must be forgotten with it. Before each change all 64 pages of a
 * window are read, which puts each of them out of a small TLB again.
 */
#define TEST_NAME "forget"
#include "pc.h"

#define DIRECTORY PAGES
#define LOW_TABLE (PAGES + 0x1000)
#define TABLE (PAGES + 0x2000)
#define DIRECTORY_BOTH (PAGES + 0x3000) /* legal with PAE and without */
#define TABLE_BOTH (PAGES + 0x4000)     /* a table without PAE, a directory with it */
#define TABLE_PAE (PAGES + 0x5000)
#define DIRECTORY2 (PAGES + 0x6000)
#define TSS2 DATA
#define FRAMES 0x50000
#define WINDOW 0x400000
#define COUNT 64
#define ROUND 2047 /* runtime/refill.h: REFILL_STAMP_MAX */
#define LARGE 0xc00000
#define LARGE_ENTRY (DIRECTORY + 12)
#define HIGH 0x2800000 /* memory, until the display's memory is put there */
#define DISPLAY_PCI 0x80001000

#define PAGE(n) (WINDOW + (n) * 0x1000)
#define PTE(n) (TABLE + (n) * 4)
#define FRAME(n) (FRAMES + ((n) & 31) * 0x1000)
#define MARK(n) (0x1000 + ((n) & 31)) /* what stands in frame n */

#define CR(n, clear, set) \
    movl %cr##n, %eax; andl $~(clear), %eax; orl $(set), %eax; movl %eax, %cr##n
#define PF(error, address, ...) FAULT(14, error, __VA_ARGS__); EQ(got_cr2, address)
#define PCI(function, reg, size, value) \
    movl $((function) | ((reg) & ~3)), %eax; movw $0xcf8, %dx; outl %eax, %dx; \
    movl $(value), %eax; movw $(0xcfc + ((reg) & 3)), %dx; OUT_##size

#define OUT_b outb %al, %dx
#define OUT_w outw %ax, %dx
#define OUT_l outl %eax, %dx

#define CR0_WP 0x10000
#define CR0_PG 0x80000000
#define CR4_PSE 0x10
#define CR4_PAE 0x20
#define CR4_PGE 0x80

.text 1
desc TSS2, 0x67, 0x0089
.text 0
.code32
/* Reads the pages from EDX on. Spoils ECX, EDX, EAX. */
walk_at:
    movl $COUNT, %ecx
1:  movl (%edx), %eax
    addl $0x1000, %edx
    decl %ecx
    jnz 1b
    ret

walk:
    movl $WINDOW, %edx
    jmp walk_at

test32:
    identity_table LOW_TABLE
    movl $(LOW_TABLE | 7), DIRECTORY
    movl $(TABLE | 7), DIRECTORY + 4
    xorl %edi, %edi
2:  movl %edi, %eax
    andl $31, %eax
    leal 0x1000(%eax), %ecx
    shll $12, %eax
    addl $FRAMES, %eax
    movl %ecx, (%eax)
    orl $7, %eax
    movl %eax, TABLE(,%edi,4)
    incl %edi
    cmpl $COUNT, %edi
    jne 2b
    movl $DIRECTORY, %eax
    movl %eax, %cr3
    CR(0, 0, CR0_PG)
    movl $8, %esi /* each gear has its turn */
again:
    pushl %esi
    call walk

    /* CR0.WP */
    movl $(FRAME(3) | 5), PTE(3)
    invlpg PAGE(3)
    movl $MARK(3), PAGE(3)
    call walk
    CR(0, 0, CR0_WP)
    PF(3, PAGE(3), movl %eax, PAGE(3))
    call walk
    CR(0, CR0_WP, 0)
    movl $MARK(3), PAGE(3)
    EQ(FRAME(3), MARK(3))

    /* a page of ring 0's, in ring 3 */
    movl $(FRAME(4) | 3), PTE(4)
    invlpg PAGE(4)
    movl $MARK(4), PAGE(4)
    call walk
    GO3(user)
user:
    EQ(PAGE(5), MARK(5))
    PF(5, PAGE(4), movl PAGE(4), %eax)
    PF(7, PAGE(4), movl %eax, PAGE(4))
    GO0(kernel)
kernel:
    movl $DATA0, %eax
    movl %eax, %ds
    movl $STACK0 - 4, %esp
    EQ(PAGE(4), MARK(4))

    /* Global pages: all but one, so that a load of CR3 has few to drop. It drops that one. */
    CR(4, 0, CR4_PGE)
    movl $COUNT - 1, %edi
1:  orl $0x100, PTE(0)(,%edi,4)
    decl %edi
    jns 1b
    movl $(FRAME(6) | 7), PTE(6)
    CR(4, CR4_PGE, 0)
    CR(4, 0, CR4_PGE)
    call walk
    movl $(FRAME(7) | 7), PTE(6)
    movl %cr3, %eax
    movl %eax, %cr3
    EQ(PAGE(6), MARK(7))
    movl $(FRAME(6) | 7), PTE(6) /* from the TLB itself */
    movl %cr3, %eax
    movl %eax, %cr3
    EQ(PAGE(6), MARK(6))
    /* INVLPG drops a global page, and so does CR4.PGE */
    call walk
    movl $(FRAME(8) | 0x107), PTE(9)
    invlpg PAGE(9)
    EQ(PAGE(9), MARK(8))
    call walk
    movl $(FRAME(9) | 0x107), PTE(9)
    movl $(FRAME(12) | 0x107), PTE(11)
    CR(4, CR4_PGE, 0)
    EQ(PAGE(9), MARK(9))
    EQ(PAGE(11), MARK(12))
    movl $(FRAME(11) | 7), PTE(11)
    invlpg PAGE(11)

    /*
     * A page of 4 MiB: INVLPG of one address in it is of all of it. Without CR4.PSE it is a table.
     */
    CR(4, 0, CR4_PSE)
    movl $0x87, LARGE_ENTRY
    invlpg LARGE
    movl $0xaaaa, LARGE + FRAMES + 0x40
    call walk
    movl $0x400087, LARGE_ENTRY
    invlpg LARGE + 0x2000
    movl $0xcccc, LARGE + FRAMES + 0x40
    EQ(FRAMES + 0x40, 0xaaaa)
    call walk
    movl $0x87, LARGE_ENTRY
    invlpg LARGE + 0x7000
    EQ(LARGE + FRAMES + 0x40, 0xaaaa)
    movl LARGE + 0x5000, %eax
    call walk
    movl $(TABLE | 7), LARGE_ENTRY
    CR(4, CR4_PSE, 0)
    EQ(LARGE + 0x5000, MARK(5))

    /* A task with other tables, and back. */
    movl DIRECTORY, %eax
    movl %eax, DIRECTORY2
    movl DIRECTORY + 4, %eax
    movl %eax, DIRECTORY2 + 4
    movl $DIRECTORY, TSS + 28
    movl $DIRECTORY2, TSS2 + 28
    movl $1f, TSS2 + 32
    movl $2, TSS2 + 36
    movl $STACK_INNER, TSS2 + 56
    movl $CODE0, TSS2 + 76
    movl $DATA0, TSS2 + 80
    movl $DATA0, TSS2 + 84
    call walk
    movl $(FRAME(14) | 7), PTE(13)
    ljmp $GDT_FREE, $0
    EQ(PAGE(13), MARK(13))
    jmp 2f
1:  EQ(PAGE(13), MARK(14))
    call walk
    movl $(FRAME(13) | 7), PTE(13)
    ljmp $TSS0, $0
2:
    /* CR0.PG */
    call walk
    CR(0, CR0_PG, 0)
    movl $0xc0c0, PAGE(12)
    EQ(PAGE(12), 0xc0c0)
    call walk
    CR(0, 0, CR0_PG)
    EQ(PAGE(12), MARK(12))

    /* A20 */
    movl $0x7a7a, FRAME(7) + 0x100000
    movl $(FRAME(7) + 0x100000 + 7), PTE(7)
    invlpg PAGE(7)
    call walk
    movb $0, %al
    outb %al, $0x92
    EQ(PAGE(7), MARK(7))
    call walk
    movb $2, %al
    outb %al, $0x92
    EQ(PAGE(7), 0x7a7a)

    /* The chip set opens and closes memory in place of a ROM. */
    PCI(0x80000000, 0x5e, b, 0x33)
    movl $0xe0007, PTE(8)
    invlpg PAGE(8)
    movl $0x5151, PAGE(8)
    call walk
    PCI(0x80000000, 0x5e, b, 0)
    EQ(PAGE(8), 0xffffffff)
    call walk
    PCI(0x80000000, 0x5e, b, 0x11)
    EQ(PAGE(8), 0x5151)
    call walk
    movl $0x5252, PAGE(8)
    EQ(PAGE(8), 0x5151)
    call walk
    PCI(0x80000000, 0x5e, b, 0x33)
    movl $0x5353, PAGE(8)
    EQ(PAGE(8), 0x5353)
    call walk
    PCI(0x80000000, 0x5e, b, 0x11)
    movl $0x5454, PAGE(8)
    EQ(PAGE(8), 0x5353)

    /* A device's memory comes to where memory is, and goes. */
    PCI(DISPLAY_PCI, 0x10, l, HIGH)
    movl $(HIGH | 7), PTE(10)
    invlpg PAGE(10)
    movl $0x7777, PAGE(10)
    call walk
    PCI(DISPLAY_PCI, 4, w, 2)
    movl $0x3333, PAGE(10)
    EQ(PAGE(10), 0x3333)
    call walk
    PCI(DISPLAY_PCI, 4, w, 0)
    EQ(PAGE(10), 0x7777)

    /*
     * CR4.PAE, with nothing else changed: the accessed bit is reserved in what is a pointer then.
     */
    movl $0x1200, 0x120000
    movl $0x1210, 0x121000
    xorl %edi, %edi
1:  leal 7(%edi), %eax
    movl %edi, %ecx
    shrl $10, %ecx
    movl %eax, TABLE_BOTH(%ecx)
    movl %eax, TABLE_PAE(,%ecx,2)
    addl $0x1000, %edi
    cmpl $0x200000, %edi
    jne 1b
    movl $(TABLE_PAE | 7), TABLE_BOTH
    movl $0, TABLE_BOTH + 4
    movl $0x121007, TABLE_PAE + 0x120 * 8
    movl $(TABLE_BOTH | 1), DIRECTORY_BOTH
    movl $DIRECTORY_BOTH, %eax
    movl %eax, %cr3
    movl $0x100000, %edx
    call walk_at
    EQ(0x120000, 0x1200)
    movl %cr4, %eax
    orl $CR4_PAE, %eax
    movl $(TABLE_BOTH | 1), DIRECTORY_BOTH
    movl %eax, %cr4
    EQ(0x120000, 0x1210)
    movl $0x100000, %edx
    call walk_at
    CR(4, CR4_PAE, 0)
    EQ(0x120000, 0x1200)
    movl $DIRECTORY, %eax
    movl %eax, %cr3

    popl %esi
    decl %esi
    jnz again

    /* So many loads of CR3 that what tells old from new begins again, whatever number that is. */
    movl $COUNT - 1, %edi
1:  movl %edi, %eax
    andl $31, %eax
    shll $12, %eax
    addl $(FRAMES | 7), %eax
    movl %eax, PTE(0)(,%edi,4)
    decl %edi
    jns 1b
    movl %cr3, %edx
    movl %edx, %cr3
    call walk
    movl %cr3, %edx
    movl $COUNT - 1, %edi
2:  xorl $0x1000, PTE(0)(,%edi,4)
    decl %edi
    jns 2b
    movl $(ROUND - COUNT / 2), %ecx
3:  movl %edx, %cr3
    decl %ecx
    jnz 3b
    xorl %edi, %edi
4:  movl %edi, %ecx
    shll $12, %ecx
    movl PAGE(0)(%ecx), %eax
    movl %edi, %ecx
    xorl $1, %ecx
    andl $31, %ecx
    addl $MARK(0), %ecx
    movl $__LINE__, line
    cmpl %ecx, %eax
    jne fail
    movl %edx, %cr3
    incl %edi
    cmpl $COUNT, %edi
    jne 4b
    jmp pass
