/*
 * load.s - the boot ROM's loading of code on demand.
 *
 * Where illegal_atom leads. Memory of pieces that have not been loaded is zero, which is no atom:
 * the first bundle of a piece to be fetched traps, and so does one that begins in the piece before
 * and reaches into it. The piece is copied and the bundle fetched again; nobody can tell but by the
 * time, which counts to the phase boot. All registers are kept but r32; neither commit nor rollback
 * has a part in it, so it may come at any time at which no trap is being handled.
 */
load:
    li r32, LDM_LOADER
    st.d r10, [r32 + LOAD_SAVED + 0]
    st.d r11, [r32 + LOAD_SAVED + 8]
    st.d r12, [r32 + LOAD_SAVED + 16]
    st.d r13, [r32 + LOAD_SAVED + 24]
    mfsr r12, EPC
    ld.d r10, [r32 + LOAD_BEGIN]
    ld.d r13, [r32 + LOAD_PIECES]
    sub r12, r12, r10
    srli r11, r12, PIECE_SHIFT /* the piece where the bundle begins */
    addi r12, r12, BUNDLE_BYTES - 4
    srli r12, r12, PIECE_SHIFT /* the last one that it may reach */
load_find:
    brgeu r11, r13, load_none
    add r10, r11, r32
    ld.bu r10, [r10 + LOAD_DONE]
    breqi r10, 0, load_piece
    breq r11, r12, load_none
    addi r11, r12, 0
    br load_find
load_none:
    ld.d r10, [r32 + LOAD_SAVED + 0]
    ld.d r11, [r32 + LOAD_SAVED + 8]
    ld.d r12, [r32 + LOAD_SAVED + 16]
    ld.d r13, [r32 + LOAD_SAVED + 24]
    ld.d r32, [r32 + LOAD_ELSE]
    jr r32

load_piece:
    st.d r14, [r32 + LOAD_SAVED + 32]
    st.d r16, [r32 + LOAD_SAVED + 40]
    st.d r17, [r32 + LOAD_SAVED + 48]
    st.d r18, [r32 + LOAD_SAVED + 56]
    st.d r30, [r32 + LOAD_SAVED + 64]
    st.d r31, [r32 + LOAD_SAVED + 72]
    st.d r33, [r32 + LOAD_SAVED + 80]
    st.d r34, [r32 + LOAD_SAVED + 88]
    st.d r35, [r32 + LOAD_SAVED + 96]
    st.d r36, [r32 + LOAD_SAVED + 104]
    st.d r37, [r32 + LOAD_SAVED + 112]
    st.d r38, [r32 + LOAD_SAVED + 120]
    st.d r39, [r32 + LOAD_SAVED + 128]
    st.d r40, [r32 + LOAD_SAVED + 136]
    st.d r41, [r32 + LOAD_SAVED + 144]
    st.d r47, [r32 + LOAD_SAVED + 152]
    st.d r48, [r32 + LOAD_SAVED + 160]
    mfsr r41, PHASE
    addi r10, r0, BOOT_PHASE
    mtsr PHASE, r10
    add r10, r11, r32
    addi r12, r0, 1
    st.b r12, [r10 + LOAD_DONE]
    ld.d r18, [r32 + LOAD_SUMS]
    slli r12, r11, SUM_SHIFT
    add r18, r18, r12
    ld.d r10, [r32 + LOAD_BEGIN]
    ld.d r12, [r32 + LOAD_SOURCE]
    slli r11, r11, PIECE_SHIFT
    add r10, r10, r11
    add r11, r12, r11
    addi r47, r10, 0
    addi r48, r10, PIECE_SIZE
load_claim:
    { dcz r47 ; addi r47, r47, LINE }
    brltu r47, r48, load_claim
    addi r16, r0, SUM_START
    addi r17, r0, 0
    addi r12, r0, PIECE_SIZE
    call r31, copy
    la r30, bad_piece
    ldd.d r11, [r18 + SUM_WORDS]
    ldd.d r12, [r18 + SUM_SUMS]
    brne r16, r11, give_up
    brne r17, r12, give_up
    addi r10, r48, -PIECE_SIZE
    addi r11, r0, PIECE_SIZE
    icf r10, r11
    mtsr PHASE, r41
    li r32, LDM_LOADER
    ld.d r10, [r32 + LOAD_SAVED + 0]
    ld.d r11, [r32 + LOAD_SAVED + 8]
    ld.d r12, [r32 + LOAD_SAVED + 16]
    ld.d r13, [r32 + LOAD_SAVED + 24]
    ld.d r14, [r32 + LOAD_SAVED + 32]
    ld.d r16, [r32 + LOAD_SAVED + 40]
    ld.d r17, [r32 + LOAD_SAVED + 48]
    ld.d r18, [r32 + LOAD_SAVED + 56]
    ld.d r30, [r32 + LOAD_SAVED + 64]
    ld.d r31, [r32 + LOAD_SAVED + 72]
    ld.d r33, [r32 + LOAD_SAVED + 80]
    ld.d r34, [r32 + LOAD_SAVED + 88]
    ld.d r35, [r32 + LOAD_SAVED + 96]
    ld.d r36, [r32 + LOAD_SAVED + 104]
    ld.d r37, [r32 + LOAD_SAVED + 112]
    ld.d r38, [r32 + LOAD_SAVED + 120]
    ld.d r39, [r32 + LOAD_SAVED + 128]
    ld.d r40, [r32 + LOAD_SAVED + 136]
    ld.d r41, [r32 + LOAD_SAVED + 144]
    ld.d r47, [r32 + LOAD_SAVED + 152]
    ld.d r48, [r32 + LOAD_SAVED + 160]
    rte

/* Before the firmware has vectors of its own: all others are zero, and lead to a second trap. */
    .align VECTOR_STRIDE
vectors:
    .space VECTOR_STRIDE * CAUSE_UNKNOWN_ATOM
    br load
    .space VECTOR_STRIDE * (CAUSES - CAUSE_UNKNOWN_ATOM) - 4
