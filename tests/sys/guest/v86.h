/*
 * v86.h - pc.h for programs with checks in virtual-8086 mode, in 16-bit code at F000 with DS = 0.
 *
 *   FAULT16, EQ16                as FAULT and EQ
 *   enter_v86 label, flags       from ring 0, with ES, DS, FS and GS as named
 *
 * A check that fails leaves the mode through its #UD, whose hook must see to it: watch16.
 */
#include "pc.h"

.set failed16, 0x4050

#define FAULT16(vec, err, ...) \
    movl $(vec), want_vec; movl $(err), want_err; movl $(77f - image), want_eip; \
    movl $(78f - image), resume; movl $0, got_count; movl $__LINE__, line; \
    77: __VA_ARGS__; jmp fail16; 78: call check16
#define EQ16(what, value) movl $__LINE__, line; cmpl $(value), what; jne fail16

.macro enter_v86 label, flags, es=0, ds=0, fs=0, gs=0
    pushl $\gs
    pushl $\fs
    pushl $\ds
    pushl $\es
    pushl $0x1000
    pushl $0x800
    pushl $(0x20002 | \flags)
    pushl $0xf000
    pushl $(\label - image)
    iret
.endm

/* At the head of a hook. */
.macro watch16
    cmpl $0, failed16
    jne failed
.endm

.text 0
.code16
fail16:
    movl $1, failed16
    ud2

check16:
    pushl %eax
    cmpl $1, got_count
    jne fail16
    movl want_vec, %eax
    cmpl %eax, got_vec
    jne fail16
    movl want_err, %eax
    cmpl %eax, got_err
    jne fail16
    movl want_eip, %eax
    cmpl %eax, got_eip
    jne fail16
    popl %eax
    ret
