/*
 * state.h - what the fast engine's host code finds by its offset in the chip.
 *
 * A *view* is a line that L1D holds, seen through the address by which an access names it. One
 * comparison then stands for the map of native memory (or the TLB and its permissions) and for the
 * cache's tags; what a hit changes is the line's stamp. Views are made by accesses that went the
 * long way, and taken back as soon as the line leaves or a translation has changed.
 *
 * A view's place in the table is chosen by its address. A place that holds none names a line of
 * another place, which no access that is looked up there can meet.
 */
#ifndef SELKIRK_FAST_STATE_H
#define SELKIRK_FAST_STATE_H

#include <stdint.h>

#define VIEW_LINE 64u /* shortest line that has views, and what a view takes */
#define VIEWS 2048u
#define WIDES 512u
#define JUMPS 4096u  /* entries of the table of indirect targets */
#define JUMP_SPREAD 8u /* from a target to its entry: bytes */
#define JUMP_MASK ((JUMPS - 1) * 32u)
#define LINES_LOG 15
#define LINES (1u << LINES_LOG) /* lines of L1I that blocks know */
#define PINS 5u      /* host registers that can hold guest registers */

/*
 * Host code's register for the chip holds the address of this byte of it: the guest registers that
 * translations use, which come first, then lie within 8 bits of that.
 */
#define CHIP_MIDDLE 128

struct fast_view {
    uint64_t native_read;  /* address of the line, */
    uint64_t native_write; /* and if it is dirty and may be written, */
    uint64_t native_host;  /* where its bytes are, */
    int64_t *native_stamp; /* and its stamp */
    uint32_t guest_read;   /* guest-linear address */
    uint32_t guest_write;  /* stores are allowed and watched by no T bit; L1D need not hold it */
    uint64_t guest_host;
    uint64_t guest_pa; /* guest-physical address of the line at guest_write */
    int64_t *guest_stamp;
};

/* Where a site's jump to the target leads. */
struct fast_jump {
    uint64_t target;
    uint64_t site;
    const void *code;
    uint64_t unused; /* for a size that is a power of two */
};

struct chip;
struct jtlb;
struct rstack;
typedef void *fast_call(struct chip *chip, uint64_t base, uint64_t extra, uint64_t site);

struct fast_state {
    uint64_t limit;   /* from this cycle on no block is entered */
    uint64_t target;  /* of the indirect transfer at the end of the bundle */
    uint64_t copy[2]; /* operands of a branch that other atoms of its bundle overwrite */
    uint32_t copy_c;
    uint32_t *count; /* executions of each tally in the current phase */
    uint64_t base;   /* the block's first cycle, as a call from host code leaves it */
    uint64_t pin[PINS]; /* guest registers that host code goes on with after a call */
    uint32_t stale;  /* not 0: c registers or control registers may differ from the official ones */

    int64_t wide[WIDES]; /* immediates of more than 32 bits */
    uint32_t wides;

    /* Host code calls these at commits: for registers if it isn't known which, and for stores. */
    void (*on_official)(struct chip *chip);
    void (*on_drain)(struct chip *chip, uint64_t cycle);

    /* The value of a guest load that meets stores which wait: calls.c; C can't call it. */
    void *on_merge;

    /* Tables of the machine: lookup.h. */
    uint64_t (*on_find)(struct jtlb *t, uint64_t key);
    void (*on_jtlb)(struct jtlb *t, uint64_t key, uint64_t target);
    void (*on_push)(struct rstack *s, uint64_t key, uint64_t target);
    uint64_t (*on_pop)(struct rstack *s, uint64_t key);

    /* What host code calls where it can't go on; each returns where to go on. */
    fast_call *on_atom, *on_fetch, *on_step, *on_exit;

    /* What there is to report, at the end of a run. */
    uint64_t bundles;      /* completed by host code alone */
    uint64_t built;        /* blocks, */
    uint64_t built_bytes;  /* their host code, */
    double built_seconds;  /* and what it took to make them */
    uint64_t flushes;      /* times when all were dropped */

    struct fast_jump jump[JUMPS];
    int64_t *line[LINES]; /* stamps of lines in L1I; NULL: L1I doesn't hold it */
    _Alignas(64) struct fast_view view[VIEWS];
};

#endif
