/*
 * caches.c - nobody sees a cache but by the time that an access takes, and by what must not get
 * lost when one is switched off.
 */
#include "selftest.h"

enum outcome feature_icache_flush(void)
{
    piece_make(self.piece, "addi r42, r0, 1");
    SAME("code", guarded_call(self.piece, ARGUMENTS(0)), 1);
    piece_put(self.piece, "addi r42, r0, 2");
    vx_icf((uintptr_t)self.piece, 4);
    SAME("changed code", guarded_call(self.piece, ARGUMENTS(0)), 2);
    return OK;
}

/* Cycles of a load, twice; r42 is 1 if the second was faster. */
#define TWO_LOADS                                             \
    "mfsr r12, CYCLE; ld.d r15, [r42 + 0]; add r15, r15, r0;" \
    "mfsr r13, CYCLE; ld.d r15, [r42 + 0]; add r15, r15, r0;" \
    "mfsr r14, CYCLE; sub r12, r13, r12; sub r13, r14, r13; sltu r42, r13, r12"

enum outcome feature_dcache(void)
{
    /* The first time its own code is not in L1I either. */
    piece_run(TWO_LOADS, ARGUMENTS(GUEST_BASE + 64 * PAGE));
    SAME("the second load is faster", guarded_call(self.piece, ARGUMENTS(GUEST_BASE + 65 * PAGE)),
         true);
    for (unsigned i = 0; i < 24; i++)
        memory(PAGE)[i] = ~0ull;
    vx_dcz((uintptr_t)(memory(PAGE) + 13));
    for (unsigned i = 0; i < 24; i++)
        SAME("around what was cleared", memory(PAGE)[i], i / 8 == 1 ? 0 : ~0ull);
    return OK;
}

/* The mask of ways is all ones at reset, unless a way broke; one way must stay. */
#define WAYS(unit, mask)                                 \
    uint64_t mask = vx_mfsr(SR_##unit##_WAYS);           \
    TRAPS(sreg, "mtsr " #unit "_WAYS, r0");              \
    TRAPS(sreg, "mtsr " #unit "_WAYS, r42", UINT64_MAX); \
    if (!(mask & (mask - 1)))                            \
        return ABSENT;                                   \
    vx_mtsr(SR_##unit##_WAYS, mask & -mask);             \
    SAME("ways left", vx_mfsr(SR_##unit##_WAYS), mask & -mask)

/* Values in memory, more than one line of a set holds. */
enum { SPREAD = 32, STRIDE = 8 };

static void spread_out(uint64_t salt)
{
    for (uint64_t i = 0; i < SPREAD; i++)
        memory(PAGE)[i * STRIDE] = i ^ salt;
}

static bool spread_holds(uint64_t salt)
{
    for (uint64_t i = 0; i < SPREAD; i++)
        if (!same("memory", memory(PAGE)[i * STRIDE], i ^ salt))
            return false;
    return true;
}

enum outcome feature_l1i_ways(void)
{
    WAYS(L1I, mask);
    GIVES(0x1235, "addi r42, r42, 1", 0x1234);
    vx_mtsr(SR_L1I_WAYS, mask);
    GIVES(0x1236, "addi r42, r42, 2", 0x1234);
    return OK;
}

enum outcome feature_l1d_ways(void)
{
    spread_out(0x5500);
    WAYS(L1D, mask);
    bool held = spread_holds(0x5500);
    spread_out(0xaa00);
    vx_mtsr(SR_L1D_WAYS, mask);
    return held && spread_holds(0xaa00) ? OK : FAILED;
}

enum outcome feature_l2_ways(void)
{
    spread_out(0x3300);
    WAYS(L2, mask);
    bool held = spread_holds(0x3300);
    spread_out(0xcc00);
    vx_mtsr(SR_L2_WAYS, mask);
    return held && spread_holds(0xcc00) ? OK : FAILED;
}

enum outcome feature_tlb_ways(void)
{
    uint64_t entries = CONFIG(TLB_ENTRIES);

    for (uint64_t i = 0; i < entries; i++)
        guest_map(i << 12, PAGE, RIGHTS_ALL, 0);
    WAYS(TLB, mask);
    uint64_t left = 0;
    for (uint64_t i = 0; i < entries; i++)
        left += vx_tlbp(i << 12) != 0;
    vx_mtsr(SR_TLB_WAYS, mask);
    SAME("some entries left", left > 0 && left < entries, true);
    guest_map(0, 2 * PAGE, RIGHTS_ALL, 0);
    SAME("probe with all ways back", vx_tlbp(0), 2 * PAGE | RIGHTS_ALL);
    return OK;
}
