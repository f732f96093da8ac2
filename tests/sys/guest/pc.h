/*
 * pc.h - what the self-checking test programs share: from reset to flat 32-bit protected mode, an
 * IDT whose handlers record what came, checks, and the two ways to end.
 *
 * A program is a 64 KiB BIOS image. It includes this file, defines TEST_NAME before, and starts at
 * test32 (protected mode, ring 0, flat segments, interrupts off), shadowed as by a BIOS. It writes
 * "PASS name" or "FAIL name line N ..." to the debug port and ends by the debug-exit port with 0 or
 * 1. It needs no device but these two and the host bridge, and 2 MiB of memory.
 *
 *   FAULT(vector, error, insn)   the instruction raises this, with EIP at it; NONE: no error code
 *   TRAP(vector, insn)           likewise, with EIP behind it
 *   EQ(what, value)              a 32-bit comparison
 *   GO3(label), GO0(label)       to ring 3 with IOPL in EFLAGS as it is, and back
 */
#define PORT_TEXT 0x402
#define PORT_EXIT 0x501

#define NONE 0xffffffff

#define IDT 0x1000
#define GDT 0x2000
#define LDT 0x2800
#define TSS 0x3000
#define STACK0 0x8000      /* top of the stack that test32 starts on */
#define STACK_INNER 0x9000 /* top of the stack that gates switch to */
#define STACK3 0xa000
#define PAGES 0x10000 /* free for page tables */
#define DATA 0x20000  /* free */
#define COPY 0x40000  /* used before start16 has gone far, then cleared */

#define CODE0 0x08
#define DATA0 0x10
#define CODE3 0x1b
#define DATA3 0x23
#define TSS0 0x28
#define CODE16 0x30
#define DATA16 0x38
#define GDT_FREE 0x40 /* first selector of what the program adds in .text 1 */

.set got_count, 0x4000
.set got_vec, 0x4004
.set got_err, 0x4008
.set got_eip, 0x400c
.set got_cs, 0x4010
.set got_flags, 0x4014
.set got_esp, 0x4018 /* of the interrupted code, only if it ran in an outer ring */
.set got_ss, 0x401c
.set got_cr2, 0x4020
.set want_vec, 0x4030
.set want_err, 0x4034
.set want_eip, 0x4038
.set resume, 0x403c /* where a handler returns to; 0: where it came from */
.set hook, 0x4040   /* called by a handler with EBP = its frame; 0: none */
.set line, 0x4044
.set go, 0x4048

#define STUB_SIZE 12 /* bytes of an entry of `stubs` */

/* Frame that a hook finds at EBP */
#define F_VEC 36
#define F_ERR 40
#define F_EIP 44
#define F_CS 48
#define F_FLAGS 52
#define F_ESP 56
#define F_SS 60

#define FAULT(vec, err, ...) \
    movl $(vec), want_vec; movl $(err), want_err; movl $77f, want_eip; movl $78f, resume; \
    movl $0, got_count; movl $__LINE__, line; 77: __VA_ARGS__; jmp fail; 78: call check_fault

#define TRAP(vec, ...) \
    movl $(vec), want_vec; movl $NONE, want_err; movl $78f, want_eip; movl $0, resume; \
    movl $0, got_count; movl $__LINE__, line; __VA_ARGS__; 78: call check_fault

#define EQ(what, value) movl $__LINE__, line; cmpl $(value), what; jne fail

#define GO3(label) movl $label, go; int $0x83
#define GO0(label) movl $label, go; int $0x80

.macro desc base, limit, attr
    .word (\limit) & 0xffff, (\base) & 0xffff
    .byte (\base) >> 16 & 0xff, (\attr) & 0xff
    .byte ((\limit) >> 16 & 15) | ((\attr) >> 8 & 0xf0), (\base) >> 24 & 0xff
.endm

/* A page table of the first 4 MiB (PAE: 2 MiB) as they are, for all rings or as `bits` say. */
.macro identity_table table, bits=7
    movl $\table, %edi
    movl $\bits, %eax
    movl $1024, %ecx
1:  stosl
    addl $0x1000, %eax
    loop 1b
.endm

.macro identity_table_pae table
    movl $\table, %edi
    movl $7, %eax
    movl $512, %ecx
1:  movl %eax, (%edi)
    movl $0, 4(%edi)
    addl $8, %edi
    addl $0x1000, %eax
    loop 1b
.endm

.macro paging_on directory, bits=0x80000000
    movl $\directory, %eax
    movl %eax, %cr3
    movl %cr0, %eax
    orl $\bits, %eax
    movl %eax, %cr0
.endm

.macro paging_off
    movl %cr0, %eax
    andl $0x7fffffff, %eax
    movl %eax, %cr0
.endm

/* A byte to a port. Spoils AL. */
.macro output port, value
    movb $\value, %al
    outb %al, $\port
.endm

/* Both interrupt controllers: their first vectors, and which inputs are off. */
.macro start_pics first, second, off_first, off_second
    movb $0x11, %al
    outb %al, $0x20
    outb %al, $0xa0
    movb $\first, %al
    outb %al, $0x21
    movb $\second, %al
    outb %al, $0xa1
    movb $4, %al
    outb %al, $0x21
    movb $2, %al
    outb %al, $0xa1
    movb $1, %al
    outb %al, $0x21
    outb %al, $0xa1
    movb $\off_second, %al
    outb %al, $0xa1
    movb $\off_first, %al
    outb %al, $0x21
.endm

/* The timer's interrupts, and no others, come as `vector` to `handler`. Spoils EAX. */
.macro timer_to vector, handler
    start_pics \vector, 0x28, 0xfe, 0xff
    movl $\handler, %eax
    movw %ax, IDT + 8 * \vector
.endm

/* Gate to a label of this image. */
.macro gate sel, label, attr, count=0
    .word \label - image, \sel
    .byte \count, \attr
    .word 0xf
.endm

.text 2
gdt_rom_end:
.text 1
    .balign 8
gdt_rom:
    .quad 0
    desc 0, 0xfffff, 0xc09b
    desc 0, 0xfffff, 0xc093
    desc 0, 0xfffff, 0xc0fb
    desc 0, 0xfffff, 0xc0f3
    desc TSS, 0x2fff, 0x0089
    desc 0xf0000, 0xffff, 0x009b
    desc 0, 0xffff, 0x0093

.section .reset, "ax"
.code16
    ljmp $0xf000, $0

.text 0
.code16
image:
start16:
    cli
    cld
    movw $0xf000, %ax /* out of the ROM, by way of other memory, into the memory before it */
    movw %ax, %ds
    movw $(COPY >> 4), %ax
    movw %ax, %es
    xorw %si, %si
    xorw %di, %di
    movw $0x4000, %cx
    rep movsl
    ljmp $(COPY >> 4), $(1f - image)
1:  movl $0x80000058, %eax
    movw $0xcf8, %dx
    outl %eax, %dx
    movw $0xcfd, %dx
    movb $0x30, %al
    outb %al, %dx
    movw %es, %ax
    movw %ax, %ds
    movw $0xf000, %ax
    movw %ax, %es
    xorw %si, %si
    xorw %di, %di
    movw $0x4000, %cx
    rep movsl
    ljmp $0xf000, $(2f - image)
2:  movw %ds, %ax
    movw %ax, %es
    xorw %di, %di
    xorl %eax, %eax
    movw $0x4000, %cx
    rep stosl
    xorw %ax, %ax
    movw %ax, %es
    movw %ax, %ss
    movw $0xf000, %ax
    movw %ax, %ds
    movw $STACK0, %sp
    movw $0x1000, %di
    movw $0x3800, %cx
    xorw %ax, %ax
    rep stosw
    movw $(gdt_rom - image), %si
    movw $GDT, %di
    movw $(gdt_rom_end - gdt_rom), %cx
    rep movsb
#ifdef TEST16
    jmp test16
to32:
    movw $0xf000, %ax
    movw %ax, %ds
#endif
    lgdtl gdtr - image
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ljmpl $CODE0, $start32

.balign 4
gdtr:
    .word 0x7ff
    .long GDT

.code32
start32:
    movl $DATA0, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    movl $STACK0, %esp

    movl $stubs, %eax
    movl $IDT, %edi
1:  movw %ax, (%edi)
    movw $CODE0, 2(%edi)
    movw $0x8e00, 4(%edi)
    movw $0xf, 6(%edi)
    addl $STUB_SIZE, %eax
    addl $8, %edi
    cmpl $(IDT + 0x800), %edi
    jne 1b
    movb $0xee, IDT + 8 * 3 + 5
    movb $0xee, IDT + 8 * 4 + 5
    movb $0xee, IDT + 8 * 0x80 + 5
    movb $0xee, IDT + 8 * 0x81 + 5
    movb $0xee, IDT + 8 * 0x83 + 5
    lidt idtr

    movl $STACK_INNER, TSS + 4
    movl $DATA0, TSS + 8
    movw $0x68, TSS + 102
    movl $TSS0, %eax
    ltr %ax
    jmp test32

idtr:
    .word 0x7ff
    .long IDT

/* Every vector: an error code if the processor has pushed none, the vector, and on. */
stubs:
    .set vector, 0
    .rept 256
    .set stub, .
    .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17)
    pushl $-1
    .endif
    pushl $vector
    jmp common
    .org stub + STUB_SIZE, 0x90
    .set vector, vector + 1
    .endr

common:
    pushal
    pushl %ds
    movl $DATA0, %eax
    movl %eax, %ds
    movl %esp, %ebp
    cmpl $0x81, F_VEC(%ebp)
    je failed
    cmpl $0x80, F_VEC(%ebp)
    je to_ring0
    cmpl $0x83, F_VEC(%ebp)
    je to_ring3
    incl got_count
    movl F_VEC(%ebp), %eax
    movl %eax, got_vec
    movl F_ERR(%ebp), %eax
    movl %eax, got_err
    movl F_EIP(%ebp), %eax
    movl %eax, got_eip
    movl F_CS(%ebp), %eax
    movl %eax, got_cs
    movl F_FLAGS(%ebp), %eax
    movl %eax, got_flags
    movl F_ESP(%ebp), %eax
    movl %eax, got_esp
    movl F_SS(%ebp), %eax
    movl %eax, got_ss
    movl %cr2, %eax
    movl %eax, got_cr2
    movl hook, %eax
    testl %eax, %eax
    jz 1f
    call *%eax
1:  movl resume, %eax
    testl %eax, %eax
    jz 1f
    movl %eax, F_EIP(%ebp)
    movl $0, resume
1:  popl %ds
    popal
    addl $8, %esp
    iret

/* Ring 0 on the first stack, at `go`, flags as they are. */
to_ring0:
    movl $DATA0, %eax
    movl %eax, %es
    movl %eax, %ss
    movl $STACK0, %esp
    jmp *go

to_ring3:
    movl $DATA3, %eax
    movl %eax, %ds
    movl %eax, %es
    pushfl
    popl %ecx
    pushl $DATA3
    pushl $STACK3
    pushl %ecx
    pushl $CODE3
    pushl go
    iret

check_fault:
    cmpl $1, got_count
    jne fail
    pushl %eax
    movl want_vec, %eax
    cmpl %eax, got_vec
    jne fail
    movl want_err, %eax
    cmpl %eax, got_err
    jne fail
    movl want_eip, %eax
    cmpl %eax, got_eip
    jne fail
    popl %eax
    ret

/* From any ring. */
fail:
    int $0x81

failed:
    movl $text_fail, %esi
    call puts
    movl line, %eax
    call put_decimal
    movl $text_got, %esi
    call puts
    movl $got_count, %esi
    movl $9, %ecx
1:  movl (%esi), %eax
    call put_hex
    addl $4, %esi
    loop 1b
    movb $'\n', %al
    movw $PORT_TEXT, %dx
    outb %al, %dx
    movb $1, %al
    jmp finish

/* Ring 0 only. */
pass:
    movl $text_pass, %esi
    call puts
    movb $0, %al
finish:
    movw $PORT_EXIT, %dx
    outb %al, %dx
1:  cli
    hlt
    jmp 1b

puts:
    movw $PORT_TEXT, %dx
1:  movb %cs:(%esi), %al
    testb %al, %al
    jz 2f
    outb %al, %dx
    incl %esi
    jmp 1b
2:  ret

put_decimal:
    movl $10, %ecx
    xorl %edx, %edx
    divl %ecx
    pushl %edx
    testl %eax, %eax
    jz 1f
    call put_decimal
1:  popl %eax
    addb $'0', %al
    movw $PORT_TEXT, %dx
    outb %al, %dx
    ret

put_hex:
    pushal
    movl %eax, %ebx
    movb $' ', %al
    movw $PORT_TEXT, %dx
    outb %al, %dx
    movl $8, %ecx
1:  roll $4, %ebx
    movb %bl, %al
    andb $15, %al
    addb $'0', %al
    cmpb $'9', %al
    jbe 2f
    addb $('a' - '9' - 1), %al
2:  outb %al, %dx
    loop 1b
    popal
    ret

text_fail:
    .asciz "FAIL " TEST_NAME " line "
text_pass:
    .asciz "PASS " TEST_NAME "\n"
text_got:
    .asciz " got count vector error eip cs flags esp ss cr2"
    .balign 4
