/*
 * reorder.c - loads ahead of what comes before them.
 *
 * A load may pass an exit: if it traps although the exit would have been taken, the translation is
 * rolled back, gear 1 goes on, and nothing has happened. It may pass a store that can't touch its
 * bytes. And it may pass a store that might, if an alias register remembers what was read and the
 * store looks there: a store that writes those bytes after all traps before it does.
 *
 * Such a load is made a protecting one, and the stores before it, back to the last few, store under
 * a mask that names its register. That atom has no displacement, so the store's address costs an
 * addition, which is why only loads that stand near the stores are worth it. The load's has a short
 * one, and a longer one is added before it. A place where such a
 * speculation has failed is remembered (runtime/profile.h), and left in order.
 */
#include "gear3/ir.h"
#include "gear3/turn.h"
#include "isa_codec.h"
#include "runtime/profile.h"

#define STORES_BACK 8 /* that a load may pass unproven */

struct reordering {
    struct ir *ir;
    uint16_t store[STORES_BACK]; /* the last ones, oldest first */
    unsigned stores;
    unsigned alias; /* registers taken */
};

static unsigned marks(const struct ir *ir, const struct ins *i)
{
    return profile_marks(ir->t->key.cs_base + ir->t->insn[i->insn].eip);
}

static bool is_protecting(const struct ins *i)
{
    return ins_is(i, ISA_F_PROTECT);
}

static bool is_checking(const struct ins *i)
{
    return ins_is(i, ISA_F_CHECK);
}

static unsigned protecting_atom(unsigned atom)
{
    switch (atom) {
    case ISA_gld8: return ISA_glda8;
    case ISA_gld16: return ISA_glda16;
    case ISA_gld32: return ISA_glda32;
    case ISA_gld8s: return ISA_glda8s;
    case ISA_gld16s: return ISA_glda16s;
    default: return 0;
    }
}

static unsigned checking_atom(unsigned atom)
{
    switch (atom) {
    case ISA_gst8: return ISA_gsta8;
    case ISA_gst16: return ISA_gsta16;
    case ISA_gst32: return ISA_gsta32;
    default: return 0;
    }
}

/* Do both use the same base? Then they meet for sure, if they are not apart. */
static bool same_base(const struct ins *a, const struct ins *b)
{
    ref base_a, base_b;
    int32_t offset;

    return ir_place(a, &base_a, &offset) && ir_place(b, &base_b, &offset) && base_a == base_b;
}

/* May the load pass these stores, and how many of them have to look? */
static bool worth_it(const struct reordering *r, const struct ins *load, unsigned *unproven)
{
    *unproven = 0;
    for (unsigned k = 0; k < r->stores; k++) {
        const struct ins *store = &r->ir->ins[r->store[k]];

        if (ir_apart(store, load))
            continue;
        if ((!checking_atom(store->op.atom) && !is_checking(store)) || same_base(store, load) ||
            marks(r->ir, store) & SITE_ALIAS)
            return false;
        ++*unproven;
    }
    return *unproven > 0;
}

/* The access's displacement is added to its base before it. */
static void add_displacement(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];

    if (i->op.imm) {
        i->arg[ARG_A] =
            ir_number(ir, n, &(struct isa_op){.atom = ISA_addiz, .imm = i->op.imm}, i->arg[ARG_A],
                      REF_NONE);
    }
    i->op.imm = 0;
}

/* gst [ra + imm] to gsta [ra'], which looks at alias register al as well. */
static void check(struct reordering *r, unsigned n, unsigned al)
{
    struct ir *ir = r->ir;
    struct ins *i = &ir->ins[n];

    if (is_checking(i)) {
        i->op.imm |= 1 << al;
        return;
    }
    i->base = i->arg[ARG_A];
    i->offset = (int32_t)i->op.imm;
    add_displacement(ir, n);
    i->op = (struct isa_op){.atom = (uint16_t)checking_atom(i->op.atom), .imm = 1 << al};
}

static void protect(struct reordering *r, unsigned n)
{
    struct ins *load = &r->ir->ins[n];
    unsigned unproven, atom = protecting_atom(load->op.atom);

    if (!atom || r->alias >= r->ir->t->machine->alias || !worth_it(r, load, &unproven))
        return;
    for (unsigned k = 0; k < r->stores; k++) {
        if (!ir_apart(&r->ir->ins[r->store[k]], load))
            check(r, r->store[k], r->alias);
    }
    if (!isa_imm_encodable(atom, load->op.imm))
        add_displacement(r->ir, n);
    load->op.atom = (uint16_t)atom;
    load->op.al = (uint8_t)r->alias++;
}

static void remember_store(struct reordering *r, unsigned n)
{
    if (r->stores == STORES_BACK) {
        for (unsigned k = 1; k < STORES_BACK; k++)
            r->store[k - 1] = r->store[k];
        r->stores--;
    }
    r->store[r->stores++] = (uint16_t)n;
}

void pass_reorder(struct ir *ir)
{
    struct reordering r = {.ir = ir};

    for (unsigned k = 0; k < ir->memory.count; k++) {
        unsigned n = ir->memory.ins[k];
        struct ins *i = &ir->ins[n];

        if (i->block != BLOCK_BODY)
            continue;
        if (ins_is(i, ISA_F_STORE)) {
            remember_store(&r, n);
            continue;
        }
        turn_point();
        i->early = !(marks(ir, i) & SITE_EARLY);
        if (i->early && cms.opt->opt_alias && !is_protecting(i))
            protect(&r, n);
    }
}
