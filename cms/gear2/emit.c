/*
 * emit.c - from scheduled atoms to code.
 *
 * One walk writes every atom where it will run. What the words of branches and of loads from the
 * source's copy are depends on where the rest lies; how long they are doesn't: the walk leaves room
 * for them, and they are written when all has its place.
 */
#include "gear2/trans.h"
#include "isa_codec.h"

unsigned trans_most_words(const struct trans *t)
{
    unsigned words = t->exits * STUB_WORDS;

    for (unsigned i = 0; i < t->regions; i++)
        words += 2u * (t->region[i].prefixed + t->region[i].count);
    return words;
}

const uint32_t *trans_branch_target(const struct trans *t, unsigned role, unsigned exit)
{
    const struct leaving *l = &t->exit[exit];

    switch (role) {
    case ROLE_LOOP: return &t->region[REGION_BODY].start;
    case ROLE_SIDE: return &l->begin;
    case ROLE_MISS: return &l->last;
    default: return &l->enter;
    }
}

void trans_place_exits(struct trans *t)
{
    for (struct leaving *l = t->exit; l < t->exit + t->exits; l++) {
        l->begin = t->region[l->region].start;
        l->enter = l->lookup ? t->region[l->lookup].start : l->last;
    }
}

/* Who to blame if this atom traps. */
static OUT_OF_LINE void add_spot(struct trans *t, const struct atom *a, uint32_t bundle,
                                 unsigned number)
{
    if (t->spots < TRANS_SPOTS)
        t->spot[t->spots++] = (struct spot){bundle * SPOT_ATOMS + number, t->insn[a->insn].eip};
}

/* Room for an atom that has to wait for addresses. */
static OUT_OF_LINE unsigned postpone(struct trans *t, const struct atom *a, uint32_t bundle,
                                     uint32_t word)
{
    t->open[t->opens++] = (struct open){(uint16_t)(a - t->atom), (uint16_t)word, (uint16_t)bundle};
    return a->op.long_imm ? 2 : 1;
}

/* The number of words, or 0. */
static OUT_OF_LINE unsigned emit_patch(const struct trans *t, const struct atom *a, uint32_t *at)
{
    struct isa_op op = a->op;

    op.imm = t->first_patch + a->exit;
    return (unsigned)isa_encode(&op, a->next < 0, at);
}

/* Returns the next one's place. */
static uint32_t *emit_bundle(struct trans *t, int first, uint32_t *code, uint32_t *at)
{
    const struct atom *atoms = t->atom, *a;
    uint32_t *begin = at;
    unsigned number = 0, words;

    for (int n = first; n >= 0; n = a->next, number++) {
        a = &atoms[n];
        if (a->early || isa_facts[a->op.atom].flags & ISA_F_CHECK)
            add_spot(t, a, (uint32_t)(begin - code), number);
        if (a->role == ROLE_PLAIN || a->role == ROLE_COMMIT)
            words = (unsigned)isa_encode_known(&a->op, a->next < 0, at);
        else if (a->role == ROLE_PATCH)
            words = emit_patch(t, a, at);
        else
            words = postpone(t, a, (uint32_t)(begin - code), (uint32_t)(at - code));
        if (!words)
            t->abort = ABORT_ENCODE;
        at += words;
    }
    return at;
}

/* What had to wait for addresses. */
static bool complete(struct trans *t, const struct open *o, uint32_t *code)
{
    const struct atom *a = &t->atom[o->atom];
    struct isa_op op = a->op;
    uint32_t words[2];

    if (a->role == ROLE_SOURCE)
        op.imm += (intptr_t)trans_source_copy(t, code);
    else
        op.imm = (int64_t)*trans_branch_target(t, a->role, a->exit) - o->bundle;
    if (a->role == ROLE_LEAVE) {
        t->exit[a->exit].bundle = o->bundle;
        t->exit[a->exit].branch = o->word;
        t->exit[a->exit].branch_bits = isa_facts[op.atom].imm_bits;
    }
    if (isa_encode_known(&op, a->next < 0, words) != (op.long_imm ? 2 : 1)) {
        t->abort = ABORT_ENCODE;
        return false;
    }
    code[o->word] = words[0];
    if (op.long_imm)
        code[o->word + 1] = words[1];
    return true;
}

bool trans_emit(struct trans *t, uint32_t *code, const struct exit *records)
{
    uint32_t *at = code;

    t->words = t->opens = t->spots = 0;
    for (unsigned i = 0; i < t->regions; i++) {
        struct region *r = &t->region[i];

        r->start = t->words;
        for (unsigned b = 0; b < r->bundles; b++)
            at = emit_bundle(t, r->head[b], code, at);
        t->words = (unsigned)(at - code);
    }
    if (t->abort != ABORT_NONE)
        return false;
    stubs_emit(t, code, records);
    trans_place_exits(t);
    for (unsigned i = 0; i < t->opens; i++) {
        if (!complete(t, &t->open[i], code))
            return false;
    }
    return true;
}
