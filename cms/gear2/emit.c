/*
 * emit.c - from scheduled atoms to code.
 *
 * The layout is fixed first: which atoms take a long immediate is known without addresses, because
 * branches inside a translation are short. Then the code is written where it will run.
 */
#include "gear2/trans.h"
#include "isa_codec.h"

static bool is_branch(const struct atom *a)
{
    return a->role >= ROLE_CHECK && a->role <= ROLE_LOOP;
}

static unsigned atom_words(const struct atom *a)
{
    if (a->op.long_imm)
        return 2;
    if (is_branch(a) || !isa_facts[a->op.atom].extends)
        return 1;
    return isa_imm_fits(a->op.atom, a->op.imm) ? 1 : 2;
}

void trans_layout(struct trans *t)
{
    t->words = 0;
    for (unsigned i = 0; i < t->regions; i++) {
        struct region *r = &t->region[i];

        r->start = t->words;
        for (unsigned b = 0; b < r->bundles; b++) {
            for (int n = r->head[b]; n >= 0; n = t->atom[n].next)
                t->words += atom_words(&t->atom[n]);
        }
    }
    stubs_layout(t);
}

uint32_t trans_stub(const struct trans *t, const struct leaving *l)
{
    return l->lookup ? t->region[l->lookup].start : l->last;
}

/* Where a branch goes, in words from the start of the code. */
static uint32_t branch_target(const struct trans *t, const struct atom *a)
{
    const struct leaving *l = &t->exit[a->exit];

    switch (a->role) {
    case ROLE_LOOP: return t->region[REGION_BODY].start;
    case ROLE_SIDE: return t->region[l->region].start;
    case ROLE_MISS: return l->last;
    default: return trans_stub(t, l);
    }
}

/* Who to blame if this atom traps. */
static void add_spot(struct trans *t, const struct atom *a, uint32_t bundle, unsigned number)
{
    if (t->spots < TRANS_SPOTS)
        t->spot[t->spots++] = (struct spot){bundle * SPOT_ATOMS + number, t->insn[a->insn].eip};
}

static bool emit_bundle(struct trans *t, int first, uint32_t *code, uint32_t *at)
{
    uint32_t bundle = *at;
    unsigned number = 0;

    for (int n = first; n >= 0; n = t->atom[n].next, number++) {
        const struct atom *a = &t->atom[n];
        struct isa_op op = a->op;
        uint32_t words[2];
        int count;

        if (is_branch(a))
            op.imm = (int64_t)branch_target(t, a) - bundle;
        if (a->role == ROLE_PATCH)
            op.imm = t->first_patch + a->exit;
        if (a->role == ROLE_SOURCE)
            op.imm += (intptr_t)(code + t->words);
        if (a->role == ROLE_LEAVE) {
            t->exit[a->exit].bundle = code + bundle;
            t->exit[a->exit].branch = code + *at;
        }
        if (a->early || isa_facts[a->op.atom].flags & ISA_F_CHECK)
            add_spot(t, a, bundle, number);
        count = isa_encode(&op, a->next < 0, words);
        if (count != (int)atom_words(a))
            return false;
        for (int i = 0; i < count; i++)
            code[(*at)++] = words[i];
    }
    return true;
}

bool trans_emit(struct trans *t, uint32_t *code, const struct exit *records)
{
    uint32_t at = 0;

    for (unsigned i = 0; i < t->regions; i++) {
        const struct region *r = &t->region[i];

        for (unsigned b = 0; b < r->bundles; b++) {
            if (!emit_bundle(t, r->head[b], code, &at)) {
                t->abort = ABORT_ENCODE;
                return false;
            }
        }
    }
    stubs_emit(t, code, records);
    return true;
}
