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
#define MOVE st.d
#include "hidden-mem/load_few.s"
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
#define MOVE ld.d
#include "hidden-mem/load_few.s"
    ld.d r32, [r32 + LOAD_ELSE]
    jr r32

load_piece:
#define MOVE st.d
#include "hidden-mem/load_rest.s"
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
#define MOVE ld.d
#include "hidden-mem/load_few.s"
#define MOVE ld.d
#include "hidden-mem/load_rest.s"
    rte

/* Before the firmware has vectors of its own: all others are zero, and lead to a second trap. */
    .align VECTOR_STRIDE
vectors:
    .space VECTOR_STRIDE * CAUSE_UNKNOWN_ATOM
    br load
    .space VECTOR_STRIDE * (CAUSES - CAUSE_UNKNOWN_ATOM) - 4
