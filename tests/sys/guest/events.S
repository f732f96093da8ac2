/*
 * Runs code that tests/sys/system_image.c puts behind it, and writes every exception and software
 * interrupt of that code to the debug port: vector, error code, EIP, CS, EFLAGS without the status
 * flags, the outer stack, and EAX, ECX, EDX, EBX. The code goes on one byte behind each, and the
 * program ends after EVENTS of them.
 *
 * The generator fills in: start_*, what `prepare` does, and everything from CODE_AT on. With paging
 * the first 4 MiB are mapped to themselves but for the tables, which no code can thus change.
 */
#define TEST_NAME "events"
#include "pc.h"

#define EVENTS 200
#define CODE_AT 0x4000
#define TABLE (PAGES + 0x1000)
#define PTE(address) (TABLE + ((address) >> 12) * 4)
#define V86_STACK 0x5000

.set left, 0x4050

.text 0
.code32
event:
    testl $0x20000, got_flags
    jnz 2f
    testl $3, got_cs
    jnz 2f
    movl $0, got_esp
    movl $0, got_ss
2:  andl $~0x8d5, got_flags
    movl $got_vec, %esi
    movl $7, %ecx
3:  movl (%esi), %eax
    call put_hex
    addl $4, %esi
    loop 3b
    movl 32(%ebp), %eax
    call put_hex
    movl 28(%ebp), %eax
    call put_hex
    movl 24(%ebp), %eax
    call put_hex
    movl 20(%ebp), %eax
    call put_hex
    movb $'\n', %al
    movw $PORT_TEXT, %dx
    outb %al, %dx
    decl left
    jz pass
    movl F_EIP(%ebp), %eax
    incl %eax
    testl $0x20000, got_flags
    jz 4f
    andl $0xffff, %eax
4:  movl %eax, resume
    ret

test32:
    movl $EVENTS, left
    movw $0xffff, TSS + 102
    movl $event, hook
    call prepare
    identity_table TABLE
    movl $0, PTE(PAGES)
    movl $0, PTE(TABLE)
    movl $0, PTE(0x60000)
    andl $~2, PTE(0x61000)
    andl $~4, PTE(0x62000)
    movl $(TABLE + 7), PAGES
    movl $PAGES, %eax
    movl %eax, %cr3
    movl start_cr0, %eax
    movl %eax, %cr0
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    movl start_mode, %eax
    decl %eax
    jz ring3
    decl %eax
    jz v86
    jmp image + CODE_AT

ring3:
    pushl $DATA3
    pushl $STACK3
    pushl $2
    pushl $CODE3
    pushl $(image + CODE_AT)
    movl $DATA3, %eax
    movl %eax, %ds
    movl %eax, %es
    xorl %eax, %eax
    iret

v86:
    pushl $0
    pushl $0x100
    pushl $0
    pushl $0x200
    pushl $(V86_STACK >> 4)
    pushl $0x800
    pushl $0x20002
    pushl $0xf000
    pushl $CODE_AT
    iret

.org image + 0x2000
start_cr0:
    .long 0
start_mode: /* 0 ring 0, 1 ring 3, 2 virtual-8086 */
    .long 0
.org image + 0x2100
prepare:
    ret
.org image + 0x2800
