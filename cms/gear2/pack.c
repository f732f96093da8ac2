/*
 * pack.c - the quick gear's scheduler and emitter in one: an atom joins the open bundle if it can,
 * or else opens the next one. Nothing is moved, nothing is looked at twice but branches.
 *
 * Slots are counted in one number, six bits and one for overflow for each unit and one more for
 * all of them: an empty bundle begins so far below the overflow bits as the machine has slots. A
 * bundle that ends in a branch, or in an atom that nothing may share it with, is filled up.
 *
 * When a register can be read is kept in cycles that go on from translation to translation, so that
 * there is nothing to clear. It is advice: the chip's scoreboard waits for what comes late. A read
 * of what the same bundle writes would be wrong, though, and never gets there: no latency is zero.
 *
 * Memory: a guest access doesn't share a bundle with a store before it. A check that fails rolls
 * back, so others may share its bundle, but no commit. Everything else follows from order.
 */
#include "gear2/pack.h"

#include "gear2/trans.h"
#include "isa_codec.h"
#include "isa_word.h"

#define FIELD_BITS 7
#define FIELDS (UNIT_COUNT) /* units, UNIT_none being the sum of all */
#define ONE(unit) (UINT64_C(1) << (FIELD_BITS * (unit)))
#define OVERFLOW_BIT(unit) (ONE(unit) << (FIELD_BITS - 1))
#define FULL(unit) (OVERFLOW_BIT(unit) - ONE(unit))

/* In packer.written, registers that nobody names: guest stores, checks. */
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
    p->cycle = 0;
    memset(p->ready, 0, sizeof(p->ready));
    for (unsigned n = 0; n < ISA_ATOM_COUNT; n++) {
        const struct isa_fact *f = &isa_facts[n];
        bool flags = f->uses & ISA_WRITE_CD, guest = f->flags & ISA_F_GUEST;
        bool alone = f->flags & ISA_F_SEQ && !(f->flags & (ISA_F_COMMIT | ISA_F_BRANCH));

        fact[n] = (struct pack_fact){
            .slots = unit_slots(f->unit),
            .conflicts = (flags ? BIT_FLAGS : 0) | (guest ? STORES : 0) |
                         (f->flags & ISA_F_COMMIT ? CHECKS : 0),
            .marks = (flags ? BIT_FLAGS : 0) | (guest && f->flags & ISA_F_STORE ? STORES : 0),
            .closes = f->flags & ISA_F_BRANCH || alone ? full_bundle() : 0,
            .latency = (uint8_t)m->latency[f->latency],
            .imm_bits = f->imm_bits,
            .reads_flags = f->uses & (ISA_READ_CA | ISA_READ_CD) ? PACK_FLAGS : 0,
            .writes_flags = flags ? PACK_FLAGS : 0,
            .rd_mask = f->flags & ISA_F_READS_RD ? UINT8_MAX : 0,
        };
    }
}

void pack_begin(struct trans *t, uint32_t *code)
{
    struct packer *p = &t->pack;

    p->code = p->at = code;
    p->last = NULL;
    p->atoms = p->bundles = p->fixes = 0;
    p->cycle += UINT8_MAX; /* everything is ready */
    pack_break(t);
}

void pack_break(struct trans *t)
{
    t->pack.slots = full_bundle();
    t->pack.moves = 0;
}

/* Ends the open bundle. The next issues when what it needs is there. */
static void open_bundle(struct packer *p, uint32_t need)
{
    if (p->last)
        *p->last |= ISA_STOP;
    p->bundle = p->at;
    p->written = 0;
    p->slots = p->empty;
    p->cycle = need > p->cycle ? need : p->cycle + 1;
    p->bundles++;
}

static inline uint32_t later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* One word, which is not yet encoded but has its place. */
static inline void join(struct packer *p, const struct pack_fact *f, uint64_t closes, unsigned rd,
                        uint32_t need)
{
    uint64_t writes = UINT64_C(1) << rd & ~BIT_FLAGS;

    need = later(need, later(p->ready[f->reads_flags], p->ready[rd & f->rd_mask]));
    if (need > p->cycle || (p->slots + f->slots) & overflow_bits() ||
        p->written & (writes | f->conflicts))
        open_bundle(p, need);
    p->slots = (p->slots + f->slots) | closes;
    p->written |= writes | f->marks;
    p->ready[rd] = p->ready[f->writes_flags] = p->cycle + f->latency;
    p->ready[0] = 0;
    p->moves = f->writes_flags | f->rd_mask ? 0 : rd;
    p->word = p->last = p->at++;
    p->atoms++;
}

void pack_bits(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, unsigned ra, unsigned rb,
               unsigned rs)
{
    struct packer *p = &t->pack;

    join(p, &p->fact[atom], p->fact[atom].closes, rd,
         later(p->ready[ra], later(p->ready[rb], p->ready[rs])));
    *p->word = isa_match[atom] | bits;
}

void pack_imm(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, unsigned ra, unsigned rs,
              int64_t imm)
{
    struct packer *p = &t->pack;
    const struct pack_fact *f = &p->fact[atom];
    int64_t above = imm >> (f->imm_bits - 1);
    uint32_t low = (uint32_t)imm & ((1u << f->imm_bits) - 1);

    join(p, f, 0, rd, later(p->ready[ra], p->ready[rs]));
    *p->word = isa_match[atom] | bits | low;
    if (above == 0 || above == -1)
        return;
    if (!isa_imm_encodable(atom, imm))
        t->abort = ABORT_ENCODE;
    *p->at = LIM_MATCH | LIM_WORD((uint32_t)(imm >> f->imm_bits));
    p->last = p->at++;
}

bool pack_redirect(struct trans *t, unsigned rd, unsigned from)
{
    struct packer *p = &t->pack;

    if (p->moves != from || p->written >> rd & 1)
        return false;
    *p->word = (*p->word & ~ISA_BITS_R(63, 0, 0)) | ISA_BITS_R(rd, 0, 0);
    p->written ^= UINT64_C(1) << from | UINT64_C(1) << rd;
    p->ready[rd] = p->ready[from];
    p->moves = 0;
    return true;
}

/* The operand isn't known before the code is complete. */
static void add_fix(struct trans *t, const struct isa_op *op, unsigned role, unsigned exit)
{
    struct packer *p = &t->pack;

    if (p->fixes == PACK_FIXES) {
        if (t->abort == ABORT_NONE)
            t->abort = ABORT_SIZE;
        return;
    }
    p->fix[p->fixes++] =
        (struct pack_fix){p->word, p->bundle, op->imm, op->atom, (uint8_t)role, (uint8_t)exit};
}

/* The last atom's words. The most frequent ones in short. */
static void encode(struct trans *t, const struct isa_op *op)
{
    struct packer *p = &t->pack;
    uint32_t words[2];
    int count = 1;

    if (op->atom == ISA_br)
        words[0] = isa_match[ISA_br];
    else if (op->atom == ISA_brc)
        words[0] = isa_match[ISA_brc] | ISA_BITS_BC(op->cond, op->ca, 0);
    else
        count = isa_encode(op, false, words);
    if (!count)
        t->abort = ABORT_ENCODE;
    *p->word = words[0];
    if (count == 2) {
        *p->at = words[1];
        p->last = p->at++;
    }
}

void pack_op(struct trans *t, const struct isa_op *op, unsigned role, unsigned exit)
{
    struct packer *p = &t->pack;
    const struct pack_fact *f = &p->fact[op->atom];
    join(p, f, role == ROLE_CHECK ? 0 : f->closes, op->rd,
         later(p->ready[op->ra], later(p->ready[op->rb], p->ready[op->rs])));
    if (role == ROLE_CHECK)
        p->written |= CHECKS;
    if (role == ROLE_LEAVE) {
        t->exit[exit].bundle = p->bundle;
        t->exit[exit].branch = p->word;
    }
    encode(t, op);
    if (role == ROLE_SOURCE || (role >= ROLE_CHECK && role <= ROLE_LOOP))
        add_fix(t, op, role, exit);
}

/* The immediate is the lowest bits of both kinds. */
static bool apply(struct trans *t, const struct pack_fix *f)
{
    struct packer *p = &t->pack;
    unsigned bits = p->fact[f->atom].imm_bits;
    int64_t imm, above;

    if (f->role == ROLE_SOURCE) {
        imm = f->imm + (intptr_t)(p->code + t->words);
        f->word[1] = (f->word[1] & ISA_STOP) | LIM_MATCH | LIM_WORD((uint32_t)(imm >> bits));
        above = 0; /* an address of firmware's */
    } else {
        imm = p->code + trans_branch_target(t, f->role, f->exit) - f->bundle;
        above = imm >> (bits - 1);
    }
    *f->word = (*f->word & ~((1u << bits) - 1)) | ((uint32_t)imm & ((1u << bits) - 1));
    return above == 0 || above == -1;
}

bool pack_finish(struct trans *t)
{
    *t->pack.last |= ISA_STOP;
    for (unsigned i = 0; i < t->pack.fixes; i++) {
        if (!apply(t, &t->pack.fix[i])) {
            t->abort = ABORT_ENCODE;
            return false;
        }
    }
    return true;
}
