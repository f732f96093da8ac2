/* load_few.s - registers that load.s needs to find the piece; MOVE: st.d or ld.d */
    MOVE r10, [r32 + LOAD_SAVED + 0]
    MOVE r11, [r32 + LOAD_SAVED + 8]
    MOVE r12, [r32 + LOAD_SAVED + 16]
    MOVE r13, [r32 + LOAD_SAVED + 24]
#undef MOVE
