/*
 * map.h - the one memory map of the chip, as native (firmware) addresses see it.
 *
 * Shared by the simulator, the boot ROM, the image builder, the linker script and the firmware.
 *
 * 0x0_0000_0000  +--------------------------+
 *                | nothing (null pointers)  |
 * 0x0_1000_0000  +--------------------------+ LPM_BASE
 *                | local program memory     |   8 KiB, never cached: trap vectors
 * 0x0_1001_0000  +--------------------------+ LDM_BASE
 *                | local data memory        |   8 KiB, never cached; its upper half is the boot
 *                |                          |   ROM's, if it loads code on demand
 * 0x0_2000_0000  +--------------------------+ ROM_BASE       reset enters here
 *                | boot ROM                 |   up to 64 KiB, read-only
 * 0x0_3000_0000  +--------------------------+ FLASH_BASE
 *                | flash: firmware images   |   up to 16 MiB, read-only
 * 0x0_4000_0000  +--------------------------+ HIDDEN_BASE
 *                | hidden window            |   HIDDEN_SIZE bytes at the top of DRAM; closed until
 *                |  +0        image         |   the ROM writes SR_HIDDEN_SIZE
 *                |  image end firmware heap |
 *                |  end-STACK firmware stack|
 * 0x0_8000_0000  +--------------------------+ end of what the firmware's code model reaches
 *                | nothing                  |
 * 0x1_0000_0000  +--------------------------+ GUEST_BASE
 *                | guest-physical memory    |   DRAM_SIZE - HIDDEN_SIZE, below the hidden part;
 *                |                          |   the firmware keeps the guest's ROMs in its last
 *                |                          |   GUEST_ROM_SIZE
 *                +--------------------------+
 *
 * Guest atoms name guest addresses and go through the TLB, whose entries hold guest-physical page
 * numbers; physical page p is native GUEST_BASE + (p << 12). A page at or above DRAM_SIZE -
 * HIDDEN_SIZE is refused.
 */
#ifndef SELKIRK_MAP_H
#define SELKIRK_MAP_H

#ifdef __ASSEMBLER__
#define MAP_UL(x) x
#else
#define MAP_UL(x) x##UL
#endif

#define LPM_BASE MAP_UL(0x10000000)
#define LPM_SIZE MAP_UL(0x2000)
#define LDM_BASE MAP_UL(0x10010000)
#define LDM_SIZE MAP_UL(0x2000)
#define LDM_LOADER MAP_UL(0x10011000) /* the boot ROM's from here on; its first word: below */
#define ROM_BASE MAP_UL(0x20000000)
#define ROM_MAX MAP_UL(0x10000)
#define FLASH_BASE MAP_UL(0x30000000)
#define FLASH_MAX MAP_UL(0x1000000)
#define FLASH_SLOT MAP_UL(0x800000) /* of the firmware's image; the recovery image's follows */
#define HIDDEN_BASE MAP_UL(0x40000000)
#define HIDDEN_MAX MAP_UL(0x40000000)
#ifdef CMS_HOST /* host build of the firmware, for tests: clear of the sanitizers' shadow memory */
#define GUEST_BASE MAP_UL(0x200000000000)
#else
#define GUEST_BASE MAP_UL(0x100000000)
#endif

#define HIDDEN_DEFAULT MAP_UL(0x2000000) /* 32 MiB: what an image asks for by default */
#define GUEST_ROM_SIZE MAP_UL(0x100000)  /* DRAM behind the guest's memory: its ROMs */
#define STACK_SIZE MAP_UL(0x40000)       /* firmware stack at the top of hidden memory */

/* Vectors: cause n enters at LPM_BASE + VECTOR_STRIDE * n. */
#define VECTOR_STRIDE 16

/*
 * Firmware of which a part is loaded on demand is given the address of the ROM's answer to
 * illegal_atom, and leads that vector there. What is not a piece to be loaded goes on, with all
 * registers but r32 as they were, to where this word of local data memory says.
 */
#define LOADER_ELSE LDM_LOADER

/* ELF machine number of our own (unassigned range). Bundles are in executable sections. */
#define EM_SELKIRK 0x534b

#endif
