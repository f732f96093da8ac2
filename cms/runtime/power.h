/* power.h - the chip's clock, and the ways of its caches that are in use. */
#ifndef CMS_RUNTIME_POWER_H
#define CMS_RUNTIME_POWER_H

#include <stdbool.h>
#include <stdint.h>

enum power_cache { POWER_L1I, POWER_L1D, POWER_L2, POWER_CACHES };

void power_init(void); /* after the options are known */

/* A way is off for good; false if it was the last one. */
bool power_way_broken(enum power_cache cache, unsigned way);

/* For whoever sets the timer: nanoseconds at which power_poll() wants to be called, or never. */
uint64_t power_due(void);
void power_poll(void);
void power_idled(uint64_t ns); /* the chip was halted for so long */

/* What the guest's time stamp counter counts. */
uint64_t power_cycles(void);

#endif
