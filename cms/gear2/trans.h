/*
 * trans.h - one translation in the making, as the passes of gear 2 hand it on.
 *
 *     select    guest bytes     -> insn[]           a trace: forward exits on the way, at most one
 *                                                   loop back to the start
 *     liveness  insn[]          -> insn[].live      status flags that somebody will look at
 *     lower     insn[]          -> code             atoms on real registers, packed as they come
 *
 * Gear 3 lowers by the same functions, but takes each atom as it comes (`take`) and makes values
 * and passes of its own of it (gear3/ir.h). It ends with atoms, a scheduler and an emitter.
 *
 *     lower     insn[]          -> struct ir
 *     allocate  struct ir       -> region[], atom[]
 *     schedule  atom[]          -> region[].head    each atom's bundle
 *     emit      bundles         -> code
 *
 * Registers: the guest's are where they always are (r1..r9, c0). Temporaries are taken in rotation
 * from a pool that is larger than any one instruction needs, so a temporary holds its value to the
 * end of its guest instruction and its next owner is far enough away not to hinder the scheduler.
 * What a translation needs throughout (segment bases, limits, the two targets of its last branch)
 * is pinned, and set before the loop.
 *
 * Regions are scheduled one by one and follow each other in the code: the pinned registers and the
 * body (one region unless the body loops), cut into pieces by emulation patches, then small ones
 * for side exits and look-ups. Stubs come last.
 */
#ifndef CMS_GEAR2_TRANS_H
#define CMS_GEAR2_TRANS_H

#include "cms.h"
#include "gear2/pack.h"
#include "isa.h"
#include "isa_facts.h"
#include "isa_intrinsics.h"
#include "runtime/tcache.h"
#include "x86/x86.h"

/* Keeps what is rare, and its registers, out of what isn't. */
#define OUT_OF_LINE __attribute__((noinline))

#define LINE_BYTES 64 /* of the first-level cache */

/* Makes the line at p zero: whoever writes it anyway needn't wait for what was there. */
static inline void line_clear(void *p)
{
#ifdef ISA_CHIP
    vx_dcz((uintptr_t)p);
#else
    memset(p, 0, LINE_BYTES);
#endif
}

#define TRANS_INSNS 200
#define TRANS_ATOMS 3072
#define TRANS_BUNDLES 3072 /* in all regions */
#define TRANS_STORES 64
#define TRANS_SIDES 48 /* conditional branches out of the middle */
#define GEAR2_SIDES 4
#define TRANS_PATCHES 12
#define TRANS_RETURNS 8 /* returns to the callers of the trace */
#define GEAR2_RETURNS 3
#define TRANS_CALLS_MAX 4 /* that a trace may be inside of */
#define GEAR2_EXITS (GEAR2_SIDES + GEAR2_RETURNS + 5)
#define TRANS_EXITS (TRANS_SIDES + TRANS_RETURNS + 5)
#define TRANS_REGIONS (2 + TRANS_PATCHES + TRANS_SIDES + TRANS_EXITS)
#define TRANS_PINS 10
#define TRANS_SPOTS 96 /* atoms that speculate */

/* The first regions. */
#define REGION_PINS 0
#define REGION_BODY 1

/* The machine that code is scheduled for, as its configuration registers have it. */
struct machine {
    uint32_t issue;            /* atoms a bundle */
    uint32_t unit[UNIT_COUNT]; /* slots; alu0 is one of alu's */
    uint32_t latency[LAT_COUNT];
    uint32_t stores; /* entries of the gated store buffer */
    uint32_t alias;  /* alias registers */
};

#define STUB_WORDS 4 /* at most */

/* How a translation goes on after an instruction. */
enum flow {
    FLOW_NEXT,     /* to the next of the trace, which may be a direct jump's or call's target */
    FLOW_SIDE,     /* conditional branch: out of the trace if taken, */
    FLOW_TAKEN,    /* or if not taken: the trace goes on at the target */
    FLOW_SKIP,     /* or around the next `skips` instructions, which are in the trace all the same:
                    * gear 3 selects (ifconvert.c) */
    FLOW_RETURN,   /* return to the trace's own caller: `target`, as long as that is so */
    FLOW_GUESS,    /* computed branch: on to `target`, where it mostly leads, or out */
    FLOW_COND,     /* conditional branch that ends the trace */
    FLOW_DIRECT,   /* the trace ends; next EIP is known */
    FLOW_INDIRECT, /* the trace ends; next EIP is in a register */
    FLOW_PATCH,    /* the trace ends with an emulation patch, which knows */
};

struct guest_insn {
    _Alignas(LINE_BYTES) struct insn insn;
    uint32_t eip;
    _Alignas(uint64_t) struct x86_traits traits; /* of an emulation patch if it is patched */
    uint32_t next;   /* EIP after it */
    uint32_t target; /* of a direct branch */
    union {
        struct {
            uint16_t live;    /* status flags that are looked at after it */
            uint16_t begin;   /* gear 2: its code, in words from the body's start */
            uint8_t flow;     /* enum flow */
            uint8_t skips;    /* FLOW_SKIP: so many instructions */
            bool patched : 1; /* executed by an emulation patch */
            bool device : 1;  /* seen to touch a device */
            bool crosses : 1; /* seen to cross page borders again and again */
            bool loads : 1;   /* its immediate is loaded from the code */
            bool varies : 1;  /* a return seen to lead elsewhere than the trace took for granted */
        };
        uint64_t notes; /* all of these */
    };
};

_Static_assert(sizeof(struct guest_insn) == LINE_BYTES, "a guest instruction is a line");

/* What an atom means beyond its operation. */
enum role {
    ROLE_PLAIN,
    ROLE_CHECK, /* branch to the stub of exit `exit` if lowering assumed wrong */
    ROLE_SIDE,  /* branch to the region of side exit `exit` */
    ROLE_LEAVE, /* branch by which exit `exit` leaves */
    ROLE_MISS,  /* branch to exit `exit`'s stub: from its look-up, or from behind a patch */
    ROLE_LOOP,  /* branch back to the body's first bundle */
    ROLE_COMMIT,
    ROLE_PATCH, /* gear 2: enters the routine of patch `exit` */
    ROLE_SOURCE, /* gear 2: loads of the copy of the source, from this offset */
    ROLE_SKIP,   /* never emitted: the branch that gear 3 replaces by selects */
};

/* Registers by one number: c0..c3 have those of registers that translations never name. */
#define NUMBER_C0 52
#define NUMBERS 56
#define BIT_FLAGS (UINT64_C(1) << NUMBER_C0)
#define GUEST_STATE (BIT_FLAGS | UINT64_C(0x3fe)) /* flags, r1..r9 */

/*
 * An atom in registers, as the scheduler and the emitter want it. r0 stands for no register: nobody
 * waits for it.
 */
struct atom {
    uint32_t word;      /* without a stop bit; a branch's, without its displacement */
    uint32_t above;     /* payload of its long immediate */
    union {
        struct {
            uint16_t op;       /* enum isa_atom */
            uint8_t writes[2]; /* registers: a number's, flags' */
            uint8_t reads[4];
        };
        uint64_t operation; /* all of these */
    };
    uint8_t role, exit; /* enum role */
    uint8_t insn;       /* guest instruction that it is made from */
    uint8_t emit;       /* enum atom_emit */
    bool early;         /* a load that may pass exits before it */
    bool stable;        /* its address is a base and a constant: */
    uint16_t base;      /* number of that value, */
    uint16_t offset;    /* and the constant, as far as it tells two places in a page apart */
    uint16_t alias;     /* registers that it protects by, or looks at */
    uint16_t bundle;    /* in which it was put */
};

_Static_assert(2 * sizeof(struct atom) == LINE_BYTES, "an atom is half a line");

/* What its word isn't all of. */
enum atom_emit {
    EMIT_LONG = 1, /* it has a long immediate */
    EMIT_SPOT = 2, /* it speculates */
    EMIT_OPEN = 4, /* where it leads is known later */
};

#define BUNDLE_MOST 8 /* atoms that a machine issues */
#define BUNDLE_FIELD 6
#define BUNDLE_ATOMS(taken) ((taken) >> BUNDLE_FIELD * UNIT_none & ((1u << BUNDLE_FIELD) - 1))

/* A bundle in the making; those that nothing is put in stay empty. */
struct bundle {
    uint64_t taken; /* slots (schedule.c), the number of atoms among them */
    union {
        uint16_t atom[BUNDLE_MOST];
        uint64_t atoms[BUNDLE_MOST / 4]; /* four at once */
    };
    uint64_t unused;
};

_Static_assert(2 * sizeof(struct bundle) == LINE_BYTES, "a bundle is half a line");

struct region {
    uint16_t first, count; /* its atoms, */
    uint16_t prefix, prefixed; /* and so many that come before them: pinned registers */
    uint16_t bundle, bundles;  /* the first one, how many */
    uint32_t start; /* words from the start of the code */
};

/* A way out, before it has a record. */
struct leaving {
    uint8_t kind; /* enum exit_kind */
    uint32_t eip;
    bool computed;             /* EIP is a value of the translation's, not `eip` */
    uint8_t side;              /* out of the middle: */
    uint8_t insns;             /* guest instructions that are done then, but for optional ones */
    uint8_t region;            /* its side exit's region */
    uint8_t lookup;            /* the region that looks for its target, 0: there is none */
    uint32_t last;             /* its stub, which goes to the dispatcher: words from the start */
    uint32_t begin, enter;     /* its side exit's region, where others go until it is chained */
    uint64_t needs;            /* side: registers that its region relies on */
    uint16_t bundle, branch;   /* that leave, once emitted: words from the start, */
    uint8_t branch_bits;       /* and how long the displacement is; gear 2, side: */
    uint8_t side_bits;         /* likewise */
    uint16_t side_bundle, side_branch; /* that lead to its region */
};

enum pin_kind { PIN_SEGMENT_BASE, PIN_CONSTANT };

struct pin {
    uint8_t kind;
    uint8_t reg;
    uint32_t value; /* number of the segment register, or the constant */
};

/* A branch, which depends on where all the rest lies: an atom, and words from the start. */
struct open {
    uint16_t atom, word, bundle;
};

/* On the way through the trace. Offsets are in the page. */
struct trace_path {
    uint32_t bias;                  /* EIP of offset 0 */
    struct slot_page slots;         /* gear 1's decoded instructions of the page */
    uint32_t careful;               /* a bit for each granule: instructions may need care, */
    bool wary;                      /* and not just for marks */
    unsigned ahead;                 /* before this offset nothing of the trace begins */
    unsigned furthest;              /* offset of the last before a branch that has been followed */
    struct guest_insn *last;        /* that there may be */
    unsigned sides;                 /* branches out of it so far */
    unsigned calls, returns;        /* calls that it has followed and not left; returns followed */
    uint32_t back[TRANS_CALLS_MAX]; /* where the callers go on */
};

/* What is small comes first: the compiler reaches 2 KiB without computing an address. */
struct trans {
    struct packer pack; /* gear 2, and what it puts as a whole: */
    struct template leave, choose, lookup;
    unsigned miss;       /* word of the last one, its branch */
    const struct machine *machine;
    const struct timing *timing; /* gear 3: of each atom */
    unsigned gear; /* that makes it */
    /* gear 3: takes the atom in *op, which is zero before; one that sets a pin, if `pinning` */
    void (*take)(struct trans *t, unsigned role, unsigned exit);
    struct isa_op *op;
    bool pinning;
    struct ir *ir;
    struct context key;
    const uint8_t *page; /* the guest page's bytes */
    uint32_t place;      /* jumps_place of the context */
    uint32_t limit;      /* of CS */
    struct trace_path path;
    unsigned max_insns, max_sides, max_patches;
    enum event abort; /* ABORT_x: why the pass or the instruction failed; ABORT_NONE */

    bool loops;           /* the last branch leads back to the first instruction */
    bool self_check;      /* its source isn't protected */
    bool loads;           /* an immediate is loaded from the code */
    bool sourced;         /* source[] is the trace's */
    uint32_t goes_on;     /* gear 3: EIP after the last instruction, if that is known */
    unsigned temp;        /* next of the pool */
    unsigned current;     /* guest instruction being lowered */
    unsigned stores;      /* guest stores since the last commit, */
    unsigned most_stores; /* and how many there may be */
    unsigned committed;   /* guest instructions before it */
    unsigned optional;    /* gear 3: of those so far, which are skipped on some ways */
    unsigned pieces;      /* of the body: regions REGION_BODY to this one */
    unsigned patches;     /* instructions that are patched */
    unsigned patched;     /* of these, lowered so far */
    unsigned first_patch; /* its number */
    unsigned words;       /* of code that have been emitted */
    unsigned source_bytes; /* of the copy */
    uint32_t granules;     /* 128-byte granules of the page that the source touches */
    uint64_t set_pins;         /* gear 2: registers of pins that the piece has set */
    uint32_t *room, *room_end; /* gear 2: where the code goes; what leaves may lie behind */
    unsigned rerun;   /* number of the exit for failed checks, or TRANS_EXITS */
    unsigned stale;   /* of the exit for source that has changed, or TRANS_EXITS */
    unsigned changed; /* of the exit behind emulation patches, or TRANS_EXITS */
    unsigned falls;   /* of the exit whose look-up is part of the body, or TRANS_EXITS */

    /* how many there are in the arrays of these names; spots, before emission: may be */
    unsigned insns, atoms, regions, bundles, exits, sources, pins, spots, opens;
    struct pin pin[TRANS_PINS];
    struct guest_insn insn[TRANS_INSNS];
    _Alignas(LINE_BYTES) struct atom atom[TRANS_ATOMS + 2]; /* and a line to spare */
    _Alignas(LINE_BYTES) struct bundle bundle[TRANS_BUNDLES]; /* each region's from a line on */
    struct region region[TRANS_REGIONS];
    struct leaving exit[TRANS_EXITS];
    struct source source[TRANS_INSNS];
    struct spot spot[TRANS_SPOTS];
    struct open open[TRANS_ATOMS];
    struct pack_fix fix[PACK_FIXES];
    struct pack_fact fact[ISA_ATOM_COUNT];
};

/* select.c */
void trans_key(struct trans *t, const struct context *key, const uint8_t *page);
bool trans_select(struct trans *t);
void trans_cut(struct trans *t, unsigned insns);           /* the trace ends after so many */
bool trans_same_page(const struct trans *t, uint32_t eip); /* as the first instruction */
void trans_liveness(struct trans *t);

/* patch.c: may the instruction be executed by an emulation patch? Then do so. */
bool trans_may_patch(const struct trans *t, const struct insn *i, bool first);
void trans_patch(struct trans *t, struct guest_insn *g);
/* The instruction at `eip` into *g; false with t->abort set if it can't be part of a trace. */
bool trans_fetch(struct trans *t, uint32_t eip, struct guest_insn *g);

/* source.c: what of the page's bytes the trace relies on */
void trans_sources(struct trans *t);
/* ... range by range: from one offset in the page to another */
void sources_begin(struct trans *t);
void sources_add(struct trans *t, unsigned begin, unsigned end);
/* Where the copy of it will be, behind t->words words of code. */
void *trans_source_copy(const struct trans *t, const uint32_t *code);

/* lower.c: false if an instruction can't be translated; t->insns is then cut to those before it */
bool trans_lower(struct trans *t);
void trans_lower_begin(struct trans *t);
void trans_lower_insn(struct trans *t, const struct guest_insn *g);
void trans_lower_pins(struct trans *t); /* adds atoms that set them all */

/* check.c: gear 2's code, up to the stubs. Panics in no case; false with ABORT_CHECK */
bool trans_check(struct trans *t);

/* translate.c: *t is to be a translation for `key` */
void trans_begin(struct trans *t, const struct context *key, uint32_t place);
void trans_limit(struct trans *t, unsigned insns); /* guest instructions of it, at most */
/* A record with room for so many words of code; NULL with t->abort set */
struct translation *trans_reserve(struct trans *t, unsigned words);
/* The code is where it will run: it can be found from now on. */
struct translation *trans_install(struct trans *t, struct translation *record);

/* stub.c: behind the regions' code */
uint32_t stubs_start(const struct trans *t); /* words from the start of the code */
void stubs_emit(struct trans *t, uint32_t *code, const struct exit *records);
/* Where a branch of that role and exit leads, in words from the start of the code, ... */
const uint32_t *trans_branch_target(const struct trans *t, unsigned role, unsigned exit);
/* ... which is known when all regions and stubs have their places. */
void trans_place_exits(struct trans *t);

/* machine.c */
void machine_read(struct machine *m);
/* translate.c: the one that all translations are made for */
const struct machine *trans_machine(void);

/* dump.c: to cms_trace */
void trans_dump(const struct trans *t, const uint32_t *code);

#endif
