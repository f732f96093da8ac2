/*
 * hidden.S - the guest looks for hidden memory and the chip's other memories, and finds nothing.
 *
 * Runs with 4 MiB of guest memory, 32 MiB of hidden memory behind it and a disk that begins with
 * "DISK". By plain accesses, through page tables, by the disk's bus master and by fw_cfg's DMA.
 */
#define TEST_NAME "hidden"
#include "tests/sys/guest/pc.h"

.set TOP, 0x400000 /* end of guest memory */
#define ROUNDS 40 /* enough for gear 2 to translate the loop */

.set WINDOW, 0x800000 /* linear address of the pages in `places` once paging is on */

.set PCI_BAR4, 0x80000920 /* of the disk controller, device 1 function 1 */
.set PCI_COMMAND, 0x80000904
.set MASTER, 0xc000
.set REGION, DATA
.set FWCFG_BLOCK, DATA + 0x100
.set LANDING, DATA + 0x1000

.macro out32 port, value
    movl $\value, %eax
    movw $\port, %dx
    outl %eax, %dx
.endm
.macro out8 port, value
    movb $\value, %al
    movw $\port, %dx
    outb %al, %dx
.endm

/* One sector from the disk to `address`, by DMA; AL = status of the bus master. */
.macro disk_dma address
    movl $\address, REGION
    movl $0x80000200, REGION + 4
    out32 "(MASTER + 4)", REGION
    out8 0x1f6, 0xe0
    out8 0x1f2, 1
    out8 0x1f3, 0
    out8 0x1f4, 0
    out8 0x1f5, 0
    out8 0x1f7, 0xc8
    out8 MASTER, 9
    movw $(MASTER + 2), %dx
    inb %dx, %al
    movb %al, %bl
    out8 MASTER, 0
    out8 "(MASTER + 2)", 6
    movb %bl, %al
.endm

/* `length` bytes of the fw_cfg signature to high:low (as the block has them); EAX = result */
.macro fwcfg_dma high, low, length
    movl $0x0a000000, FWCFG_BLOCK
    movl $\length, FWCFG_BLOCK + 4
    movl $\high, FWCFG_BLOCK + 8
    movl $\low, FWCFG_BLOCK + 12
    out32 0x514, 0
    movl $FWCFG_BLOCK, %eax
    bswap %eax
    movw $0x518, %dx
    outl %eax, %dx
    movl FWCFG_BLOCK, %eax
.endm

.text 0
.code32
test32:
    movl $ROUNDS, %ebp
plain:
    movl $places, %esi
1:  movl (%esi), %ebx
    call nothing_there
    addl $4, %esi
    cmpl $places_end, %esi
    jne 1b
    decl %ebp
    jnz plain

    /* half in memory, half above it */
    movl $0x11223344, TOP - 4
    EQ(TOP - 2, 0xffff1122)
    movl $0x55667788, TOP - 2
    EQ(TOP - 4, 0x77883344)

    /* a string that runs out of memory */
    movl $(TOP - 8), %edi
    movl $4, %ecx
    movl $0x0badcafe, %eax
    rep stosl
    EQ(TOP - 4, 0x0badcafe)
    EQ(TOP, 0xffffffff)
    EQ(TOP + 4, 0xffffffff)

    /* page tables: the first 4 MiB as they are, WINDOW shows the places */
    movl $PAGES, %edi
    xorl %eax, %eax
    movl $0xc00, %ecx
    rep stosl
    movl $(PAGES + 0x1000 + 3), PAGES
    movl $(PAGES + 0x2000 + 3), PAGES + (WINDOW >> 20)
    movl $3, %eax
    movl $(PAGES + 0x1000), %edi
1:  stosl
    addl $0x1000, %eax
    cmpl $(TOP + 3), %eax
    jne 1b
    movl $places, %esi
    movl $(PAGES + 0x2000), %edi
1:  lodsl
    andl $0xfffff000, %eax
    orl $3, %eax
    stosl
    cmpl $places_end, %esi
    jne 1b
    movl $PAGES, %eax
    movl %eax, %cr3
    movl %cr0, %eax
    orl $0x80000000, %eax
    movl %eax, %cr0

    movl $ROUNDS, %ebp
paged:
    movl $WINDOW, %ebx
1:  call nothing_there
    addl $0x1000, %ebx
    cmpl $(WINDOW + 0x400 * (places_end - places)), %ebx
    jne 1b
    decl %ebp
    jnz paged

    /* the disk's bus master: into memory it works, elsewhere it is an error and nothing moves */
    out32 0xcf8, PCI_BAR4
    out32 0xcfc, "(MASTER + 1)"
    out32 0xcf8, PCI_COMMAND
    out32 0xcfc, 5
    disk_dma LANDING
    testb $2, %al
    jnz fail
    EQ(LANDING, 0x4b534944)
    disk_dma TOP
    testb $2, %al
    jz fail
    disk_dma 0x40000000
    testb $2, %al
    jz fail
    movl $0x600df00d, TOP - 0x100
    disk_dma "(TOP - 0x100)"
    testb $2, %al
    jz fail
    EQ(TOP - 0x100, 0x600df00d)

    /* fw_cfg likewise, with 64-bit addresses that would wrap */
    fwcfg_dma 0, 0x00100200, 0x04000000
    testl %eax, %eax
    jnz fail
    EQ(DATA + 0x1000, 0x554d4551)
    fwcfg_dma 0, 0x00004000, 0x04000000
    cmpl $0x01000000, %eax
    jne fail
    fwcfg_dma 0xffffffff, 0x00000040, 0x04000000
    cmpl $0x01000000, %eax
    jne fail
    fwcfg_dma 0, 0x00100200, 0xffffffff
    cmpl $0x01000000, %eax
    jne fail
    jmp pass

/* EBX: reads give all ones in every size, and nothing can be stored. */
nothing_there:
    EQ((%ebx), 0xffffffff)
    cmpw $0xffff, 1(%ebx)
    jne fail
    cmpb $0xff, 3(%ebx)
    jne fail
    movl $0x12345678, (%ebx)
    movw $0, 1(%ebx)
    movb $0, 2(%ebx)
    lock incl (%ebx)
    EQ((%ebx), 0xffffffff)
    ret

    .balign 4
places:
    /* behind guest memory: hidden memory, then nothing */
    .long TOP, TOP + 0x1000, TOP + 0x1fff000, TOP + 0x1fffff0, TOP + 0x2000000
    /* where native addresses find local memories, ROM, flash */
    .long 0x10000000, 0x10010000, 0x20000000, 0x30000000
    /* the hidden window */
    .long 0x40000000, 0x41fff000, 0x7ffffff0, 0x80000000
places_end:
