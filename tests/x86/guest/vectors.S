/*
 * vectors.S - cases that x86-diff ran on a real processor, run again on the chip.
 *
 * The image is 256 KiB: records as export.c writes them from FFFC0000 on, this program at F0000.
 * Each record runs ROUNDS times in ring 3, so that it is interpreted and translated; it ends at its
 * CC or in an exception, and everything it left behind must be what the processor left. `line` in a
 * failure is the number of the record.
 */
#define TEST_NAME "vectors"
#include "pc.h"

#define ROUNDS 3
#define RECORDS 0xfffc0000

/* Areas of diff.h */
#define CODE 0x02000000
#define CODE_SIZE 0x2000

/* Fields of a record */
#define R_SIZE 0 /* of the record; 0 ends the list */
#define R_LENGTH 4
#define R_POKES 8
#define R_CHANGES 12
#define R_VECTOR 16
#define R_MASK 20 /* bit 31: 16-bit code segment */
#define R_IN 24 /* EAX ECX EDX EBX ESP EBP ESI EDI EIP EFLAGS */
#define R_OUT 64
#define R_FPU 104 /* offset of the floating-point state in the record, or 0, and its size << 16 */
#define R_BYTES 108 /* the code, filled up to a word; then the pokes and the changes */

/* FXSAVE's image: this much of it is the x87's; records may have more. */
#define X87_SIZE 160
#define FPU_IN 0x5000
#define FPU_OUT 0x5200

#define CODE16_3 (GDT_FREE | 3)

.text 1
    desc 0, 0xfffff, 0x80fb /* GDT_FREE: 16-bit code of ring 3 */

.set record, 0x4100
.set round, 0x4104
.set changes, 0x4108 /* where the record's list of changes begins */

.text 0
.code32
/* EBX bytes of memory at EDI become what x86-diff has there: a hash of the address. */
fill:
    movl %edi, %eax
    imull $0x9e3779b1, %eax, %eax
    movl %eax, %edx
    shrl $15, %edx
    xorl %edx, %eax
    imull $0x85ebca6b, %eax, %eax
    movl %eax, %edx
    shrl $13, %edx
    xorl %edx, %eax
    stosl
    subl $4, %ebx
    jnz fill
    ret

areas:
    .long 0x02010000, 0x3000, 0x02020000, 0x2000, 0xa000, 0x6000, 0

test32:
    movb $0xff, %al
    outb %al, $0x21 /* no device interrupts */
    outb %al, $0xa1
    movl $areas, %esi
1:  movl (%esi), %edi
    testl %edi, %edi
    jz 2f
    movl 4(%esi), %ebx
    call fill
    addl $8, %esi
    jmp 1b
2:  movl $CODE, %edi
    movl $CODE_SIZE, %ecx
    movb $0xcc, %al
    rep stosb
    movl $check, hook
    movl %cr0, %eax
    orl $0x40020, %eax /* as under Linux: EFLAGS.AC is up to the case; NE */
    movl %eax, %cr0
    movl %cr4, %eax
    orl $0x600, %eax /* SSE and its exceptions */
    movl %eax, %cr4
    movl $RECORDS, record
    movl $0, line

next_record:
    movl record, %esi
    cmpl $0, R_SIZE(%esi)
    je pass
    incl line
    movl $ROUNDS, round

next_round:
    cld
    movl record, %ebp
    movl R_LENGTH(%ebp), %eax
    addl $3, %eax
    andl $-4, %eax
    leal R_BYTES(%ebp, %eax), %esi
    movl R_POKES(%ebp), %ecx
    jecxz 2f
1:  lodsl
    movl %eax, %edi
    movsl
    loop 1b
2:  movl %esi, changes
    leal R_BYTES(%ebp), %esi
    movl R_IN + 32(%ebp), %edi
    movl R_LENGTH(%ebp), %ecx
    rep movsb
    fninit
    movl R_FPU(%ebp), %esi
    testl %esi, %esi
    jz 4f
    movl %esi, %ecx
    shrl $16, %ecx
    movzwl %si, %esi
    addl %ebp, %esi
    movl $FPU_IN, %edi
    rep movsb
    fxrstor FPU_IN
4:  movl $DATA3, %eax
    movl %eax, %ds
    movl %eax, %es
    pushl $DATA3
    pushl R_IN + 16(%ebp)
    pushl R_IN + 36(%ebp)
    movl $CODE3, %eax
    testl $1 << 31, R_MASK(%ebp)
    jz 3f
    movl $CODE16_3, %eax
3:  pushl %eax
    pushl R_IN + 32(%ebp)
    movl R_IN + 0(%ebp), %eax
    movl R_IN + 4(%ebp), %ecx
    movl R_IN + 8(%ebp), %edx
    movl R_IN + 12(%ebp), %ebx
    movl R_IN + 24(%ebp), %esi
    movl R_IN + 28(%ebp), %edi
    movl R_IN + 20(%ebp), %ebp
    iret

/* An exception has come from ring 3; EBP is its frame. */
#define FRAME_EAX 32
check:
    movl $DATA0, %eax
    movl %eax, %es
    cld
    movl record, %ebx
    movl F_VEC(%ebp), %eax
    cmpl R_VECTOR(%ebx), %eax
    jne fail
    movl F_EIP(%ebp), %eax
    cmpl $3, F_VEC(%ebp)
    jne 1f
    decl %eax
1:  cmpl R_OUT + 32(%ebx), %eax
    jne fail
    movl F_FLAGS(%ebp), %eax
    xorl R_OUT + 36(%ebx), %eax
    testl R_MASK(%ebx), %eax
    jnz fail
    movl F_ESP(%ebp), %eax
    movl %eax, FRAME_EAX - 16(%ebp) /* PUSHA's own ESP is the handler's */
    leal FRAME_EAX(%ebp), %edi
    leal R_OUT(%ebx), %esi
    movl $8, %ecx
2:  lodsl
    cmpl (%edi), %eax
    jne fail
    subl $4, %edi
    loop 2b

    movl changes, %esi
    movl R_CHANGES(%ebx), %ecx
    jecxz 4f
3:  movl (%esi), %edi
    movl 8(%esi), %eax
    cmpl %eax, (%edi)
    jne fail
    movl 4(%esi), %eax
    movl %eax, (%edi)
    addl $12, %esi
    loop 3b
4:  movl R_FPU(%ebx), %esi
    testl %esi, %esi
    jz 8f
    movl %esi, %eax
    shrl $16, %eax /* size */
    movzwl %si, %esi
    addl %ebx, %esi
    addl %eax, %esi
    fxsave FPU_OUT
    movl $FPU_OUT, %edi
    cmpsl /* control and status */
    jne fail
    cmpsb /* registers in use */
    jne fail
    addl $19, %esi
    addl $19, %edi
    cmpsl /* MXCSR */
    jne fail
    addl $4, %esi
    addl $4, %edi
    movl $8, %edx
7:  movl $5, %ecx
    repe cmpsw
    jne fail
    addl $6, %esi
    addl $6, %edi
    decl %edx
    jnz 7b
    movl %eax, %ecx
    subl $X87_SIZE, %ecx
    shrl $2, %ecx
    repe cmpsl
    jne fail
8:  movl R_IN + 32(%ebx), %edi
    movl R_LENGTH(%ebx), %ecx
    movb $0xcc, %al
    rep stosb

    movl $DATA0, %eax
    movl %eax, %ss
    movl $STACK0, %esp
    decl round
    jnz next_round
    addl R_SIZE(%ebx), %ebx
    movl %ebx, record
    jmp next_record
