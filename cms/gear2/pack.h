/*
 * pack.h - the quick gear's bundles: atoms go into code memory as they are lowered, in order.
 */
#ifndef CMS_GEAR2_PACK_H
#define CMS_GEAR2_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "isa.h"

#define PACK_FIXES 256 /* atoms whose immediate is known at the end */

/*
 * Registers as bits. As bits of registers that nobody names, and r0's, which everybody reads: that
 * the bundle is closed; the guest's flags, guest stores, checks.
 */
#define PACK_READS(ra, rb) (UINT64_C(1) << (ra) | UINT64_C(1) << (rb))
#define PACK_CLOSED UINT64_C(1)
#define PACK_FLAGS (UINT64_C(1) << 32)
#define PACK_STORES (UINT64_C(1) << 34)
#define PACK_CHECKS (UINT64_C(1) << 35)

#define PACK_OVERFLOW UINT64_C(0x4081020408102040) /* bits of slots: pack.c */

/* What the packer wants to know of an atom. */
struct pack_fact {
    _Alignas(32) uint64_t slots; /* what it takes of a bundle: pack.c */
    uint64_t reads;  /* bits that it reads, beside those of its operands */
    uint64_t writes; /* likewise */
    uint32_t match;
    uint8_t imm_bits;
    uint8_t moves; /* all ones if rd is all that it writes, and no source */
};

/* An atom whose immediate is filled in when the code is complete. */
struct pack_fix {
    uint32_t *word, *bundle;
    const uint32_t *target; /* of a branch: words from the start; NULL: in the source's copy, */
    uint32_t imm;           /* so many bytes from the start of that */
    uint8_t bits;           /* of the immediate without what a long one adds */
};

/* Code that is put as a whole: template.h. */
#define TEMPLATE_WORDS 16

struct template {
    uint32_t word[TEMPLATE_WORDS];
    uint8_t begin[TEMPLATE_WORDS]; /* first word of each one's bundle */
    uint8_t words, longs;          /* words 0: there is none yet */
    uint8_t bundles, last;         /* after the first one; first word of the last */
};

struct packer {
    uint64_t slots;   /* of the open bundle: pack.c */
    uint64_t written; /* registers that it writes, and what else it holds */
    uint64_t empty;   /* slots of an empty bundle */
    uint32_t *code;   /* of the translation */
    uint32_t *at;     /* the next word */
    uint32_t *bundle; /* first word of the open bundle */
    /* Of another type than words, which to the compiler may lie anywhere: */
    uint64_t moves;          /* register that is all that the last atom writes, or 0 */
    uint64_t bundles, longs; /* bundles, long immediates so far */
    unsigned fixes;
};

struct machine;
struct trans;

void pack_init(struct trans *t, const struct machine *m);
void pack_begin(struct trans *t, uint32_t *code);
void pack_break(struct packer *p); /* what comes next begins a bundle */

/*
 * What is at p->at and touches these registers joins the open bundle and takes these slots of it,
 * or it begins the next one. Returns what its bundle has written before.
 */
static inline uint64_t pack_join(struct packer *p, uint64_t touches, uint64_t takes)
{
    uint64_t written = p->written, slots = p->slots + takes;
    uint32_t *at = p->at;

    if ((touches & written) | (slots & PACK_OVERFLOW)) {
        at[-1] |= ISA_STOP;
        p->bundle = at;
        p->bundles++;
        p->slots = p->empty + takes;
        return 0;
    }
    p->slots = slots;
    return written;
}

unsigned pack_atoms(const struct packer *p); /* so far */
void pack_op(struct trans *t, const struct isa_op *op, unsigned role);

/* An atom that is its match and these bits. It writes rd: 0, none. */
void pack_bits(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, uint64_t reads);
/* ... with an immediate in the lowest bits */
void pack_imm(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, uint64_t reads,
              int64_t imm);
/* ... with a displacement there, to where that role and exit lead */
void pack_branch(struct trans *t, unsigned atom, uint32_t bits, uint64_t reads, unsigned role,
                 unsigned exit);
/* The branch at `word`, in that bundle, with a displacement of so many bits, leads there, too;
 * use branch_to (build.h). */
void pack_lead(struct trans *t, uint32_t *word, uint32_t *bundle, unsigned bits, unsigned role,
               unsigned exit);
/* The last atom's result goes to `rd` instead; false if that isn't possible. */
bool pack_redirect(struct trans *t, unsigned rd, unsigned from);
/* Branches and addresses, when all regions' places are known. */
bool pack_finish(struct trans *t);

#endif
