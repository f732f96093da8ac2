// Page 0 of the guest is physical page 0, to read and write for supervisor and user. Changes r12.
    mtsr TLB_HI, r0
    li r12, 0x00f
    mtsr TLB_LO, r12
    tlbw
