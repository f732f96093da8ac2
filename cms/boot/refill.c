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
 *
 * Bundles are made for four atoms, two of them integer, one memory, one system: the least that the
 * firmware is linked for.
 */
#include "boot/boot.h"
#include "cms.h"
#include "hidden-mem/map.h"
#include "isa.h"
#include "isa_codec.h"
#include "isa_intrinsics.h"

enum { ZERO = 0, PAGE = 32, AT = 60, WORD = 61, WANT = 62 }; /* registers */
enum { EINFO_PORT_BIT = 9, ENTRY_SHIFT = 4 };

#define ROUTINE_AT (LPM_BASE + VECTOR_STRIDE * (uint64_t)CAUSE_COUNT)
#define VECTOR_AT (LPM_BASE + VECTOR_STRIDE * (uint64_t)CAUSE_tlb_miss)
#define KEPT(n) ((int64_t)LDM_BASE + 8 * (n))

struct routine {
    uint32_t *at;
};

/* One bundle. */
static void put(struct routine *r, const struct isa_op *ops, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t words[2];
        int n = isa_encode(&ops[i], i + 1 == count, words);

        for (int k = 0; k < n; k++)
            *r->at++ = words[k];
    }
}

#define BUNDLE(r, ...)                                                                             \
    put(r, (const struct isa_op[]){__VA_ARGS__},                                                   \
        sizeof((const struct isa_op[]){__VA_ARGS__}) / sizeof(struct isa_op))

static struct isa_op load(unsigned rd, unsigned ra, int64_t offset)
{
    return (struct isa_op){
        .atom = ISA_ldd, .rd = (uint8_t)rd, .ra = (uint8_t)ra, .imm = offset};
}

static struct isa_op store(unsigned rs, int64_t address)
{
    return (struct isa_op){.atom = ISA_std, .rs = (uint8_t)rs, .ra = ZERO, .imm = address};
}

static struct isa_op get(unsigned rd, unsigned sr)
{
    return (struct isa_op){.atom = ISA_mfsr, .rd = (uint8_t)rd, .sr = (uint8_t)sr};
}

static struct isa_op set(unsigned sr, unsigned ra)
{
    return (struct isa_op){.atom = ISA_mtsr, .sr = (uint8_t)sr, .ra = (uint8_t)ra};
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

static struct isa_op with(unsigned atom, unsigned rd, unsigned ra, int64_t imm)
{
    return (struct isa_op){
        .atom = (uint16_t)atom, .rd = (uint8_t)rd, .ra = (uint8_t)ra, .imm = imm};
}

static int64_t distance(const struct routine *r, uint64_t to)
{
    return ((int64_t)to - (int64_t)(uintptr_t)r->at) / 4;
}

_Static_assert(sizeof(struct refill_entry) == 1u << ENTRY_SHIFT, "an index becomes an offset");

/* `trap`: where misses go that the table doesn't answer. */
static void make(struct routine *r, uint64_t trap)
{
    int64_t table = (int64_t)(uintptr_t)cms.refill.entry;
    int64_t want = (int64_t)(uintptr_t)&cms.refill.want;
    int64_t count = (int64_t)(uintptr_t)&cms.count[EV_TRAP_TLB_REFILL];

    BUNDLE(r, get(PAGE, SR_BADADDR), store(AT, KEPT(0)));
    BUNDLE(r, get(WORD, SR_EINFO), store(WORD, KEPT(1)));
    BUNDLE(r, field(AT, PAGE, PAGE_SHIFT, REFILL_BITS),
           with(ISA_andi, PAGE, PAGE, ~(int64_t)PAGE_MASK), store(WANT, KEPT(2)));
    BUNDLE(r, shift(AT, AT, ENTRY_SHIFT), field(WORD, WORD, EINFO_PORT_BIT, 1),
           load(WANT, ZERO, want));
    BUNDLE(r, of_two(ISA_or, PAGE, PAGE, WORD),
           load(WORD, AT, table + (int64_t)offsetof(struct refill_entry, hi)));
    BUNDLE(r, of_two(ISA_or, PAGE, PAGE, WANT),
           load(AT, AT, table + (int64_t)offsetof(struct refill_entry, lo)));
    BUNDLE(r, set(SR_TLB_HI, WORD), of_two(ISA_sub, PAGE, WORD, PAGE),
           field(WORD, WORD, REFILL_MASK_AT_SHIFT, 32), load(WANT, ZERO, KEPT(2)));
    BUNDLE(r, set(SR_TLB_LO, AT), shift(PAGE, PAGE, 32), with(ISA_lddwu, WORD, WORD, 0));
    BUNDLE(r, {.atom = ISA_brnei, .ra = PAGE, .cmp = 0, .imm = distance(r, trap)},
           load(AT, ZERO, KEPT(0)));
    BUNDLE(r, set(SR_TLB_TMASK, WORD), load(PAGE, ZERO, count));
    BUNDLE(r, {.atom = ISA_tlbw}, load(WORD, ZERO, KEPT(1)));
    BUNDLE(r, with(ISA_addi, PAGE, PAGE, 1));
    BUNDLE(r, store(PAGE, count), {.atom = ISA_rte});
}

void boot_refill(void)
{
    struct routine vector = {(uint32_t *)VECTOR_AT}, routine = {(uint32_t *)ROUTINE_AT};

    /* not one relocation with an address of the firmware's */
    __asm__("" : "+r"(vector.at), "+r"(routine.at));
    refill_arm();
    make(&routine, boot_trap_entry());
    BUNDLE(&vector, {.atom = ISA_br, .imm = distance(&vector, ROUTINE_AT)});
    vx_icf(LPM_BASE, (uint64_t)(uintptr_t)routine.at - LPM_BASE);
}
