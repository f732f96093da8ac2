/* runtime.h - what the files of runtime/ offer each other. cms.h has what other rooms may call. */
#ifndef CMS_RUNTIME_RUNTIME_H
#define CMS_RUNTIME_RUNTIME_H

#include "cms.h"

/*
 * SR_STATUS: test interrupts (debug.irq_every) may come anywhere; others, at commits, in translated
 * code alone.
 */
#define STATUS_FIRMWARE 4u
#define STATUS_TRANSLATED 5u

/* loop.c */
void loop_step(void); /* one instruction in single-step mode */
/* Gear 1 takes the next so many instructions, whatever is translated; `why`: EV_RECOVERY_x */
void loop_recover(unsigned insns, enum event why);

/*
 * What the guest began has been undone, and not even its first instruction has been executed since:
 * one is, or an exception delivered, before an interrupt is. Else a device that interrupts faster
 * than the firmware deals with the cause would keep the guest where it is, the handler being all
 * that runs.
 */
void loop_undone(void);

/* trap.c */
void trap_land(int why); /* what brought control to the landing; may unwind again */

/* fault.c */
void fault_isolate(void); /* what SR_FAULT names is switched off, or the firmware gives up */

/* smc.c */
#define SMC_GRANULE_SHIFT 7 /* 128 bytes, 32 in a page */
void smc_init(void);        /* after guest_size is known */
void smc_protect_granules(uint32_t page, uint32_t granules);

/*
 * SR_STATUS: test interrupts (debug.irq_every) may come anywhere; others, at commits, in translated
 * code alone.
 */
#define STATUS_FIRMWARE 4u
#define STATUS_TRANSLATED 5u

#endif
