/*
 * pack.h - the quick gear's bundles: atoms go into code memory as they are lowered, in order.
 */
#ifndef CMS_GEAR2_PACK_H
#define CMS_GEAR2_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "isa.h"

#define PACK_FIXES 256 /* atoms whose immediate is known at the end */

/* What the packer wants to know of an atom, in one line of the cache. */
struct pack_fact {
    _Alignas(64) uint64_t slots; /* what it takes of a bundle: pack.c */
    uint64_t closes;  /* slots of its bundle that are full after it */
    uint64_t reads;   /* bits that it reads, beside those of its operands */
    uint64_t writes;  /* likewise */
    uint64_t updates; /* all ones if rd is a source */
    uint64_t late;    /* all ones if what it writes isn't there in the next bundle */
    uint32_t match;
    uint8_t imm_bits;
    uint8_t moves; /* all ones if rd is all that it writes, and no source */
};

/* An atom whose immediate is filled in when the code is complete. */
struct pack_fix {
    uint32_t *word, *bundle;
    const uint32_t *target; /* of a branch: words from the start; NULL: in the source's copy, */
    uint32_t imm;           /* so many bytes from the start of that */
    uint32_t mask;          /* of the immediate without what a long one adds */
};

struct packer {
    const struct pack_fact *fact;
    uint64_t slots;   /* of the open bundle: pack.c */
    uint64_t written; /* registers that it writes, and what else it holds */
    uint64_t slow;    /* those that aren't there in the next bundle, */
    uint64_t late;    /* and those of the bundle before */
    uint64_t empty;   /* slots of an empty bundle, */
    uint64_t full;    /* and of a full one */
    uint32_t *code;   /* of the translation */
    uint32_t *at;     /* the next word */
    uint32_t *bundle; /* first word of the open bundle */
    unsigned moves;   /* register that is all that the last atom writes, or 0 */
    unsigned bundles, longs, fixes; /* bundles, long immediates so far */
};

struct machine;
struct trans;

void pack_init(struct packer *p, struct pack_fact fact[ISA_ATOM_COUNT], const struct machine *m);
void pack_begin(struct trans *t, uint32_t *code);
/* What comes next begins a bundle. */
static inline void pack_break(struct packer *p)
{
    p->slots = p->full;
    p->moves = 0;
}

unsigned pack_atoms(const struct packer *p); /* so far */
void pack_op(struct trans *t, const struct isa_op *op, unsigned role);

/* Registers as bits for what follows. r0 is never written, so nobody waits for it. */
#define PACK_READS(ra, rb) (UINT64_C(1) << (ra) | UINT64_C(1) << (rb))

/* An atom that is its match and these bits. It writes rd: 0, none. */
void pack_bits(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, uint64_t reads);
/* ... with an immediate in the lowest bits */
void pack_imm(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, uint64_t reads,
              int64_t imm);
/* ... with a displacement there, to where that role and exit lead */
void pack_branch(struct trans *t, unsigned atom, uint32_t bits, uint64_t reads, unsigned role,
                 unsigned exit);
/* The last atom's result goes to `rd` instead; false if that isn't possible. */
bool pack_redirect(struct trans *t, unsigned rd, unsigned from);
/* Branches and addresses, when all regions' places are known. */
bool pack_finish(struct trans *t);

#endif
