/*
 * pack.c - the quick gear's scheduler and emitter in one: an atom joins the open bundle if it can,
 * or else opens the next one. Nothing is moved, nothing is looked at twice but branches.
 *
 * Slots are counted in one number, six bits and one for overflow for each unit and one more for
 * all of them: an empty bundle begins so far below the overflow bits as the machine has slots.
 *
 * Registers are bits. An atom doesn't join a bundle that writes what it reads or writes. All else
 * is left to the chip's scoreboard. Every atom reads r0, which nobody writes: a branch, or an atom
 * that nothing may share its bundle with, writes that bit and so closes the bundle.
 *
 * Memory: a guest access doesn't share a bundle with a store before it. A check that fails rolls
 * back, so others may share its bundle, but no commit. Everything else follows from order.
 */
#include "gear2/pack.h"

#include "gear2/build.h"
#include "isa_codec.h"
#include "isa_word.h"
#include "runtime/chain.h"

#define FIELD_BITS 7
#define FIELDS (UNIT_COUNT) /* units, UNIT_none being the sum of all */
#define ONE(unit) (UINT64_C(1) << (FIELD_BITS * (unit)))
#define OVERFLOW_BIT(unit) (ONE(unit) << (FIELD_BITS - 1))
#define FULL(unit) (OVERFLOW_BIT(unit) - ONE(unit))

_Static_assert(PACK_OVERFLOW == (OVERFLOW_BIT(0) | OVERFLOW_BIT(1) | OVERFLOW_BIT(2) |
                                 OVERFLOW_BIT(3) | OVERFLOW_BIT(4) | OVERFLOW_BIT(5) |
                                 OVERFLOW_BIT(6) | OVERFLOW_BIT(7) | OVERFLOW_BIT(8)) &&
                   FIELDS == 9,
               "fields of slots have overflow bits elsewhere");
_Static_assert(FIELDS * FIELD_BITS <= 64, "slots no longer fit one number");
_Static_assert(UNIT_none == UNIT_COUNT - 1, "the unit of atoms without one counts all");
_Static_assert(ISA_BITS_R(1, 2, 3) == ISA_BITS_RF(1, 2, 3, 0), "formats R and RF differ");
_Static_assert(ISA_BITS_R(1, 2, 0) == ISA_BITS_CF(1, 2, 0, 0), "formats R and CF differ");
_Static_assert(ISA_BITS_R(1, 2, 0) == ISA_BITS_I(1, 2, 0), "formats R and I differ");
_Static_assert(ISA_BITS_R(1, 2, 0) == ISA_BITS_FI(1, 2, 0, 0), "formats R and FI differ");
_Static_assert(ISA_BITS_R(1, 2, 0) == ISA_BITS_ST(1, 2, 0), "formats R and ST differ");
_Static_assert(ISA_BITS_GX(1, 2, 3, 1) == ISA_BITS_GXS(1, 2, 3, 1), "formats GX and GXS differ");

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

void pack_init(struct trans *t, const struct machine *m)
{
    t->pack.empty = empty_bundle(m);
    t->leave.words = t->choose.words = t->lookup.words = 0;
    for (unsigned n = 0; n < ISA_ATOM_COUNT; n++) {
        const struct isa_fact *f = &isa_facts[n];
        bool flags = f->uses & ISA_WRITE_CD, guest = f->flags & ISA_F_GUEST;
        bool alone = f->flags & ISA_F_SEQ && !(f->flags & (ISA_F_COMMIT | ISA_F_BRANCH));

        t->fact[n] = (struct pack_fact){
            .slots = unit_slots(f->unit),
            .reads = PACK_CLOSED | (f->uses & (ISA_READ_CA | ISA_READ_CD) ? PACK_FLAGS : 0) |
                     (guest ? PACK_STORES : 0) | (f->flags & ISA_F_COMMIT ? PACK_CHECKS : 0),
            .writes = (flags ? PACK_FLAGS : 0) |
                      (guest && f->flags & ISA_F_STORE ? PACK_STORES : 0) |
                      (f->flags & ISA_F_BRANCH || alone ? PACK_CLOSED : 0),
            .match = isa_match[n],
            .imm_bits = f->imm_bits,
            .moves = flags || f->flags & ISA_F_READS_RD ? 0 : UINT8_MAX,
        };
    }
}

void pack_begin(struct trans *t, uint32_t *code)
{
    struct packer *p = &t->pack;

    p->code = p->at = p->bundle = code;
    p->slots = p->empty;
    p->written = 0;
    p->bundles = 1;
    p->longs = p->fixes = 0;
}

void pack_break(struct packer *p)
{
    if (p->at != p->code)
        p->written = PACK_CLOSED;
    p->moves = 0;
}

unsigned pack_atoms(const struct packer *p)
{
    return (unsigned)(p->at - p->code) - (unsigned)p->longs;
}

/* One word, which writes rd and these bits. */
static inline void add(struct packer *p, const struct pack_fact *f, uint64_t written, unsigned rd,
                       uint64_t reads, uint32_t word)
{
    uint64_t writes = (UINT64_C(1) << rd & ~UINT64_C(1)) | written;
    unsigned moves = rd & f->moves;
    uint32_t *at = p->at;

    p->written = writes | pack_join(p, reads | f->reads | writes, f->slots);
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
    const struct pack_fact *f = &t->fact[atom];

    add(&t->pack, f, f->writes, rd, reads, f->match | bits);
}

static bool fits(int64_t value, unsigned bits)
{
    return (int64_t)((uint64_t)value << (64 - bits)) >> (64 - bits) == value;
}

void pack_imm(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, uint64_t reads,
              int64_t imm)
{
    const struct pack_fact *f = &t->fact[atom];
    unsigned width = f->imm_bits;
    int64_t above = imm >> width;

    add(&t->pack, f, f->writes, rd, reads, f->match | bits | ((uint32_t)imm & ((1u << width) - 1)));
    if (fits(imm, width))
        return;
    if (!fits(above, LIM_BITS))
        t->abort = ABORT_ENCODE;
    extend(&t->pack, (uint32_t)above);
}

bool pack_redirect(struct trans *t, unsigned rd, unsigned from)
{
    struct packer *p = &t->pack;
    uint32_t *word = p->at - 1;

    if (p->moves != from || p->written >> rd & 1)
        return false;
    if ((*word & LIM_MASK) == LIM_MATCH)
        word--;
    *word = (*word & ~ISA_BITS_R(63, 0, 0)) | ISA_BITS_R(rd, 0, 0);
    p->written ^= UINT64_C(1) << from | UINT64_C(1) << rd;
    p->moves = 0;
    return true;
}

/* An atom's immediate isn't known before the code is complete. */
static inline void add_fix(struct trans *t, struct pack_fix fix)
{
    if (t->pack.fixes < PACK_FIXES)
        t->fix[t->pack.fixes++] = fix;
    else
        give_up(t, ABORT_SIZE);
}

void pack_lead(struct trans *t, uint32_t *word, uint32_t *bundle, unsigned bits, unsigned role,
               unsigned exit)
{
    add_fix(t, (struct pack_fix){.word = word,
                                 .bundle = bundle,
                                 .target = trans_branch_target(t, role, exit),
                                 .bits = (uint8_t)bits});
}

void pack_branch(struct trans *t, unsigned atom, uint32_t bits, uint64_t reads, unsigned role,
                 unsigned exit)
{
    struct packer *p = &t->pack;
    const struct pack_fact *f = &t->fact[atom];
    uint32_t *word = p->at;

    add(p, f, role == ROLE_CHECK ? PACK_CHECKS : f->writes, 0, reads, f->match | bits);
    branch_to(t, word, p->bundle, f->imm_bits, role, exit);
}

void pack_op(struct trans *t, const struct isa_op *op, unsigned role)
{
    struct packer *p = &t->pack;
    const struct pack_fact *f = &t->fact[op->atom];
    uint32_t words[2], *word = p->at;
    int count = isa_encode(op, false, words);

    if (!count)
        t->abort = ABORT_ENCODE;
    add(p, f, f->writes, op->rd, PACK_READS(op->ra, op->rb) | UINT64_C(1) << op->rs, words[0]);
    if (count == 2)
        extend(p, LIM_PAYLOAD(words[1]));
    if (role == ROLE_SOURCE)
        add_fix(t, (struct pack_fix){.word = word, .imm = (uint32_t)op->imm, .bits = f->imm_bits});
}

static void fill_address(const struct trans *t, const struct pack_fix *f)
{
    intptr_t address = (intptr_t)trans_source_copy(t, t->pack.code) + f->imm;
    uint32_t mask = (1u << f->bits) - 1;

    f->word[0] = (f->word[0] & ~mask) | ((uint32_t)address & mask);
    f->word[1] = (f->word[1] & ISA_STOP) | LIM_MATCH | LIM_WORD((uint32_t)(address >> f->bits));
}

static inline bool lead(uint32_t *word, unsigned bits, const uint32_t *bundle,
                        const uint32_t *target)
{
    *word = chain_branch(*word, bits, bundle, target);
    return *word;
}

bool pack_finish(struct trans *t)
{
    uint32_t *code = t->pack.code;
    bool near = true;

    t->pack.at[-1] |= ISA_STOP;
    trans_place_exits(t);
    for (const struct leaving *l = t->exit; l < t->exit + t->exits; l++) {
        if (l->branch_bits)
            near &= lead(code + l->branch, l->branch_bits, code + l->bundle, code + l->enter);
        if (l->side)
            near &= lead(code + l->side_branch, l->side_bits, code + l->side_bundle,
                         code + l->begin);
    }
    for (const struct pack_fix *f = t->fix; f < t->fix + t->pack.fixes; f++) {
        if (f->target)
            near &= lead(f->word, f->bits, f->bundle, code + *f->target);
        else
            fill_address(t, f);
    }
    if (!near)
        t->abort = ABORT_ENCODE;
    return near;
}
