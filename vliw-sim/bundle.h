/*
 * bundle.h - decoded bundles: what fetch and decode make of code, kept by address.
 *
 * Decoding checks a bundle once (bundle.c says what is legal) and puts its atoms into an order in
 * which they can execute one after another and still behave as if all had read before any wrote:
 *
 *   memory atoms in program order, other atoms that may trap, the control atom, the rest.
 *
 * So a trap leaves before anything has been written. An atom whose result another atom still has to
 * read, or that stands before one that may trap, writes a temporary instead, and a move at the end
 * carries that to the register. Stores in a bundle that has more than one possible trap wait
 * likewise ("careful").
 */
#ifndef SELKIRK_BUNDLE_H
#define SELKIRK_BUNDLE_H

#include "isa.h"
#include "vliw-sim/chip.h"

#define BUNDLE_BYTES (BUNDLE_ATOMS * 2 * 4u) /* longest bundle: every atom with a long immediate */
#define BUNDLE_DEAD UINT64_MAX               /* pc of a bundle that was dropped: odd, so no pc */

struct atom;
typedef void atom_exec(struct chip *chip, const struct atom *atom);

struct atom {
    atom_exec *exec;
    struct isa_op op;
    uint8_t to_r; /* where rd and cd are written; op.rd and op.cd are where they are read */
    uint8_t to_c;
    uint8_t to_f;
    uint8_t index; /* in the bundle, as written */
};

/* A result that takes more than a cycle. */
struct bundle_late {
    uint8_t reg; /* integer register, or LATE_FLAG or LATE_F and another */
    uint8_t cycles;
};

enum { LATE_FLAG = ISA_R_COUNT, LATE_F = LATE_FLAG + ISA_C_COUNT };

#define BUNDLE_LATES 24
#define BUNDLE_EXECS (3 * BUNDLE_ATOMS) /* atoms and both moves of each */

struct bundle {
    uint64_t pc;
    uint64_t next;   /* address of the bundle behind it */
    uint64_t r_uses; /* registers that it waits for: read or written */
    uint64_t r_write;
    uint64_t r_late; /* written with a latency of more than a cycle: `late` */
    struct bundle
        *succ[2];        /* where control went last: not taken, taken; valid if its pc is right */
    uint32_t first_line; /* of its bytes; LINE_NONE if not cached */
    uint32_t last_line;
    uint32_t f_uses;
    uint32_t f_write;
    uint32_t f_late;
    uint8_t c_uses;
    uint8_t c_late;
    uint8_t atoms; /* as written, long immediates apart */
    uint8_t execs; /* entries of atom[] */
    uint8_t lates;
    bool careful;
    bool divides;
    uint8_t flow; /* enum flow, on a machine that predicts branches; else FLOW_CERTAIN */
    uint32_t mix; /* of its atoms: energy.h */
    uint8_t f_divides; /* latency class of the f operation that takes the divider, or 0 */
    uint32_t sum; /* of its words, for debug.check_code */
    struct bundle *free_next;
    struct fast_block *blocks; /* of the fast engine, that begin here */
    uint32_t heat;             /* how often it was reached when it had none */
    bool in_block;             /* part of one: bundle_flush() tells chip->dropped */
    struct bundle_late late[BUNDLE_LATES];
    struct atom atom[];
};

struct code_cache *bundle_cache_new(void);
void bundle_cache_free(struct code_cache *code);

/* The bundle at pc; traps if there is none. */
struct bundle *bundle_find(struct chip *chip, uint64_t pc);

/* The bundle at pc if it has been decoded, else NULL. */
struct bundle *bundle_known(struct chip *chip, uint64_t pc);

/* Where the engine starts from: a bundle that is at no address. */
struct bundle *bundle_nowhere(struct code_cache *code);

/* Drops what was decoded from `len` bytes at addr, and their lines from the instruction cache. */
void bundle_flush(struct chip *chip, uint64_t addr, uint64_t len);
void bundle_flush_all(struct chip *chip);

/* Is the bundle still what memory holds? */
bool bundle_fresh(struct chip *chip, const struct bundle *b);

/* exec.c: the functions of atoms, and of the moves that end a bundle. */
atom_exec *exec_function(unsigned atom);
void exec_move_r(struct chip *chip, const struct atom *atom);
void exec_move_c(struct chip *chip, const struct atom *atom);
void exec_move_f(struct chip *chip, const struct atom *atom);

#endif
