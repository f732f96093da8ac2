/* One access of each type, for io.test: memory-mapped, a string in and out, a kick of DMA. Then a
 * loop for profile.test. */
#define TEST_NAME "io"
#include "pc.h"

#define DEVICE 0xa0000        /* the display's memory */
#define NOTHING 0xfec00010
#define PORT_DMA 0x518        /* of the firmware configuration device, big-endian */
#define REQUEST (DATA + 0x100)

.text 1
text:
    .ascii "ok\n"

.text 0
.code32
test32:
    movb $0x5a, DEVICE
    movl NOTHING, %eax
    EQ(%eax, -1)

    movl $text, %esi
    movl $3, %ecx
    movl $PORT_TEXT, %edx
    rep outsb
    movl $DATA, %edi
    movl $2, %ecx
    rep insb
    cmpw $0xe9e9, DATA
    jne fail

    /* read four bytes of item 0 to DATA */
    movl $0x0a000000, REQUEST
    movl $0x04000000, REQUEST + 4
    movl $0, REQUEST + 8
    movl $DATA, %eax
    bswap %eax
    movl %eax, REQUEST + 12
    movl $REQUEST, %eax
    bswap %eax
    movl $PORT_DMA, %edx
    outl %eax, %dx
    EQ(DATA, 0x554d4551) /* "QEMU" */
    EQ(REQUEST, 0)

    movl $50, %ecx
1:  testl $3, %ecx
    jnz 2f
    outb %al, $0x80
2:  decl %ecx
    jnz 1b
    jmp pass
