/*
 * rom.s - the boot ROM: checks the image's header in flash, carves off hidden memory, copies the
 * image, checks what it has copied, jumps. What is to be loaded on demand it copies later, when a
 * trap says so.
 *
 * Reset enters at the first bundle below. The ROM believes nothing that it reads from flash: every
 * number of the header is verified before it is used, and each check has its own message. Flash is
 * read with dismissible loads, so that a file shorter than its header says reads as zeros and fails
 * a checksum. The header is copied to local memory first and only the copy is used. If the image in
 * the first slot is no good and there is one in the second, that is tried; the reason is logged.
 *
 * Copying and unpacking make the checksum on their way (sum.h), because flash is slow: each line is
 * read once.
 *
 * One atom a bundle, but two where there are many lines, one of them an integer operation: this
 * code must run on the narrowest machine that firmware is made for.
 *
 *   local data memory   +0x0000  copy of the image header, its own checksum zeroed
 *                       +0x0200  request block for the host
 *                       +0x1000  LDM_LOADER: LOAD_x
 *
 *   r10..r15  scratch           r16, r17  checksum        r21 the slot that is being tried
 *   r30  message of the check that is being made          r31 return address of a subroutine
 *   r33..r40  what is being copied  r18..r20, r32, r41, r44..r46  unpacking
 *   r47  claimed up to here         r48  end of the segment's bytes
 *   r49  table's entry of the segment that is loaded on demand, or 0
 *
 * The firmware is entered with r42 = native address of its image in flash, r43 = bytes of hidden
 * memory, and r44 = where its vector of illegal_atom has to lead, 0 if nothing is loaded on demand;
 * nothing else is promised.
 */
#include "hidden-mem/map.h"
#include "hidden-mem/offsets.h"

#define HEADER_COPY LDM_BASE
#define REQUEST (LDM_BASE + 0x200)
#define AHEAD 2048
#define BUNDLE_BYTES 64 /* at most */

/* At LDM_LOADER: where other traps go on; the segment; registers; a byte for each piece loaded. */
#define LOAD_ELSE 0
#define LOAD_BEGIN 8
#define LOAD_PIECES 16
#define LOAD_SOURCE 24
#define LOAD_SUMS 32
#define LOAD_SAVED 40
#define LOAD_DONE 256

start:
    li r21, FLASH_BASE

/* ---------------------------------------------------------------- the header */
try_slot:
    li r10, HEADER_COPY
    addi r11, r21, 0
    li r12, HEADER_SIZE
    call r31, copy

    li r22, HEADER_COPY
    la r30, no_image
    ld.wu r10, [r22 + OFF_MAGIC]
    li r11, MAGIC_WORD
    brne r10, r11, fail
    la r30, bad_version
    ld.wu r10, [r22 + OFF_VERSION]
    brnei r10, FORMAT_VERSION, fail

    la r30, bad_header_sum
    ld.d r23, [r22 + OFF_HEADER_SUM + SUM_WORDS]
    ld.d r24, [r22 + OFF_HEADER_SUM + SUM_SUMS]
    st.d r0, [r22 + OFF_HEADER_SUM + SUM_WORDS]
    st.d r0, [r22 + OFF_HEADER_SUM + SUM_SUMS]
    addi r16, r0, SUM_START
    addi r17, r0, 0
    addi r10, r22, 0
    addi r11, r22, 0
    li r12, HEADER_SIZE
    call r31, copy /* onto itself */
    brne r16, r23, fail
    brne r17, r24, fail

    la r30, bad_isa
    ld.d r10, [r22 + OFF_ISA_ID]
    mfsr r11, ISA_ID
    brne r10, r11, fail

    la r30, bad_size
    ld.wu r24, [r22 + OFF_SIZE]
    li r10, HEADER_SIZE
    brltu r24, r10, fail
    li r10, FLASH_SLOT
    brltu r10, r24, fail
    andi r10, r24, 7
    brnei r10, 0, fail

/* Hidden memory: whole MiB, room for a stack, and something must be left for the guest. */
    la r30, bad_hidden
    ld.d r25, [r22 + OFF_HIDDEN_SIZE]
    li r10, STACK_SIZE
    brgeu r10, r25, fail
    li r10, HIDDEN_MAX
    brltu r10, r25, fail
    extu r10, r25, 0, 20
    brnei r10, 0, fail
    mfsr r10, DRAM_SIZE
    brgeu r25, r10, fail

/*
 * Segments: r26 the next one's entry in the table, r27 the last one's end, r28 first offset inside
 * the window that no segment may touch (the stack's), r29 first offset inside the window that is
 * free.
 */
    la r30, bad_count
    ld.wu r10, [r22 + OFF_SEGMENTS]
    breqi r10, 0, fail
    addi r11, r0, SEGMENTS_MAX
    brltu r11, r10, fail
    sh1add r10, r10, r10 /* SEG_SIZE is 3 * 16 */
    slli r10, r10, 4
    addi r26, r22, OFF_SEGMENT
    add r27, r26, r10
    li r10, STACK_SIZE
    sub r28, r25, r10
    addi r29, r0, 0
    addi r49, r0, 0
check_segment:
    ld.d r10, [r26 + SEG_ADDR]
    ld.d r11, [r26 + SEG_OFFSET]
    ld.d r12, [r26 + SEG_FILESZ]
    ld.d r13, [r26 + SEG_MEMSZ]
    la r30, bad_align
    or r14, r10, r11
    or r14, r14, r12
    or r14, r14, r13
    andi r14, r14, 7
    brnei r14, 0, fail
    la r30, bad_window
    li r14, HIDDEN_BASE
    sub r10, r10, r14
    brltu r28, r10, fail
    sub r14, r28, r10
    brltu r14, r13, fail
    la r30, bad_order
    brltu r10, r29, fail
    add r29, r10, r13
    la r30, bad_bytes
    brltu r13, r12, fail
    ld.d r15, [r26 + SEG_PACKED]
    brltu r12, r15, fail
    brltu r24, r11, fail
    sub r14, r24, r11
    brltu r14, r15, fail
    ld.d r14, [r26 + SEG_SUMS]
    breqi r14, 0, check_next
    la r30, bad_pieces
    brnei r49, 0, fail
    addi r49, r26, 0
    brne r15, r12, fail
    brne r13, r12, fail
    or r15, r10, r11
    andi r15, r15, LINE - 1
    brnei r15, 0, fail
    andi r15, r12, PIECE_SIZE - 1
    brnei r15, 0, fail
    andi r15, r14, 7
    brnei r15, 0, fail
    srli r12, r12, PIECE_SHIFT
    li r15, PIECES_MAX
    brltu r15, r12, fail
    slli r12, r12, SUM_SHIFT
    brltu r24, r14, fail
    sub r14, r24, r14
    brltu r14, r12, fail
check_next:
    addi r26, r26, SEG_SIZE
    brltu r26, r27, check_segment

    la r30, bad_entry
    ld.d r23, [r22 + OFF_ENTRY]
    li r10, HIDDEN_BASE
    sub r11, r23, r10
    brgeu r11, r29, fail
    andi r11, r11, 3
    brnei r11, 0, fail

/* ---------------------------------------------------------------- copy and go */
    mtsr HIDDEN_SIZE, r25
    addi r16, r0, SUM_START
    addi r17, r0, 0
    addi r26, r22, OFF_SEGMENT
    addi r47, r0, 0
copy_segment:
    ld.d r10, [r26 + SEG_ADDR]
    ld.d r11, [r26 + SEG_OFFSET]
    ld.d r12, [r26 + SEG_FILESZ]
    ld.d r13, [r26 + SEG_PACKED]
    ld.d r15, [r26 + SEG_MEMSZ]
    add r15, r15, r10
    breq r26, r49, zero_rest
    add r11, r11, r21
    add r48, r10, r12
    breq r13, r12, copy_piece
    addi r12, r48, 0
    add r13, r13, r11
    call r31, unpack
    br zero_rest
copy_piece:
    call r32, clear_ahead
    sub r12, r48, r10
    li r33, AHEAD
    brltu r12, r33, copy_last
    addi r12, r33, 0
copy_last:
    call r31, copy
    brltu r10, r48, copy_piece
zero_rest:
    brgeu r10, r15, segment_done
    andi r33, r10, LINE - 1
    brnei r33, 0, zero_word
    addi r33, r10, LINE
    brltu r15, r33, zero_word
    addi r34, r15, -4 * LINE
zero_lines:
    brltu r34, r10, zero_line
    { dcz r10 ; addi r10, r10, LINE }
    { dcz r10 ; addi r10, r10, LINE }
    { dcz r10 ; addi r10, r10, LINE }
    { dcz r10 ; addi r10, r10, LINE }
    br zero_lines
zero_line:
    addi r33, r10, LINE
    brltu r15, r33, zero_rest
    { dcz r10 ; addi r10, r10, LINE }
    br zero_line
zero_word:
    st.d r0, [r10 + 0]
    addi r10, r10, 8
    br zero_rest
segment_done:
    addi r26, r26, SEG_SIZE
    brltu r26, r27, copy_segment

    la r30, bad_body_sum
    ld.d r10, [r22 + OFF_BODY_SUM + SUM_WORDS]
    ld.d r11, [r22 + OFF_BODY_SUM + SUM_SUMS]
    brne r16, r10, fail
    brne r17, r11, fail

    addi r10, r0, 1
    mtsr HIDDEN_LOCK, r10
    li r10, HIDDEN_BASE
    icf r10, r29
    addi r44, r0, 0
    breqi r49, 0, enter
    li r10, LDM_LOADER
    ld.d r11, [r49 + SEG_ADDR]
    st.d r11, [r10 + LOAD_BEGIN]
    ld.d r11, [r49 + SEG_FILESZ]
    srli r11, r11, PIECE_SHIFT
    st.d r11, [r10 + LOAD_PIECES]
    ld.d r11, [r49 + SEG_OFFSET]
    add r11, r11, r21
    st.d r11, [r10 + LOAD_SOURCE]
    ld.d r11, [r49 + SEG_SUMS]
    add r11, r11, r21
    st.d r11, [r10 + LOAD_SUMS]
    la r10, vectors
    mtsr VBASE, r10
    la r44, load
enter:
    addi r42, r21, 0
    addi r43, r25, 0
    jr r23

/*
 * r12 bytes, a multiple of 8, from r11 on to r10 on, both of which move along; their checksum is
 * added to r16 and r17. Clobbers r12..r14.
 */
copy:
    add r13, r10, r12
    addi r14, r13, -LINE /* the last place where a line begins */
    brltu r14, r10, rest_test
copy_line:
    { ldd.d r33, [r11 + 0] ; addi r11, r11, LINE }
    { ldd.d r34, [r11 + 8 - LINE] ; addi r10, r10, LINE }
    { ldd.d r35, [r11 + 16 - LINE] ; add r16, r16, r33 }
    { ldd.d r36, [r11 + 24 - LINE] ; add r17, r17, r16 }
    { ldd.d r37, [r11 + 32 - LINE] ; add r16, r16, r34 }
    { ldd.d r38, [r11 + 40 - LINE] ; add r17, r17, r16 }
    { ldd.d r39, [r11 + 48 - LINE] ; add r16, r16, r35 }
    { ldd.d r40, [r11 + 56 - LINE] ; add r17, r17, r16 }
    { st.d r33, [r10 + 0 - LINE] ; add r16, r16, r36 }
    { st.d r34, [r10 + 8 - LINE] ; add r17, r17, r16 }
    { st.d r35, [r10 + 16 - LINE] ; add r16, r16, r37 }
    { st.d r36, [r10 + 24 - LINE] ; add r17, r17, r16 }
    { st.d r37, [r10 + 32 - LINE] ; add r16, r16, r38 }
    { st.d r38, [r10 + 40 - LINE] ; add r17, r17, r16 }
    { st.d r39, [r10 + 48 - LINE] ; add r16, r16, r39 }
    { st.d r40, [r10 + 56 - LINE] ; add r17, r17, r16 }
    add r16, r16, r40
    { add r17, r17, r16 ; brgeu r14, r10, copy_line }
    br rest_test
copy_word:
    ldd.d r33, [r11 + 0]
    addi r11, r11, 8
    st.d r33, [r10 + 0]
    add r16, r16, r33
    add r17, r17, r16
    addi r10, r10, 8
rest_test:
    brltu r10, r13, copy_word
    jr r31

/* ---------------------------------------------------------------- unpacking */
/*
 * The LZ4 block from r11 up to r13 must become exactly the bytes from r10 up to r12. Its checksum,
 * with zeros up to a multiple of 8, is added to r16 and r17. A sequence is a byte with two lengths,
 * literals, and a distance back to a match; the last one has no match. Bytes are copied by eights,
 * and the last eight written beyond their end, where there is room for it and the match isn't
 * nearer than that. Clobbers r14 and the registers of unpacking.
 */
unpack:
    la r30, bad_packed
    li r46, 255
    addi r18, r10, 0  /* nothing lies further back */
    addi r19, r12, -8 /* the last end that eights may be written beyond */
    addi r41, r11, 0  /* not in the checksum from here */
    addi r44, r13, 7
    srli r44, r44, 3
    slli r44, r44, 3
unpack_sequence:
    brgeu r11, r13, fail
    brltu r11, r41, unpack_clear
    call r32, sum_line
    br unpack_sequence
unpack_clear:
    addi r34, r10, AHEAD / 2
    brltu r34, r47, unpack_token
    call r32, clear_ahead
unpack_token:
    ldd.bu r14, [r11 + 0]
    addi r11, r11, 1
    srli r33, r14, 4
    andi r14, r14, 15
    brnei r33, 15, unpack_literals
    call r32, long_length
unpack_literals:
    sub r34, r13, r11
    brltu r34, r33, fail
    sub r34, r12, r10
    brltu r34, r33, fail
    add r20, r10, r33
    addi r45, r11, 0
    add r11, r11, r33
    brltu r19, r20, literal_bytes
    addi r34, r10, 32
    brltu r20, r34, literal_eights
literal_run:
    ldd.d r35, [r45 + 0]
    ldd.d r36, [r45 + 8]
    ldd.d r37, [r45 + 16]
    ldd.d r38, [r45 + 24]
    addi r45, r45, 32
    addi r34, r34, 32
    st.d r35, [r10 + 0]
    st.d r36, [r10 + 8]
    st.d r37, [r10 + 16]
    st.d r38, [r10 + 24]
    addi r10, r10, 32
    brgeu r20, r34, literal_run
literal_eights:
    call r32, copy_eights
    br unpack_match
literal_bytes:
    call r32, copy_bytes
unpack_match:
    addi r10, r20, 0
    breq r11, r13, unpack_end
    ldd.hu r45, [r11 + 0]
    addi r11, r11, 2
    brltu r13, r11, fail
    breqi r45, 0, fail
    sub r34, r10, r18
    brltu r34, r45, fail
    addi r33, r14, 0
    brnei r14, 15, match_length
    call r32, long_length
match_length:
    addi r33, r33, 4
    sub r34, r12, r10
    brltu r34, r33, fail
    add r20, r10, r33
    sltiu r34, r45, 8
    sub r45, r10, r45
    brnei r34, 0, match_bytes
    brltu r19, r20, match_bytes
    call r32, copy_eights
    addi r10, r20, 0
    br unpack_sequence
match_bytes:
    call r32, copy_bytes
    br unpack_sequence
unpack_end:
    brne r10, r12, fail
    breq r41, r44, unpack_done
unpack_rest:
    call r32, sum_line
    brltu r41, r44, unpack_rest
unpack_done:
    jr r31

/* A length of 15 in r33 goes on in the bytes that follow, up to the first that is not 255. */
long_length:
    brgeu r11, r13, fail
    ldd.bu r34, [r11 + 0]
    addi r11, r11, 1
    add r33, r33, r34
    breq r34, r46, long_length
    jr r32

/* Eights of bytes, one at least, from r45 on to r10 on, up to r20 or somewhat further. */
copy_eights:
    ldd.d r35, [r45 + 0]
    addi r45, r45, 8
    addi r10, r10, 8
    st.d r35, [r10 - 8]
    brltu r10, r20, copy_eights
    jr r32

/* Bytes from r45 on to r10 on, up to r20. */
byte:
    ldd.bu r35, [r45 + 0]
    addi r45, r45, 1
    addi r10, r10, 1
    st.b r35, [r10 - 1]
copy_bytes:
    brltu r10, r20, byte
    jr r32

/* A line, or what there is up to r44, more into the checksum. */
sum_line:
    addi r34, r41, LINE
    brgeu r44, r34, sum_word
    addi r34, r44, 0
sum_word:
    ldd.d r33, [r41 + 0]
    addi r41, r41, 8
    add r16, r16, r33
    add r17, r17, r16
    brltu r41, r34, sum_word
    jr r32

/* ---------------------------------------------------------------- claiming lines */
/*
 * What is going to be written as a whole need not be read first. Lines from r10 on, AHEAD bytes or
 * as many as lie before r48, are made zero, but for those before r47, which have been. Clobbers r33
 * and r34.
 */
clear_ahead:
    addi r33, r10, LINE - 1
    srli r33, r33, 6
    slli r33, r33, 6
    brltu r33, r47, clear_from
    addi r47, r33, 0
clear_from:
    addi r33, r10, AHEAD
clear_line:
    addi r34, r47, LINE
    brltu r48, r34, clear_done
    dcz r47
    addi r47, r34, 0
    brltu r47, r33, clear_line
clear_done:
    jr r32

/* ---------------------------------------------------------------- code on demand */
/*
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

/* ---------------------------------------------------------------- failure */
/* The message at r30 says why the image in this slot won't do. */
fail:
    li r10, FLASH_BASE
    brne r10, r21, give_up
    li r10, FLASH_BASE + FLASH_SLOT
    ldd.wu r11, [r10 + OFF_MAGIC]
    li r12, MAGIC_WORD
    brne r11, r12, give_up
    addi r21, r10, 0
    addi r12, r0, RQ_LOG
    addi r13, r0, RQ_LOG_WARNING
    call r31, tell
    la r30, recovery
    call r31, tell
    br try_slot
give_up:
    addi r12, r0, RQ_EXIT
    addi r13, r0, RQ_EXIT_ROM
    call r31, tell
stop:
    br stop

/* Host request r12 with argument r13 and the text at r30. */
tell:
    addi r11, r30, 0
tell_length:
    ld.bu r14, [r11 + 0]
    addi r11, r11, 1
    brnei r14, 0, tell_length
    sub r11, r11, r30
    addi r11, r11, -1
    li r10, REQUEST
    st.w r12, [r10 + RQ_OP]
    st.d r13, [r10 + RQ_ARG0]
    st.d r0, [r10 + RQ_ARG1]
    st.d r30, [r10 + RQ_BUFFER]
    st.d r11, [r10 + RQ_LENGTH]
    mtsr HOST_REQ, r10
    jr r31

recovery:       .asciz "trying the recovery image"
no_image:       .asciz "no firmware image in flash"
bad_version:    .asciz "firmware image is of another format version"
bad_header_sum: .asciz "checksum of the image header is wrong"
bad_isa:        .asciz "firmware was built for another instruction set (ISA_ID)"
bad_size:       .asciz "image size is out of range"
bad_hidden:     .asciz "hidden memory size does not suit this machine"
bad_body_sum:   .asciz "checksum of the image is wrong"
bad_count:      .asciz "number of segments is out of range"
bad_align:      .asciz "segment is not aligned to 8 bytes"
bad_window:     .asciz "segment lies outside hidden memory or in the stack"
bad_order:      .asciz "segments overlap or are out of order"
bad_bytes:      .asciz "segment's bytes lie outside the image"
bad_pieces:     .asciz "segment can't be loaded in pieces"
bad_piece:      .asciz "checksum of a piece of the firmware is wrong"
bad_entry:      .asciz "entry point lies outside the segments"
bad_packed:     .asciz "segment can't be unpacked"
