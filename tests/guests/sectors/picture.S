/*
 * picture.S - sets Bochs mode 640 x 480 in 16 bits through the VGA BIOS and colors its first line
 * through the window, then mode 13h with a diagonal, and ends.
 */
#include "tests/guests/real.h"

    .code16
    .globl start
start:
    set_up
    movw $0xa000, %ax
    movw %ax, %es

    movw $0x4f02, %ax
    movw $0x111, %bx
    int $0x10
    cmpw $0x004f, %ax
    jne fail
    xorw %di, %di
    movw $0xf81f, %ax       /* magenta */
    movw $640, %cx
    rep stosw

    movb $'V', %al
    call say
    movw $0x13, %ax
    int $0x10
    xorw %di, %di
    movw $200, %cx
    movb $4, %al            /* red */
1:  movb %al, %es:(%di)
    addw $321, %di
    loop 1b
    xorb %al, %al
    jmp leave
fail:
    movb $1, %al
leave:
    finish
say:
    put COM1
    ret

    end_of_sector
