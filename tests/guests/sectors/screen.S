/*
 * screen.S - says "ready?" on the screen, in white on blue, shows what is typed on the keyboard,
 * and ends at Enter. It needs a VGA BIOS.
 */
#include "tests/guests/real.h"

    .code16
    .globl start
start:
    set_up
    sti
    movw $0x0920, %ax           /* blanks of that color under what comes */
    movw $0x001f, %bx
    movw $20, %cx
    int $0x10
    movw $text, %si
1:  lodsb
    testb %al, %al
    jz 2f
    call show
    jmp 1b
2:  xorb %ah, %ah
    int $0x16
    cmpb $'\r', %al
    je over
    call show
    jmp 2b

show:
    movb $0x0e, %ah
    xorw %bx, %bx
    int $0x10
    ret

over:
    finish $0

text:
    .asciz "ready?"

    end_of_sector
