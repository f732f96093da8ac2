/* jumps.h - where computed branches lead, for translated code itself to look up. */
#ifndef CMS_RUNTIME_JUMPS_H
#define CMS_RUNTIME_JUMPS_H

#include "runtime/tcache.h"

#define JUMPS_BITS 10
#define JUMPS (1u << JUMPS_BITS)
#define REG_PLACE 10 /* chip register: number of the mode and CS base, << 32 */

/*
 * Entry n is for EIPs whose low bits are n: key is EIP, plus the number of the context's mode and
 * CS base above it; 0 is free. Translated code reads both arrays, so their layout is part of
 * gear2/flow.c.
 */
struct jumps_table {
    uint64_t key[JUMPS];
    uint64_t code[JUMPS];
};

void jumps_init(void);
/*
 * Translated code is about to run in this mode and CS base: their number, 1.., which REG_PLACE
 * gets.
 */
uint32_t jumps_select(uint32_t mode, uint32_t cs_base);
bool jumps_by_hardware(void); /* is there a JTLB that knows as well? */
void jumps_enter(struct translation *t);         /* a computed branch led here */
void jumps_remove(const struct translation *t);
const struct jumps_table *jumps_table(void);

#endif
