/*
 * echo.S - a boot sector that echoes what comes in on the serial port, in capitals, by interrupts,
 * and ends the run with status 0 at a full stop. Between bytes it waits in HLT.
 */
#include "tests/guests/real.h"

    .code16
    .globl start
start:
    set_up
    movw $received, 4 * 0x0c
    movw %ax, 4 * 0x0c + 2
    movw $COM1 + 2, %dx         /* FIFO on, empty */
    movb $7, %al
    outb %al, %dx
    movw $COM1 + 4, %dx         /* DTR, RTS, OUT2 */
    movb $0x0b, %al
    outb %al, %dx
    movw $COM1 + 1, %dx         /* interrupt on received data */
    movb $1, %al
    outb %al, %dx
    inb $0x21, %al
    andb $0xef, %al
    outb %al, $0x21
1:  sti
    hlt
    jmp 1b

received:
    pushw %ax
    pushw %dx
2:  movw $COM1 + 5, %dx
    inb %dx, %al
    testb $1, %al
    jz 4f
    movw $COM1, %dx
    inb %dx, %al
    cmpb $'.', %al
    je over
    cmpb $'a', %al
    jb 3f
    cmpb $'z', %al
    ja 3f
    subb $32, %al
3:  outb %al, %dx
    jmp 2b
4:  movb $0x20, %al
    outb %al, $0x20
    popw %dx
    popw %ax
    iret

over:
    put COM1, $'\n'
    finish $0

    end_of_sector 3
