# A firmware whose code is loaded on demand: pieces of 512 bytes. It says what went wrong by the value it ends with.
PIECE = 512
LPM = 0x10000000
LOADER_ELSE = 0x10011000

    .entry start
start:
    mv r40, r44                 # where the vector of illegal_atom leads
    breqi r44, 0, wrong
    la r13, vectors             # ours: the ROM's answer to illegal atoms, and test interrupts
    mtsr VBASE, r13
    la r13, refused
    li r14, LOADER_ELSE
    st.d r13, [r14 + 0]
    addi r13, r0, 4             # STATUS.WE
    mtsr STATUS, r13

# All registers keep what they hold, in any phase, and so do the flags' four.
    addi r13, r0, 5
    mtsr PHASE, r13
    addi r1, r0, 1
    addi r10, r0, 10
    addi r11, r0, 11
    addi r12, r0, 12
    addi r13, r0, 13
    addi r14, r0, 14
    addi r16, r0, 16
    addi r17, r0, 17
    addi r18, r0, 18
    addi r30, r0, 30
    addi r31, r0, 31
    addi r33, r0, 33
    addi r34, r0, 34
    addi r35, r0, 35
    addi r36, r0, 36
    addi r37, r0, 37
    addi r38, r0, 38
    addi r39, r0, 39
    addi r41, r0, 41
    addi r47, r0, 47
    addi r48, r0, 48
    commit 1
    addi r1, r0, 2              # not committed
    br second

    .align 16
vectors:
    .space 16
    jr r40
    .align 16
    .space 12 * 16
    addi r32, r0, -1            # cause 14
    rte
    .align 16

# An illegal atom in a piece that has been loaded.
refused:
    la r13, illegal
    mfsr r14, EPC
    brne r13, r14, wrong
    addi r10, r0, 0             # HOST_EXIT_POWEROFF
    addi r21, r0, 0
    br end

wrong:
    addi r10, r0, 2             # HOST_EXIT_DEBUG
    addi r21, r0, 99
end:
    la r20, request
    addi r11, r0, 15            # HOST_EXIT
    st.w r11, [r20 + 0]
    st.d r10, [r20 + 8]
    st.d r21, [r20 + 16]
    la r11, message
    st.d r11, [r20 + 40]
    addi r11, r0, message_end - message
    st.d r11, [r20 + 48]
    mtsr HOST_REQ, r20
stop:
    br stop

message:
    .ascii "pieces were loaded"
message_end:

    .align PIECE
second:
    brnei r1, 2, wrong
    brnei r10, 10, wrong
    brnei r11, 11, wrong
    brnei r12, 12, wrong
    brnei r13, 13, wrong
    brnei r14, 14, wrong
    brnei r16, 16, wrong
    brnei r17, 17, wrong
    brnei r18, 18, wrong
    brnei r30, 30, wrong
    brnei r31, 31, wrong
    addi r33, r33, -20          # immediates of comparisons reach to 31
    brnei r33, 13, wrong
    addi r34, r34, -20
    brnei r34, 14, wrong
    addi r35, r35, -20
    brnei r35, 15, wrong
    addi r36, r36, -20
    brnei r36, 16, wrong
    addi r37, r37, -20
    brnei r37, 17, wrong
    addi r38, r38, -20
    brnei r38, 18, wrong
    addi r39, r39, -20
    brnei r39, 19, wrong
    addi r41, r41, -20
    brnei r41, 21, wrong
    addi r47, r47, -20
    brnei r47, 27, wrong
    addi r48, r48, -20
    brnei r48, 28, wrong
    mfsr r13, PHASE
    brnei r13, 5, wrong
    rollback
    brnei r1, 1, wrong
    br straddles

# The widest bundle, with its last long immediate in the next piece, which nothing has fetched.
    .align PIECE
    .space PIECE - 40
straddles:
    {
        addi r10, r0, 0x123456
        addi r11, r0, 0x234567
        addi r12, r0, 0x345678
        br third
        ld.d r13, [r0 + request]
        ld.d r14, [r0 + request + 8]
    }

    .align PIECE
third:
    li r15, 0x123456
    brne r10, r15, wrong
    li r15, 0x345678
    brne r12, r15, wrong

# A guest store waits in the store buffer meanwhile.
    mtsr TLB_HI, r0
    addi r13, r0, 15
    mtsr TLB_LO, r13
    mtsr TLB_TMASK, r0
    tlbw
    addi r13, r0, 77
    gst.32 r13, [r0 + 0x40]
    br fourth

# A piece that ends where a bundle ends.
    .align PIECE
    .space PIECE - 8
fourth:
    mfsr r10, SBUF_USED
    brnei r10, 1, wrong
    commit 1
    li r10, 0x100000040         # that address, as native code sees it
    ld.d r10, [r10 + 0]
    addi r10, r10, -77
    brnei r10, 0, wrong
illegal:
    .word 0

    .align PIECE
never:
    br never

    .align PIECE
    .align 8
request:
    .space 64
