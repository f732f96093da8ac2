/*
 * Real mode: vectors, frames, limits, what doesn't exist there, big data segments, and the way back
 * from protected mode.
 */
#define TEST_NAME "real"
#define TEST16
#include "pc.h"

.set was_sp, 0x4050
.set failed16, 0x4054 /* line of the check that failed, or 0 */

#define FAULT16(vec, ...) \
    movl $(vec), want_vec; movl $(77f - image), want_eip; movl $(78f - image), resume; \
    movl $0, got_count; movl $__LINE__, line; movw %sp, was_sp; \
    77: __VA_ARGS__; jmp fail16; 78: call check16
#define EQ16(what, value) movl $__LINE__, line; cmpl $(value), what; jne fail16

.text 0
.code16
/*
 * Sixteen entries of four bytes, then the common part: vector, IP, CS, flags on the stack, nothing
 * more.
 */
entries:
    .set vector, 0
    .rept 16
    pushw $vector
    jmp common16
    .balign 4, 0x90
    .set vector, vector + 1
    .endr
common16:
    pushal
    pushw %ds
    movw %sp, %bp
    xorw %ax, %ax
    movw %ax, %ds
    incl got_count
    movzwl 34(%bp), %eax
    movl %eax, got_vec
    movzwl 36(%bp), %eax
    movl %eax, got_eip
    movzwl 38(%bp), %eax
    movl %eax, got_cs
    movzwl 40(%bp), %eax
    movl %eax, got_flags
    leaw 42(%bp), %ax
    movzwl %ax, %eax
    movl %eax, got_esp
    pushfl
    popl got_err /* flags in the handler */
    movl resume, %eax
    testl %eax, %eax
    jz 1f
    movw %ax, 36(%bp)
    movl $0, resume
1:  popw %ds
    popal
    addw $2, %sp
    iretw

check16:
    pushl %eax
    EQ16(got_count, 1)
    movl want_vec, %eax
    cmpl %eax, got_vec
    jne fail16
    movl want_eip, %eax
    cmpl %eax, got_eip
    jne fail16
    movzwl was_sp, %eax
    cmpl %eax, got_esp
    jne fail16
    EQ16(got_cs, 0xf000)
    popl %eax
    ret

fail16:
    movl line, %eax
    movl %eax, failed16
    jmp to32

test16:
    xorw %ax, %ax
    movw %ax, %ds
    movl $0, failed16
    xorw %di, %di
    movl $0xf0000000 + (entries - image), %eax
1:  movl %eax, (%di)
    addl $4, %eax
    addw $4, %di
    cmpw $64, %di
    jb 1b

    movl %cr0, %eax
    andl $0xe0000011, %eax
    EQ16(%eax, 0x60000010)
    smsw %ax

    /* a software interrupt: three words, IF and TF clear in the handler */
    movl $0, got_count
    movl $0, resume
    pushl $0x0246
    popfl
    movw %sp, was_sp
    int $9
1:  pushfl
    popl %eax
    cli
    EQ16(%eax, 0x246)
    EQ16(got_vec, 9)
    EQ16(got_eip, 1b - image)
    movzwl was_sp, %eax
    cmpl %eax, got_esp
    jne fail16
    EQ16(got_flags, 0x246)
    andl $0x300, got_err
    EQ16(got_err, 0)

    /* exceptions: the same frame, no error code */
    xorw %cx, %cx
    FAULT16(0, divw %cx)
    FAULT16(6, ud2)
    FAULT16(6, sldt %ax)
    FAULT16(6, lldt %ax)
    FAULT16(6, ltr %ax)
    FAULT16(6, lar %ax, %bx)
    FAULT16(6, verw %ax)
    FAULT16(6, .byte 0x63, 0xc0)
    FAULT16(13, movl 0xfffd, %eax)
    FAULT16(13, movw %ax, 0xffff)
    movw $0xffff, %bp
    FAULT16(12, movw (%bp), %ax)
    movl $0x10000, %esi
    FAULT16(13, addr32 movb (%esi), %al)
    movl $0xffff, %esi
    addr32 movb (%esi), %al
    FAULT16(13, .rept 15; .byte 0x26; .endr; nop)
    movw $0xf000, %ax
    movw %ax, %es
    movl %es:0xfff0, %eax
    movb $1, %al
    outb %al, $0x80

    /* code may be written through CS; SP wraps at 64 KiB */
    movl $0x600d, %cs:(scratch - image)
    movl %esp, %ebx
    movl $0x12340000, %esp
    pushw $0x55
    cmpl $0x1234fffe, %esp
    jne fail16
    popw %ax
    movl %ebx, %esp

    /* far transfers of both sizes */
    lcall $0xf000, $(far16 - image)
    EQ16(%eax, 0x16)
    lcalll $0xf000, $(far32 - image)
    EQ16(%eax, 0x32)
    FAULT16(13, ljmpl $0xf000, $0x10000)

    /* a vector table that is too short */
    lidt %cs:(idt13 - image)
    FAULT16(13, int $14)
    lidt %cs:(idt16 - image)

    /*
     * a segment loaded in protected mode keeps its limit in real mode, whatever is loaded over it
     * there
     */
    lgdtl %cs:(gdtr - image)
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    movw $DATA0, %bx
    movw %bx, %es
    andb $0xfe, %al
    movl %eax, %cr0
    xorw %bx, %bx
    movw %bx, %es
    movl $0x00150000, %esi
    addr32 movl $0x600d, %es:(%esi)
    addr32 movl %es:(%esi), %eax
    EQ16(%eax, 0x600d)
    movl $0x10000, %esi
    FAULT16(13, addr32 movb (%esi), %al)

    /* all the way to 32-bit code and back through 16-bit segments */
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ljmpl $CODE0, $in32
.code32
in32:
    movl $DATA0, %eax
    movl %eax, %ds
    movl $0x1234567, 0x150000
    ljmp $CODE16, $(in16 - image)
.code16
in16:
    movw $DATA16, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl %cr0, %eax
    andb $0xfe, %al
    movl %eax, %cr0
    ljmp $0xf000, $(1f - image)
1:  xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movl $0x10000, %esi
    FAULT16(13, addr32 movb (%esi), %al)
    FAULT16(13, addr32 movb %es:(%esi), %al)
    movl $0, got_count
    int $9
    EQ16(got_count, 1)

    /* a branch beyond the limit of CS does no harm while it isn't taken, nor does translating it */
    movw $20, %cx
    clc
2:  .byte 0x66, 0x0f, 0x82 /* jc, 32-bit displacement */
    .long 0x20000
    loop 2b
    jmp to32

scratch:
    .long 0
idt13:
    .word 13 * 4 + 3
    .long 0
idt16:
    .word 0x3ff
    .long 0

far16:
    movl $0x16, %eax
    lret
far32:
    movl $0x32, %eax
    lretl

.code32
test32:
    movl failed16, %eax
    movl %eax, line
    testl %eax, %eax
    jnz fail
    jmp pass
