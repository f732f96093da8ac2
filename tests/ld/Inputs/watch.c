/*
 * watch.c - makes a native program ready for test interrupts (debug.irq_every): a vector that
 * spoils what trap handlers may spoil, r32 and the stack below sp, and returns.
 */
#include "hidden-mem/map.h"
#include "isa_codec.h"
#include "isa_intrinsics.h"
#include "tools/vliw-cc/rt/native.h"

static _Alignas(VECTOR_STRIDE) uint32_t vectors[CAUSE_COUNT][VECTOR_STRIDE / 4];

void native_start(void)
{
    static const struct isa_op handler[] = {
        {.atom = ISA_addi, .rd = 32, .imm = -1},
        {.atom = ISA_std, .rs = 32, .ra = 34, .imm = -8},
        {.atom = ISA_std, .rs = 32, .ra = 34, .imm = -40},
        {.atom = ISA_rte},
    };
    uint32_t *at = vectors[CAUSE_watch];

    for (unsigned i = 0; i < sizeof handler / sizeof handler[0]; i++)
        at += isa_encode(&handler[i], true, at);
    vx_icf((uintptr_t)vectors, sizeof vectors);
    vx_mtsr(SR_VBASE, (uintptr_t)vectors);
    vx_mtsr(SR_STATUS, 4);
}
