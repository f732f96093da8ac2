/*
 * insn.h - one decoded IA-32 instruction.
 *
 * The decoder brings the many encodings of one operation into one shape: opd[] says where each
 * operand is, destination first, so that `add eax, imm`, `add r/m, imm` and `inc reg` (opcode
 * 40h+r) look alike to whoever executes or translates. A register operand without modrm (register
 * in the opcode, accumulator) stands in `reg`, or in `rm` with is_mem false when `reg` is taken.
 */
#ifndef CMS_X86_INSN_H
#define CMS_X86_INSN_H

#include <stdbool.h>
#include <stdint.h>

#define X86_MAX_LENGTH 15

enum x86_opd {
    OPD_NONE,
    OPD_REG, /* general register `reg`, opsize bytes */
    OPD_RM,  /* memory if is_mem, else general register `rm`; msize bytes */
    OPD_IMM, /* imm; branches: displacement from the next instruction */
    OPD_CL,
    OPD_DX,
    OPD_SREG, /* segment register `reg` */
    OPD_CR,   /* control register `reg` */
    OPD_DR,   /* debug register `reg` */
    OPD_SRC,  /* string source, seg:[ESI] */
    OPD_DST,  /* string destination, ES:[EDI] */
    OPD_FAR,  /* imm2:imm */
    OPD_ST,   /* x87 register ST(rm) */
    OPD_ST0,
    OPD_AX,
    OPD_MMX,    /* MMX register `reg` */
    OPD_MMX_RM, /* memory if is_mem, else MMX register `rm`; msize bytes */
    OPD_XMM,    /* likewise XMM */
    OPD_XMM_RM,
};

struct insn {
    uint16_t op;    /* enum x86_op, from insns.def */
    uint8_t length; /* bytes, prefixes included: 1..15 */
    uint8_t opsize; /* operand size in bytes: 1, 2, 4 (8 for what is 64 bits wide) */
    uint8_t adsize; /* address size in bytes: 2 or 4 */
    uint8_t msize;  /* size of the OPD_RM operand in bytes; 0: address only (LEA) */
    uint8_t seg;    /* segment of the memory operand, override applied */
    uint8_t rep;    /* 0, 0xf2 or 0xf3 */
    bool lock;
    bool seg_override;
    uint8_t opcode; /* last opcode byte; condition codes are its low 4 bits */
    uint8_t opd[3]; /* enum x86_opd, destination first */
    bool has_modrm;
    bool is_mem; /* OPD_RM is memory (modrm or absolute offset) */
    uint8_t mod, reg, rm;
    int8_t base;   /* enum gpr or -1; memory operand only */
    int8_t index;  /* enum gpr or -1 */
    uint8_t scale; /* shift count 0..3 */
    int32_t disp;
    uint32_t imm;  /* immediate, sign-extended to 32 bits as the instruction has it; branches:
                      displacement */
    uint32_t imm2; /* second immediate: selector of a far pointer, ENTER's level */
};

#endif
