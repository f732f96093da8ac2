/*
 * reset.S - a boot sector that resets the PC in every way that a PC has, one at a time; a byte of
 * CMOS memory, which outlives a reset, says which is next. When all have brought it back here it
 * ends the run with status 0.
 */
#include "tests/guests/real.h"

#define COUNTER 0x55

    .code16
    .globl start
start:
    set_up

    movb $COUNTER, %al
    outb %al, $0x70
    inb $0x71, %al
    movb %al, %bl
    incb %al
    outb %al, $0x71             /* the index is still chosen */
    movb %bl, %al
    addb $'0', %al
    put COM1

    cmpb $0, %bl
    jne 1f
    movb $0xfe, %al             /* keyboard controller */
    outb %al, $0x64
1:  cmpb $1, %bl
    jne 2f
    movw $0xcf9, %dx            /* chip set */
    movb $6, %al
    outb %al, %dx
2:  cmpb $2, %bl
    jne 3f
    inb $0x92, %al              /* system control port */
    orb $1, %al
    outb %al, $0x92
3:  cmpb $3, %bl
    jne 4f
    lidt nothing                /* triple fault */
    movl %cr0, %eax
    orl $1, %eax
    movl %eax, %cr0
    int $3
4:  put COM1, $'\n'
    finish $0

nothing:
    .word 0
    .long 0

    end_of_sector 1
