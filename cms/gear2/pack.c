/*
 * pack.c - the quick gear's scheduler and emitter in one: an atom joins the open bundle if it can,
 * or else opens the next one. Nothing is moved, nothing is looked at twice but branches.
 *
 * Slots are counted in one number, six bits and one for overflow for each unit and one more for
 * all of them: an empty bundle begins so far below the overflow bits as the machine has slots. A
 * bundle that ends in a branch, or in an atom that nothing may share it with, is filled up.
 *
 * Registers are bits. An atom doesn't join a bundle that writes what it reads or writes, nor the
 * one right behind a load of it: it would make the others wait. All else is left to the chip's
 * scoreboard.
 *
 * Memory: a guest access doesn't share a bundle with a store before it. A check that fails rolls
 * back, so others may share its bundle, but no commit. Everything else follows from order.
 */
#include "gear2/pack.h"

#include "gear2/build.h"
#include "isa_codec.h"
#include "isa_word.h"

#define FIELD_BITS 7
#define FIELDS (UNIT_COUNT) /* units, UNIT_none being the sum of all */
#define ONE(unit) (UINT64_C(1) << (FIELD_BITS * (unit)))
#define OVERFLOW_BIT(unit) (ONE(unit) << (FIELD_BITS - 1))
#define FULL(unit) (OVERFLOW_BIT(unit) - ONE(unit))

/* As bits of registers that nobody names: the guest's flags, guest stores, checks. */
#define FLAGS (UINT64_C(1) << 32)
#define STORES (UINT64_C(1) << 34)
#define CHECKS (UINT64_C(1) << 35)

_Static_assert(FIELDS * FIELD_BITS <= 64, "slots no longer fit one number");
_Static_assert(UNIT_none == UNIT_COUNT - 1, "the unit of atoms without one counts all");
_Static_assert(ISA_BITS_R(1, 2, 3) == ISA_BITS_RF(1, 2, 3, 0), "formats R and RF differ");
_Static_assert(ISA_BITS_R(1, 2, 0) == ISA_BITS_CF(1, 2, 0, 0), "formats R and CF differ");
_Static_assert(ISA_BITS_R(1, 2, 0) == ISA_BITS_I(1, 2, 0), "formats R and I differ");
_Static_assert(ISA_BITS_R(1, 2, 0) == ISA_BITS_FI(1, 2, 0, 0), "formats R and FI differ");
_Static_assert(ISA_BITS_R(1, 2, 0) == ISA_BITS_ST(1, 2, 0), "formats R and ST differ");
_Static_assert(ISA_BITS_GX(1, 2, 3, 1) == ISA_BITS_GXS(1, 2, 3, 1), "formats GX and GXS differ");

static uint64_t overflow_bits(void)
{
    uint64_t bits = 0;

    for (unsigned u = 0; u < FIELDS; u++)
        bits |= OVERFLOW_BIT(u);
    return bits;
}

static uint64_t full_bundle(void)
{
    uint64_t bits = 0;

    for (unsigned u = 0; u < FIELDS; u++)
        bits |= FULL(u);
    return bits;
}

static uint64_t unit_slots(unsigned unit)
{
    uint64_t slots = ONE(UNIT_none);

    for (; unit < UNIT_none; unit = isa_unit_within[unit])
        slots += ONE(unit);
    return slots;
}

static uint64_t empty_bundle(const struct machine *m)
{
    uint64_t slots = FULL(UNIT_none) - m->issue * ONE(UNIT_none);

    for (unsigned u = 0; u < UNIT_none; u++)
        slots += FULL(u) - m->unit[u] * ONE(u);
    return slots;
}

void pack_init(struct packer *p, struct pack_fact fact[ISA_ATOM_COUNT], const struct machine *m)
{
    p->fact = fact;
    p->empty = empty_bundle(m);
    p->full = full_bundle();
    for (unsigned n = 0; n < ISA_ATOM_COUNT; n++) {
        const struct isa_fact *f = &isa_facts[n];
        bool flags = f->uses & ISA_WRITE_CD, guest = f->flags & ISA_F_GUEST;
        bool alone = f->flags & ISA_F_SEQ && !(f->flags & (ISA_F_COMMIT | ISA_F_BRANCH));
        bool updates = f->flags & ISA_F_READS_RD;

        fact[n] = (struct pack_fact){
            .slots = unit_slots(f->unit),
            .closes = f->flags & ISA_F_BRANCH || alone ? full_bundle() : 0,
            .reads = (f->uses & (ISA_READ_CA | ISA_READ_CD) ? FLAGS : 0) | (guest ? STORES : 0) |
                     (f->flags & ISA_F_COMMIT ? CHECKS : 0),
            .writes = (flags ? FLAGS : 0) | (guest && f->flags & ISA_F_STORE ? STORES : 0),
            .updates = updates ? UINT64_MAX : 0,
            .late = m->latency[f->latency] > 1 ? UINT64_MAX : 0,
            .match = isa_match[n],
            .imm_bits = f->imm_bits,
            .moves = flags || updates ? 0 : UINT8_MAX,
        };
    }
}

void pack_begin(struct trans *t, uint32_t *code)
{
    struct packer *p = &t->pack;

    p->code = p->at = p->bundle = code;
    p->written = p->slow = p->late = 0;
    p->bundles = p->longs = p->fixes = 0;
    pack_break(p);
}

unsigned pack_atoms(const struct packer *p)
{
    return (unsigned)(p->at - p->code) - p->longs;
}

/* The open bundle ends before `at`, where the next one begins. Returns the slots of that. */
static inline uint64_t end_bundle(struct packer *p, uint32_t *at)
{
    uint64_t empty = p->empty, slow = p->slow;

    p->bundles++;
    p->bundle = at;
    p->late = slow;
    if (at != p->code)
        at[-1] |= ISA_STOP;
    return empty;
}

/* One word. */
static inline void join(struct packer *p, const struct pack_fact *f, uint64_t closes, unsigned rd,
                        uint64_t reads, uint32_t word)
{
    uint64_t writes = (UINT64_C(1) << rd & ~UINT64_C(1)) | f->writes, slow = writes & f->late;
    uint64_t takes = f->slots, slots = p->slots + takes, written = p->written;
    unsigned moves = rd & f->moves;
    uint32_t *at = p->at;

    reads |= f->reads | (writes & f->updates);
    if ((reads & (written | p->late)) | (writes & written) | (slots & overflow_bits())) {
        slots = end_bundle(p, at) + takes;
    } else {
        writes |= written;
        slow |= p->slow;
    }
    p->slots = slots | closes;
    p->written = writes;
    p->slow = slow;
    p->moves = moves;
    p->at = at + 1;
    *at = word;
}

/* The word that belongs to the last one. */
static inline void extend(struct packer *p, uint32_t payload)
{
    *p->at++ = LIM_MATCH | LIM_WORD(payload);
    p->longs++;
}

void pack_bits(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, uint64_t reads)
{
    const struct pack_fact *f = &t->pack.fact[atom];

    join(&t->pack, f, f->closes, rd, reads, f->match | bits);
}

static bool fits(int64_t value, unsigned bits)
{
    return (int64_t)((uint64_t)value << (64 - bits)) >> (64 - bits) == value;
}

void pack_imm(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, uint64_t reads,
              int64_t imm)
{
    const struct pack_fact *f = &t->pack.fact[atom];
    unsigned width = f->imm_bits;
    int64_t above = imm >> width;

    join(&t->pack, f, 0, rd, reads, f->match | bits | ((uint32_t)imm & ((1u << width) - 1)));
    if (fits(imm, width))
        return;
    if (!fits(above, LIM_BITS))
        t->abort = ABORT_ENCODE;
    extend(&t->pack, (uint32_t)above);
}

bool pack_redirect(struct trans *t, unsigned rd, unsigned from)
{
    struct packer *p = &t->pack;
    uint64_t slow = p->slow >> from & 1;
    uint32_t *word = p->at - 1;

    if (p->moves != from || p->written >> rd & 1)
        return false;
    if ((*word & LIM_MASK) == LIM_MATCH)
        word--;
    *word = (*word & ~ISA_BITS_R(63, 0, 0)) | ISA_BITS_R(rd, 0, 0);
    p->written ^= UINT64_C(1) << from | UINT64_C(1) << rd;
    p->slow ^= slow << from | slow << rd;
    p->moves = 0;
    return true;
}

/* An atom's immediate isn't known before the code is complete. */
static void add_fix(struct trans *t, struct pack_fix fix)
{
    if (t->pack.fixes < PACK_FIXES)
        t->fix[t->pack.fixes++] = fix;
    else
        give_up(t, ABORT_SIZE);
}

void pack_branch(struct trans *t, unsigned atom, uint32_t bits, uint64_t reads, unsigned role,
                 unsigned exit)
{
    struct packer *p = &t->pack;
    const struct pack_fact *f = &p->fact[atom];
    unsigned width = f->imm_bits;
    uint32_t *word = p->at;

    join(p, f, role == ROLE_CHECK ? 0 : f->closes, 0, reads, f->match | bits);
    if (role == ROLE_CHECK)
        p->written |= CHECKS;
    if (role == ROLE_LEAVE) {
        t->exit[exit].bundle = (uint16_t)(p->bundle - p->code);
        t->exit[exit].branch = (uint16_t)(word - p->code);
        t->exit[exit].branch_bits = (uint8_t)width;
    }
    add_fix(t, (struct pack_fix){word, p->bundle, trans_branch_target(t, role, exit), 0,
                                 (1u << width) - 1});
}

void pack_op(struct trans *t, const struct isa_op *op, unsigned role)
{
    struct packer *p = &t->pack;
    const struct pack_fact *f = &p->fact[op->atom];
    uint32_t words[2], *word = p->at;
    int count = isa_encode(op, false, words);

    if (!count)
        t->abort = ABORT_ENCODE;
    join(p, f, f->closes, op->rd, PACK_READS(op->ra, op->rb) | UINT64_C(1) << op->rs, words[0]);
    if (count == 2)
        extend(p, LIM_PAYLOAD(words[1]));
    if (role == ROLE_SOURCE)
        add_fix(t, (struct pack_fix){word, NULL, NULL, (uint32_t)op->imm, (1u << f->imm_bits) - 1});
}

/* The immediate is the lowest bits of both kinds. */
static void fix_word(const struct pack_fix *f, int64_t imm)
{
    *f->word = (*f->word & ~f->mask) | ((uint32_t)imm & f->mask);
}

static void fix_address(const struct trans *t, const struct pack_fix *f)
{
    intptr_t address = (intptr_t)trans_source_copy(t, t->pack.code) + f->imm;
    uint32_t above = (uint32_t)(address / (f->mask + 1));

    fix_word(f, address);
    f->word[1] = (f->word[1] & ISA_STOP) | LIM_MATCH | LIM_WORD(above);
}

bool pack_finish(struct trans *t)
{
    const uint32_t *code = t->pack.code;

    t->pack.at[-1] |= ISA_STOP;
    trans_place_exits(t);
    for (const struct pack_fix *f = t->fix, *end = f + t->pack.fixes; f < end; f++) {
        if (f->target) {
            int64_t away = code + *f->target - f->bundle;

            if ((uint64_t)(away + f->mask / 2 + 1) > f->mask) {
                t->abort = ABORT_ENCODE;
                return false;
            }
            fix_word(f, away);
        } else {
            fix_address(t, f);
        }
    }
    return true;
}
