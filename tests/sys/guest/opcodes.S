/* Instructions that the other programs have no need of: far pointers, string I/O, no FPU. */
#define TEST_NAME "opcodes"
#include "pc.h"

#define S_DATA GDT_FREE /* flat data, not DATA0 */
#define PORT_NOTHING 0x6f0

#define ESCAPE(...) \
    movl %cr0, %eax; orl $4, %eax; movl %eax, %cr0; \
    FAULT(7, NONE, __VA_ARGS__); \
    movl %cr0, %eax; andl $~4, %eax; movl %eax, %cr0

.macro load_far insn, sreg
    movl $0x12345678, DATA
    movl $S_DATA, DATA + 4
    \insn DATA, %ebx
    EQ(%ebx, 0x12345678)
    movl %\sreg, %eax
    EQ(%eax, S_DATA)
    movl $0x7f8, DATA + 4 /* past the end of nothing that is there */
    FAULT(13, 0x7f8, \insn DATA, %ebx)
    movl %\sreg, %eax
    EQ(%eax, S_DATA)
    movl $DATA0, %eax
    movl %eax, %\sreg
.endm

.text 1
    desc 0, 0xfffff, 0xc093

.text 0
.code32
test32:
    load_far lds, ds
    load_far les, es
    load_far lfs, fs
    load_far lgs, gs
    load_far lss, ss
    pushl $S_DATA
    popl %fs
    pushl $S_DATA
    popl %gs
    movl %fs, %eax
    EQ(%eax, S_DATA)
    movl %gs, %eax
    EQ(%eax, S_DATA)
    pushl $S_DATA
    popl %ss
    movl %ss, %eax
    EQ(%eax, S_DATA)
    pushl $0
    FAULT(13, 0, popl %ss)
    popl %eax

    movl $1f, DATA
    movl $CODE0, DATA + 4
    ljmp *DATA
    jmp fail
1:  movl $2f, DATA
    movl %esp, %ebx
    lcall *DATA
2:  popl %eax
    EQ(%eax, 2b)
    popl %eax
    EQ(%eax, CODE0)
    movl $__LINE__, line
    cmpl %esp, %ebx
    jne fail
    sidt DATA
    cmpw $0x7ff, DATA
    jne fail
    EQ(DATA + 2, IDT)

    /* port 402h reads as E9h, where nothing is all ones; elements come and go one by one */
    movl $DATA, %edi
    movl $PORT_TEXT, %edx
    movl $3, %ecx
    movl $0, DATA
    rep insb
    EQ(DATA, 0xe9e9e9)
    EQ(%edi, DATA + 3)
    EQ(%ecx, 0)
    movl $PORT_NOTHING, %edx
    movl $DATA, %edi
    insl
    EQ(DATA, -1)
    movw $0, DATA + 2
    insw
    EQ(%edi, DATA + 6)
    movl $DATA, %esi
    movl $2, %ecx
    rep outsl
    EQ(%esi, DATA + 8)
    outsw
    EQ(%esi, DATA + 10)
    movl $0x55aa55aa, %eax
    outl %eax, %dx
    outw %ax, %dx
    inl %dx, %eax
    EQ(%eax, -1)

    /* escapes that no coprocessor has; EM and TS */
    FAULT(6, NONE, .byte 0xd9, 0xd1)
    FAULT(6, NONE, .byte 0xdb, 0x25, 0, 0, 2, 0)
    FAULT(6, NONE, .byte 0xdf, 0xe1)
    fninit
    ESCAPE(fadds DATA)
    ESCAPE(fld1)
    ESCAPE(faddp)
    ESCAPE(fnstsw DATA)
    ESCAPE(fninit)
    ESCAPE(fxsave DATA)
    movl %cr0, %eax
    orl $10, %eax /* MP, TS */
    movl %eax, %cr0
    FAULT(7, NONE, wait)
    FAULT(7, NONE, fnstsw %ax)
    clts
    jmp pass
