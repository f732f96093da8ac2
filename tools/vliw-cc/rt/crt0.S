/*
 * crt0.S - start of a native program: zeroed data, main, and its value to the host. The stack is there already: the
 * simulator sets sp to the end of hidden memory.
 */
    .section .text.start, "ax"
    .globl _start
    .type _start, @function
_start:
    la      t0, __bss_start
    la      t1, __bss_end
    bgeu    t0, t1, 2f
1:  sd      zero, 0(t0)
    addi    t0, t0, 8
    bltu    t0, t1, 1b
2:  call    main
    call    exit
    ebreak
    .size _start, . - _start
