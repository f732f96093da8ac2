/*
 * A fault in the delivery of a double fault: the processor shuts down. The second time round, after
 * a reset, it passes.
 */
#define TEST_NAME "triple"
#include "pc.h"

#define CMOS_BYTE 0x50 /* survives a reset, unlike memory's marks below 1 MiB on some machines */

.text 0
.code32
test32:
    movb $CMOS_BYTE, %al
    outb %al, $0x70
    inb $0x71, %al
    cmpb $0x5a, %al
    je pass
    movb $CMOS_BYTE, %al
    outb %al, $0x70
    movb $0x5a, %al
    outb %al, $0x71
    lidt no_idt
    ud2
    jmp fail

no_idt:
    .word 0
    .long 0
