/*
 * keys.S - asks "?" on the serial port, echoes what is typed on the keyboard there, and ends at
 * Enter.
 */
#include "tests/guests/real.h"

    .code16
    .globl start
start:
    set_up
    sti
    movb $'?', %al
1:  put COM1
    xorb %ah, %ah
    int $0x16
    cmpb $'\r', %al
    jne 1b
    finish $0

    end_of_sector
