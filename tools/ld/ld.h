/*
 * ld.h - what the passes of vliw-ld share.
 *
 * vliw-ld recompiles an RV64 executable, linked with all its relocations kept, for the chip. main()
 * is the table of contents; each pass is a file:
 *
 *   rvelf.c   read and check the input: sections, symbols, relocations
 *   lift.c    every instruction becomes atoms; code addresses become references to code
 *   cfg.c     basic blocks, functions, what is reachable
 *   callees.c which functions may be drawn into their callers, and what they return
 *   objects.c which data the registers point into
 *   live.c    which registers matter at the end of each block
 *   profile.c how often each block has run
 *   loops.c   which blocks begin loops
 *   place.c   all traces, and in which order they lie
 *   collect.c which blocks make a trace;  super.c  likewise, by profile
 *   trace.c   a trace as nodes and values
 *   simplify.c  copies, constants, fused atoms, dead nodes
 *   narrow.c    ... extensions of 32-bit numbers
 *   deps.c    what must come before what
 *   sched.c   nodes into bundles, values into registers
 *   verify.c  runs the bundles of a trace against its atoms
 *   layout.c  addresses, displacements, encoding
 *   lines.c, dwarf.c   the line table in and out
 *   elfout.c  the output file;  report.c  map, listing, statistics
 *
 * All data stays at the address where the RV64 linker put it; only code moves. Hence only code
 * pointers change, and the relocations name every one of them.
 *
 * A user's mistake, or an input that can't be recompiled, ends in ld_fail(): one line, exit status
 * 1. What can only be a mistake in here ends in ld_bug(): one line, exit status 2.
 */
#ifndef SELKIRK_LD_H
#define SELKIRK_LD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "isa.h"
#include "isa_codec.h"
#include "isa_facts.h"
#include "vliw-sim/machine.h"

#define NONE (-1)
#define NO_CODE UINT64_MAX
#define PROFILES_MAX 8

/* ---------------------------------------------------------------- util.c */

/* Zeroed memory that lives until the program ends. */
void *ld_alloc(size_t count, size_t size);
char *ld_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * Room for one more element of `size` bytes behind `count` of them; returns the array, moved if
 * need be.
 */
void *ld_grow(void *array, size_t count, size_t *capacity, size_t size);
/* The file that messages name. */
void ld_subject(const char *file);
/* The input's or the user's fault: exit status 1. */
void ld_fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Our own: exit status 2. */
void ld_bug(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

static inline unsigned popcount64(uint64_t x)
{
    return (unsigned)__builtin_popcountll(x);
}

/* ---------------------------------------------------------------- rvelf.c */

struct rv_section {
    const char *name;
    uint32_t type;
    uint64_t flags, addr, size, align;
    const uint8_t *data; /* NULL if it has no bytes in the file */
    uint32_t link, info;
    bool alloc, code, write;
};

struct rv_symbol {
    const char *name;
    uint64_t value, size;
    uint32_t section; /* index, or 0 if undefined or absolute */
    bool undefined, absolute, weak, global, func, object, file_or_section;
};

struct rv_reloc {
    uint64_t addr; /* of the field */
    uint32_t type, symbol;
    int64_t addend;
};

struct rv_file {
    const char *path;
    uint8_t *bytes;
    uint64_t size, entry;
    struct rv_section *section;
    unsigned sections;
    struct rv_symbol *symbol;
    unsigned symbols;
    struct rv_reloc *reloc; /* of all loaded sections, by address */
    size_t relocs;
    bool has_relocs;
};

void rv_read(struct rv_file *f, const char *path);
/* Section of that name, or NULL. */
const struct rv_section *rv_find_section(const struct rv_file *f, const char *name);
/* Code section that holds the address (its end included if `end`), or NULL. */
const struct rv_section *rv_code_at(const struct rv_file *f, uint64_t addr, bool end);
/* First relocation at or behind an address: an index into f->reloc. */
size_t rv_reloc_at(const struct rv_file *f, uint64_t addr);
/*
 * What a relocation names: *code tells whether it is an address of code. The addend is part of it
 * unless that leads away from the code (a constant which the compiler folded into `function -
 * where`): then it is in *offset.
 */
uint64_t rv_reloc_target(const struct rv_file *f, const struct rv_reloc *r, bool *code,
                         int64_t *offset);

/* ---------------------------------------------------------------- lift.c .. live.c */

struct atom {
    struct isa_op op;
    uint64_t pc;   /* RV64 address of the instruction it stems from */
    uint64_t code; /* RV64 code address that its displacement or immediate names, or NO_CODE */
    int64_t code_offset; /* to be added to it */
    int32_t block;       /* the block there, or NONE */
    uint32_t symbol;     /* the data whose address it makes, or 0 */
};

/* An instruction that can't be lifted. It is refused only if it can be reached. */
#define ATOM_UNKNOWN ISA_ATOM_COUNT
/* A barrier with no atom of its own (fence). */
#define ATOM_FENCE (ISA_ATOM_COUNT + 1)

enum block_end {
    END_FALL, /* into the next block, with nothing special */
    END_COND, /* conditional branch */
    END_JUMP, /* br */
    END_CALL, /* call or callr, returning to the next block */
    END_RET,  /* jr through the return address */
    END_JR,   /* any other jr */
    END_STOP  /* brk: goes on only if a trap handler says so */
};

struct block {
    uint64_t rv, rv_end; /* RV64 addresses */
    uint32_t first, count;
    int32_t func;
    int32_t taken, fall; /* blocks, or NONE */
    enum block_end end;
    bool entered; /* its address is known outside the branches: symbol, pointer */
    bool pointed; /* ... pointer */
    bool reached;
    bool merged;  /* inside another block's trace */
    bool barrier; /* no value in a pool register may pass its end */
    uint32_t preds;
    int32_t *object;            /* that r32..r63 point into at its beginning */
    uint64_t live_in, live_out; /* masks of r32..r63; all others always count as live */
    uint32_t first_bundle; /* of its trace; of a block inside a trace: behind the trace */
    /* profile, and what superblocks are made by */
    uint64_t runs, runs_taken; /* how often it ran, and its branch was taken */
    uint8_t seen;              /* in how many of the profiles */
    uint64_t left;             /* how often it ran but in traces of other heads */
    bool loop;                 /* a loop begins here */
    bool needed;               /* it must have a trace of its own */
    bool placed, contained;    /* it has one; it is in one of another head */
};

struct func {
    const char *name;
    uint64_t rv, rv_end;
    int32_t first_block; /* the entry, or NONE if nothing of it is reached */
    uint64_t results;    /* registers in which a caller may expect a result */
    bool sized;          /* a real function symbol: nothing but it knows its frame */
    bool plain;          /* returns by the address it was given, moves sp by constants */
    bool callable;       /* a trace may follow a call into it */
    bool frame_private;  /* no pointer into its frame exists but sp */
};

/* How often and in how many profiles a block must have run to lie in a part of the program. */
struct tier {
    uint64_t runs;
    unsigned seen;
};

struct program {
    struct rv_file *rv;
    const struct machine *machine;
    struct atom *atom;
    size_t atoms, atom_capacity;
    uint32_t **first_atom; /* by section, by word: index of the first atom */
    int32_t *object;       /* of each symbol: the symbol that names its object, or 0 */
    bool *object_constant; /* of such a symbol: nothing is stored there */
    struct block *block;   /* in order of RV64 address */
    int32_t blocks;
    struct func *func;
    int32_t funcs;
    uint64_t pool; /* rename registers */
    uint64_t text_addr, text_size; /* VLIW */
    struct bundle *bundle;
    size_t bundles, bundle_capacity;
    struct part {
        int32_t func;
        uint32_t first, end; /* bundles */
    } *part;                 /* in the order of the bundles */
    size_t parts, part_capacity;
    uint32_t *text;
    uint64_t hot;  /* blocks that ran more often are worth copies */
    struct tier least; /* of what is placed now */
    size_t copied; /* atoms in copies so far */
    struct trace_stats {
        size_t traces, atoms, removed, fused, converted, renamed, speculated, fallbacks;
    } stats;
};

struct bundle {
    struct atom *atom;
    uint32_t count, words;
    int32_t head; /* block that begins with this bundle, or NONE */
    uint64_t addr;
};

/* Registers of compiled C; R_TMP is a pool register, for atoms that the lift itself adds. */
enum {
    R_TMP = 31,
    R_RA = 33,
    R_SP = 34,
    R_GP = 35,
    R_TP = 36,
    R_T2 = 39,
    R_S0 = 40,
    R_A0 = 42,
    R_A1 = 43,
};

#define BIT(n) (UINT64_C(1) << (n))
#define LIVE_CLASS 0xffffffff00000000ULL
/* What a call keeps. */
#define REGISTERS_SAVED \
    (BIT(R_SP) | BIT(R_GP) | BIT(R_TP) | BIT(R_S0) | BIT(41) | (UINT64_C(0x3ff) << 50))

void program_lift(struct program *p);
void program_blocks(struct program *p);
/* `count` profiles by vliw-sim, of the link that wrote `map`. */
void program_profile(struct program *p, const char *const *profile, unsigned count,
                     const char *map);
/* Which functions are plain and callable, and may return results that some caller looks at. */
void program_callees(struct program *p);
void program_results(struct program *p);
/* What a block calls, or goes on as, returns what is looked at behind it; true if that is news. */
bool block_needs_results(struct program *p, const struct block *b);
void program_liveness(struct program *p);
/* Which objects the registers of each block point into; needs plain functions to be known. */
void program_objects(struct program *p);
/* The object that a register points into where a block begins, or 0. */
int32_t object_at_head(const struct program *p, int32_t block, unsigned reg);
/* The object that an atom's result points into, given those of its operands and of its old rd. */
int32_t object_result(const struct program *p, const struct atom *a, int32_t ra, int32_t rb,
                      int32_t old);
void program_loops(struct program *p);
/* Block at a code address, NONE if there is none. Address past the last code: `blocks`. */
int32_t program_block_at(const struct program *p, uint64_t rv);
/* Block that begins at or behind an address; `blocks` if there is none. */
int32_t program_block_from(const struct program *p, uint64_t rv);
/* "name+0x12" for messages. */
const char *program_where(const struct program *p, uint64_t rv);

/* ---------------------------------------------------------------- atoms.c */

bool atom_is(const struct atom *a, uint32_t flags); /* any of ISA_F_x */
bool atom_is_load(const struct atom *a);            /* native */
bool atom_is_store(const struct atom *a);           /* native */
bool atom_is_guest(const struct atom *a);
bool atom_is_ordered(const struct atom *a); /* `seq`, or it traps by itself */
bool atom_is_control(const struct atom *a);
bool atom_is_conditional(const struct atom *a);
bool atom_has_effect(const struct atom *a); /* more than the registers it writes */
unsigned atom_access_size(const struct atom *a);
unsigned atom_dismissible(unsigned load); /* the form that never traps */
unsigned atom_inverse(unsigned branch);   /* taken where this one isn't; ISA_ATOM_COUNT if none */
struct atom atom_make(unsigned atom, unsigned rd, unsigned ra, unsigned rb, int64_t imm,
                      uint64_t pc);

/* ---------------------------------------------------------------- traces: trace.c .. verify.c */

enum sched_mode { SCHED_SCALAR, SCHED_BLOCK, SCHED_EXT, SCHED_SUPER };

struct options {
    enum sched_mode sched;
    bool rename, simplify, convert, verify;
    uint64_t text_base; /* 0: behind all data */
};

/*
 * A guarded block runs only if the branch of the member before it was (or was not) taken: no branch
 * is left of it.
 */
enum role { ROLE_PLAIN, ROLE_IF_TAKEN, ROLE_IF_NOT_TAKEN };

#define TRACE_NODES 512
#define TRACE_BLOCKS 128
#define TRACE_VALUES (10 * TRACE_NODES) /* one for most nodes, eight for some, r0..r63 */
#define TRACE_EDGES (TRACE_NODES * (TRACE_NODES - 1) / 2)
#define BLOCK_ATOMS 256 /* longer blocks are cut */

/* One version of one register. */
struct value {
    uint8_t reg;   /* the register that it has in the input */
    uint8_t home;  /* the register that it gets */
    bool local;    /* every use is in the trace: it may live in a pool register */
    bool fixed;    /* in its own register whatever happens (implicit use) */
    bool wanted;   /* must be in its own register (exit, or fixed) */
    bool constant; /* `number` is known */
    int32_t def;   /* node, or NONE: it has come in */
    int32_t next;  /* following version of the register, or NONE */
    int32_t uses;  /* operands that name it */
    int32_t object; /* that it points into, or 0 */
    int64_t number;
};

struct node {
    struct atom atom;
    struct isa_effects fx;          /* of the atom with its input registers */
    int32_t ra, rb, rs, rd_old, rd; /* values */
    uint64_t exit; /* control: registers that must be in place when it leaves; other nodes 0 */
    int32_t block; /* position in the trace */
    bool dead;
    bool final; /* unconditional: nothing comes after it */
    int32_t object; /* that it accesses, or 0 */
    bool stack; /* sp-relative access */
    bool frame; /* ... inside a private frame */
    int32_t copy; /* 1 + number of the copy that it is, or 0 */
    /* scheduling */
    int32_t preds, height, earliest, cycle;
    int32_t first_edge;
};

struct edge {
    int32_t to, latency, next;
};

/* How pool registers are saved: not, by placing earlier blocks first, or by lending none. */
enum thrift { THRIFT_NONE, THRIFT_IN_ORDER, THRIFT_NO_RENAME };

struct trace {
    struct program *prog;
    const struct options *opt;
    int32_t member[TRACE_BLOCKS]; /* blocks, the head first */
    uint8_t role[TRACE_BLOCKS];   /* enum role */
    bool inverted[TRACE_BLOCKS]; /* its branch goes where the input falls through */
    bool never[TRACE_BLOCKS];    /* its branch is known never to leave the trace */
    bool through[TRACE_BLOCKS];  /* it calls, or returns to, the next member */
    int32_t members;
    int32_t next; /* block to which control runs at the end, or NONE */
    bool follows; /* that block lies right behind; otherwise a jump is needed */
    enum thrift thrift;
    uint8_t last_pool; /* the pool register that was given out last, in this trace or before */
    struct node node[TRACE_NODES];
    int32_t nodes;
    struct value value[TRACE_VALUES];
    int32_t values;
    uint32_t room;     /* for so many copies */
    int32_t copies;    /* that put a result in place behind an exit */
    bool vain[TRACE_NODES]; /* copies that have turned out to be of no use */
    int32_t in[64];    /* value of each register at the head, or NONE while not needed */
    int32_t out[64];   /* value at the end */
    uint64_t live_exits; /* registers that must be in place at one of the exits so far */
    uint64_t live_end; /* registers that must be in place where control runs out at the end */
    struct edge edge[TRACE_EDGES];
    int32_t edges;
    struct bundle *out_bundle; /* the result */
    int32_t out_bundles;
};

/* Sets the members of the trace that begins at block `head`. */
void trace_collect(struct trace *t, int32_t head);
void trace_collect_super(struct trace *t, int32_t head);
/* The most nodes that the members make, copies of results apart. */
uint32_t trace_nodes_needed(const struct trace *t);
/* Adds a member, if there is room. */
bool trace_add(struct trace *t, int32_t b, enum role role);
/* Draws in a block guarded by the branch of block b; returns where both ways meet, or NONE. */
int32_t trace_add_guarded(struct trace *t, int32_t b);
void trace_build(struct trace *t);
/* Which values must be in their own registers, by the exits that there are. */
void trace_mark(struct trace *t);
/*
 * Registers that must be in place where control leaves a member by its last atom, or runs on into
 * block b.
 */
uint64_t trace_live_at_exit(const struct trace *t, int32_t member);
uint64_t trace_live_into(const struct program *p, int32_t b);
/*
 * Does a member, the last one, end with a call whose way back lies elsewhere already? Then it is a
 * jump, and the return address a constant.
 */
bool trace_links_itself(const struct trace *t, int32_t member);
/* Is the last atom of the trace a jump that is left out because it leads to what follows? */
bool trace_jump_dropped(const struct trace *t);
/* Does a jump to `next` close the trace that the input has not? */
bool trace_jump_added(const struct trace *t);
void trace_simplify(struct trace *t);
void trace_depend(struct trace *t);
/* False if the pool was too small: build again without renaming. */
bool trace_schedule(struct trace *t);
/* Notes the copies whose results the schedule has not started above an exit; true if any. */
bool trace_vain_copies(struct trace *t);
/* Ends the program if the bundles of the trace don't compute what its atoms do. */
void trace_verify(struct trace *t);
/* The value that a register has just before a node, or NONE if the trace never names it. */
int32_t trace_version(const struct trace *t, unsigned reg, int32_t node);
/* Root value and offset of a native access's address. */
void trace_address(const struct trace *t, const struct node *n, int32_t *root, int64_t *offset);
/* True if two native accesses can't touch a common byte. */
bool trace_disjoint(const struct trace *t, const struct node *a, const struct node *b);

/* Does a block belong to the part of the program that is placed now? */
bool program_in_tier(const struct program *p, const struct block *k);
void program_schedule(struct program *p, const struct options *opt);

/* ---------------------------------------------------------------- output */

struct line_row {
    uint64_t addr;
    uint32_t file, line;
    bool end;
};

struct lines {
    const char **file;
    uint32_t files;
    struct line_row *row; /* by address */
    size_t rows, capacity;
};

void lines_read(struct lines *l, const struct rv_file *f);
/* Row that covers an RV64 address, or NULL. */
const struct line_row *lines_find(const struct lines *l, uint64_t rv);

struct bytes {
    uint8_t *data;
    size_t size, capacity;
};

void bytes_add(struct bytes *b, const void *data, size_t size);
void bytes_u8(struct bytes *b, unsigned v);
void bytes_u16(struct bytes *b, unsigned v);
void bytes_u32(struct bytes *b, uint32_t v);
void bytes_u64(struct bytes *b, uint64_t v);
void bytes_uleb(struct bytes *b, uint64_t v);
void bytes_sleb(struct bytes *b, int64_t v);

/* .debug_line, .debug_info and .debug_abbrev for the VLIW text. */
void dwarf_write(const struct program *p, const struct lines *l, struct bytes *line,
                 struct bytes *info, struct bytes *abbrev);

void program_layout(struct program *p, const struct options *opt);
/* VLIW address of an RV64 code address; fails if no block begins there. */
uint64_t program_code_addr(const struct program *p, uint64_t rv);
/* VLIW address of a bundle, or of the end. */
uint64_t program_bundle_addr(const struct program *p, size_t bundle);
/* Rewrites every code pointer in the data. */
void program_patch_data(struct program *p);
void elf_write(const struct program *p, const struct lines *l, const char *path);

void report_map(const struct program *p, const char *path);
void report_listing(const struct program *p, const char *path);
void report_stats(const struct program *p, FILE *out);

#endif
