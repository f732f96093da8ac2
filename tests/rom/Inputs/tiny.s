# The smallest firmware: shows what the boot ROM hands over and that it zeroed what it should, then ends the run.
    .entry start
start:
    la r20, request
    addi r10, r0, 15            # HOST_EXIT
    st.w r10, [r20 + 0]
    la r10, message
    st.d r10, [r20 + 40]
    addi r10, r0, message_end - message
    st.d r10, [r20 + 48]

    li r11, 0x30000000          # r42 = FLASH_BASE
    brne r42, r11, wrong
    mfsr r11, HIDDEN_SIZE       # r43 = hidden memory
    brne r43, r11, wrong
    addi r12, r0, 1             # the window is locked: writing its size traps with cause 5, sreg
    la r13, vectors
    mtsr VBASE, r13
    mtsr HIDDEN_SIZE, r12
    br wrong

wrong:
    addi r10, r0, 2             # HOST_EXIT_DEBUG
    st.d r10, [r20 + 8]
    addi r10, r0, 99
    st.d r10, [r20 + 16]
    mtsr HOST_REQ, r20
    br wrong

    .align 256
vectors:
    .space 5 * 16
    ld.d r14, [r20 + 8]         # arg0 = HOST_EXIT_POWEROFF: must be zero already, like all of the block
    brnei r14, 0, wrong
    mtsr HOST_REQ, r20
    br wrong

message:
    .ascii "tiny firmware has run"
message_end:
    .align 8
request:
    .space 64
