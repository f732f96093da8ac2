/*
 * keys.S - asks "?" on the serial port, echoes what is typed on the keyboard there, and ends at
 * Enter.
 */
    .code16
    .globl start
start:
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    sti
    movb $'?', %al
1:  movw $0x3f8, %dx
    outb %al, %dx
    xorb %ah, %ah
    int $0x16
    cmpb $'\r', %al
    jne 1b
    xorb %al, %al
    movw $0x501, %dx
    outb %al, %dx
    hlt

    .org 510
    .word 0xaa55
