/*
 * pack.h - the quick gear's bundles: atoms go into code memory as they are lowered, in order.
 */
#ifndef CMS_GEAR2_PACK_H
#define CMS_GEAR2_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "isa.h"

#define PACK_FIXES 256 /* atoms whose immediate is known at the end */
#define PACK_FLAGS 32  /* in ready[]: c0. r32 is the linker's */

/* What the packer wants to know of an atom, at hand. */
struct pack_fact {
    uint64_t slots;     /* what it takes of a bundle: pack.c */
    uint64_t conflicts; /* bits of packer.written that it can't share a bundle with */
    uint64_t marks;     /* bits of packer.written that it sets, beside its register's */
    uint64_t closes;    /* slots of its bundle that are full after it */
    uint8_t latency;
    uint8_t imm_bits;
    uint8_t reads_flags, writes_flags; /* PACK_FLAGS or 0 */
    uint8_t rd_mask;                   /* all ones if rd is a source */
};

/* An atom whose immediate is filled in when the code is complete. */
struct pack_fix {
    uint32_t *word, *bundle;
    int64_t imm; /* to which that is added */
    uint16_t atom;
    uint8_t role, exit;
};

struct packer {
    const struct pack_fact *fact;
    uint64_t slots;   /* of the open bundle: pack.c */
    uint64_t written; /* registers that it writes, and what else it holds */
    uint64_t empty;   /* slots of an empty bundle */
    uint32_t cycle;   /* in which it issues */
    uint32_t *code;   /* of the translation */
    uint32_t *at;     /* the next word */
    uint32_t *bundle; /* first word of the open bundle */
    uint32_t *last;   /* where its stop bit would be; NULL: nothing yet */
    uint32_t *word;   /* the last atom's, */
    unsigned moves;   /* and the register that is all that it writes, or 0 */
    unsigned atoms, bundles, fixes;
    uint32_t ready[64]; /* cycle in which a register can be read */
    struct pack_fix fix[PACK_FIXES];
};

struct machine;
struct trans;

void pack_init(struct packer *p, struct pack_fact fact[ISA_ATOM_COUNT], const struct machine *m);
void pack_begin(struct trans *t, uint32_t *code);
void pack_break(struct trans *t); /* what comes next begins a bundle */
void pack_op(struct trans *t, const struct isa_op *op, unsigned role, unsigned exit);

/* An atom that is its match and these bits. It writes rd, and reads ra, rb and rs: 0, none. */
void pack_bits(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, unsigned ra, unsigned rb,
               unsigned rs);
/* ... with an immediate in the lowest bits */
void pack_imm(struct trans *t, unsigned atom, uint32_t bits, unsigned rd, unsigned ra, unsigned rs,
              int64_t imm);
/* The last atom's result goes to `rd` instead; false if that isn't possible. */
bool pack_redirect(struct trans *t, unsigned rd, unsigned from);
/* Branches and addresses, when all regions' places are known. */
bool pack_finish(struct trans *t);

#endif
