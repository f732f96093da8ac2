/*
 * boot.S - the boot sector, and the way from the BIOS's real mode to a 32-bit program.
 *
 * The BIOS loads the first sector to 7C00. It reads the rest of the disk, whose length the linker
 * knows, to 10000 by INT 13h with LBA, and jumps into protected mode with flat segments. Failures
 * print one letter by INT 10h and stop.
 */
#include "tests/guests/flat.h"
#include "tests/guests/real.h"

#define LOAD_SEGMENT 0x1000
#define CHUNK 32 /* sectors of one request */

    .code16
    .section .boot, "ax"
    .globl boot
boot:
    set_up
    sti
    movb %dl, drive

    movb $0x41, %ah             /* are there LBA services? */
    movw $0x55aa, %bx
    int $0x13
    movb $'E', %al
    jc fail
    cmpw $0xaa55, %bx
    jne fail

    movw $stage2_sectors, %di   /* still to read */
read:
    testw %di, %di
    jz loaded
    movw $CHUNK, %cx
    cmpw %cx, %di
    jae 1f
    movw %di, %cx
1:  movw %cx, packet_count
    movb drive, %dl
    movw $packet, %si
    movb $0x42, %ah
    int $0x13
    movb $'R', %al
    jc fail
    movw packet_count, %cx
    subw %cx, %di
    movzwl %cx, %eax
    addl %eax, packet_lba
    shlw $5, %cx                /* paragraphs of a sector */
    addw %cx, packet_segment
    jmp read

loaded:
    movw $0x2401, %ax           /* A20 on; if the BIOS can't, port 92 can */
    int $0x15
    inb $0x92, %al
    orb $2, %al
    andb $0xfe, %al
    outb %al, $0x92
    cli
    lgdt gdt_pointer
    movl %cr0, %eax
    orl $1, %eax
    movl %eax, %cr0
    ljmpl $8, $protected

fail:
    movb $0x0e, %ah
    xorw %bx, %bx
    int $0x10
    cli
    hlt

drive:
    .byte 0
    .balign 4
packet:
    .byte 16, 0
packet_count:
    .word 0
    .word 0
packet_segment:
    .word LOAD_SEGMENT
packet_lba:
    .quad 1

    flat_gdt

    .code32
protected:
    flat_data
    movl $0x7c00, %esp
    jmp stage2

    end_of_sector

    .section .stage2, "ax"
stage2:
    movl $bss_start, %edi
    movl $bss_end, %ecx
    subl %edi, %ecx
    xorl %eax, %eax
    cld
    rep stosb
    pushl $stage2_bytes
    pushl $stage2_start
    call guest_main
1:  cli
    hlt
    jmp 1b

/* The timer's interrupt: count it, and tell the controller. */
    .globl timer_entry
timer_entry:
    pushl %eax
    incl timer_ticks
    movb $0x20, %al
    outb %al, $0x20
    popl %eax
    iretl

/* Bytes to read and to sum up: the disk carries the source of what it computes. */
    .section .payload, "a"
    .incbin "tests/guests/boot/work.c"
    .incbin "tests/guests/boot/guest.c"

    .section .note.GNU-stack, "", @progbits
