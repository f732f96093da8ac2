/* machine.c - memory for the host build: the guest's, where the memory map has it, and the
 * firmware's heap. */
#define _DEFAULT_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "cms.h"
#include "hidden-mem/map.h"
#include "host/host.h"

struct cms cms;

static void map_memory(uint64_t at, size_t size)
{
    void *p = mmap((void *)at, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    if (p != (void *)at) {
        perror("cannot map the chip's memory");
        exit(2);
    }
}

void host_memory(size_t guest_size)
{
    map_memory(GUEST_BASE, guest_size + GUEST_ROM_SIZE);
    map_memory(HIDDEN_BASE, HIDDEN_DEFAULT);
    cms.guest_size = (uint32_t)guest_size;
    heap_init(HIDDEN_BASE, HIDDEN_BASE + HIDDEN_DEFAULT);
    host_chip_reset();
}
