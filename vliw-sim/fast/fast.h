/*
 * fast.h - the fast engine: host code by copy and patch, cycle for cycle what the reference does.
 *
 *   stencils.c   pieces of host code, one for each atom; cut.py makes tables of them
 *   way.c        the scoreboard's state between blocks
 *   view.c       what host code knows of caches and TLB
 *   emit.c       the buffer of host code; stencils copied and their holes filled
 *   block.c      a block out of decoded bundles (build.h),
 *   route.c      which ones,
 *   parts.c      what is in it,
 *   pins.c       guest registers in host registers,
 *   leave.c      and how it is left
 *   tally.c      counters
 *   engine.c     entering blocks, and what host code calls
 *
 * docs/engine.md explains how it stays equal.
 */
#ifndef SELKIRK_FAST_H
#define SELKIRK_FAST_H

#include "vliw-sim/engine.h"

/* ---------------------------------------------------------------- stencils */

enum stencil_fill {
    FILL_ABS,
    FILL_DISP, /* these too, in an instruction that has a form for 8 bits: of an address, */
    FILL_IMM,  /* an operand, */
    FILL_ACC,  /* an operand beside the accumulator */
    FILL_REL,
    FILL_BYTE,
    FILL_PART, /* a jump within the stencil: to offset `addend` */
    FILL_REGISTER /* the place of a guest register, `addend` bytes behind the opcode or its REX */
};

struct stencil_hole {
    uint16_t at;
    uint8_t fill; /* enum stencil_fill */
    uint8_t hole;
    int32_t addend;
};

struct stencil {
    const uint8_t *code;
    uint16_t size;
    uint16_t hot; /* bytes of it that are run often */
    bool slow;  /* may go the long way */
    bool sets;  /* writes its register by FILL_REGISTER, whichever way it goes */
    bool calls; /* and pins are lost */
    const struct stencil_hole *hole;
    uint16_t holes;
};

/* Which operand chooses among an atom's stencils. */
enum stencil_form { FORM_none, FORM_cond, FORM_sc };

struct stencil_atom {
    uint16_t first; /* of its forms; STENCIL_NONE: called out of line */
    uint16_t late;  /* a store that takes place at the end of its bundle */
    uint16_t wide;  /* its immediate has more than 32 bits */
    uint8_t form;
};

#include "fast_stencils.inc"

extern const struct stencil stencils[STENCILS];
extern const struct stencil_atom stencil_atoms[ISA_ATOM_COUNT];

/* ---------------------------------------------------------------- limits */

#define BLOCK_BUNDLES 32   /* longest block */
#define BLOCK_PAGES 4      /* ... in pages of code */
#define PAGE_SHIFT 12
#define BLOCK_CYCLES 2048  /* ... in cycles, if nothing misses */
#define EVENT_MARGIN 4096  /* cycles before an event in which bundles are stepped */
#define BLOCK_VERSIONS 24  /* blocks of one address */
#define TALLIES (1u << 17) /* ends of ways through blocks */
#define SITES (1u << 18)
#define PAGE_HASH 4096u /* of pages of code */
#define CODE_MOST 24u /* MiB of code, as knobs.def has it */
#define CODE_BLOCK (96u << 10) /* room that a block may need */

/* ---------------------------------------------------------------- way.c */

/* A register whose result is on its way, and the cycles until it is there. */
struct way_item {
    uint8_t reg; /* as in struct bundle_late; then the dividers */
    uint8_t left;
};

enum { SCORE_DIVIDER = LATE_F + ISA_F_COUNT, SCORE_F_DIVIDER, SCORES };

/*
 * What a block has to know of the moment when it is entered, itself known by a number: all results
 * that are on their way, in the order of their registers; and which registers can differ from their
 * official copies, if that is known.
 */
struct way {
    const struct way_item *item;
    uint32_t items;
    uint32_t dirty; /* integer registers, DIRTY_C of flag registers; or DIRTY_UNKNOWN */
};

#define WAY_NOTHING 0u
#define DIRTY_C(mask) ((uint32_t)(mask) << 24)
#define DIRTY_UNKNOWN UINT32_MAX
#define WAYS (1u << 14)

struct ways {
    struct way way[WAYS];
    uint32_t used;
    uint32_t hash[2 * WAYS]; /* number + 1 */
    struct way_item *items;
    uint32_t items_used;
};

/* The scoreboard while a block is made: cycles count from the block's first. */
struct score {
    uint32_t now;
    uint64_t late[2]; /* bit mask of those that may still be on their way */
    uint32_t ready[SCORES];
};

void score_start(struct score *s, const struct ways *ways, uint32_t way);

/* Cycles that the bundle waits for operands and for the divider; they pass. */
void score_wait(struct score *s, const struct bundle *b, uint32_t *operand, uint32_t *unit);

/* The bundle has issued: its late results, and its own cycle. */
void score_issue(struct score *s, const struct bundle *b, const struct machine *m);

/* What is on its way now; UINT32_MAX: no room for another way. */
uint32_t score_way(const struct score *s, struct ways *ways, uint32_t dirty);

/* The same way, but what is dirty is unknown. */
uint32_t way_unknown(struct ways *ways, uint32_t way);

/* The same for the chip's own scoreboard (what is dirty is unknown), and back. */
uint32_t way_of_chip(struct chip *chip, struct ways *ways);
void way_to_chip(struct chip *chip, const struct ways *ways, uint32_t way, uint64_t now);

bool ways_open(struct ways *ways);
void ways_reset(struct ways *ways); /* to WAY_NOTHING alone */

/* ---------------------------------------------------------------- tally.c */

/* What a way through a block counts, caches hit. */
enum tally_item {
    TALLY_BUNDLES,
    TALLY_ATOMS,
    TALLY_TAKEN,
    TALLY_OPERAND,
    TALLY_UNIT,
    TALLY_BRANCH,
    TALLY_L1I,
    TALLY_LOADS,
    TALLY_STORES,
    TALLY_GUEST_LOADS,
    TALLY_GUEST_STORES,
    TALLY_L1D,
    TALLY_ITEMS
};

struct tally {
    uint16_t n[TALLY_ITEMS];
    uint16_t energy[EN_COUNT]; /* atoms of each class */
};

struct fast;

/* Adds what the atom counts when it stays in line. */
void tally_atom(struct tally *t, const struct atom *a);

/* The atom has counted itself, as the block's tallies will again: takes that back. */
void tally_excuse(struct chip *chip, const struct atom *a);

/* Adds the atoms of a bundle, by energy. */
void tally_bundle(struct tally *t, const struct chip *chip, const struct bundle *b);

/* Straight to the chip's counters, in the current phase; energy apart. */
void tally_add(struct chip *chip, const struct tally *t, uint64_t times);

/* All that was counted by host code goes to the chip's counters. */
void tally_flush(struct chip *chip);

/* ---------------------------------------------------------------- emit.c */

struct code_buffer {
    uint8_t *write; /* one memory, mapped twice */
    const uint8_t *run;
    size_t size, used;
    size_t cold; /* from here on lies what is rarely run */
};

bool code_open(struct code_buffer *code, size_t size);
void code_close(struct code_buffer *code);

/*
 * What goes into the holes of the next stencil; jumps are labels. `pin` is the host register that
 * holds a guest register, too, or 0.
 */
struct patch {
    int64_t value[HOLES];
    uint8_t pin[HOLES];
};

#define LABELS 4096

struct fixup {
    uint32_t at, label;
    int32_t addend;
};

struct emitter {
    struct code_buffer *code;
    uint32_t label[LABELS]; /* offset in the code */
    uint32_t labels;
    struct fixup fixup[2 * LABELS];
    uint32_t fixups;
    struct patch p;
};

/* Between a host register and what lies at `offset` in the chip; the last one before cold code. */
void emit_load(struct emitter *e, unsigned host, int64_t offset);
void emit_store(struct emitter *e, unsigned host, int64_t offset);
void emit_store_cold(struct emitter *e, unsigned host, int64_t offset);

void emit_start(struct emitter *e, struct code_buffer *code);
uint32_t emit_label(struct emitter *e);
void emit_here(struct emitter *e, uint32_t label);

/* Do the numbers fit into the stencil's holes? */
bool emit_fits(const struct emitter *e, unsigned stencil);

/* They do. */
void emit(struct emitter *e, unsigned stencil);

/* A branch that goes on where it is taken, and to the label where it isn't. */
void emit_inverted(struct emitter *e, unsigned stencil, uint32_t label);

/* All of it away from what is run often; returns its offset in the code. */
uint32_t emit_cold(struct emitter *e, unsigned stencil);

/* Fills in the jumps. */
void emit_finish(struct emitter *e);

/* A jump emitted as `go` at `at`, the offset of its displacement, leads elsewhere from now on. */
void code_redirect(struct code_buffer *code, uint32_t at, const void *to);

/* ---------------------------------------------------------------- pins.c */

/* Registers that an entry of atom[] reads and writes, as bit sets. */
struct pin_use {
    uint64_t reads[2], writes[2];
};

struct pins {
    uint8_t reg[PINS];   /* the register that each holds; 0: none */
    uint8_t ahead[PINS]; /* the same if memory has not got it yet, else 0 */
    bool through;      /* what is being written won't be again: goes to memory at once */
    uint32_t at;       /* the atom that is being emitted, */
    uint32_t uses;     /* of all in the block: */
    struct pin_use use[BLOCK_BUNDLES * BUNDLE_EXECS];
};

void pins_start(struct pins *p);

/* The bundle is the block's next one. */
void pins_plan(struct pins *p, const struct bundle *b);

/* Host register of the register, or 0. */
uint8_t pin_of(const struct pins *p, unsigned reg);

/* A function has been called; no pin was ahead. */
void pins_forget(struct pins *p);

/* What pins are ahead goes to memory; on a way that is rarely run, `ahead` as it was there. */
void pins_flush(struct pins *p, struct emitter *e);
void pins_flush_out(struct emitter *e, const uint8_t ahead[PINS]);
void pins_flush_cold(struct emitter *e, const uint8_t ahead[PINS]);

/* ---------------------------------------------------------------- route.c */

struct block_step {
    struct bundle *bundle;
    bool taken; /* the next step is the target of its branch */
};

struct block_route {
    struct block_step step[BLOCK_BUNDLES];
    uint32_t steps;
    bool ended;             /* the last one's branch is always taken, and leaves */
    struct bundle *stepped; /* behind the last one: for the reference engine */
    uint64_t next;          /* ... else: the address there */
    uint64_t page[BLOCK_PAGES];
    uint32_t pages;
};

/* The bundles of a block that begins with this one. */
void route_plan(struct block_route *r, struct chip *chip, struct bundle *b);

/* ---------------------------------------------------------------- blocks */

struct fast_bundle {
    struct bundle *b;
    uint32_t start; /* cycle before it waits, */
    uint32_t issue; /* and after */
    uint32_t way;   /* at start */
    uint32_t tally; /* of the bundles before it */
    uint32_t dirty; /* shadowed registers that these have written */
    uint32_t f_dirty;
    uint32_t inlined; /* entries of atom[] whose counts are in tallies */
    uint32_t order;         /* accesses stamped in line before it */
    uint16_t operand, unit; /* cycles that it waits */
    uint8_t fetches;        /* lines whose hits are in tallies */
    bool first_fetch;       /* its first line is one of these */
    bool commits;
};

/* A block among those that have bundles beginning on pages with the same hash. */
struct fast_near {
    struct fast_block *block;
    struct fast_near *next;
    struct fast_near **from;
};

struct fast_block {
    struct bundle *entry;
    uint32_t way;
    bool dead;
    bool jumped_to; /* hot.jump may know it */
    struct fast_block *version; /* next of the same entry */
    struct fast_block *next;    /* of all */
    struct fast_near near[BLOCK_PAGES];
    uint32_t pages;
    struct fast_site *incoming; /* exits that jump here */
    const void *enter_same;     /* the block's first line was the last one fetched */
    const void *enter_other;
    uint32_t bundles;
    struct fast_bundle *bundle;
    const struct bundle *stepped; /* it ends before this one, which is for the reference engine */
};

enum site_kind {
    SITE_ATOM,  /* atom `atom` of the bundle has to go the long way */
    SITE_FETCH, /* line `atom` of the bundle's is not L1I's most recent */
    SITE_FIRST, /* likewise the block's first */
    SITE_COMMIT, /* an interrupt could be taken after the bundle */
    SITE_LIMIT, /* an event is near; from here on, pins are never ahead */
    SITE_EXIT,  /* to an address that is not known yet, or not a block yet */
    SITE_STEP   /* a bundle for the reference engine */
};

struct fast_site {
    struct fast_block *block;
    const void *resume; /* host code behind it */
    uint8_t kind;
    uint8_t atom;
    bool indirect; /* an exit to hot.target */
    bool always;   /* an atom of which nothing is in line */
    bool through;  /* an exit to what follows the block's last bundle */
    uint16_t bundle;
    uint16_t order; /* accesses stamped in line before it */
    uint32_t way;   /* of an exit */
    uint32_t line;  /* last fetched there */
    uint32_t jump;  /* its jump's displacement, */
    uint32_t stub;  /* and where that leads while it leads nowhere: offsets in the code */
    uint64_t target;
    uint8_t pin[PINS]; /* registers that pins hold at `resume` */
    struct fast_site *next_incoming;
};

/* The places of the views that may name a slot. */
struct fast_seen {
    uint16_t native, guest;
};

struct fast {
    struct code_buffer code;
    size_t code_start; /* behind what all blocks share */
    struct ways ways;
    struct tally *tally;
    uint32_t *counts; /* [phase][TALLIES] */
    uint32_t tallies;
    uint64_t counted_cycle; /* of the last tally_flush() */
    struct fast_site *site;
    uint32_t sites;
    struct fast_block *blocks;
    struct fast_near *near[PAGE_HASH];
    bool full; /* of something: the next block needs all the room */
    const struct fast_site *at; /* where host code called out, if that may trap */
    uint64_t at_base;
    uint64_t tlb_version;
    struct fast_seen *seen; /* of each slot of L1D */
    uint32_t lines[LINES];  /* that have a place in hot.line; 0: free */
    uint32_t lines_used;
    uint64_t hidden_size;
    bool user;
    bool single; /* back to whom runs the engine after each block or bundle */
    bool inside; /* host code runs */
    const void *call_atom, *call_fetch, *call_step, *call_exit, *back, *start;
    struct emitter emitter;
    struct pins pins;
    struct block_route route;
};

/* ---------------------------------------------------------------- view.c */

void views_open(struct chip *chip);
void views_close(struct chip *chip);
void views_clear(struct chip *chip);
void views_clear_guest(struct chip *chip);

/* The translation of this page (a guest-linear address) is another. */
void views_drop_page(struct chip *chip, uint32_t page);

/* The bits of an address that choose the place of its view, counted in bytes of hot.view. */
uint32_t view_mask(const struct chip *chip);

/* The atom has accessed the address the long way: the next time may be shorter. */
void view_learn(struct chip *chip, const struct atom *a, uint64_t addr);

/* The line's place in hot.line. */
uint32_t line_record(struct chip *chip, uint32_t line);

/* The line has been fetched. */
void line_learn(struct chip *chip, uint32_t line);
void lines_clear(struct chip *chip);

/* ---------------------------------------------------------------- block.c */

/* Makes the block; NULL if there is no room. */
struct fast_block *block_build(struct chip *chip, struct bundle *b, uint32_t way);

bool bundle_commits(const struct bundle *b);

/* Code that all blocks share. */
void block_common(struct fast *f, const struct chip *chip);

#endif
