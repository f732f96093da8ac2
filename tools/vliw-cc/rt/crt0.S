/*
 * crt0.S - start of a native program: zeroed data, main, and its value to the host. The stack is
 * there already: the simulator sets sp to the end of hidden memory. A program that has a
 * native_start() gets it called first.
 */
    .section .text.start, "ax"
    .globl _start
    .type _start, @function
    .weak native_start
_start:
    la      t0, __bss_start
    la      t1, __bss_end
    bgeu    t0, t1, 2f
1:  sd      zero, 0(t0)
    addi    t0, t0, 8
    bltu    t0, t1, 1b
2:  la      t0, native_start
    beqz    t0, 3f
    jalr    t0
3:  call    main
    call    exit
    ebreak
    .size _start, . - _start
