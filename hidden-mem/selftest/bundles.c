/* bundles.c - what happens between registers. */
#include "selftest.h"

enum outcome feature_bundle(void)
{
    /* All reads precede all writes: two registers change places. */
    GIVES(0x22222,
          "addi r12, r42, 0; addi r13, r43, 0;"
          "{ addi r12, r13, 0 ; addi r13, r12, 0 }; add r42, r12, r0",
          0x11111, 0x22222);
    GIVES(0x11111,
          "addi r12, r42, 0; addi r13, r43, 0;"
          "{ addi r12, r13, 0 ; addi r13, r12, 0 }; add r42, r13, r0",
          0x11111, 0x22222);
    GIVES(0x123456789, "addi r42, r0, 0x123456789");
    GIVES(0xfffffff876543210, "addi r42, r0, -0x789abcdf0");
    GIVES(0, "addi r0, r0, 5; add r42, r0, r0");
    TRAPS(illegal_bundle,
          "{ addi r12, r0, 1 ; addi r13, r0, 1 ; addi r14, r0, 1 ; addi r15, r0, 1 ;"
          " addi r16, r0, 1 ; addi r17, r0, 1 ; addi r18, r0, 1 ; addi r19, r0, 1 ;"
          " addi r20, r0, 1 }");
    return OK;
}

enum outcome feature_flags(void)
{
    enum { CF = 1, PF = 4, AF = 16, ZF = 64, OF = 0x800 };

    GIVES(CF | PF | AF | ZF, "addf.8 r12, r42, r43, c1; movfc r42, c1", 0xff, 1);
    GIVES(0x80, "addf.8 r42, r42, r43, c1", 0x7f, 1);
    GIVES(OF | AF | 0x80, "addf.8 r12, r42, r43, c1; movfc r42, c1", 0x7f, 1);
    /* Four producers overlap. */
    GIVES(3,
          "subf.32 r12, r42, r42, c1; subf.32 r12, r42, r43, c2; setc r13, z, c1;"
          "setc r14, b, c2; add r42, r13, r14; add r42, r42, r13",
          5, 7);
    GIVES(7, "subf.32 r12, r42, r43, c3; sel r42, r42, r43, nb, c3", 5, 7);
    GIVES(1, "movtc c2, r42; adcf.16 r42, r0, r0, c2", CF);
    return OK;
}

enum outcome feature_control(void)
{
    GIVES(10, "addi r12, r0, 0; addi r12, r12, 1; brnei r12, 10, -1; add r42, r12, r0");
    GIVES(1, "addi r42, r0, 1; breq r0, r0, 2; addi r42, r0, 2");
    GIVES(1, "movtc c1, r42; addi r42, r0, 1; brc z, c1, 2; addi r42, r0, 2", 64);
    /* Every atom of a bundle executes even when its branch is taken. */
    GIVES(3, "{ addi r42, r0, 3 ; br 3 }; addi r42, r0, 4");
    piece_make(self.other, "addi r42, r42, 0x100; jr r12");
    GIVES(0x105, "callr r12, r43; addi r0, r0, 0", 5, (uintptr_t)self.other);
    GIVES(0x105, "callr r12, r43; addi r0, r0, 0", 5, (uintptr_t)self.other | 1);
    return OK;
}

/* What a missing unit would have done must trap; a firmware may then do it in software. */
enum outcome unit_absent(const char *text)
{
    TRAPS(illegal_atom, text, 1, 1);
    return ABSENT;
}

enum outcome feature_multiplier(void)
{
    if (!(vx_mfsr(SR_CFG_UNITS) & HAS_MULTIPLIER))
        return unit_absent("mul r42, r42, r43");
    GIVES(0x23c308c, "mul r42, r42, r43", 0x1234, 0x1f6f);
    GIVES(0xfffffffffffffffe, "mulhu r42, r42, r43", UINT64_MAX, UINT64_MAX);
    GIVES(0, "mulh r42, r42, r43", UINT64_MAX, UINT64_MAX);
    GIVES(UINT64_MAX, "mulhsu r42, r42, r43", UINT64_MAX, UINT64_MAX);
    GIVES(1, "umulf.8 r12, r42, r43, c1; setc r42, b, c1", 16, 16);
    return OK;
}

enum outcome feature_divider(void)
{
    if (!(vx_mfsr(SR_CFG_UNITS) & HAS_DIVIDER))
        return unit_absent("divu r42, r42, r43");
    GIVES(14, "divu r42, r42, r43", 100, 7);
    GIVES(2, "remu r42, r42, r43", 100, 7);
    GIVES((uint64_t)-14, "div r42, r42, r43", (uint64_t)-100, 7);
    GIVES(UINT64_MAX, "div r42, r42, r43", 5, 0);
    GIVES(1ull << 63, "div r42, r42, r43", 1ull << 63, UINT64_MAX);
    return OK;
}

enum outcome feature_gget_gset(void)
{
    GIVES(0x77, "gset r42, r43; add r42, r6, r0", 5, 0x77);
    GIVES(0x99, "add r3, r43, r0; gget r42, r42", 2, 0x99);
    return OK;
}
