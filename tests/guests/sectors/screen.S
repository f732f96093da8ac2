/*
 * screen.S - says "ready?" on the screen, in white on blue, shows what is typed on the keyboard, and ends at Enter. It
 * needs a VGA BIOS.
 */
    .code16
    .globl start
start:
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    sti
    cld
    movw $0x0920, %ax           /* blanks of that color under what comes */
    movw $0x001f, %bx
    movw $20, %cx
    int $0x10
    movw $text, %si
1:  lodsb
    testb %al, %al
    jz 2f
    call put
    jmp 1b
2:  xorb %ah, %ah
    int $0x16
    cmpb $'\r', %al
    je over
    call put
    jmp 2b

put:
    movb $0x0e, %ah
    xorw %bx, %bx
    int $0x10
    ret

over:
    xorb %al, %al
    movw $0x501, %dx
    outb %al, %dx
    hlt

text:
    .asciz "ready?"

    .org 510
    .word 0xaa55
