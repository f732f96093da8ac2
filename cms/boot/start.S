/*
 * start.S - the first bundles of the firmware.
 *
 * The boot ROM has copied the image's data, zeroed what follows those of each segment and locked
 * hidden memory; code it loads on demand. It enters here with a0 (r42) = this image in flash, a1
 * (r43) = bytes of hidden memory and a2 (r44) = where illegal_atom has to lead for that. All that C
 * needs on top is a stack.
 */
#include "hidden-mem/map.h"

    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    li      t0, HIDDEN_BASE
    add     sp, t0, a1
    call    cms_main
1:  j       1b
    .size _start, . - _start
