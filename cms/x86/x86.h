/*
 * x86.h - the instruction table seen from C: operations, their facts, the decoder and the printer.
 */
#ifndef CMS_X86_X86_H
#define CMS_X86_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "insn.h"
#include "state.h"

enum x86_op {
    OP_none, /* no such instruction */
#define OP(name, mnemonic, reads, writes, undef, props, feature) OP_##name,
#include "insns.def"
    OP_COUNT
};

/* Groups of status flags in insns.def. */
enum {
    F_ALL = FL_STATUS,
    F_NOTC = FL_STATUS & ~FL_CF,
    F_COND = FL_STATUS & ~FL_AF, /* what a condition code may look at */
};

enum x86_property {
    P_LOCK = 1u << 0,    /* LOCK allowed when the first operand is memory */
    P_PRIV = 1u << 1,    /* needs CPL 0 */
    P_STRING = 1u << 2,  /* takes REP */
    P_REPZ = 1u << 3,    /* REP also ends on ZF */
    P_IO = 1u << 4,      /* port access */
    P_CC = 1u << 5,      /* opcode bits 3..0 are a condition */
    P_FLAGMAY = 1u << 6, /* may leave all flags as they are (count of zero) */
    P_SYSTEM =
        1u
        << 7, /* changes or depends on state outside of registers, flags and memory: gear 1 only */
    P_COND = 1u << 8,  /* conditional near transfer */
    P_JUMP = 1u << 9,  /* near jump */
    P_CALL = 1u << 10, /* near call */
    P_RET = 1u << 11,  /* near return */
    P_FAR = 1u << 12,  /* far transfer */
    P_TRAP = 1u << 13, /* raises an exception or software interrupt */
    P_FPU = 1u << 14,    /* x87, MMX, SSE: gear 1 only */
    P_SIMD_ONLY = 1u << 16, /* MMX, SSE: prefixes 66, F2, F3 select the instruction */
    P_SIMD = P_FPU | P_SIMD_ONLY,
    P_FPUCTL = 1u << 15, /* ... and not one that the last-instruction pointers remember */
    P_BRANCH = P_COND | P_JUMP | P_CALL | P_RET | P_FAR | P_TRAP, /* ends a basic block */
};

enum x86_feature {
    FEATURE_BASE, /* 386 */
    FEATURE_I486,
    FEATURE_FPU,
    FEATURE_TSC,
    FEATURE_MSR,
    FEATURE_CX8,
    FEATURE_SEP,
    FEATURE_CMOV,
    FEATURE_FXSR,
    FEATURE_MMX,
    FEATURE_SSE,
    FEATURE_SSE2,
    FEATURE_COUNT
};

struct x86_op_info {
    const char *mnemonic;
    uint16_t reads, writes, undef; /* FL_x masks, status flags only */
    uint32_t props;                /* P_x */
    uint8_t feature;               /* FEATURE_x */
};

extern const struct x86_op_info x86_ops[OP_COUNT];

/*
 * What is asked of every instruction, in few bytes. `sure`: flags that come out independent of what
 * they were before, whatever the operands are. What the architecture leaves undefined often stays
 * as it was, here as on real processors; logic, which leaves nothing undefined but AF, is known to
 * clear that. Of P_FLAGMAY it is true only if the count isn't zero.
 */
struct x86_traits {
    uint16_t props; /* without P_SIMD_ONLY */
    uint16_t reads, writes;
    uint16_t sure;
};

extern const struct x86_traits x86_traits[OP_COUNT];

enum {
    X86_EUD = -1,   /* no such instruction, or LOCK where it may not stand */
    X86_ELONG = -2, /* longer than 15 bytes */
};

/*
 * Decode the instruction at `bytes`, of which `avail` may be looked at. Returns its length; 0 if
 * more bytes are needed; X86_EUD or X86_ELONG. On success *insn is complete.
 */
int x86_decode(const uint8_t *bytes, unsigned avail, bool code32, struct insn *insn);

/*
 * Intel syntax of the instruction into buf; always terminated. `eip` is the instruction's own:
 * branch targets are printed absolute. Returns the length that the whole text has.
 */
size_t x86_print(const struct insn *insn, uint32_t eip, char *buf, size_t size);

/* Names of general registers: size 1, 2, 4; number as encoded (4..7 of size 1 are AH CH DH BH). */
const char *x86_reg_name(unsigned size, unsigned number);
extern const char *const x86_cond_name[16];

#endif
