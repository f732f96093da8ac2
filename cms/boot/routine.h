/*
 * routine.h - routines that boot/ makes of atoms in local program memory, which holds:
 *
 *   BOOT_VECTOR(n)  the chip enters cause n here
 *   BOOT_ILLEGAL    what is left of illegal_atom when the boot ROM has loaded what it has to
 *   BOOT_TRAPPED    all that is not answered at once: to the main loop (vectors.c)
 *   BOOT_REFILL     TLB misses (refill.c)
 *
 * Bundles are made for four atoms, two of them integer, one memory, one system: the least that the
 * firmware is linked for.
 */
#ifndef CMS_BOOT_ROUTINE_H
#define CMS_BOOT_ROUTINE_H

#include <stdint.h>

#include "hidden-mem/map.h"
#include "isa.h"
#include "isa_codec.h"

#define BOOT_VECTOR(n) (LPM_BASE + VECTOR_STRIDE * (uint64_t)(n))
#define BOOT_ILLEGAL BOOT_VECTOR(CAUSE_COUNT)
#define BOOT_TRAPPED BOOT_VECTOR(CAUSE_COUNT + 1)
#define BOOT_REFILL (BOOT_TRAPPED + 128)

/* What every routine knows: no register, and the one that belongs to vectors and vliw-ld. */
enum { ROUTINE_ZERO = 0, ROUTINE_SCRATCH = 32 };

struct routine {
    uint32_t *at;
};

/*
 * Where a routine begins. Without the barrier a distance from here to code would become one
 * relocation, which vliw-ld can't move.
 */
static inline struct routine routine_at(uint64_t address)
{
    struct routine r = {(uint32_t *)address};

    __asm__("" : "+r"(r.at));
    return r;
}

/* One bundle. */
void routine_put(struct routine *r, const struct isa_op *ops, unsigned count);

#define BUNDLE(r, ...)                                                                             \
    routine_put(r, (const struct isa_op[]){__VA_ARGS__},                                           \
                sizeof((const struct isa_op[]){__VA_ARGS__}) / sizeof(struct isa_op))

static inline struct isa_op routine_store(unsigned rs, int64_t address)
{
    return (struct isa_op){
        .atom = ISA_std, .rs = (uint8_t)rs, .ra = ROUTINE_ZERO, .imm = address};
}

static inline struct isa_op routine_get(unsigned rd, unsigned sr)
{
    return (struct isa_op){.atom = ISA_mfsr, .rd = (uint8_t)rd, .sr = (uint8_t)sr};
}

static inline struct isa_op routine_set(unsigned sr, unsigned ra)
{
    return (struct isa_op){.atom = ISA_mtsr, .sr = (uint8_t)sr, .ra = (uint8_t)ra};
}

static inline struct isa_op routine_with(unsigned atom, unsigned rd, unsigned ra, int64_t imm)
{
    return (struct isa_op){
        .atom = (uint16_t)atom, .rd = (uint8_t)rd, .ra = (uint8_t)ra, .imm = imm};
}

/* From the bundle that is made next, in atoms. */
static inline int64_t routine_distance(const struct routine *r, uint64_t to)
{
    return ((int64_t)to - (int64_t)(uintptr_t)r->at) / 4;
}

static inline void routine_branch(struct routine *r, uint64_t to)
{
    BUNDLE(r, {.atom = ISA_br, .imm = routine_distance(r, to)});
}

#endif
