/*
 * template.h - gear 2: code that is the same each time but for some fields, put as a whole.
 *
 * Half of what the quick gear makes are ways out: EIP, the commit and the branch; the choice at a
 * conditional end; the look-up of a computed target. The first time that one is wanted it is put
 * atom by atom, as a bundle's begin, and what the packer has made of it is kept, with its fields
 * cleared. From then on it is copied and filled in: what order and slots allow is known, for this
 * machine, and only the first bundle is asked whether it joins the open one.
 *
 * With cms.gear2.check on they are put atom by atom each time, and the templates must come out the
 * same.
 */
#ifndef CMS_GEAR2_TEMPLATE_H
#define CMS_GEAR2_TEMPLATE_H

#include "gear2/build.h"

/* The temporaries that templates take are the first ones of the pool. */
#define TEMPLATE_TEMPS (UINT64_C(0xff) << 12)

/* Is there none yet, or must it be made again to be compared? */
static inline bool template_is_due(const struct template *m)
{
    return !m->words || cms.opt->check2;
}

/* Making one: what is put behind this ... */
struct packer template_begin(struct trans *t);
/* ... is taken back, and returned. */
struct template template_end(struct trans *t, const struct packer *before);
/* With its fields cleared it becomes *m. */
void template_set(struct trans *t, struct template *m, const struct template *made);

/*
 * Room for the template's words, which the caller fills in. Its first bundle touches these
 * registers and takes these slots.
 */
static inline uint32_t *template_put(struct trans *t, const struct template *m, uint64_t touches,
                                     uint64_t slots)
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

/*
 * Word n of the template that begins at `at` is a branch. A template of several bundles has none in
 * the first.
 */
static inline void template_branch(struct trans *t, const struct template *m, uint32_t *at,
                                   unsigned n, unsigned atom, unsigned role, unsigned exit)
{
    uint32_t *bundle = m->begin[n] ? at + m->begin[n] : t->pack.bundle;

    branch_to(t, at + n, bundle, t->fact[atom].imm_bits, role, exit);
}

#endif
