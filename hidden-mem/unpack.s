/*
 * unpack.s - the boot ROM's unpacking of a segment.
 *
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
