/*
 * Paging: error codes, CR2, accessed and dirty bits, write protection, 4 MiB pages, global pages,
 * INVLPG, restart of an instruction whose page the handler maps, and the same with PAE.
 */
#define TEST_NAME "paging"
#include "pc.h"

#define DIR PAGES
#define TABLE0 (PAGES + 0x1000) /* the first 4 MiB, as they are */
#define TABLE1 (PAGES + 0x2000) /* 400000..7fffff */
#define PDPT (PAGES + 0x3000)
#define DIR_PAE (PAGES + 0x4000)
#define TABLE0_PAE (PAGES + 0x5000)
#define TABLE1_PAE (PAGES + 0x6000)

#define PAGE(n) (0x400000 + (n) * 0x1000)
#define PTE(n) (TABLE1 + (n) * 4)
#define PTE_PAE(n) (TABLE1_PAE + (n) * 8)

#define PF(error, address, ...) FAULT(14, error, __VA_ARGS__); EQ(got_cr2, address)
#define FLUSH movl %cr3, %eax; movl %eax, %cr3

/* The bits A and D of an entry; the rest must not matter. */
#define AD(entry, bits) movl entry, %eax; andl $0x60, %eax; EQ(%eax, bits)

.text 0
.code32
test32:
    identity_table TABLE0
    movl $(TABLE0 + 7), DIR
    movl $(TABLE1 + 7), DIR + 4
    movl $(DATA + 0x0007), PTE(0)
    movl $(DATA + 0x1005), PTE(1)
    movl $(DATA + 0x2003), PTE(2)
    movl $(DATA + 0x3001), PTE(3)
    movl $(DATA + 0x4000), PTE(4)
    paging_on DIR
    jmp 1f
1:
    /* supervisor, WP off: read-only is writable; not present is not */
    AD(PTE(0), 0)
    movl PAGE(0), %ebx
    AD(PTE(0), 0x20)
    movl $0x600d, PAGE(0)
    AD(PTE(0), 0x60)
    EQ(DATA, 0x600d)
    AD(DIR + 4, 0x20)
    movl PAGE(1), %ebx
    AD(PTE(1), 0x20)
    movl $0x11, PAGE(1)
    AD(PTE(1), 0x60)
    EQ(DATA + 0x1000, 0x11)
    movl $0x33, PAGE(3)
    EQ(DATA + 0x3000, 0x33)
    PF(0, PAGE(4), movl PAGE(4), %ebx)
    PF(2, PAGE(4) + 8, movl %ebx, PAGE(4) + 8)
    PF(2, PAGE(4) + 8, incl PAGE(4) + 8)
    PF(0, 0x800000, movl 0x800000, %ebx)
    PF(0, 0xfffff000, movl 0xfffff000, %ebx)
    EQ(PTE(4), DATA + 0x4000)

    /*
     * across the border into the absent page: the address is that of the first byte there; nothing
     * is written
     */
    PF(0, PAGE(4), movl PAGE(4) - 2, %ebx)
    movl $0, PAGE(4) - 4
    PF(2, PAGE(4), movl $-1, PAGE(4) - 1)
    EQ(PAGE(4) - 4, 0)
    PF(2, PAGE(4), movw $-1, PAGE(4) - 1)
    EQ(PAGE(4) - 4, 0)

    /* WP on: ring 0 too */
    movl %cr0, %eax
    orl $0x10000, %eax
    movl %eax, %cr0
    movl $(DATA + 0x1005), PTE(1)
    movl $(DATA + 0x3001), PTE(3)
    FLUSH
    PF(3, PAGE(1), movl %ebx, PAGE(1))
    AD(PTE(1), 0)
    movl PAGE(1), %ebx
    PF(3, PAGE(1), movl %ebx, PAGE(1))
    PF(3, PAGE(3), movl %ebx, PAGE(3))
    AD(PTE(1), 0x20)
    movl $0x22, PAGE(2)

    /* the directory's rights count as well */
    andl $~2, DIR + 4
    FLUSH
    PF(3, PAGE(0), movl %ebx, PAGE(0))
    movl PAGE(0), %ebx
    orl $2, DIR + 4
    FLUSH
    movl %ebx, PAGE(0)

    GO3(user)
user:
    movl PAGE(0), %ebx
    movl %ebx, PAGE(0)
    movl PAGE(1), %ebx
    PF(7, PAGE(1), movl %ebx, PAGE(1))
    PF(5, PAGE(2), movl PAGE(2), %ebx)
    PF(7, PAGE(2), movl %ebx, PAGE(2))
    PF(5, PAGE(3), movl PAGE(3), %ebx)
    PF(4, PAGE(4), movl PAGE(4), %ebx)
    PF(6, PAGE(4), movl %ebx, PAGE(4))
    GO0(kernel)
kernel:
    movl $DATA0, %eax
    movl %eax, %ds

    /* a stale entry may serve until INVLPG: after it, it must not */
    movl PAGE(0), %ebx
    movl $0, PTE(0)
    invlpg PAGE(0)
    PF(0, PAGE(0), movl PAGE(0), %ebx)
    movl $(DATA + 7), PTE(0)
    movl PAGE(0), %ebx

    /* the handler maps the page; the instruction is restarted, its registers untouched */
    movl $map_page, hook
    orl $2, PTE(3)
    invlpg PAGE(3)
    movl $0, got_count
    movl $PAGE(4) - 8, %edi
    movl $4, %ecx
    movl $0x5a5a5a5a, %eax
    cld
    rep stosl
    EQ(got_count, 1)
    EQ(got_err, 2)
    EQ(got_cr2, PAGE(4))
    EQ(%ecx, 0)
    EQ(%edi, PAGE(4) + 8)
    EQ(DATA + 0x4004, 0x5a5a5a5a)
    movl $(DATA + 0x4000), PTE(4)
    invlpg PAGE(4)
    movl $0, got_count
    pushl $0x77
    popl PAGE(4)
    EQ(%esp, STACK0)
    EQ(got_count, 1)
    EQ(DATA + 0x4000, 0x77)
    movl $0, hook

    /*
     * 4 MiB pages need CR4.PSE; their reserved bits fault: CPUID promises no PSE-36, which would
     * use them
     */
    movl $1, %eax
    cpuid
    movl %edx, DATA
    shrl $17, DATA
    andl $1, DATA
    EQ(DATA, 0)
    movl $0x00000083, DIR + 8
    FLUSH
    movl %cr4, %eax
    orl $0x10, %eax
    movl %eax, %cr4
    movl $0x4321, DATA + 0x10
    movl 0x800000 + DATA + 0x10, %ebx
    EQ(%ebx, 0x4321)
    AD(DIR + 8, 0x20)
    movl $0x8765, 0x800000 + DATA + 0x10
    AD(DIR + 8, 0x60)
    EQ(DATA + 0x10, 0x8765)
    movl $0, DIR + 8
    invlpg 0x800000
    PF(0, 0x800000 + DATA + 0x10, movl 0x800000 + DATA + 0x10, %ebx)
    movl $0x00200083, DIR + 8
    PF(9, 0x800000, movl 0x800000, %ebx)
    PF(11, 0x800000, movl %ebx, 0x800000)
    movl $0, DIR + 8

    /* global pages outlive a load of CR3, not INVLPG */
    movl %cr4, %eax
    orl $0x80, %eax
    movl %eax, %cr4
    movl $(DATA + 0x107), PTE(0)
    invlpg PAGE(0)
    movl PAGE(0), %ebx
    movl $0, PTE(0)
    invlpg PAGE(0)
    PF(0, PAGE(0), movl PAGE(0), %ebx)

    /* the processor's own accesses are the supervisor's, whatever the rings' rights */
    andl $~4, TABLE0 + 4 * (GDT >> 12)
    andl $~4, TABLE0 + 4 * (IDT >> 12)
    andl $~4, TABLE0 + 4 * (TSS >> 12)
    FLUSH
    GO3(tables3)
tables3:
    PF(5, GDT, movl GDT, %ebx)
    movl $DATA3, %eax
    movl %eax, %es
    GO0(tables0)
tables0:
    movl $DATA0, %eax
    movl %eax, %ds
    jmp pae

map_page:
    movl $(DATA + 0x4007), PTE(4)
    ret

pae:
    movl $STACK0, %esp
    paging_off
    identity_table_pae TABLE0_PAE
    movl $(DIR_PAE + 1), PDPT
    movl $(TABLE0_PAE + 7), DIR_PAE
    movl $(TABLE1_PAE + 7), DIR_PAE + 16
    movl $0x87, DIR_PAE + 24
    movl $(DATA + 0x0007), PTE_PAE(0)
    movl $(DATA + 0x1005), PTE_PAE(1)
    movl %cr4, %eax
    orl $0x20, %eax
    movl %eax, %cr4
    paging_on PDPT
    movl $0x1234, PAGE(0)
    AD(PTE_PAE(0), 0x60)
    EQ(DATA, 0x1234)
    PF(3, PAGE(1), movl %ebx, PAGE(1))
    PF(0, PAGE(2), movl PAGE(2), %ebx)
    PF(0, 0x40000000, movl 0x40000000, %ebx)
    movl 0x600000 + DATA, %ebx
    EQ(%ebx, 0x1234)
    AD(DIR_PAE + 24, 0x20)
    movl $0x80000000, PTE_PAE(0) + 4
    invlpg PAGE(0)
    PF(9, PAGE(0), movl PAGE(0), %ebx)
    movl $0, PTE_PAE(0) + 4
    movl PAGE(0), %ebx

    /* a directory pointer is looked at when CR3 is loaded, and only then */
    movl $0x1e1, PDPT + 8
    movl PAGE(0), %ebx
    movl %cr3, %eax
    FAULT(13, 0, movl %eax, %cr3)
    movl $0, PDPT + 8
    movl $0, PDPT
    movl PAGE(0), %ebx
    movl $(DIR_PAE + 1), PDPT
    FLUSH
    jmp pass
