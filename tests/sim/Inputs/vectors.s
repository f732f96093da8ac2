// Vectors for tests: each trap is counted in r23 and control goes on at r22. A test says
// `la r20, vectors; mtsr VBASE, r20` and sets r22 before each trap. What was trapped is read from
// -d trap.
    .align 16
vectors:
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
    br handler
    .align 16
handler:
    addi r23, r23, 1
    mtsr EPC, r22
    rte
