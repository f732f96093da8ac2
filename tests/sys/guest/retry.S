/*
 * Runs cases that tests/sys/retry_image.c puts behind it: loops in ring 0, in ring 3 with segments
 * of every kind, and in virtual-8086 mode, over memory whose pages come and go. What an exception
 * was about is repaired and the instruction tried again, so that loops go on after they have
 * faulted; what nothing repairs is skipped. Every exception is written to the debug port: vector,
 * EIP, and a sum of those, the error code, CS, EFLAGS and the general registers. A case ends by
 * INT3, by an exception outside its code, or after EVENTS of them.
 */
#define TEST_NAME "retry"
#include "pc.h"

#define EVENTS 24
#define CASES 64 /* retry_image.c has these, too */
#define CASE_TABLE 0x2000
#define CODE_AT 0x4000
#define CASE_ROOM 0x260
#define STARTS (CODE_AT + CASES * CASE_ROOM) /* a bit for each byte: an instruction begins there */
#define TABLE (PAGES + 0x1000)
#define PTE(address) (TABLE + ((address) >> 12) * 4)
#define COUNTER 0x30000 /* of rounds */
#define MEMORY 0x58000
#define MEMORY_PAGES 32
#define STATUS_FLAGS_KEPT 0x8c5
#define SYSTEM_FLAGS 0x3f302

/* A case, in the table */
#define C_EIP 0
#define C_CS 4
#define C_FLAGS 8
#define C_ESP 12
#define C_SS 16
#define C_DS 20
#define C_ES 24
#define C_FS 28
#define C_GS 32
#define C_REGS 36 /* as POPA takes them */
#define C_ABSENT 68   /* pages of MEMORY */
#define C_READONLY 72
#define C_MXCSR 76
#define C_CONTROL 80 /* the x87's */
#define C_CR0 84
#define C_SAFE 88 /* where pointers are repaired to */
#define C_CODE 92 /* offsets in the image, 16 bits */
#define C_STARTS 94
#define C_ROUNDS 96
#define C_SIZE 100

.set left, 0x4050
.set current, 0x4054
.set word, 0x4058
.set last_eip, 0x405c /* of what `pointers` has repaired */

.text 1
    desc 0xf0000, 0xffff, 0x00fb  /* 43: code, 16-bit */
    desc 0x60000, 0xffff, 0x00f3  /* 4b: data, 64 KiB */
    desc 0x60000, 0xffff, 0x40f3  /* 53: likewise, 32-bit stack */
    desc 0x5f000, 0x7fff, 0x00f3  /* 5b: 32 KiB */
    desc 0x60000, 0x3fff, 0x00f7  /* 63: expanding down from FFFF to 4000 */
    desc 0x8000, 0xfffff, 0xc0f3  /* 6b: 4 GiB from elsewhere */
    desc 0x5fff4, 0xffff, 0x00f3  /* 73: 64 KiB, across pages */
    desc 0, 0xfffff, 0x80f3       /* 7b: flat, 16-bit stack */
    desc 0, 0x60, 0xc0f7          /* 83: expanding down from 4 GiB to 61000 */
    desc 0xf0000, 0xffff, 0x40fb  /* 8b: 32-bit code, 64 KiB */
    desc 0xf0000, 0xfffff, 0x80fb /* 93: 16-bit code, 4 GiB */
    desc COUNTER, 3, 0x40f3       /* 9b: FS */
    desc 0x60000, 0xffff, 0x00f1  /* a3: read-only */
    desc 0, 0xfffff, 0xc0f1       /* ab: likewise, flat */
    desc 0x48000, 0xffff, 0x40f7  /* b3: expanding down from 4 GiB to 10000 */
    desc 0xf0000, 0xffff, 0x00f9  /* bb: 16-bit code that can't be read */

/* Pages from `first` up to `end` are for whom `bits` say. */
.macro rights first, end, bits
    movl $PTE(\first), %edi
1:  andb $~7, (%edi)
    orb $\bits, (%edi)
    addl $4, %edi
    cmpl $PTE(\end), %edi
    jne 1b
.endm

.text 0
.code32
add_up: /* ECX doublewords from ESI on, to EDX */
    roll $5, %edx
    addl (%esi), %edx
    addl $4, %esi
    loop add_up
    ret

event:
    cld
    andl $(STATUS_FLAGS_KEPT | SYSTEM_FLAGS), got_flags
    xorl %edx, %edx
    movl $got_vec, %esi
    movl $5, %ecx
    call add_up
    leal 4(%ebp), %esi
    movl $8, %ecx
    call add_up
    movl got_vec, %eax
    call put_hex
    movl got_eip, %eax
    call put_hex
    movl %edx, %eax
    call put_hex
    movb $'\n', %al
    movw $PORT_TEXT, %dx
    outb %al, %dx
    decl left
    jz next_case
    movl got_vec, %eax
    cmpl $20, %eax
    jae next_case
    jmp *repairs(, %eax, 4)
repairs:
    .long divide, step, skip, next_case, nothing, skip, skip, skip
    .long skip, skip, skip, skip, pointers, pointers, page, skip
    .long x87, unaligned, skip, packed

/* On with the next instruction. */
skip:
    movl current, %eax
    movzwl C_CODE(%eax), %ecx
    movzwl C_STARTS(%eax), %edx
    movzwl F_EIP(%ebp), %eax
    subl %ecx, %eax
    movl %eax, %ecx
1:  incl %ecx
    cmpl $CASE_ROOM, %ecx
    jae next_case
    btl %ecx, image(%edx)
    jnc 1b
    subl %eax, %ecx
    addl %ecx, F_EIP(%ebp)
    movl $0, last_eip
nothing:
    ret

divide:
    movl $0, 24(%ebp)
    orl $0x101, 28(%ebp)
    ret
step:
    andl $~0x100, F_FLAGS(%ebp)
    ret
unaligned:
    andl $~0x40000, F_FLAGS(%ebp)
    ret
x87:
    fnclex
    ret
packed:
    movl $0x1f80, word
    ldmxcsr word
    ret

/* What points to memory points to its middle. */
pointers:
    movl got_eip, %eax
    cmpl %eax, last_eip
    je skip
    movl %eax, last_eip
    movl current, %eax
    movl C_SAFE(%eax), %ecx
    movl %ecx, 4(%ebp)
    addl $16, %ecx
    movl %ecx, 8(%ebp)
    addl $16, %ecx
    movl %ecx, 12(%ebp)
    addl $16, %ecx
    movl %ecx, 20(%ebp)
    testl $3, F_CS(%ebp)
    jnz 1f
    testl $0x20000, F_FLAGS(%ebp)
    jz 2f
1:  movl C_ESP(%eax), %eax
    movl %eax, F_ESP(%ebp)
2:  ret

page:
    movl got_cr2, %eax
    movl %eax, %ecx
    subl $MEMORY, %ecx
    cmpl $(MEMORY_PAGES << 12), %ecx
    jae skip
    shrl $12, %eax
    leal TABLE(, %eax, 4), %eax
    movl (%eax), %ecx
    andl $7, %ecx
    cmpl $7, %ecx
    je skip
    orl $7, (%eax)
    movl got_cr2, %eax
    invlpg (%eax)
    ret

test32:
    cld
    movw $0xffff, TSS + 102
    movl $event, hook
    movb $0xee, IDT + 8 * 5 + 5
    identity_table TABLE
    rights 0, 0x100000, 3
    rights COUNTER, COUNTER + 0x1000, 7
    rights MEMORY, MEMORY + (MEMORY_PAGES << 12), 7
    rights 0xf0000, 0x100000, 5
    movl $MEMORY, %edi
    movl $(MEMORY_PAGES << 10), %ecx
    movl $1, %eax
1:  imull $1664525, %eax
    addl $1013904223, %eax
    stosl
    loop 1b
    movl $(TABLE + 7), PAGES
    movl %cr4, %eax
    orl $0x604, %eax /* RDTSC, of which cases know nothing, is for ring 0 */
    movl %eax, %cr4
    paging_on PAGES, 0x80010020
    movl $(image + CASE_TABLE - C_SIZE), current
next_case:
    movl $STACK0, %esp
    addl $C_SIZE, current
    movl current, %ebx
    cmpl $(image + CASE_TABLE + CASES * C_SIZE), %ebx
    je pass
    movl $EVENTS, left
    movl $0, last_eip
    movl C_ROUNDS(%ebx), %eax
    movl %eax, COUNTER
    movl $PTE(MEMORY), %edi
    xorl %ecx, %ecx
1:  movl (%edi), %eax
    orl $7, %eax
    btl %ecx, C_ABSENT(%ebx)
    jnc 2f
    andl $~1, %eax
2:  btl %ecx, C_READONLY(%ebx)
    jnc 3f
    andl $~2, %eax
3:  movl %eax, (%edi)
    addl $4, %edi
    incl %ecx
    cmpl $MEMORY_PAGES, %ecx
    jb 1b
    movl $PAGES, %eax
    movl %eax, %cr3
    movl C_CR0(%ebx), %eax
    movl %eax, %cr0
    fninit
    fldcw C_CONTROL(%ebx)
    ldmxcsr C_MXCSR(%ebx)
    testl $0x20000, C_FLAGS(%ebx)
    jnz to_v86
    testl $3, C_CS(%ebx)
    jnz to_outer
    movl C_ESP(%ebx), %esp
    jmp 4f
to_v86:
    pushl C_GS(%ebx)
    pushl C_FS(%ebx)
    pushl C_DS(%ebx)
    pushl C_ES(%ebx)
to_outer:
    pushl C_SS(%ebx)
    pushl C_ESP(%ebx)
4:  pushl C_FLAGS(%ebx)
    pushl C_CS(%ebx)
    pushl C_EIP(%ebx)
    leal C_REGS(%ebx), %esi
    subl $32, %esp
    movl %esp, %edi
    movl $8, %ecx
5:  movl (%esi), %eax
    movl %eax, (%edi)
    addl $4, %esi
    addl $4, %edi
    loop 5b
    testl $0x20000, C_FLAGS(%ebx)
    jnz 6f
    movw C_ES(%ebx), %es
    movw C_FS(%ebx), %fs
    movw C_GS(%ebx), %gs
    movw C_DS(%ebx), %ds
6:  popal
    iret

.org image + CASE_TABLE - 0x100 /* with the descriptors behind it */
