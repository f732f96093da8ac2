/* speculate.c - what helps translations: alias registers, look-up of code, calls by number. */
#include "selftest.h"

enum outcome feature_alias(void)
{
    bool there = CONFIG(ALIAS_REGS) > 3;

    guest_map(PAGE, PAGE, RIGHTS_ALL, 0);
    *memory(PAGE) = 0x1234;
    /* A store under mask beside what register 3 remembers, then a store under another mask. */
    GIVES(0x1234, "glda.32 r42, [r42 + 0], 3; gsta.32 r43, [r44], 8", PAGE, 0x99, PAGE + 4);
    vx_rollback();
    GIVES(0x1234, "glda.32 r42, [r42 + 0], 3; gsta.32 r43, [r44], 4", PAGE, 0x99, PAGE);
    vx_rollback();
    if (!there) {
        GIVES(0x1234, "glda.32 r42, [r42 + 0], 3; gsta.32 r43, [r44], -1", PAGE, 0x99, PAGE);
        return ABSENT;
    }
    TRAPS(alias, "glda.32 r12, [r42 + 0], 3; addi r42, r42, 3; gsta.16 r43, [r42], 8", PAGE);
    SAME("alias register", self.seen.einfo >> 32, 3);
    GIVES(1, "glda.32 r12, [r42 + 0], 3; commit 0; gsta.32 r43, [r42], -1; addi r42, r0, 1", PAGE);
    return OK;
}

enum outcome feature_jtlb(void)
{
    uint64_t key = 0x123456789abcdef;

    piece_make(self.other, "addi r42, r0, 77");
    vx_jtf();
    GIVES(5, "jtj r42; addi r42, r0, 5", key);
    vx_jtw(key, (uintptr_t)self.other);
    if (CONFIG(JTLB_ENTRIES) == 0) {
        GIVES(5, "jtj r42; addi r42, r0, 5", key);
        return ABSENT;
    }
    GIVES(77, "jtj r42; addi r42, r0, 5", key);
    GIVES(5, "jtj r42; addi r42, r0, 5", key + 1);
    vx_jtd(key);
    GIVES(5, "jtj r42; addi r42, r0, 5", key);
    return OK;
}

enum outcome feature_return_stack(void)
{
    piece_make(self.other, "addi r42, r0, 77");
    vx_jtf();
    if (CONFIG(RETURN_STACK) == 0) {
        GIVES(5, "rsp r42, r43; rsj r42; addi r42, r0, 5", 1, (uintptr_t)self.other);
        return ABSENT;
    }
    GIVES(77, "rsp r42, r43; rsj r42; addi r42, r0, 5", 1, (uintptr_t)self.other);
    /* The younger pair is popped first, and is gone if its key is not the one asked for. */
    if (CONFIG(RETURN_STACK) > 1)
        GIVES(77, "rsp r42, r43; rsp r44, r43; rsj r42; rsj r42; addi r42, r0, 5", 1,
              (uintptr_t)self.other, 2);
    GIVES(5, "rsj r42; addi r42, r0, 5", 1);
    return OK;
}

enum outcome feature_emulation(void)
{
    TRAPS(emu, "emu r12, 3");
    SAME("number of the routine", self.seen.badaddr, 3);
    piece_make(self.other + 3 * (VECTOR_STRIDE / 4), "addi r42, r42, 1; jr r12");
    vx_mtsr(SR_EMU_BASE, (uintptr_t)self.other);
    uint64_t got = piece_run("emu r12, 3; addi r42, r42, 16", ARGUMENTS(0x100));
    vx_mtsr(SR_EMU_BASE, 0);
    SAME("value from the routine", got, 0x111);
    return OK;
}
