/* make.h - the parts of a random case, for those who put several into one (sequence.c). */
#ifndef TESTS_X86_MAKE_H
#define TESTS_X86_MAKE_H

#include "diff.h"

uint32_t make_below(uint32_t n);
uint32_t make_number(void); /* numbers at which something changes, half of the time */
uint32_t make_place(bool low); /* an address for a memory operand, now and then a bad one */

/* Bytes of the form, with more after them than the instruction can take; returns how many. */
unsigned make_bytes(const struct form *form, bool low, uint8_t *to);

/* Keeps branches near and steps of the stack pointer small; false: what is left is no use. */
bool make_tame(struct testcase *tc, struct insn *i);

/* Registers and immediates for the instruction; then its memory operand moved to `want`. */
void make_arrange(struct testcase *tc, const struct insn *i);
bool make_aim(struct testcase *tc, struct insn *i, uint32_t want);

bool make_differs(const struct testcase *tc, const struct insn *i); /* processors differ here */
uint32_t make_aligned(const struct insn *i, uint32_t place);
bool make_close(unsigned op); /* results differ in the last place among processors */
bool make_in_area(uint32_t addr, uint32_t size);

#endif
