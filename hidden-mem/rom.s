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

#include "hidden-mem/unpack.s"

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

#include "hidden-mem/load.s"

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
