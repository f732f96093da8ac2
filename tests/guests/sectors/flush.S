/*
 * flush.S - writes a mark into sector 2 of its disk, has it flushed, says so, and then goes on
 * writing sector 3 for ever.
 */
#include "tests/guests/real.h"

    .code16
    .globl start
start:
    set_up
    movl $0x12345678, buffer
    movb $2, %bl
    call write
    call flush
    put COM1, $'F'
    put COM1, $'\n'
again:
    incl buffer
    movb $3, %bl
    call write
    jmp again

    disk_routines
    end_of_sector
buffer:
    .fill 3 * 512, 1, 0
