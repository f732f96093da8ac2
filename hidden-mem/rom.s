/*
 * rom.s - the boot ROM: checks the firmware image in flash, carves off hidden memory, copies the
 * image, jumps.
 *
 * Reset enters at the first bundle below. The ROM believes nothing that it reads from flash: every
 * number of the header is verified before it is used, and each check has its own message. Flash is
 * read with dismissible loads, so that a file shorter than its header says reads as zeros and fails
 * a checksum. The header is copied to local memory first and only the copy is used. If the image in
 * the first slot is no good and there is one in the second, that is tried, and the reason is logged.
 *
 * One atom a bundle throughout: this code must run on the narrowest machine.
 *
 *   local data memory   +0x0000  four tables of 256 words for the CRC
 *                       +0x1000  copy of the image header, its own checksum zeroed
 *                       +0x1200  request block for the host
 *
 *   r10..r19  scratch           r20 local data memory     r21 the slot that is being tried
 *   r30  message of the check that is being made          r31 return address of a subroutine
 *
 * The firmware is entered with r42 = native address of its image in flash and r43 = bytes of hidden
 * memory; nothing else is promised.
 */
#include "hidden-mem/map.h"
#include "hidden-mem/offsets.h"

#define HEADER_COPY (LDM_BASE + 0x1000)
#define REQUEST (LDM_BASE + 0x1200)
#define CRC_POLY 0xedb88320 /* IEEE, reflected */
#define CRC_BYTES 4         /* a step of the checksum */

start:
    li r20, LDM_BASE
    li r21, FLASH_BASE
    call r31, crc_tables

/* ---------------------------------------------------------------- the header */
try_slot:
    li r11, HEADER_COPY
    li r12, HEADER_COPY + HEADER_SIZE
    addi r13, r21, 0
copy_header:
    ldd.d r14, [r13 + 0]
    st.d r14, [r11 + 0]
    addi r13, r13, 8
    addi r11, r11, 8
    brltu r11, r12, copy_header

    li r22, HEADER_COPY
    la r30, no_image
    ld.wu r10, [r22 + OFF_MAGIC]
    li r11, MAGIC_WORD
    brne r10, r11, fail
    la r30, bad_version
    ld.wu r10, [r22 + OFF_VERSION]
    brnei r10, FORMAT_VERSION, fail

    la r30, bad_header_crc
    ld.wu r23, [r22 + OFF_HEADER_CRC]
    st.w r0, [r22 + OFF_HEADER_CRC]
    addi r10, r22, 0
    li r11, HEADER_COPY + HEADER_SIZE
    call r31, crc
    brne r12, r23, fail

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

    la r30, bad_body_crc
    addi r10, r21, HEADER_SIZE
    add r11, r21, r24
    call r31, crc
    ld.wu r13, [r22 + OFF_BODY_CRC]
    brne r12, r13, fail

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
    sh2add r10, r10, r10 /* SEG_SIZE is 5 * 8 */
    slli r10, r10, 3
    addi r26, r22, OFF_SEGMENT
    add r27, r26, r10
    li r10, STACK_SIZE
    sub r28, r25, r10
    addi r29, r0, 0
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
    ld.d r15, [r26 + SEG_PACKED]
    brltu r13, r12, fail
    brltu r12, r15, fail
    brltu r24, r11, fail
    sub r14, r24, r11
    brltu r14, r15, fail
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
    addi r26, r22, OFF_SEGMENT
copy_segment:
    ld.d r10, [r26 + SEG_ADDR]
    ld.d r11, [r26 + SEG_OFFSET]
    ld.d r12, [r26 + SEG_FILESZ]
    ld.d r15, [r26 + SEG_PACKED]
    add r11, r11, r21
    breq r15, r12, copy_plain
    add r12, r12, r10
    add r13, r11, r15
    call r31, unpack
    br zero_rest
copy_plain:
    addi r17, r11, 0
    call r19, copy
zero_rest:
    ld.d r13, [r26 + SEG_ADDR]
    ld.d r12, [r26 + SEG_MEMSZ]
    add r13, r13, r12
    br zero_test
zero_word:
    addi r10, r10, 8
    st.d r0, [r10 - 8]
zero_test:
    brltu r10, r13, zero_word
    addi r26, r26, SEG_SIZE
    brltu r26, r27, copy_segment

    addi r10, r0, 1
    mtsr HIDDEN_LOCK, r10
    li r10, HIDDEN_BASE
    icf r10, r29
    addi r42, r21, 0
    addi r43, r25, 0
    jr r23

/* ---------------------------------------------------------------- checksum */
/*
 * Fills the tables: the first by definition, each further one a byte further on, so that a word is
 * four look-ups.
 */
crc_tables:
    li r14, CRC_POLY
    li r15, 256
    addi r10, r0, 0
table_entry:
    addi r11, r10, 0
    addi r12, r0, 8
table_bit:
    andi r13, r11, 1
    sub r13, r0, r13
    and r13, r13, r14
    srli r11, r11, 1
    xor r11, r11, r13
    addi r12, r12, -1
    brnei r12, 0, table_bit
    sh2add r13, r10, r20
    st.w r11, [r13 + 0]
    addi r10, r10, 1
    brltu r10, r15, table_entry
    li r15, 768
    addi r10, r0, 0
next_table:
    sh2add r13, r10, r20
    ld.wu r11, [r13 + 0]
    extu r12, r11, 0, 8
    sh2add r12, r12, r20
    ld.wu r12, [r12 + 0]
    srli r11, r11, 8
    xor r11, r11, r12
    st.w r11, [r13 + 1024]
    addi r10, r10, 1
    brltu r10, r15, next_table
    jr r31

/* r12 = CRC-32 of the bytes from r10 up to r11, a whole number of words. Clobbers r13..r19. */
crc:
    li r19, 0xffffffff
    addi r12, r19, 0
    li r18, LDM_BASE + 2048
    br crc_test
crc_word:
    ldd.wu r13, [r10 + 0]
    addi r10, r10, CRC_BYTES
    xor r12, r12, r13
    extu r13, r12, 0, 8
    extu r14, r12, 8, 8
    extu r15, r12, 16, 8
    srli r16, r12, 24
    sh2add r13, r13, r18
    sh2add r14, r14, r18
    sh2add r15, r15, r20
    sh2add r16, r16, r20
    ld.wu r13, [r13 + 1024]
    ld.wu r14, [r14 + 0]
    ld.wu r15, [r15 + 1024]
    ld.wu r16, [r16 + 0]
    xor r13, r13, r14
    xor r15, r15, r16
    xor r12, r13, r15
crc_test:
    brltu r10, r11, crc_word
    xor r12, r12, r19
    jr r31

/* ---------------------------------------------------------------- copying */
/* r15 bytes from r17 on to r10 on, which moves along; r17 is never less than r10 - FLASH_MAX. */
copy:
    sub r16, r10, r17
    sltiu r16, r16, 8
    brnei r16, 0, copy_last /* a repeated pattern: each byte may come from the one just written */
    br copy_eight_test
copy_eight:
    ldd.d r16, [r17 + 0]
    addi r17, r17, 8
    addi r15, r15, -8
    st.d r16, [r10 + 0]
    addi r10, r10, 8
copy_eight_test:
    sltiu r16, r15, 8
    breqi r16, 0, copy_eight
copy_last:
    breqi r15, 0, copy_done
copy_byte:
    ldd.bu r16, [r17 + 0]
    addi r17, r17, 1
    addi r15, r15, -1
    st.b r16, [r10 + 0]
    addi r10, r10, 1
    brnei r15, 0, copy_byte
copy_done:
    jr r19

/*
 * The LZ4 block from r11 up to r13 must become exactly the bytes from r10 up to r12. A sequence is
 * a byte with two lengths, literals, and a distance back to a match; the last one has no match.
 */
unpack:
    la r30, bad_packed
    addi r18, r10, 0
    li r33, 255
unpack_sequence:
    brgeu r11, r13, fail
    ldd.bu r14, [r11 + 0]
    addi r11, r11, 1
    srli r15, r14, 4
    call r19, long_length
    sub r16, r13, r11
    brltu r16, r15, fail
    sub r16, r12, r10
    brltu r16, r15, fail
    addi r17, r11, 0
    add r11, r11, r15
    call r19, copy
    breq r11, r13, unpack_done
    ldd.hu r17, [r11 + 0]
    addi r11, r11, 2
    brltu r13, r11, fail
    breqi r17, 0, fail
    sub r16, r10, r18
    brltu r16, r17, fail
    sub r17, r10, r17
    andi r15, r14, 15
    call r19, long_length
    addi r15, r15, 4
    sub r16, r12, r10
    brltu r16, r15, fail
    call r19, copy
    br unpack_sequence
unpack_done:
    brne r10, r12, fail
    jr r31

/* A length of 15 goes on in the bytes that follow, up to the first that is not 255. */
long_length:
    brnei r15, 15, length_done
length_byte:
    brgeu r11, r13, fail
    ldd.bu r16, [r11 + 0]
    addi r11, r11, 1
    add r15, r15, r16
    breq r16, r33, length_byte
length_done:
    jr r19

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
bad_header_crc: .asciz "checksum of the image header is wrong"
bad_isa:        .asciz "firmware was built for another instruction set (ISA_ID)"
bad_size:       .asciz "image size is out of range"
bad_hidden:     .asciz "hidden memory size does not suit this machine"
bad_body_crc:   .asciz "checksum of the image is wrong"
bad_count:      .asciz "number of segments is out of range"
bad_align:      .asciz "segment is not aligned to 8 bytes"
bad_window:     .asciz "segment lies outside hidden memory or in the stack"
bad_order:      .asciz "segments overlap or are out of order"
bad_bytes:      .asciz "segment's bytes lie outside the image"
bad_entry:      .asciz "entry point lies outside the segments"
bad_packed:     .asciz "segment can't be unpacked"
