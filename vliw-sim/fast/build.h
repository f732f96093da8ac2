/* build.h - what the makers of a block share: block.c (its bundles), parts.c, leave.c. */
#ifndef SELKIRK_FAST_BUILD_H
#define SELKIRK_FAST_BUILD_H

#include <stddef.h>

#include "isa_facts.h"
#include "vliw-sim/fast/fast.h"

struct build {
    struct chip *chip;
    struct fast *f;
    struct emitter *e;
    struct fast_block *block;
    struct pins *pins;
    const struct block_route *route;
    struct score score;
    struct tally tally; /* of the bundles so far */
    uint32_t before;    /* dirty when the block begins, and no commit has come since */
    uint32_t dirty;     /* shadowed registers that have been written since */
    uint32_t f_dirty;
    uint32_t c_dirty;
    uint32_t line;  /* fetched last */
    uint32_t order; /* accesses stamped in line */
    bool spoiled;
    bool room;     /* false: something is used up */
};

/* Sites whose code is still to be emitted, behind the block. */
struct pending_site {
    struct fast_site *site;
    uint32_t label;
    const void *serve;
    uint8_t ahead[PINS];
};

struct pending_exit {
    uint32_t label;
    uint32_t tally, cycles, order, dirty, f_dirty, c_dirty, way, line;
    uint64_t target;
    uint8_t ahead[PINS];
    uint16_t bundle;
    bool through;
    bool indirect;
};

struct block_tail {
    struct pending_site site[BLOCK_BUNDLES * (BUNDLE_ATOMS + 2) + 8];
    unsigned sites;
    struct pending_exit exit[BLOCK_BUNDLES];
    unsigned exits;
};

/* Where a branch that moves to the end of its bundle finds its operands. */
struct operands {
    int64_t ra, rb, ca;
};

/* Where host code finds a field of the chip, and an element of an array in it. */
#define AT(field) ((int64_t)offsetof(struct chip, field) - CHIP_MIDDLE)
#define AT_ITEM(field, n) \
    (AT(field) + (int64_t)sizeof(((struct chip *)0)->field[0]) * (int64_t)(n))
#define AT_R(n) AT_ITEM(r, n)
#define AT_C(n) AT_ITEM(c, n)
#define AT_F(n) AT_ITEM(fpu.f, n)
#define AT_COPY(n) AT_ITEM(hot.copy, n)

static inline bool conditional(const struct atom *a)
{
    return isa_facts[a->op.atom].flags & ISA_F_COND;
}

/* The bundle's control atom, or NULL. */
const struct atom *bundle_branch(const struct bundle *b);
uint64_t branch_target(const struct bundle *b, const struct atom *branch);

static inline bool is_move(const struct atom *a)
{
    return a->exec == exec_move_r || a->exec == exec_move_c || a->exec == exec_move_f;
}

static inline bool is_store(const struct atom *a)
{
    return !is_move(a) && (isa_facts[a->op.atom].flags & ISA_F_STORE);
}

/* ---------------------------------------------------------------- parts.c */

/* A place in the block's last bundle; its code comes behind the block, at the label returned. */
struct fast_site *part_site(struct build *b, enum site_kind kind);
uint32_t part_site_later(struct build *b, struct block_tail *tail, struct fast_site *s,
                         const void *serve);
void part_site_code(struct build *b, const struct pending_site *p);

/* Number of a tally of the bundles so far. */
uint32_t part_tally(struct build *b);

/* Fills the holes of a fetch of the line; of an atom, of which `part_form` is the form's number. */
void part_line(struct build *b, uint32_t line);
void part_fill(struct patch *p, const struct bundle *b, const struct atom *a);
unsigned part_form(const struct atom *a);

/* In the order in which a bundle has them. */
void part_fetches(struct build *b, struct block_tail *tail, struct fast_bundle *fb);
void part_commit_check(struct build *b, struct block_tail *tail);
/* A conditional branch: to the label if it is taken; or the other way, and on if it is. */
void part_branch(struct build *b, const struct bundle *n, const struct atom *a,
                 const struct operands *o, uint32_t label, bool taken);
void part_operands(struct build *b, const struct bundle *n, unsigned at, struct operands *o);
void part_atom(struct build *b, struct block_tail *tail, struct fast_bundle *fb, unsigned i);
void part_late_stores(struct build *b, const struct bundle *n);
void part_commit(struct build *b);

/* Says at run time that these registers have been written and are not official. */
void part_dirty(struct build *b, uint32_t dirty, uint32_t f_dirty);

/* ---------------------------------------------------------------- pins.c */

/*
 * Around each entry of atom[], in the order of their code: its sources' pins; then, once its
 * stencil is known, its result's; then the next one's turn.
 */
void pins_before(struct build *b, const struct atom *a);
void pins_result(struct build *b, const struct atom *a, unsigned stencil);
void pins_after(struct build *b, const struct atom *a);

/* ---------------------------------------------------------------- leave.c */

/* The state behind the last bundle: not taken, or (`before` it issued) taken. */
struct pending_exit leave_here(struct build *b, uint64_t target);
struct build leave_taken(const struct build *b, const struct score *before,
                         const struct atom *branch);

/* What a site has to know that is an exit. */
void leave_out(struct build *b, struct fast_site *s, uint32_t way, uint32_t line, uint64_t target);

/* Code that leaves: to x->target, to chip->hot.target, to a bundle for the reference engine. */
void leave_by(struct build *b, const struct pending_exit *x, struct block_tail *tail);
void leave_indirect(struct build *b, const struct pending_exit *x, struct block_tail *tail);
void leave_to_step(struct build *b, struct block_tail *tail, uint64_t target);

#endif
