/*
 * emit.c - from scheduled atoms to code.
 *
 * One walk writes every atom where it will run. Where branches lead isn't known before all has its
 * place; their displacements are filled in then.
 */
#include "gear3/schedule.h"
#include "isa_word.h"
#include "runtime/chain.h"

unsigned trans_most_words(const struct trans *t)
{
    unsigned words = t->exits * STUB_WORDS;

    for (unsigned i = 0; i < t->regions; i++)
        words += 2u * (t->region[i].prefixed + t->region[i].count);
    return words;
}

/* What there is to say of an atom beside its word; returns the next one's place. */
static inline uint32_t *emit_more(struct trans *t, const struct atom *a, uint32_t bundle,
                                  unsigned number, const uint32_t *code, uint32_t *at)
{
    if (a->emit & EMIT_SPOT && t->spots < TRANS_SPOTS) /* who to blame if it traps */
        t->spot[t->spots++] = (struct spot){bundle * SPOT_ATOMS + number, t->insn[a->insn].eip};
    if (a->emit & EMIT_OPEN)
        t->open[t->opens++] = (struct open){(uint16_t)(a - t->atom), (uint16_t)(at - 1 - code),
                                            (uint16_t)bundle};
    if (a->emit & EMIT_LONG)
        *at++ = LIM_MATCH | LIM_WORD(a->above);
    return at;
}

/* Likewise. */
static inline uint32_t *emit_bundle(struct trans *t, const struct bundle *b, const uint32_t *code,
                                    uint32_t *at)
{
    uint64_t atoms = b->atoms[0];
    unsigned count = (unsigned)BUNDLE_ATOMS(b->taken);
    uint32_t bundle = (uint32_t)(at - code);

    for (unsigned k = 0; k < count; k++) {
        const struct atom *a = &t->atom[atoms & UINT16_MAX];
        unsigned more = a->emit;

        *at++ = a->word;
        if (more)
            at = emit_more(t, a, bundle, k, code, at);
        atoms = k == 3 ? b->atoms[1] : atoms >> 16;
    }
    if (count)
        at[-1] |= ISA_STOP;
    return at;
}

static bool complete(struct trans *t, const struct open *o, uint32_t *code)
{
    const struct atom *a = &t->atom[o->atom];
    unsigned bits = isa_facts[a->op].imm_bits;
    const uint32_t *target = code + *trans_branch_target(t, a->role, a->exit);
    uint32_t word = chain_branch(code[o->word], bits, code + o->bundle, target);

    if (!word) {
        t->abort = ABORT_ENCODE;
        return false;
    }
    if (a->role == ROLE_LEAVE) {
        t->exit[a->exit].bundle = o->bundle;
        t->exit[a->exit].branch = o->word;
        t->exit[a->exit].branch_bits = (uint8_t)bits;
    }
    code[o->word] = word;
    return true;
}

bool trans_emit(struct trans *t, uint32_t *code, const struct exit *records)
{
    uint32_t *at = code;

    t->opens = t->spots = 0;
    for (struct region *r = t->region; r < t->region + t->regions; r++) {
        const struct bundle *b = &t->bundle[r->bundle], *end = b + r->bundles;

        r->start = (uint32_t)(at - code);
        for (; b < end; b++)
            at = emit_bundle(t, b, code, at);
    }
    t->words = (unsigned)(at - code);
    stubs_emit(t, code, records);
    trans_place_exits(t);
    for (unsigned i = 0; i < t->opens; i++) {
        if (!complete(t, &t->open[i], code))
            return false;
    }
    return true;
}
