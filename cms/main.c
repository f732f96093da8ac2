/*
 * main.c - the firmware's table of contents.
 *
 * boot/start.S gives C a stack and calls cms_main(); what follows is the order in which a PC comes
 * to be. Nothing returns: the main loop runs until the host is asked to end the run.
 */
#include "boot/boot.h"
#include "cms.h"
#include "hidden-mem/hostport.h"
#include "isa.h"
#include "isa_intrinsics.h"

struct cms cms;

void cms_main(uint64_t flash, uint64_t hidden, uint64_t loader) __attribute__((noreturn));

void cms_main(uint64_t flash, uint64_t hidden, uint64_t loader)
{
    int cause;

    vx_mtsr(SR_PHASE, PHASE_boot);
    boot_vectors(loader);
    cause = cms_setjmp(cms.landing);
    if (cause) /* the main loop, which would know better, does not run yet */
        cms_panic("%s at %lx while starting", isa_cause_name[cause],
                  (unsigned long)cms.trap.epc);
    if (vx_mfsr(SR_HOST_VERSION) != HOSTPORT_VERSION)
        cms_panic("the host port speaks version %lu, this firmware %u",
                  (unsigned long)vx_mfsr(SR_HOST_VERSION), HOSTPORT_VERSION);

    boot_layout(flash, hidden); /* heap and stack; how much memory the guest has */
    boot_absent();              /* operations that the machine has no unit for */
    runtime_init();             /* options, counters, translation cache */
    boot_refill();              /* TLB misses need not come to the main loop from here on */
    monitor_init();             /* the PC's devices, and what stands behind them on the host */
    monitor_reset();            /* power on: BIOS in place, devices at their defaults */
    gear1_init();               /* store of decoded instructions */
    monitor_boot();             /* processor at FFFF:FFF0, or at a kernel's entry */
    cms_run();
}
