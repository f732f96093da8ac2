/*
 * real.h - what our boot sectors share: 16-bit code that the BIOS has loaded to 7C00.
 */
#define COM1 0x3f8
#define COM2 0x2f8
#define PORT_EXIT 0x501
#define ATA 0x1f0 /* data register of the first disk; the others follow it */

/* Segments at 0, the stack below the code, strings upwards, interrupts off. */
.macro set_up
    cli
    cld
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw $0x7c00, %sp
.endm

/* AL, or the byte, to a serial port. */
.macro put port, byte
    .ifnb \byte
    movb \byte, %al
    .endif
    movw $\port, %dx
    outb %al, %dx
.endm

/* Ends the run with AL, or the value. */
.macro finish value
    put PORT_EXIT, \value
    hlt
.endm

/* The signature, and empty sectors behind. */
.macro end_of_sector more=0
    .org 510
    .word 0xaa55
    .if \more
    .space 512 * \more
    .endif
.endm

/*
 * A disk without the BIOS. `write` puts 512 bytes from `buffer` into sector BL, `flush` has the
 * disk keep what it was given; both wait until that is done.
 */
.macro disk_routines
flush:
    movb $0xe7, %al
    movw $(ATA + 7), %dx
    outb %al, %dx
    jmp wait
write:
    movw $(ATA + 2), %dx
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
    movw $ATA, %dx
    movw $buffer, %si
    movw $256, %cx
    rep outsw
wait:
    movw $(ATA + 7), %dx
1:  inb %dx, %al
    testb $0x80, %al
    jnz 1b
    ret
.endm
