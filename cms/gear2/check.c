/*
 * check.c - rules that lowering has to keep, checked before anything is scheduled.
 *
 *   - A register is read only if it is the guest's, pinned, or a temporary that the same guest
 *     instruction has written.
 *   - Pinned registers are written by the region of pins alone; EIP by the last instruction and by
 *     side exits; registers that C expects to find again, never.
 *   - A region that leaves commits exactly once, and after its last guest store.
 *   - An atom's operands can be encoded.
 *
 * A mistake costs the translation, not the run: it is counted, and gear 1 carries on.
 */
#include "gear2/build.h"
#include "isa_codec.h"

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

static bool check_region(const struct trans *t, unsigned number, uint64_t pinned)
{
    const struct region *r = &t->region[number];
    bool body = number == REGION_BODY, pins = number == REGION_PINS;
    uint64_t temps = 0; /* written by the guest instruction so far */
    unsigned insn = 0, commits = 0;

    for (unsigned i = r->first; i < r->first + r->count; i++) {
        const struct atom *a = &t->atom[i];
        const struct isa_fact *fact = &isa_facts[a->op.atom];
        bool last = !body || a->insn == t->insns - 1;
        uint64_t readable, writable;

        if (a->insn != insn) {
            insn = a->insn;
            temps = 0;
        }
        readable = BIT_FLAGS | GUEST_REGS | BIT(REG_EIP) | pinned | temps;
        if (!body)
            readable |= BIT(REG_RA);
        writable = ~(KEPT_BY_C | KEPT_BY_CMS);
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
    return commits == (body ? 1 : commits);
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
