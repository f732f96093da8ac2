/* boot.h - what main() needs from boot/. */
#ifndef CMS_BOOT_BOOT_H
#define CMS_BOOT_BOOT_H

#include <stdint.h>

/* vectors.c: every trap of the chip lands in cms.landing from here on */
void boot_vectors(void);

/*
 * Operations of units that the machine lacks work from here on. Takes memory: after boot_layout()
 */
void boot_absent(void);

/* vectors.c: the code that all traps lead to which firmware doesn't answer at once */
uint64_t boot_trap_entry(void);

/* refill.c: TLB misses are answered at once where they can be. After the options are known */
void boot_refill(void);

/* layout.c: how hidden memory is divided; `flash` and `hidden` as the boot ROM hands them over */
void boot_layout(uint64_t flash, uint64_t hidden);

#endif
