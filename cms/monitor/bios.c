/*
 * bios.c - the BIOS image: where the guest finds it, and why it needs no device.
 *
 * A PC's firmware is a ROM that ends at 4 GiB, where the processor starts, and is seen again below
 * 1 MiB. Here there is one copy, in DRAM, ending at 1 MiB, writable as behind an open PAM register;
 * the addresses below 4 GiB lead to the same DRAM pages (monitor_alias), read-only. So both are
 * ordinary memory to the TLB, and code in them can be translated. A reset of the PC loads the image
 * afresh, which makes up for the missing pristine copy.
 */
#include "hidden-mem/hostport.h"
#include "hidden-mem/map.h"
#include "monitor/monitor.h"

#define BIOS_END 0x100000u
#define BIOS_STEP 0x10000u
#define BIOS_MAX 0x40000u
#define TOP UINT64_C(0x100000000)

void bios_init(void)
{
    static const char name[] = "bios";
    struct host_request rq = {
        .op = HOST_BLOB_OPEN,
        .buffer = (uintptr_t)name,
        .length = sizeof(name) - 1,
    };

    if (proxy_call(&rq) != HOST_OK)
        monitor_exit(HOST_EXIT_OPTION, 0, "no BIOS was given");
    uint64_t size = rq.arg[1];
    if (size == 0 || size > BIOS_MAX || size % BIOS_STEP != 0) {
        char text[96];

        cms_snprintf(text, sizeof(text),
                     "the BIOS has %lu bytes, expected a multiple of %u up to %u", size, BIOS_STEP,
                     BIOS_MAX);
        monitor_exit(HOST_EXIT_INPUT, 0, text);
    }
    if (cms.guest_size < BIOS_END)
        monitor_exit(HOST_EXIT_OPTION, 0, "the guest needs at least 1 MiB of memory");
    cms.mon->bios_blob = (uint32_t)rq.result;
    cms.mon->bios_base = BIOS_END - (uint32_t)size;
}

void bios_load(void)
{
    uint32_t base = cms.mon->bios_base;
    struct host_request rq = {
        .op = HOST_BLOB_READ,
        .arg = {cms.mon->bios_blob, 0},
        .buffer = GUEST_BASE + base,
        .length = BIOS_END - base,
    };

    if (proxy_call(&rq) != HOST_OK || rq.result != rq.length)
        cms_panic("the BIOS can't be read: status %d", rq.status);
    smc_written(base, BIOS_END - base);
}

uint64_t monitor_alias(uint64_t gpa)
{
    uint64_t below = TOP - gpa;

    if (gpa >= TOP || below > BIOS_END - cms.mon->bios_base)
        return gpa;
    return BIOS_END - below;
}
