/*
 * write.S - a boot sector that writes two sectors by INT 13h, reads them back and compares; the run
 * ends with what the BIOS said: 0, or its error code.
 */
#include "tests/guests/real.h"

    .code16
    .globl start
start:
    set_up
    sti
    movb %dl, drive

    movw $0x8000, %di           /* 1024 bytes of pattern */
    movw $512, %cx
    movw $0x1234, %ax
1:  stosw
    imulw $0x6255, %ax, %ax
    addw $0x3619, %ax
    loop 1b

    movb $0x43, %ah
    call transfer
    movw $0x9000, packet_offset
    movb $0x42, %ah
    call transfer
    movw $0x8000, %si
    movw $0x9000, %di
    movw $512, %cx
    repe cmpsw
    movb $0, %al
    je leave
    movb $0xee, %al
leave:
    finish

transfer:
    xorb %al, %al
    movb drive, %dl
    movw $packet, %si
    int $0x13
    jnc 2f
    movb %ah, %al
    jmp leave
2:  ret

drive:
    .byte 0
    .balign 4
packet:
    .byte 16, 0
    .word 2
packet_offset:
    .word 0x8000, 0
    .quad 5

    end_of_sector 7
