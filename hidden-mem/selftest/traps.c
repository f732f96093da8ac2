/* traps.c - what the chip refuses, and the way into a trap and out again. */
#include "hidden-mem/image.h"
#include "selftest.h"

enum outcome feature_illegal(void)
{
    self.piece[0] = ISA_STOP;
    vx_icf((uintptr_t)self.piece, sizeof self.piece[0]);
    guarded_call(self.piece, ARGUMENTS(0));
    SAME("cause of an undefined atom", self.seen.cause, CAUSE_illegal_atom);
    SAME("address of an undefined atom", self.seen.badaddr, (uintptr_t)self.piece);
    TRAPS(illegal_bundle, "{ addi r12, r0, 1 ; addi r12, r0, 2 }");
    TRAPS(illegal_bundle, "{ br 1 ; br 1 }");
    TRAPS(illegal_bundle, "{ mfsr r12, CYCLE ; mfsr r13, TIME }");
    TRAPS(brk, "brk");
    return OK;
}

enum outcome feature_native_memory(void)
{
    uint64_t hidden_end = HIDDEN_BASE + self.hidden_size;
    uint64_t guest_end = GUEST_BASE + vx_mfsr(SR_DRAM_SIZE) - self.hidden_size;

    TRAPS(bus_error, "ld.d r42, [r42 + 0]", 0);
    TRAPS(bus_error, "ld.d r42, [r42 - 4]", hidden_end);
    SAME("address of the bus error", self.seen.badaddr, hidden_end - 4);
    SAME("its size", self.seen.einfo, 8);
    TRAPS(bus_error, "st.b r0, [r42 + 0]", guest_end);
    TRAPS(bus_error, "st.w r0, [r42 + 0]", ROM_BASE);
    TRAPS(bus_error, "st.w r0, [r42 + 0]", FLASH_BASE);
    GIVES(IMAGE_MAGIC, "ld.wu r42, [r42 + 0]", self.flash);
    GIVES(0, "ldd.d r42, [r42 + 0]", 0);
    /* Any alignment, both extensions. */
    *memory(PAGE) = 0x8877665544332211;
    GIVES(0x5544332, "ld.wu r42, [r42 + 1]; srli r42, r42, 4", GUEST_BASE + PAGE);
    GIVES(0xffffffffffff8877, "ld.h r42, [r42 + 6]", GUEST_BASE + PAGE);
    TRAPS(fetch_fault, "jr r42", 0);
    TRAPS(fetch_fault, "jr r42", GUEST_BASE + PAGE);
    TRAPS(fetch_fault, "jr r42", (uintptr_t)self.other + 2);
    return OK;
}

enum outcome feature_local_memory(void)
{
    GIVES(0x1234, "st.d r43, [r42 + 0]; ld.d r42, [r42 + 0]", LDM_BASE, 0x1234);
    GIVES(0x4321, "st.d r43, [r42 - 8]; ld.d r42, [r42 - 8]", LDM_BASE + LDM_SIZE, 0x4321);
    TRAPS(bus_error, "st.d r43, [r42 - 4]", LDM_BASE + LDM_SIZE);
    TRAPS(bus_error, "ld.d r43, [r42 - 4]", LPM_BASE + LPM_SIZE);
    /* Code may run there: behind the vectors. */
    piece_make((uint32_t *)(LPM_BASE + LPM_SIZE / 2), "addi r42, r42, 7; jr r12");
    GIVES(8, "callr r12, r43; addi r0, r0, 0", 1, LPM_BASE + LPM_SIZE / 2);
    return OK;
}

enum outcome feature_special_registers(void)
{
    SAME("ISA_ID", vx_mfsr(SR_ISA_ID), ISA_ID);
    SAME("HOST_VERSION", vx_mfsr(SR_HOST_VERSION), HOSTPORT_VERSION);
    GIVES(0, "mtsr CFG_INDEX, r42; mfsr r42, CFG_DATA", CFG_COUNT);
    TRAPS(sreg, "mtsr CYCLE, r0");
    SAME("number of the register", self.seen.badaddr, SR_CYCLE);
    TRAPS(sreg, "mfsr r42, HOST_REQ");
    TRAPS(sreg, "mfsr r42, sr127");
    TRAPS(sreg, "mtsr PHASE, r42", PHASE_COUNT);
    SAME("HIDDEN_SIZE", vx_mfsr(SR_HIDDEN_SIZE), self.hidden_size);
    TRAPS(sreg, "mtsr HIDDEN_SIZE, r42", self.hidden_size >> 1);
    TRAPS(sreg, "mtsr HIDDEN_LOCK, r0");
    GIVES(0x5a, "mtsr SCRATCH3, r42; mfsr r42, SCRATCH3", 0x5a);
    return OK;
}

/*
 * A vector of its own for `brk`, in the other piece: it keeps a register in SCRATCH0, steps over
 * the brk and goes back.
 */
enum outcome feature_trap_return(void)
{
    uint32_t *vector = self.other + CAUSE_brk * (VECTOR_STRIDE / 4);

    piece_put(vector, "mtsr SCRATCH0, r12; mfsr r12, EPC; br 2");
    piece_put(vector + 4, "addi r12, r12, 4; mtsr EPC, r12; mfsr r12, SCRATCH0; rte");
    vx_icf((uintptr_t)self.other, sizeof self.other);
    vx_mtsr(SR_VBASE, (uintptr_t)self.other);
    uint64_t got = piece_run("addi r12, r42, 3; brk; add r42, r12, r0", ARGUMENTS(4));
    uint64_t cause = vx_mfsr(SR_CAUSE), status = vx_mfsr(SR_STATUS);
    vx_mtsr(SR_VBASE, LPM_BASE);
    SAME("register behind the return", got, 7);
    SAME("CAUSE", cause, CAUSE_brk);
    SAME("STATUS behind the return", status, 0);
    return OK;
}

enum outcome feature_host_port(void)
{
    uint64_t version, start, size = 0;

    SAME("HOST_VERSION", (uint64_t)host_call(HOST_VERSION, 0, 0, NULL, 0, &version), HOST_OK);
    SAME("version", version, HOSTPORT_VERSION);
    SAME("HOST_CLOCK", (uint64_t)host_call(HOST_CLOCK, 0, 0, NULL, 0, &start), HOST_OK);
    SAME("unknown operation", (uint64_t)host_call(9999, 0, 0, NULL, 0, NULL), (uint64_t)HOST_EOP);
    SAME("buffer at 0", (uint64_t)host_call(HOST_CON_WRITE, 0, 0, NULL, 1, NULL),
         (uint64_t)HOST_EADDR);
    SAME("too long a buffer",
         (uint64_t)host_call(HOST_CON_WRITE, 0, 0, &size, HOST_MAX_LENGTH + 1, NULL),
         (uint64_t)HOST_ERANGE);
    SAME("no such blob", (uint64_t)host_call(HOST_BLOB_OPEN, 0, 0, "none such", 9, NULL),
         (uint64_t)HOST_EHANDLE);
    /* A block that can't be read is ignored. */
    GIVES(0, "mtsr HOST_REQ, r42; addi r42, r0, 0", 1);
    return OK;
}
