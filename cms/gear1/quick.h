/*
 * quick.h - quick handlers of single instructions, for flat 32-bit code and for operands in
 * registers.
 *
 * Each is used only for what pick.c's conditions say; each leaves what it can't do to the general
 * handler.
 */
#ifndef CMS_GEAR1_QUICK_H
#define CMS_GEAR1_QUICK_H

#include "gear1/gear1.h"

gear1_handler quick_push_reg, quick_push_imm, quick_pop_reg; /* 32-bit operand */
gear1_handler quick_jmp, quick_call, quick_ret; /* 32-bit, relative; without immediate */
gear1_handler quick_movzx8, quick_movzx16, quick_movsx8, quick_movsx16; /* from memory to 32 bits */
gear1_handler quick_shl, quick_shr, quick_sar; /* 32-bit register by an immediate */

#endif
