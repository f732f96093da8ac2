/*
 * lin.h - guest linear memory for the processor's own accesses: descriptor tables, task states,
 * stacks of gates.
 *
 * These functions never trap into the landing for a TLB reason: they look the page up first and
 * fill the TLB themselves. So an interrupt that has been acknowledged, or an exception on its way,
 * is not lost when its frame meets a page that the TLB doesn't hold. What can leave is the guest's
 * own page fault.
 */
#ifndef CMS_GEAR1_LIN_H
#define CMS_GEAR1_LIN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Size is 1, 2, 4 or 8 bytes, any alignment, page borders included; `user`: with the rights of CPL
 * 3. Writes are gated: they take effect with the next commit, except on device pages.
 */
uint64_t lin_read(uint32_t lin, unsigned size, bool user);
void lin_write(uint32_t lin, unsigned size, uint64_t value, bool user);

/*
 * Can guest atoms of gear 1 store `length` bytes there, inside a page, with no trap? False says
 * nothing.
 */
bool lin_takes(uint32_t lin, unsigned length, bool user);

/* Raises the page fault that a write would raise; writes nothing. */
void lin_probe_write(uint32_t lin, unsigned size, bool user);

/*
 * A gated store buffer that is too small for all stores of one instruction has a longer one in
 * software before it, which these functions then use instead. Its stores are made by lin_flush,
 * just before the commit, and given up by lin_drop, after a rollback.
 */
void lin_init(void);
bool lin_buffers(void); /* the one in software is in use */
void lin_flush(void);
void lin_drop(void);

#endif
