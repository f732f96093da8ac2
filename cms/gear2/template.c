/* template.c - keeping code as a template, and putting it again (template.h). */
#include "gear2/template.h"

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
