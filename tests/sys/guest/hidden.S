/*
 * No guest address reaches what isn't the guest's. Above guest memory all reads are ones and all
 * writes vanish: with paging off, through page tables of both kinds that name any address of 36
 * bits, as code, and as a page table. Runs with 64 MiB of guest memory or less.
 */
#define TEST_NAME "hidden"
#include "pc.h"

#define TOP 0x04000000
#define END 0xfe000000 /* from here up there may be devices */
#define DIR_PAE (PAGES + 0x4000)
#define TABLE0_PAE (PAGES + 0x5000)
#define TABLE1_PAE (PAGES + 0x6000)
#define PDPT (PAGES + 0x7000)
#define DIR PAGES
#define TABLE0 (PAGES + 0x1000)
#define TABLE1 (PAGES + 0x2000)

.text 0
.code32
test32:
    movl $TOP, %esi
1:  call probe
    addl $0x00100000, %esi
    cmpl $END, %esi
    jb 1b

    /* a string, a page border, the stack, code */
    movl $0x40000ffd, %edi
    movl $DATA, %esi
    movl $64, %ecx
    cld
    rep movsb
    movl $0x40000ffd, %esi
    movl $DATA, %edi
    movl $16, %ecx
    rep movsl
    EQ(DATA, -1)
    EQ(DATA + 60, -1)
    movl $0x40000800, %esp
    pushl $0x1234
    popl %eax
    EQ(%eax, -1)
    movl $STACK0, %esp
    movl $1f, resume
    movl $0, got_count
    movl $0x40000000, %eax
    jmp *%eax
1:  EQ(got_count, 1)
    EQ(got_vec, 6)
    EQ(got_eip, 0x40000000)

    /* page tables of 32 bits: any page of 4 GiB, and a table that lies up there */
    identity_table TABLE0
    movl $(TABLE0 + 7), DIR
    movl $(TABLE1 + 7), DIR + 4
    movl $0x40000007, DIR + 8
    movl $DIR, %eax
    movl %eax, %cr3
    movl %cr4, %eax
    orl $0x10, %eax
    movl %eax, %cr4
    movl %cr0, %eax
    orl $0x80000000, %eax
    movl %eax, %cr0
    movl $(TOP + 7), %edi
1:  movl %edi, TABLE1
    invlpg 0x400000
    movl $0x400000, %esi
    call probe
    addl $0x01001000, %edi
    cmpl $END, %edi
    jb 1b
    /* a table where no memory is: all ones, so it maps the last page, the BIOS */
    movl 0x800000, %eax
    movl $__LINE__, line
    cmpl %eax, 0xff000
    jne fail
    notl %eax
    movl %eax, 0x800000
    cmpl %eax, 0xff000
    je fail

    /*
     * page tables of PAE: any page of 64 GiB; bit 32 set is the window of the chip's own view of
     * guest memory
     */
    paging_off
    identity_table_pae TABLE0_PAE
    movl $(DIR_PAE + 1), PDPT
    movl $(TABLE0_PAE + 7), DIR_PAE
    movl $(TABLE1_PAE + 7), DIR_PAE + 16
    movl %cr4, %eax
    orl $0x20, %eax
    movl %eax, %cr4
    paging_on PDPT
    movl $1, %ebx
1:  movl $7, %edi
2:  movl %edi, TABLE1_PAE
    movl %ebx, TABLE1_PAE + 4
    invlpg 0x400000
    movl $0x400000, %esi
    call probe
    addl $0x08001000, %edi
    jnc 2b
    incl %ebx
    cmpl $16, %ebx
    jb 1b
    jmp pass

/* The page at ESI: reads and writes of every size. */
probe:
    EQ((%esi), -1)
    movl $0x12345678, (%esi)
    EQ((%esi), -1)
    movb $0, 3(%esi)
    movw $0, 0x80(%esi)
    EQ((%esi), -1)
    EQ(0x80(%esi), -1)
    movl $0, %eax
    lock xaddl %eax, 0x7fc(%esi)
    EQ(%eax, -1)
    movzbl 1(%esi), %eax
    EQ(%eax, 0xff)
    movzwl 0xffe(%esi), %eax
    EQ(%eax, 0xffff)
    ret
