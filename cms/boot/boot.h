/* boot.h - what main() needs from boot/. */
#ifndef CMS_BOOT_BOOT_H
#define CMS_BOOT_BOOT_H

#include <stdint.h>

/*
 * vectors.c: every trap of the chip lands in cms.landing from here on. `loader` as the boot ROM
 * hands it over: where illegal atoms are to lead first, or 0
 */
void boot_vectors(uint64_t loader);

/*
 * Operations of units that the machine lacks work from here on. Takes memory: after boot_layout()
 */
void boot_absent(void);

/* refill.c: TLB misses are answered at once where they can be. After the options are known */
void boot_refill(void);

/* layout.c: how hidden memory is divided; `flash` and `hidden` as the boot ROM hands them over */
void boot_layout(uint64_t flash, uint64_t hidden);

#endif
