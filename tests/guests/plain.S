/*
 * plain.S - a program without a header of any kind: prints a line, ends with value 0 by the debug
 * exit port. Linked at 1 MiB, as an ELF file and as a flat one.
 */
    .code32
    .globl start
start:
    movl $text, %esi
1:  movw $0x3fd, %dx
    inb %dx, %al
    testb $0x20, %al
    jz 1b
    lodsb
    testb %al, %al
    jz 2f
    movw $0x3f8, %dx
    outb %al, %dx
    jmp 1b
2:  xorl %eax, %eax
    movw $0x501, %dx
    outl %eax, %dx
    hlt

text:
    .asciz "plain program\n"

    .section .note.GNU-stack, "", @progbits
