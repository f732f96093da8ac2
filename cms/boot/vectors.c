/*
 * vectors.c - trap entry.
 *
 * The chip enters cause n at VBASE + VECTOR_STRIDE * n with nothing saved but EPC, CAUSE and the
 * access. A vector is a single long branch to the same routine, which undoes the guest's
 * uncommitted work and unwinds to the main loop's landing with the cause as value. Such a trap
 * never returns to where it came from and saves no register: what a translation or gear 1 had in
 * hand is rebuilt from the committed state. runtime/trap.c decides what each cause means; one that
 * firmware itself raised (bus error, illegal atom) ends there as a panic with EPC.
 *
 * Three do return. Illegal atoms go to the boot ROM first, which loads the firmware's code when it
 * is wanted, and then, on a machine that lacks a unit, to absent.c. TLB misses go to refill.c. The
 * vector of the asynchronous test interrupt, whose whole purpose is to be invisible, spoils the
 * register that vectors own.
 *
 * No code of the firmware's may run before STATUS.TL is clear: it might have to be loaded, by a
 * trap. So the routine lies in local memory; and it keeps what the chip says of a trap in cms.trap,
 * because code that looks there later may have to be loaded, too.
 */
#include "boot/absent.h"
#include "boot/boot.h"
#include "boot/routine.h"
#include "cms.h"
#include "isa_intrinsics.h"

enum { A0 = 42, A1 = 43, EPC = 60, BADADDR = 61, EINFO = 62 }; /* registers */

static void trapped(struct routine *r)
{
    int64_t trap = (int64_t)(uintptr_t)&cms.trap, landing = (int64_t)(uintptr_t)cms.landing;
    uint64_t unwind = (uint64_t)(uintptr_t)cms_longjmp;

    BUNDLE(r, {.atom = ISA_rollback});
    BUNDLE(r, routine_get(A1, SR_CAUSE));
    BUNDLE(r, routine_get(EPC, SR_EPC));
    BUNDLE(r, routine_get(BADADDR, SR_BADADDR));
    BUNDLE(r, routine_get(EINFO, SR_EINFO),
           routine_store(EPC, trap + (int64_t)offsetof(struct trapped, epc)));
    BUNDLE(r, routine_set(SR_STATUS, ROUTINE_ZERO),
           routine_store(BADADDR, trap + (int64_t)offsetof(struct trapped, badaddr)));
    BUNDLE(r, {.atom = ISA_br, .imm = routine_distance(r, unwind)},
           routine_with(ISA_addi, A0, ROUTINE_ZERO, landing),
           routine_store(EINFO, trap + (int64_t)offsetof(struct trapped, einfo)));
}

/* From absent.c, which is past all this. */
static void trap_unwind(unsigned cause, uint64_t epc)
{
    vx_rollback();
    vx_mtsr(SR_STATUS, 0);
    cms.trap = (struct trapped){.epc = epc};
    cms_longjmp(cms.landing, (int)cause);
}

void boot_absent(void)
{
    absent_install(cms_alloc(sizeof(struct absent)), BOOT_ILLEGAL, trap_unwind);
}

static void vector(unsigned cause, uint64_t loader)
{
    struct routine r = routine_at(BOOT_VECTOR(cause));

    if (cause == CAUSE_watch) {
        BUNDLE(&r, routine_with(ISA_addi, ROUTINE_SCRATCH, ROUTINE_ZERO, -1));
        BUNDLE(&r, {.atom = ISA_rte});
    } else if (cause == CAUSE_illegal_atom) {
        routine_branch(&r, loader ? loader : BOOT_ILLEGAL);
    } else {
        routine_branch(&r, BOOT_TRAPPED);
    }
}

void boot_vectors(uint64_t loader)
{
    struct routine illegal = routine_at(BOOT_ILLEGAL), r = routine_at(BOOT_TRAPPED);

    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
        vector(cause, loader);
    routine_branch(&illegal, BOOT_TRAPPED);
    if (loader)
        *(uint64_t *)LOADER_ELSE = BOOT_ILLEGAL;
    trapped(&r);
    vx_icf(LPM_BASE, BOOT_REFILL - LPM_BASE);
    vx_mtsr(SR_VBASE, LPM_BASE);
}
