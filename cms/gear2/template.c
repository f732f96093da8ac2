/* template.c - keeping code as a template, and putting it again (template.h). */
#include "gear2/template.h"

#include "gear2/build.h"
#include "isa_word.h"

struct packer template_begin(struct trans *t)
{
    struct packer *p = &t->pack, before = *p;

    p->bundle = p->at; /* which is empty: the word before stays as it is */
    p->slots = p->empty;
    p->written = p->moves = 0;
    t->temp = 0;
    return before;
}

struct template template_end(struct trans *t, const struct packer *before)
{
    const uint32_t *begin = before->at;
    struct template m = {.words = (uint8_t)(t->pack.at - begin)};

    if (m.words > TEMPLATE_WORDS) {
        give_up(t, ABORT_SIZE);
        m.words = 0;
    }
    for (unsigned n = 0; n < m.words; n++) {
        m.word[n] = begin[n];
        m.begin[n] = m.last;
        m.longs += (begin[n] & LIM_MASK) == LIM_MATCH;
        if (begin[n] & ISA_STOP) {
            m.last = (uint8_t)(n + 1);
            m.bundles++;
        }
    }
    t->pack = *before;
    return m;
}

void template_set(struct trans *t, struct template *m, const struct template *made)
{
    if (m->words && memcmp(m, made, sizeof(*m)))
        give_up(t, ABORT_CHECK);
    if (t->abort == ABORT_NONE)
        *m = *made;
}

uint32_t *template_put(struct trans *t, const struct template *m, uint64_t touches, uint64_t slots)
{
    struct packer *p = &t->pack;
    uint32_t *at = p->at;

    pack_join(p, touches, slots);
    if (m->bundles) {
        p->bundle = at + m->last;
        p->bundles += m->bundles;
    }
    p->at = at + m->words;
    p->longs += m->longs;
    p->written = PACK_CLOSED;
    p->moves = 0;
    return at;
}

void template_branch(struct trans *t, const struct template *m, uint32_t *at, unsigned n,
                     unsigned atom, unsigned role, unsigned exit)
{
    uint32_t *bundle = m->begin[n] ? at + m->begin[n] : t->pack.bundle;

    pack_lead(t, at + n, bundle, t->fact[atom].imm_bits, role, exit);
}
