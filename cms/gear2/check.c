/*
 * check.c - rules that gear 2's code has to keep, checked before it runs if cms.gear2.check is on.
 * The code is read back from memory, so the packer is checked as well as lowering.
 *
 *   - A register is read only if it is the guest's, pinned and set, or a temporary that the same
 *     guest instruction has written.
 *   - Registers that C expects to find again are never written, but for the way out, which is lost
 *     to a patch and found again behind it.
 *   - A region that leaves commits exactly once, and after its last guest store. A piece of the
 *     body that ends in a patch needs no commit if nothing comes before the patch.
 *   - A bundle's atoms have slots, write no register twice, and read none that an atom before them
 *     in the bundle writes.
 *
 * A mistake costs the translation, not the run: it is counted, and gear 1 carries on.
 */
#include "gear2/build.h"
#include "isa_codec.h"
#include "runtime/jumps.h"

#define BIT(n) (UINT64_C(1) << (n))
#define GUEST_REGS (BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8))
#define KEPT_BY_C \
    (BIT(33) | BIT(34) | BIT(35) | BIT(36) | BIT(40) | BIT(41) | UINT64_C(0x3ff) << 50)
#define KEPT_BY_CMS (BIT(10) | BIT(11) | BIT(32))

struct checker {
    const struct trans *t;
    uint64_t pinned;  /* registers that are set for good */
    uint64_t temps;   /* written by the guest instruction so far */
    uint64_t written; /* by the bundle so far */
    unsigned insn, region;
    unsigned commits; /* of the region */
    unsigned atoms, unit[UNIT_COUNT];
};

static bool is_body(const struct trans *t, unsigned region)
{
    return region >= REGION_BODY && region <= t->pieces;
}

/* c0 as bit 0, which r0 leaves free. */
static uint64_t registers(uint64_t r, unsigned c)
{
    return (r & ~BIT(0)) | (c & 1);
}

static bool check_slots(struct checker *s, unsigned unit)
{
    const struct machine *m = s->t->machine;

    s->unit[unit]++;
    if (unit != UNIT_none && s->unit[unit] > m->unit[unit])
        return false;
    if (isa_unit_within[unit] != UNIT_COUNT) {
        unsigned whole = isa_unit_within[unit];

        if (++s->unit[whole] > m->unit[whole])
            return false;
    }
    return ++s->atoms <= m->issue;
}

static bool check_registers(struct checker *s, const struct isa_op *op)
{
    const struct trans *t = s->t;
    struct isa_effects e;
    uint64_t reads, writes, readable, writable = ~(KEPT_BY_C | KEPT_BY_CMS);

    isa_effects(op, &e);
    reads = registers(e.r_read, e.c_read);
    writes = registers(e.r_write, e.c_write);
    if (isa_facts[op->atom].flags & ISA_F_ROLLBACK)
        return true;
    readable = BIT(0) | GUEST_REGS | BIT(REG_EIP) | BIT(REG_PLACE) | s->pinned | s->temps;
    if (s->insn && t->insn[s->insn - 1].patched)
        readable |= BIT(REG_A0);
    if (t->insn[s->insn].patched) {
        readable |= BIT(REG_A0);
        writable |= BIT(REG_RA);
    }
    if (reads & ~readable || writes & ~writable || reads & s->written || writes & s->written)
        return false;
    s->temps |= writes;
    s->written |= writes;
    return true;
}

static bool check_atom(struct checker *s, const struct isa_op *op)
{
    const struct isa_fact *fact = &isa_facts[op->atom];

    if (fact->flags & ISA_F_COMMIT)
        s->commits++;
    else if (s->commits && fact->flags & ISA_F_STORE && fact->flags & ISA_F_GUEST)
        return false;
    return check_slots(s, fact->unit) && check_registers(s, op);
}

/* May the region have as many commits as it has? */
static bool commits_well(const struct checker *s)
{
    const struct trans *t = s->t;

    if (!is_body(t, s->region))
        return s->commits <= 1;
    return s->region < t->pieces || t->insn[t->insns - 1].flow == FLOW_PATCH ? s->commits <= 1
                                                                            : s->commits == 1;
}

static uint64_t pinned_mask(const struct trans *t)
{
    uint64_t mask = 0;

    for (unsigned i = 0; i < t->pins; i++)
        mask |= BIT(t->pin[i].reg);
    return mask;
}

/* A new guest instruction or region begins at this word, perhaps. */
static bool move_on(struct checker *s, uint32_t word)
{
    const struct trans *t = s->t;
    uint32_t body = t->region[REGION_BODY].start;

    while (s->insn + 1 < t->insns && word >= body + t->insn[s->insn + 1].begin) {
        s->insn++;
        s->temps = 0;
    }
    while (s->region + 1 < t->regions && word >= t->region[s->region + 1].start) {
        if (s->region >= REGION_BODY && !commits_well(s))
            return false;
        s->region++;
        s->commits = 0;
        if (!is_body(t, s->region))
            s->temps = 0;
    }
    return true;
}

static bool check_code(struct checker *s, const uint32_t *code, uint32_t words)
{
    for (uint32_t at = 0; at < words;) {
        struct isa_op op;
        int count = isa_decode(code[at], code + at + 1, &op);

        if (!count || !move_on(s, at) || !check_atom(s, &op))
            return false;
        at += (uint32_t)count;
        if (code[at - 1] & ISA_STOP) {
            s->written = 0;
            s->atoms = 0;
            memset(s->unit, 0, sizeof(s->unit));
        }
    }
    return s->atoms == 0 && commits_well(s);
}

bool trans_check(struct trans *t)
{
    struct checker s = {.t = t, .pinned = pinned_mask(t)};

    if (check_code(&s, t->pack.code, stubs_start(t)))
        return true;
    t->abort = ABORT_CHECK;
    return false;
}
