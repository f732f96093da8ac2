/*
 * insn.h - one decoded IA-32 instruction.
 */
#ifndef CMS_X86_INSN_H
#define CMS_X86_INSN_H

#include <stdbool.h>
#include <stdint.h>

#define X86_MAX_LENGTH 15

struct insn {
    uint16_t op;      /* enum x86_op, from insns.def */
    uint8_t length;   /* bytes, prefixes included: 1..15 */
    uint8_t opsize;   /* operand size in bytes: 1, 2, 4 (8 for what is 64 bits wide) */
    uint8_t adsize;   /* address size in bytes: 2 or 4 */
    uint8_t seg;      /* segment of the memory operand, override applied */
    uint8_t rep;      /* 0, 0xf2 or 0xf3 */
    bool lock;
    bool seg_override;
    uint8_t opcode;   /* last opcode byte (condition codes, register in opcode) */
    bool has_modrm;
    bool is_mem;      /* modrm names memory */
    uint8_t mod, reg, rm;
    int8_t base;      /* enum gpr or -1; memory operand only */
    int8_t index;     /* enum gpr or -1 */
    uint8_t scale;    /* shift count 0..3 */
    int32_t disp;
    uint32_t imm;     /* immediate, sign-extended to 32 bits as the instruction has it; branches: displacement */
    uint32_t imm2;    /* second immediate: selector of a far pointer, ENTER's level */
};

#endif
