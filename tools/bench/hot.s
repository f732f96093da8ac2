// A hot loop for measuring engines: two atoms a bundle, a load and a store among twelve, on any machine.
// It never ends by itself.
    .org 0x40001000
start:
    li r14, 0x40100000
loop:
    { addi r13, r13, 3 ; xor r15, r13, r12 }
    { ld.d r16, [r14 + 8] ; add r17, r15, r13 }
    { sub r18, r17, r13 ; slli r19, r17, 3 }
    { st.d r18, [r14 + 16] ; or r20, r19, r15 }
    { add r21, r16, r20 ; addi r12, r12, -1 }
    { and r22, r21, r17 ; br loop }
