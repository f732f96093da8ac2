/*
 * layout.c - how hidden memory is divided: image, heap, stack.
 *
 * The guest's ROMs lie outside, between it and the guest's memory, because their pages go into the
 * TLB.
 *
 * Where the image ends stands in the header in flash, which the boot ROM has verified, so no symbol
 * of the linker has to be believed. Between the image and the stack lies the heap.
 */
#include "boot/boot.h"
#include "cms.h"
#include "hidden-mem/image.h"
#include "hidden-mem/map.h"
#include "isa.h"
#include "isa_intrinsics.h"

void boot_layout(uint64_t flash, uint64_t hidden)
{
    const struct image_header *image = (const struct image_header *)flash;
    const struct image_segment *last = &image->segment[image->segments - 1];

    heap_init(last->addr + last->memsz, HIDDEN_BASE + hidden - STACK_SIZE);
    cms.guest_size = (uint32_t)(vx_mfsr(SR_DRAM_SIZE) - hidden - GUEST_ROM_SIZE);
}
