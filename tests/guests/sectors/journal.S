/*
 * journal.S - counts: each number goes into sector 2 and then sector 3 of the disk, which is
 * flushed; then a line goes to the serial port. For ever.
 */
#include "tests/guests/real.h"

    .code16
    .globl start
start:
    set_up
again:
    incl buffer
    movb $2, %bl
    call write
    movb $3, %bl
    call write
    call flush
    put COM1, $'.'
    put COM1, $'\n'
    jmp again

    disk_routines
    end_of_sector
buffer:
    .fill 3 * 512, 1, 0
