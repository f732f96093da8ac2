/*
 * check.c - rules that lowering has to keep, checked before anything is scheduled.
 *
 *   - A register is read only if it is the guest's, pinned, or a temporary that the same guest
 *     instruction has written.
 *   - Pinned registers are written by prefixes and the region of pins alone; EIP by the last
 *     instruction, by side exits and before emulation patches; registers that C expects to find
 *     again, never, but for the way out, which is lost to a patch and found again behind it.
 *   - A region that leaves commits exactly once, and after its last guest store. A piece of the body
 *     that ends in a patch needs no commit if nothing comes before the patch.
 *   - An atom's operands can be encoded.
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

static uint64_t pinned_mask(const struct trans *t)
{
    uint64_t mask = 0;

    for (unsigned i = 0; i < t->pins; i++)
        mask |= BIT(t->pin[i].reg);
    return mask;
}

static bool encodable(const struct isa_op *op)
{
    return op->atom < ISA_ATOM_COUNT &&
           (!isa_facts[op->atom].extends || isa_imm_encodable(op->atom, op->imm));
}

/* Prefixes: registers out of memory and constants. */
static bool check_prefix(const struct trans *t, const struct region *r, uint64_t pinned)
{
    for (unsigned i = r->prefix; i < r->prefix + r->prefixed; i++) {
        const struct atom *a = &t->atom[i];

        if (a->reads || a->writes & ~(pinned | BIT(REG_RA)) || !encodable(&a->op))
            return false;
    }
    return true;
}

static bool is_body(const struct trans *t, unsigned number)
{
    return number >= REGION_BODY && number <= t->pieces;
}

/* May a region have so many commits? */
static bool commits_well(const struct trans *t, unsigned number, unsigned commits)
{
    if (!is_body(t, number))
        return true;
    return number < t->pieces || t->insn[t->insns - 1].flow == FLOW_PATCH ? commits <= 1
                                                                         : commits == 1;
}

static bool check_region(const struct trans *t, unsigned number, uint64_t pinned)
{
    const struct region *r = &t->region[number];
    bool body = is_body(t, number), pins = number == REGION_PINS;
    uint64_t temps = 0; /* written by the guest instruction so far */
    unsigned insn = 0, commits = 0;

    for (unsigned i = r->first; i < r->first + r->count; i++) {
        const struct atom *a = &t->atom[i];
        const struct isa_fact *fact = &isa_facts[a->op.atom];
        bool last = !body || a->insn == t->insns - 1 || t->insn[a->insn].patched;
        uint64_t readable, writable;

        if (a->insn != insn) {
            insn = a->insn;
            temps = 0;
        }
        readable = BIT_FLAGS | GUEST_REGS | BIT(REG_EIP) | BIT(REG_PLACE) | pinned | temps;
        if (t->insn[a->insn].patched)
            readable |= BIT(REG_A0);
        writable = ~(KEPT_BY_C | KEPT_BY_CMS);
        if (a->role == ROLE_PATCH)
            writable |= BIT(REG_RA);
        if (!pins)
            writable &= ~pinned;
        if (!last)
            writable &= ~BIT(REG_EIP);
        if (fact->flags & ISA_F_COMMIT)
            commits++;
        if (fact->flags & ISA_F_ROLLBACK)
            continue;
        if (a->reads & ~readable || a->writes & ~writable || !encodable(&a->op))
            return false;
        if (commits && fact->flags & ISA_F_STORE && fact->flags & ISA_F_GUEST)
            return false;
        temps |= a->writes;
    }
    return commits_well(t, number, commits) && check_prefix(t, r, pinned);
}

bool trans_check(struct trans *t)
{
    uint64_t pinned = pinned_mask(t);

    for (unsigned i = 0; i < t->regions; i++) {
        if (!check_region(t, i, pinned)) {
            t->abort = ABORT_CHECK;
            return false;
        }
    }
    return true;
}
