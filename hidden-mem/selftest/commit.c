/* commit.c - making the working state official, or not. */
#include "selftest.h"

enum outcome feature_commit(void)
{
    uint64_t retired = vx_mfsr(SR_RETIRED);

    GIVES(5, "addi r1, r0, 5; commit 1; addi r1, r0, 6; rollback; add r42, r1, r0");
    GIVES(5, "addi r23, r0, 5; commit 2; addi r23, r0, 6; rollback; add r42, r23, r0");
    SAME("instructions retired", vx_mfsr(SR_RETIRED), retired + 3);
    /* Not shadowed. */
    GIVES(6, "addi r24, r0, 5; commit 0; addi r24, r0, 6; rollback; add r42, r24, r0");
    /* A commit takes along what its own bundle writes. */
    GIVES(7, "{ addi r2, r0, 7 ; commit 0 }; addi r2, r0, 8; rollback; add r42, r2, r0");
    GIVES(0x41, "movtc c3, r42; commit 0; movtc c3, r0; rollback; movfc r42, c3", 0x41);
    GIVES(0x27f, "mtsr FPCW, r42; commit 0; mtsr FPCW, r43; rollback; mfsr r42, FPCW", 0x27f,
          0x37f);
    GIVES(0x37f, "mtsr FPCW, r42; commit 0; mfsr r42, FPCW", 0x37f);
    return OK;
}

enum outcome feature_store_buffer(void)
{
    guest_map(PAGE, PAGE, RIGHTS_ALL, 0);
    *memory(PAGE) = 0x1111111111111111;
    /* Guest loads see what waits, byte by byte; native loads don't. */
    GIVES(0x11ab1111, "gst.8 r43, [r42 + 2]; gld.32 r42, [r42 + 0]", PAGE, 0xab);
    SAME("memory behind a store that waits", *memory(PAGE), 0x1111111111111111);
    SAME("SBUF_USED", vx_mfsr(SR_SBUF_USED), 1);
    vx_rollback();
    GIVES(0x11111111, "gld.32 r42, [r42 + 0]", PAGE);
    GIVES(0, "gst.8 r43, [r42 + 2]; commit 0; mfsr r42, SBUF_USED", PAGE, 0xab);
    SAME("memory behind a commit", *memory(PAGE), 0x1111111111ab1111);
    return OK;
}

#define FILL "addi r12, r0, 0; { gst.8 r12, [r42 + 0] ; addi r12, r12, 1 }; brne r12, r43, -2;"

enum outcome feature_store_buffer_full(void)
{
    uint64_t size = vx_mfsr(SR_SBUF_SIZE);

    guest_map(PAGE, PAGE, RIGHTS_ALL, 0);
    *memory(PAGE) = 0;
    /* r43 stores, as many as there are entries, then one more. */
    GIVES(size, FILL "mfsr r42, SBUF_USED", PAGE, size);
    vx_rollback();
    TRAPS(sbuf_full, FILL, PAGE, size + 1);
    SAME("memory behind the trap", *memory(PAGE), 0);
    /* Stores that are on their way to memory are waited for. */
    GIVES(1, FILL "commit 0; gst.8 r42, [r42 + 0]; mfsr r42, SBUF_USED", PAGE, size);
    SAME("the last store", *memory(PAGE), (size - 1) & 0xff);
    return OK;
}
