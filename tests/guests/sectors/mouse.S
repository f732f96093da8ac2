/*
 * mouse.S - beeps for a tenth of a second, has the BIOS set up the mouse, says "?" on the first
 * serial port, prints status, X and Y of each packet on the second, and ends when the middle button
 * is pressed.
 */
#include "tests/guests/real.h"

    .code16
    .globl start
start:
    set_up
    sti

    movb $0xb6, %al             /* channel 2: 1193 ticks, a kilohertz */
    outb %al, $0x43
    movw $1193, %ax
    outb %al, $0x42
    movb %ah, %al
    outb %al, $0x42
    inb $0x61, %al
    orb $3, %al
    outb %al, $0x61
    movw $0x8600, %ax           /* wait 100,000 us */
    movw $1, %cx
    movw $0x86a0, %dx
    int $0x15
    inb $0x61, %al
    andb $0xfc, %al
    outb %al, $0x61

    movw $0xc205, %ax
    movb $3, %bh
    int $0x15
    jc failed
    movw $0xc207, %ax
    movw $packet, %bx
    int $0x15
    jc failed
    movw $0xc200, %ax
    movb $1, %bh
    int $0x15
    jc failed
    put COM1, $'?'
1:  hlt
    jmp 1b

failed:
    finish $1

packet:
    movw %sp, %bp
    movw 10(%bp), %ax
    call byte
    movw 8(%bp), %ax
    call byte
    movw 6(%bp), %ax
    call byte
    put COM2, $'\n'
    testb $4, 10(%bp)
    jnz over
    lretw

over:
    finish $0

byte:                           /* AL in hexadecimal */
    movw $COM2, %dx
    movb %al, %ah
    shrb $4, %al
    call digit
    movb %ah, %al
    andb $15, %al
digit:
    addb $'0', %al
    cmpb $'9', %al
    jbe 2f
    addb $'a' - '0' - 10, %al
2:  outb %al, %dx
    ret

    end_of_sector
