/*
 * vectors.c - trap entry.
 *
 * The chip enters cause n at VBASE + VECTOR_STRIDE * n with nothing saved but EPC, CAUSE and the
 * access. A vector is a single long branch to the same stub, which undoes the guest's uncommitted
 * work and unwinds to the main loop's landing with the cause as value. Such a trap never returns to
 * where it came from and saves no register: what a translation or gear 1 had in hand is rebuilt
 * from the committed state. runtime/trap.c decides what each cause means; one that firmware itself
 * raised (bus error, illegal atom) ends there as a panic with EPC.
 *
 * Three do return. TLB misses go to refill.c first and, on a machine that lacks a unit, illegal
 * atoms to absent.c. The vector of the asynchronous test interrupt, whose whole purpose is to be
 * invisible, spoils the register that vectors own.
 */
#include "boot/absent.h"
#include "boot/boot.h"
#include "cms.h"
#include "hidden-mem/map.h"
#include "isa.h"
#include "isa_codec.h"
#include "isa_intrinsics.h"

#define VECTOR_WORDS (VECTOR_STRIDE / 4)
#define VECTOR_SCRATCH 32 /* r32: vliw-ld and vectors alone use it */

/*
 * Entered by a branch from a vector; the stack pointer is that of the code that trapped, which
 * nothing goes back to.
 */
static void trap_entry(void)
{
    uint64_t cause;

    vx_rollback();
    cause = vx_mfsr(SR_CAUSE);
    vx_mtsr(SR_STATUS, 0);
    cms_longjmp(cms.landing, (int)cause);
}

static void trap_unwind(unsigned cause)
{
    vx_rollback();
    vx_mtsr(SR_STATUS, 0);
    cms_longjmp(cms.landing, (int)cause);
}

uint64_t boot_trap_entry(void)
{
    return (uint64_t)(uintptr_t)trap_entry;
}

void boot_absent(void)
{
    uint64_t vector = LPM_BASE + VECTOR_STRIDE * (uint64_t)CAUSE_illegal_atom;

    absent_install(cms_alloc(sizeof(struct absent)), vector, trap_unwind);
}

/* One atom to `where`, a bundle of its own. */
static unsigned vector_put(uint32_t *where, const struct isa_op *op)
{
    uint32_t words[2];
    unsigned n = (unsigned)isa_encode(op, true, words);

    for (unsigned i = 0; i < n; i++)
        where[i] = words[i];
    return n;
}

static void vector_branch(uint32_t *where)
{
    struct isa_op op = {.atom = ISA_br};

    op.imm = ((int64_t)(uintptr_t)trap_entry - (int64_t)(uintptr_t)where) / 4;
    vector_put(where, &op);
}

static void vector_return(uint32_t *where)
{
    struct isa_op spoil = {.atom = ISA_addi, .rd = VECTOR_SCRATCH, .imm = -1};
    struct isa_op back = {.atom = ISA_rte};

    where += vector_put(where, &spoil);
    vector_put(where, &back);
}

void boot_vectors(void)
{
    uint32_t *vector = (uint32_t *)LPM_BASE;

    /* A code address minus a constant would become one relocation, which vliw-ld can't move. */
    __asm__("" : "+r"(vector));
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++, vector += VECTOR_WORDS) {
        if (cause == CAUSE_watch)
            vector_return(vector);
        else
            vector_branch(vector);
    }
    vx_icf(LPM_BASE, (uint64_t)CAUSE_COUNT * VECTOR_STRIDE);
    vx_mtsr(SR_VBASE, LPM_BASE);
}
