/*
 * io.S - what an access to a device costs, and an instruction that translations leave to an
 * emulation patch: a guest program that counts cycles by RDTSC.
 *
 * Each kind is a loop of TIMES rounds, run once to become hot and then again; a line `io CYCLES
 * NAME` each goes to the debug port, CYCLES in hundredths of one for a round, the loop's own two or
 * three included.
 */
#define TEST_NAME "io"
#include "pc.h"
#include "report.h"

#define TIMES 400
#define DISPLAY 0xa0000

.macro kind text, times, insn:vararg
    movl $(9f), name
    movl $(TIMES * \times), pieces
    movl $PORT_TEXT, %edx
    movl $TIMES, %ebp
    call 7f
    rdtsc
    movl %eax, start
    movl $PORT_TEXT, %edx
    movl $TIMES, %ebp
    call 7f
    rdtsc
    call report
    jmp 8f
    .balign 64
7:  \insn
    decl %ebp
    jnz 7b
    ret
9:  .asciz "\text"
8:
.endm

.macro string
    movl $16, %ecx
    movl $DATA, %edi
    rep insb
.endm

.macro flags
    pushfl
    cli
    popfl
.endm

.macro segment
    movl %ds, %eax
    movl %eax, %es
.endm

.text 0
.code32
test32:
    cld
    kind "IN, port in DX", 1, inb %dx, %al
    kind "IN, port as immediate", 1, inb $0x92, %al
    kind "OUT to a device", 1, outb %al, $0x70
    kind "OUT to no device", 1, outb %al, $0x80
    kind "REP INS, an element of 16", 16, string
    kind "load from a device's memory", 1, movl DISPLAY, %eax
    kind "store to a device's memory", 1, movb %al, DISPLAY
    kind "PUSHF, CLI and POPF", 1, flags
    kind "MOV from and to a segment register", 1, segment
    kind "MOV from a control register", 1, movl %cr0, %eax
    kind "RDTSC", 1, rdtsc
    jmp pass

    report_as io
