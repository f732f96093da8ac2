/*
 * state.h - what the fast engine's host code finds by its offset in the chip.
 *
 * A *view* is a line that the chip's models would take as a hit which changes nothing: the most
 * recent line of its L1D set, seen through the address by which an access names it. One comparison
 * then stands for the map of native memory (or the TLB and its permissions) and for the cache's
 * tags. Views are made by accesses that went the long way, and taken back as soon as the set's most
 * recent line is another or a translation has changed.
 *
 * There are as many as a page has lines, chosen by the address's bits within the page: these are
 * the same in every kind of address, so that a set's views are found without translating back.
 */
#ifndef SELKIRK_FAST_STATE_H
#define SELKIRK_FAST_STATE_H

#include <stdint.h>

#define VIEW_NONE UINT64_MAX /* no address of a line */
#define VIEW_LINE 64u        /* shortest line that has views */
#define VIEWS (4096u / VIEW_LINE)
#define WIDES 512u
#define JUMPS 1024u /* entries of the table of indirect targets */

struct fast_view {
    uint64_t native_read;  /* address of the line, */
    uint64_t native_at;    /* and what has to be added for the host's address */
    uint64_t native_write; /* likewise; the line is dirty already */
    uint64_t guest_read;   /* guest-linear address */
    uint64_t guest_at;
    uint64_t guest_write;    /* stores are allowed and watched by no T bit */
    uint64_t guest_write_at; /* what has to be added for the guest-physical address */
    uint64_t spare;
};

struct fast_jump {
    uint64_t target;
    uint64_t way; /* what was on its way (fast.h) */
    const void *code;
};

struct chip;
typedef void *fast_call(struct chip *chip, uint64_t base, uint64_t extra, uint64_t site);

struct fast_state {
    uint64_t limit;   /* from this cycle on no block is entered */
    uint64_t target;  /* of the indirect transfer at the end of the bundle */
    uint64_t copy[2]; /* operands of a branch that other atoms of its bundle overwrite */
    uint32_t copy_c;
    uint32_t *count; /* executions of each tally in the current phase */
    uint64_t base;   /* the block's first cycle, as a call from host code leaves it */

    int64_t wide[WIDES]; /* immediates of more than 32 bits */
    uint32_t wides;

    /* Commits, at this cycle. */
    void (*on_commit)(struct chip *chip, uint64_t cycle, uint64_t dirty, uint32_t f_dirty);

    /* What host code calls; each returns where to go on. */
    fast_call *on_atom, *on_fetch, *on_step, *on_exit;

    /* What there is to report, at the end of a run. */
    uint64_t bundles;      /* completed by host code alone */
    uint64_t built;        /* blocks, */
    uint64_t built_bytes;  /* their host code, */
    double built_seconds;  /* and what it took to make them */
    uint64_t flushes;      /* times when all were dropped */

    struct fast_jump jump[JUMPS];
    _Alignas(64) struct fast_view view[VIEWS];
};

#endif
