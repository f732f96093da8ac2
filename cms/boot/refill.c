/*
 * refill.c - the vector of TLB misses: what runtime/refill.h remembers is entered again, and the
 * bundle that missed is executed once more.
 *
 * A routine of a dozen bundles in local program memory. It runs while STATUS.TL is set, so nothing
 * interrupts it, and it must not trap: it touches hidden and local memory alone, and `tlbw` can't
 * refuse what it has taken before. Besides r32, which belongs to vectors, it uses three registers,
 * which it keeps in local data memory meanwhile. The T mask is read where an entry says, before it
 * is known whether the entry is good: by a load that can't trap. Nothing of the guest's is touched:
 * neither uncommitted registers nor the store buffer. If the bundle had got further than its first
 * access, that access has had no effect, or protects its alias register once more.
 *
 * A page that is not in the table, and any port, goes the way of all other traps. What the routine
 * has done to registers until then doesn't matter: that way never leads back.
 */
#include "boot/boot.h"
#include "boot/routine.h"
#include "cms.h"
#include "isa_intrinsics.h"

enum { ZERO = ROUTINE_ZERO, PAGE = ROUTINE_SCRATCH, AT = 60, WORD = 61, WANT = 62 }; /* registers */
enum { EINFO_PORT_BIT = 9, ENTRY_SHIFT = 4 };

#define KEPT(n) ((int64_t)LDM_BASE + 8 * (n))

static struct isa_op load(unsigned rd, unsigned ra, int64_t offset)
{
    return routine_with(ISA_ldd, rd, ra, offset);
}

static struct isa_op field(unsigned rd, unsigned ra, unsigned pos, unsigned len)
{
    return (struct isa_op){.atom = ISA_extu,
                           .rd = (uint8_t)rd,
                           .ra = (uint8_t)ra,
                           .pos = (uint8_t)pos,
                           .len = (uint8_t)len};
}

static struct isa_op shift(unsigned rd, unsigned ra, unsigned by)
{
    return (struct isa_op){
        .atom = ISA_slli, .rd = (uint8_t)rd, .ra = (uint8_t)ra, .sh = (uint8_t)by};
}

static struct isa_op of_two(unsigned atom, unsigned rd, unsigned ra, unsigned rb)
{
    return (struct isa_op){
        .atom = (uint16_t)atom, .rd = (uint8_t)rd, .ra = (uint8_t)ra, .rb = (uint8_t)rb};
}

_Static_assert(sizeof(struct refill_entry) == 1u << ENTRY_SHIFT, "an index becomes an offset");

static void make(struct routine *r)
{
    int64_t table = (int64_t)(uintptr_t)cms.refill.entry;
    int64_t want = (int64_t)(uintptr_t)&cms.refill.want;
    int64_t count = (int64_t)(uintptr_t)&cms.count[EV_TRAP_TLB_REFILL];

    BUNDLE(r, routine_get(PAGE, SR_BADADDR), routine_store(AT, KEPT(0)));
    BUNDLE(r, routine_get(WORD, SR_EINFO), routine_store(WORD, KEPT(1)));
    BUNDLE(r, field(AT, PAGE, PAGE_SHIFT, REFILL_BITS),
           routine_with(ISA_andi, PAGE, PAGE, ~(int64_t)PAGE_MASK), routine_store(WANT, KEPT(2)));
    BUNDLE(r, shift(AT, AT, ENTRY_SHIFT), field(WORD, WORD, EINFO_PORT_BIT, 1),
           load(WANT, ZERO, want));
    BUNDLE(r, of_two(ISA_or, PAGE, PAGE, WORD),
           load(WORD, AT, table + (int64_t)offsetof(struct refill_entry, hi)));
    BUNDLE(r, of_two(ISA_or, PAGE, PAGE, WANT),
           load(AT, AT, table + (int64_t)offsetof(struct refill_entry, lo)));
    BUNDLE(r, routine_set(SR_TLB_HI, WORD), of_two(ISA_sub, PAGE, WORD, PAGE),
           field(WORD, WORD, REFILL_MASK_AT_SHIFT, 32), load(WANT, ZERO, KEPT(2)));
    BUNDLE(r, routine_set(SR_TLB_LO, AT), shift(PAGE, PAGE, 32),
           routine_with(ISA_lddwu, WORD, WORD, 0));
    BUNDLE(r, {.atom = ISA_brnei, .ra = PAGE, .cmp = 0, .imm = routine_distance(r, BOOT_TRAPPED)},
           load(AT, ZERO, KEPT(0)));
    BUNDLE(r, routine_set(SR_TLB_TMASK, WORD), load(PAGE, ZERO, count));
    BUNDLE(r, {.atom = ISA_tlbw}, load(WORD, ZERO, KEPT(1)));
    BUNDLE(r, routine_with(ISA_addi, PAGE, PAGE, 1));
    BUNDLE(r, routine_store(PAGE, count), {.atom = ISA_rte});
}

void boot_refill(void)
{
    struct routine vector = routine_at(BOOT_VECTOR(CAUSE_tlb_miss));
    struct routine r = routine_at(BOOT_REFILL);

    refill_arm();
    make(&r);
    routine_branch(&vector, BOOT_REFILL);
    vx_icf(LPM_BASE, (uint64_t)(uintptr_t)r.at - LPM_BASE);
}
