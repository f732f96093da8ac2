/*
 * classes.S - what an instruction of each class costs: a guest program that counts cycles by RDTSC.
 *
 * Each class is a loop of 64 pieces of so many instructions, run once to be decoded and then 20
 * times; a line `class CYCLES NAME` each goes to the debug port, CYCLES in hundredths of one for an
 * instruction, the loop's own included.
 */
#define TEST_NAME "classes"
#include "pc.h"
#include "report.h"

#define COPIES 64
#define TIMES 20

.macro class text, count, insn:vararg
    movl $(9f), name
    movl $(COPIES * TIMES * \count), pieces
    movl $DATA, %esi
    movl $DATA + 0x400, %edi
    movl $1, %ebp
    call 7f
    movl $TIMES, %ebp
    cpuid
    movl $DATA, %esi
    movl $DATA + 0x400, %edi
    movl $3, %ebx
    rdtsc
    movl %eax, start
    clc
    call 7f
    rdtsc
    call report
    jmp 8f
    .balign 64
7:  .rept COPIES
    \insn
    .endr
    decl %ebp
    jnz 7b
    ret
9:  .asciz "\text"
8:
.endm

/* Pieces of more than one instruction. */
.macro push_lea
    pushl %ebx
    leal 4(%esp), %esp
.endm

.macro lea_pop
    leal -4(%esp), %esp
    popl %ecx
.endm

.macro load_store
    fldl 8(%esi)
    fstpl 16(%esi)
.endm

.macro not_taken
    jc 1f
1:
.endm

.macro taken
    jnc 1f
1:
.endm

.macro call_return
    call 1f
    jmp 2f
1:  ret
2:
.endm

.macro divide
    xorl %edx, %edx
    divl %ebx
.endm

.macro move_string
    movsl
    leal -4(%esi), %esi
    leal -4(%edi), %edi
.endm

.macro store_strings
    movl $16, %ecx
    rep stosl
    leal -64(%edi), %edi
.endm

.macro flags
    pushfl
    popfl
.endm

.macro segment
    movl %ds, %ecx
    movl %ecx, %es
.endm

.text 0
.code32
test32:
    class "register moves", 1, movl %ebx, %ecx
    class "register arithmetic", 1, addl %ebx, %ecx
    class "arithmetic with an immediate", 1, subl $5, %ecx
    class "compare and set", 1, cmpl %ebx, %ecx
    class "shifts", 1, shll $3, %ecx
    class "8-bit arithmetic", 1, addb %bl, %ch
    class "16-bit arithmetic", 1, addw %bx, %cx
    class "address computation", 1, leal 8(%ebx, %ebx, 4), %ecx
    class "load", 1, movl 8(%esi), %ecx
    class "store", 1, movl %ecx, 8(%esi)
    class "load and add", 1, addl 8(%esi), %ecx
    class "add to memory", 1, addl %ebx, 8(%esi)
    class "load byte and extend", 1, movzbl 8(%esi), %ecx
    class "PUSH and LEA", 2, push_lea
    class "LEA and POP", 2, lea_pop
    class "branch not taken", 1, not_taken
    class "branch taken", 1, taken
    class "call, return, jump", 3, call_return
    class "multiply", 1, imull %ebx, %ecx
    class "XOR and divide", 2, divide
    class "conditional move, set on condition", 1, cmovnc %ebx, %ecx
    class "exchange with memory", 1, xchgl %ecx, 8(%esi)
    class "double shift", 1, shldl $3, %ebx, %ecx
    class "bit test", 1, btl %ebx, %ecx
    class "MOVS and two LEA", 3, move_string
    class "repeated string, 16 elements", 18, store_strings
    class "PUSHF and POPF", 2, flags
    class "CLI", 1, cli
    class "MOV from and to a segment register", 2, segment
    class "read of a control register", 1, movl %cr0, %ecx
    fninit
    fld1
    fld1
    class "x87 arithmetic on registers", 1, fadd %st(1), %st
    class "x87 load and store", 2, load_store
    class "FSIN", 1, fsin
    jmp pass

    report_as class
