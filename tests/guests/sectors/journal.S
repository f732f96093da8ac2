/*
 * journal.S - counts: each number goes into sector 2 and then sector 3 of the disk, which is flushed; then a line goes
 * to the serial port. For ever.
 */
    .code16
    .globl start
start:
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw $0x7c00, %sp
again:
    incl buffer
    movb $2, %bl
    call write
    movb $3, %bl
    call write
    movb $0xe7, %al         /* FLUSH CACHE */
    movw $0x1f7, %dx
    outb %al, %dx
    call wait
    movw $0x3f8, %dx
    movb $'.', %al
    outb %al, %dx
    movb $'\n', %al
    outb %al, %dx
    jmp again

/* One sector of `buffer` to sector BL. */
write:
    movw $0x1f2, %dx
    movb $1, %al
    outb %al, %dx
    incw %dx
    movb %bl, %al
    outb %al, %dx
    incw %dx
    xorb %al, %al
    outb %al, %dx
    incw %dx
    outb %al, %dx
    incw %dx
    movb $0xe0, %al
    outb %al, %dx
    incw %dx
    movb $0x30, %al
    outb %al, %dx
    call wait
    movw $0x1f0, %dx
    movw $buffer, %si
    movw $256, %cx
    rep outsw
wait:
    movw $0x1f7, %dx
1:  inb %dx, %al
    testb $0x80, %al
    jnz 1b
    ret

    .org 510
    .word 0xaa55
buffer:
    .fill 3 * 512, 1, 0
