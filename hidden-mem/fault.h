/*
 * fault.h - what the special register FAULT says: which unit of the chip has wrong parity, and
 * where in it. Shared by the chip and the firmware that isolates it.
 */
#ifndef SELKIRK_FAULT_NUMBERS_H
#define SELKIRK_FAULT_NUMBERS_H

/* Bits 7..0: the unit. */
enum fault_unit {
    FAULT_NONE,
    FAULT_L1I, /* a way of it, */
    FAULT_L1D,
    FAULT_L2,
    FAULT_TLB,
    FAULT_REGISTER /* or one of r0..r63 */
};

#define FAULT_UNIT_MASK 0xffu
#define FAULT_INDEX_SHIFT 8 /* bits 15..8: which way or register */
#define FAULT_INDEX_MASK 0xffu

#endif
