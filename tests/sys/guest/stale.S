/*
 * Page tables changed behind the processor's back: without INVLPG an old translation may serve or
 * not, but the guest gets its access or its page fault, also where code was translated from the
 * page.
 */
#define TEST_NAME "stale"
#include "pc.h"

#define DIR PAGES
#define TABLE0 (PAGES + 0x1000)
#define TABLE1 (PAGES + 0x2000)
#define PAGE 0x400000
#define CODE (PAGE + 0x100)

/* The instruction, done or faulted. */
#define EITHER(...) movl $78f, resume; __VA_ARGS__; 78: movl $0, resume

.text 0
.code32
test32:
    identity_table TABLE0
    movl $(TABLE0 + 7), DIR
    movl $(TABLE1 + 7), DIR + 4
    movl $(DATA + 7), TABLE1
    paging_on DIR

    /* a counting loop there, hot enough for every gear: incl %eax, decl %ecx, jnz, ret */
    movl $0xfc754940, CODE
    movb $0xc3, CODE + 4
    movl $10, %ebx
1:  movl $CODE, %edx
    xorl %eax, %eax
    movl $20, %ecx
    call *%edx
    EQ(%eax, 20)
    decl %ebx
    jnz 1b

    /* the page goes; a store, a load, a fetch by the old translation */
    movl $1, PAGE + 0x800
    movl $0, TABLE1
    EITHER(movb $0x90, CODE)
    EITHER(movl PAGE + 0x800, %eax)
    movl $CODE, %edx
    movl $20, %ecx
    EITHER(call *%edx)
    movl $STACK0, %esp

    /* another page takes its place */
    movl $(DATA + 0x1007), TABLE1
    movb $0xc3, DATA + 0x1100
    EITHER(movl $2, PAGE + 0x800)
    invlpg PAGE
    xorl %eax, %eax
    call *%edx
    EQ(%eax, 0)
    movl $3, PAGE + 0x800
    EQ(DATA + 0x1800, 3)

    /* the table becomes read-only: the fault may come late, not the write through */
    movl $(DATA + 0x1005), TABLE1
    movl %cr0, %eax
    orl $0x10000, %eax
    movl %eax, %cr0
    FAULT(14, 3, movl $4, PAGE + 0x800)
    EQ(DATA + 0x1800, 3)
    jmp pass
