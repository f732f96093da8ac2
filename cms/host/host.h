/*
 * host.h - parts of the firmware as a host program, for unit tests, fuzzing and looking at guests
 * without the chip.
 *
 * The atoms that the firmware's C names (vx_...) call isa_host_atom, and chip.c is as much of a
 * chip as they need: shadowed registers and flags, gated stores, a small TLB, special registers,
 * traps that end in cms.landing as on the chip. Guest memory is mapped at the native address that
 * hidden-mem/map.h gives it. There are no bundles and no timing: simulated time counts commits.
 * Translated code can't run here.
 */
#ifndef CMS_HOST_HOST_H
#define CMS_HOST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isa/prims.h"

struct host_request;

/* chip.c */
void host_chip_reset(void);
uint64_t host_retired(void);                             /* guest instructions so far */
void host_limit(uint64_t instructions);                  /* HOST_EXIT after so many; 0: never */
void host_serve(void (*serve)(struct host_request *rq)); /* who answers the host port */

/* An f register; an atom whose operands are f24 or r, and f25, and whose result is f24, r or c1 */
struct isa_v *host_f(unsigned f);
struct isa_v host_atom(unsigned atom, struct isa_v a, struct isa_v b);

/* machine.c: memory for guest and firmware; ends the process when there is none */
void host_memory(size_t guest_size);

/* port.c: a plain host port. `blob` files by name, `option` texts as -o would give them; both end
 * with NULL. */
struct host_files {
    const char *const *blob; /* name, path, name, path, ... */
    const char *const *option;
    const char *disk[2]; /* read only; NULL: none */
};

void host_port(const struct host_files *files);

#endif
