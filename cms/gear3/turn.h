/* turn.h - gear 3's turns: how it gives way to interrupts. */
#ifndef CMS_GEAR3_TURN_H
#define CMS_GEAR3_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "isa.h"
#include "isa_intrinsics.h"

struct turn {
    uint64_t loop[16], work[16]; /* where the main loop, and the region, goes on */
    char *stack;
    bool waits;        /* a region, for its turn; */
    uint64_t until;    /* ns: that it isn't taken while an interrupt waits, or its handler runs */
    uint64_t interrupts; /* that the guest had taken when it was watched, or when gear 3 gave way */
    uint32_t granules; /* of its page, that it has been made from so far */
};

void turn_init(void);

/* ---- for the loop */
void turn_begin(void); /* what gear 1 has watched is to become a region */
bool turn_take(void);  /* at an instruction boundary: works on what waits; false: nothing does */
/* These granules of the page were written. */
void turn_code_changed(uint32_t page, uint32_t granules);

/* ---- for gear 3 */
void turn_over(void); /* goes on when there is another turn */

/* Between two pieces of work, with nothing reserved in the translation cache. */
static inline void turn_point(void)
{
    if (vx_mfsr(SR_IPEND))
        turn_over();
}

/* Likewise, in a walk: at every eighth of what is numbered. */
static inline void turn_point_at(unsigned n)
{
    if (n % 8 == 0)
        turn_point();
}

#endif
