/*
 * exits.h - how vliw-sim ends: EXIT_NAME, number, meaning. Printed by --help; docs/exit-status.md
 * says more.
 */
#ifndef SELKIRK_EXITS_H
#define SELKIRK_EXITS_H

#define SIM_EXITS(X)                                                                        \
    X(OK, 0, "the guest switched itself off, or the native program ended with value 0")     \
    X(GUEST, 1, "the guest failed: triple fault, or debug exit with a value that is not 0") \
    X(USAGE, 2, "command line or machine description not understood")                       \
    X(INPUT, 3, "an input file is missing or not what it should be")                        \
    X(PANIC, 4, "the firmware gave up, or executed code that it had changed without icf")   \
    X(TRAP, 5, "trap loop, a trap while another was being handled, or watchdog")            \
    X(LIMIT, 6, "--max-cycles reached")                                                     \
    X(INTERRUPTED, 7, "Ctrl-C")                                                             \
    X(INTERNAL, 8, "the simulator is wrong, or the host has no memory left")                \
    X(ROM, 9, "the boot ROM found no firmware that it may start, or a damaged piece of it")   \
    X(HALTED, 10, "halted for good: the guest with interrupts off, or the chip with none to come") \
    X(DIFFER, 11, "--engine check: the engines are not in the same state")

enum sim_exit {
#define X(name, number, text) EXIT_##name = number,
    SIM_EXITS(X)
#undef X
};

#endif
