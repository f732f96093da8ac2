/*
 * trap.c - every trap ends the guarded call that it happened in.
 *
 * The chip enters cause n at VBASE + 16 * n. Each vector is one branch to trap_entry (start.S),
 * which calls trap_taken() on the stack of the guarded call and returns from that. So no trap ever
 * goes back to where it came from and none has to save a register; features that want to come back
 * by `rte` bring vectors of their own (traps.c).
 */
#include "isa_codec.h"
#include "selftest.h"

void trap_entry(void);
void trap_taken(uint64_t guarded);

/* Called by trap_entry. Outside of a guarded call it is the self-test that is wrong. */
void trap_taken(uint64_t guarded)
{
    self.seen = (struct trap){
        .cause = vx_mfsr(SR_CAUSE),
        .epc = vx_mfsr(SR_EPC),
        .badaddr = vx_mfsr(SR_BADADDR),
        .einfo = vx_mfsr(SR_EINFO),
    };
    self.causes |= 1ull << self.seen.cause;
    vx_rollback();
    vx_mtsr(SR_STATUS, 0);
    if (!guarded)
        host_panic("a trap where none was expected");
}

void trap_init(void)
{
    uint32_t *vector = (uint32_t *)LPM_BASE;

    /* A code address minus a constant would become one relocation, which vliw-ld can't move. */
    __asm__("" : "+r"(vector));
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++, vector += VECTOR_STRIDE / 4) {
        struct isa_op branch = {.atom = ISA_br};
        branch.imm = ((int64_t)(uintptr_t)trap_entry - (int64_t)(uintptr_t)vector) / 4;
        isa_encode(&branch, true, vector);
    }
    vx_icf(LPM_BASE, LPM_SIZE);
    vx_mtsr(SR_VBASE, LPM_BASE);
}

void trap_settle(void)
{
    vx_rollback();
    vx_tlbf();
    vx_mtsr(SR_TLB_TMASK, 0);
    vx_mtsr(SR_GMODE, 0);
    vx_mtsr(SR_TIMER, UINT64_MAX);
    vx_mtsr(SR_PHASE, PHASE_boot);
}
