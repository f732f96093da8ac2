// Every way in which a run ends has its status and one line that says why and where.
// RUN: %vliw-as -o %t.elf -D WHAT=0 %s
// RUN: not %vliw-sim --native %t.elf 2>&1 | %FileCheck --check-prefix=LOOP %s
// RUN: sh -c '%vliw-sim --native %t.elf 2>/dev/null; test $? = 5'
// RUN: %vliw-as -o %t.elf -D WHAT=1 %s
// RUN: not %vliw-sim --native %t.elf 2>&1 | %FileCheck --check-prefix=DOUBLE %s
// RUN: sh -c '%vliw-sim --native %t.elf 2>/dev/null; test $? = 5'
// RUN: %vliw-as -o %t.elf -D WHAT=2 %s
// RUN: not %vliw-sim --native %t.elf 2>&1 | %FileCheck --check-prefix=IDLE %s
// RUN: sh -c '%vliw-sim --native %t.elf 2>/dev/null; test $? = 10'
// RUN: %vliw-as -o %t.elf -D WHAT=3 %s
// RUN: not %vliw-sim --native %t.elf --max-cycles 123456 2>&1 | %FileCheck --check-prefix=LIMIT %s
// RUN: sh -c '%vliw-sim --native %t.elf --max-cycles 123456 2>/dev/null; test $? = 6'
// RUN: not %vliw-sim --native %t.elf -o debug.watchdog=5 2>&1 | %FileCheck --check-prefix=DOG %s
// RUN: sh -c '%vliw-sim --native %t.elf -o debug.watchdog=5 2>/dev/null; test $? = 5'
// RUN: sh -c '%build/bin/vliw-sim --native %t.elf > %t.out 2>&1 & sleep 0.3; kill -INT $!; wait $!; test $? = 7'
// RUN: %FileCheck --check-prefix=CTRLC %s < %t.out
// RUN: %vliw-as -o %t.elf -D WHAT=4 %s
// RUN: not %vliw-sim --native %t.elf 2>&1 | %FileCheck --check-prefix=PANIC %s
// RUN: sh -c '%vliw-sim --native %t.elf 2>/dev/null; test $? = 4'
// RUN: %vliw-as -o %t.elf -D WHAT=5 %s
// RUN: not %vliw-sim --native %t.elf 2>&1 | %FileCheck --check-prefix=VALUE %s
// RUN: sh -c '%vliw-sim --native %t.elf 2>/dev/null; test $? = 1'
// RUN: %vliw-as -o %t.elf -D WHAT=6 %s
// RUN: %vliw-sim --native %t.elf 2> %t.err
// RUN: not %vliw-sim --native %t.elf -o debug.check_code=1 2>&1 | %FileCheck --check-prefix=STALE %s
// RUN: sh -c '%vliw-sim --native %t.elf -o debug.check_code=1 2>/dev/null; test $? = 4'
    .org 0x40000000
start:
    la r20, vectors
    mtsr VBASE, r20
    li r12, WHAT
    breqi r12, 0, loop
    breqi r12, 1, double
    breqi r12, 2, idle
    breqi r12, 3, busy
    breqi r12, 4, panic
    breqi r12, 6, stale
    li r10, 77
    br end
// LOOP: last events
// LOOP: trap loop: tlb_miss at loop+0x8, address 0x1234, 10000 times
// LOOP: cycles by phase and cause
loop:
    la r22, loop
    gld.8 r13, [r0 + 0x1234]
// DOUBLE: double trap: bus_error at double+0x4, address 0x8, while handling brk at double
double:
    brk
    ld.d r13, [r0 + 8]
// IDLE: halted at idle, and no interrupt can come
idle:
    halt
// LIMIT: --max-cycles reached at busy
// LIMIT: cycles 12345{{[6-9]}}
// DOG: watchdog: nothing committed in 5 million cycles, at busy
// CTRLC: interrupted at busy
// CTRLC: cycles by phase and cause
busy:
    addi r13, r13, 1
    br busy
// PANIC: last events
// PANIC: host request PANIC, block
// PANIC: firmware panic: out of cheese
panic:
    la r12, panic_block
    mtsr HOST_REQ, r12
    brk
// VALUE: debug exit with value 77
// STALE: firmware bug: stale code at patched: changed in memory
stale:
    li r13, 2
again:
    br patched
back:
    la r14, patched
    la r15, other
    ld.wu r16, [r15 + 0]
    st.w r16, [r14 + 0]
    addi r13, r13, -1
    brnei r13, 0, again
    br end_good
patched:
    br back
other:
    br back2
back2:
    br end_good
    .align 16
vectors:
    .space 16 * 6
    { mtsr EPC, r22 ; rte }     // tlb_miss
    .align 16
    .space 16 * 8
    br double + 4               // brk
    .include "Inputs/end.s"
    .align 8
panic_block:
    .word 16, 0
    .quad 0, 0, 0, 0, text, 13, 0
text:
    .ascii "out of cheese"
