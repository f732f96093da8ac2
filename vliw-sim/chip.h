/*
 * chip.h - the chip: one struct that is the whole machine, and what its rooms offer each other.
 *
 * Rooms: mem.c knows the memory map, tlb sbuf cache hier dram are models that know nothing of a
 * chip, bundle.c decodes and keeps decoded bundles, exec.c is what atoms do, engine.c is what
 * happens to a bundle beside them, engine_ref.c issues bundles one by one, sreg.c are the special
 * registers. Nothing here is global: two chips fit in one process.
 *
 * Time. `cycle` is the cycle in which the current bundle issues. Whatever makes it wait goes
 * through chip_stall(), which charges one cause in the current phase; the issuing cycles themselves
 * are counted as bundles. So every cycle has one owner, and counters_check() proves it.
 * docs/timing.md has the model.
 */
#ifndef SELKIRK_CHIP_H
#define SELKIRK_CHIP_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "hidden-mem/map.h"
#include "isa.h"
#include "vliw-sim/alias.h"
#include "vliw-sim/energy.h"
#include "vliw-sim/events.h"
#include "vliw-sim/fast/state.h"
#include "vliw-sim/fault.h"
#include "vliw-sim/fpu.h"
#include "vliw-sim/hier.h"
#include "vliw-sim/lookup.h"
#include "vliw-sim/machine.h"
#include "vliw-sim/power.h"
#include "vliw-sim/predict.h"
#include "vliw-sim/sbuf.h"
#include "vliw-sim/section.h"
#include "vliw-sim/tlb.h"

/*
 * Registers as decoded atoms number them: behind the architectural ones stand temporaries, which
 * the decoder uses when an atom must not write its register before another one of the bundle has
 * read it, and a sink for writes to r0.
 */
enum {
    BUNDLE_ATOMS = 8, /* most atoms of any machine's bundle */
    REG_TEMP = ISA_R_COUNT,
    REG_SINK = REG_TEMP + BUNDLE_ATOMS,
    REG_TOTAL,
    FLAG_TEMP = ISA_C_COUNT,
    FLAG_TOTAL = FLAG_TEMP + BUNDLE_ATOMS
};

enum chip_status { STATUS_IE = 1, STATUS_TL = 2, STATUS_WE = 4, STATUS_ALL = 7 };
enum chip_pending { IPEND_TIMER = 1, IPEND_HOST = 2, IPEND_FAULT = 4 };
enum { SCRATCHES = 4 };

/* What is left to do when all atoms of a bundle have executed. */
enum chip_after {
    AFTER_STORES = 1, /* stores that had to wait for the bundle's last possible trap */
    AFTER_COMMIT = 2,
    AFTER_ROLLBACK = 4,
    AFTER_HOST = 8, /* a request block stands at host_block */
    AFTER_HALT = 16,
    AFTER_FP = 32 /* the floating-point control registers change to fpu.next */
};

/* Why the machine stands still. */
enum chip_stop {
    STOP_NONE,
    STOP_HOST,       /* the firmware ended the run through the host port */
    STOP_TRAP_LOOP,  /* the same trap again and again */
    STOP_DOUBLE,     /* a trap while one was being handled */
    STOP_STALE,      /* a bundle was executed that is no longer what memory holds */
    STOP_IDLE,       /* halted, and no interrupt can ever come */
    STOP_WATCHDOG,   /* debug.watchdog: nothing committed for too long */
    STOP_LIMIT,      /* --max-cycles */
    STOP_DIFFER,     /* --engine check: the engines do */
    STOP_INTERRUPTED /* Ctrl-C */
};

struct chip_trap {
    uint32_t cause;   /* CAUSE_x */
    uint64_t badaddr; /* SR_BADADDR, SR_EINFO */
    uint64_t einfo;
};

/* A store that waits for the end of its bundle. */
#define CHIP_ZEROED 64u /* bytes that dcz makes zero */

struct chip_store {
    uint8_t *host; /* NULL: a guest store, for the store buffer */
    uint64_t addr; /* of that: guest-physical */
    uint64_t value;
    uint32_t size; /* CHIP_ZEROED: that many zeros */
};

struct host_port;
struct fast;
struct bundle;
struct profile;
struct code_cache;
struct trace;

struct chip {
    /* ---- what every bundle touches */
    uint64_t r[REG_TOTAL];
    uint32_t c[FLAG_TOTAL]; /* six x86 flags each */
    uint64_t pc;            /* of the current bundle */
    uint64_t npc;           /* of the one that follows it */
    uint64_t cycle;
    uint64_t event_cycle; /* when the engine has to look up from its work */
    uint64_t bundles;     /* completed */
    uint64_t atoms;       /* of these, long immediates apart */
    uint64_t r_busy;     /* registers whose result may still be on its way; r_ready has the cycle */
    uint64_t r_dirty;    /* written since the last commit */
    uint64_t *stall_row; /* stall[phase] */
    uint64_t
        *mix_runs; /* how often bundles of each mix of atoms have run in this phase: energy.h */
    uint32_t fetch_line; /* line of the last fetch; LINE_NONE */
    uint32_t after;      /* enum chip_after */
    uint8_t c_busy;
    bool taken;          /* this bundle transferred control */
    bool careful;        /* this bundle's stores wait for its last atom that may trap */
    uint8_t late_stores; /* used entries of late_store */
    uint8_t late_guest;  /* of these: guest stores */
    uint64_t r_ready[ISA_R_COUNT];
    uint64_t c_ready[ISA_C_COUNT];
    struct fpu fpu;

    /* ---- memory */
    uint8_t *dram;
    uint64_t dram_size;      /* bytes */
    uint64_t hidden_size;    /* bytes; 0: the window is closed */
    uint64_t guest_size;     /* bytes of guest-physical memory: dram_size - hidden_size */
    uint8_t *hidden;         /* dram + guest_size */
    uint64_t hidden_line_at; /* canonical address of the hidden window's first byte */
    bool hidden_locked;
    struct tlb tlb;
    uint32_t tlb_stall; /* cycles of each guest access beyond the first */
    struct sbuf sbuf;
    struct hier hier;
    uint32_t ways[HIER_CACHES]; /* bit masks of those in use */
    struct alias alias;
    struct jtlb jtlb;
    struct rstack rstack;
    struct predictor predictor;
    _Alignas(64) uint8_t lpm[LPM_SIZE];
    _Alignas(64) uint8_t ldm[LDM_SIZE];
    uint8_t *rom;
    uint8_t *flash;
    uint64_t rom_size, flash_size;

    /* ---- the official state */
    uint64_t r_shadow[ISA_R_COUNT]; /* the shadowed ones */
    uint32_t c_shadow[ISA_C_COUNT];

    /* ---- special registers that have no other home */
    uint64_t epc, cause, badaddr, einfo, vbase;
    uint64_t scratch[SCRATCHES];
    uint64_t timer;       /* ns */
    uint64_t timer_cycle; /* first cycle in which it is pending */
    uint64_t irq_cycle;   /* first cycle in which anything is that may be taken at a commit */
    struct fault fault;
    struct power power;
    uint64_t tlb_hi, tlb_lo, tlb_tmask;
    uint64_t cfg_index;
    uint64_t emu_base;
    uint32_t status;
    uint32_t phase;
    bool user; /* SR_GMODE */

    /* ---- this bundle and this moment */
    struct chip_trap trap;
    jmp_buf trap_exit; /* a trapping atom leaves its bundle by this */
    struct chip_store late_store[2 * BUNDLE_ATOMS];
    uint64_t host_block;
    uint32_t commit_count; /* guest instructions that this bundle's commit retires */
    uint64_t div_free;     /* cycle in which the divider takes the next operation */
    uint64_t watch_left;   /* bundles to the next test interrupt */
    uint64_t poll_cycle;   /* when to look for Ctrl-C */
    uint64_t max_cycles;   /* end of the run */
    uint64_t trace_from;   /* traces are written from this cycle on, */
    uint64_t trace_to;     /* and up to here */
    uint64_t dog_commits;  /* at the last look of the watchdog */
    uint64_t dog_cycle;    /* busy cycles then */

    /* ---- counters: counters.c, stats.def */
    uint64_t stall[PHASE_COUNT][STALL_COUNT];
    uint64_t idle; /* cycles of STALL_idle */
    struct energy energy;
    uint64_t phase_atoms[PHASE_COUNT];
    uint64_t phase_retired[PHASE_COUNT];
    uint64_t counted_bundles; /* up to here STALL_issue has been charged, */
    uint64_t counted_atoms;   /* phase_atoms */
    uint64_t counted_retired; /* and phase_retired */
    uint64_t cause_count[CAUSE_COUNT];
    uint64_t loads, stores, guest_loads, guest_stores;
    uint64_t branches_taken;
    uint64_t commits, rollbacks;
    uint64_t retired;
    uint64_t host_requests;
    struct section section;

    /* ---- what the trap-loop detector compares */
    uint64_t loop_epc, loop_badaddr, loop_count, loop_commits;
    uint32_t loop_cause;
    uint32_t double_cause; /* of the trap that ended the run while `cause` was being handled */

    /* ---- the world */
    struct machine machine;
    struct code_cache *code;
    struct host_port *host;
    struct trace *trace;
    struct profile *profile; /* NULL: none is made */
    struct events events;
    struct check *check; /* NULL: this chip is compared with no other */
    struct fast *fast;
    void (*run)(struct chip *chip);                       /* NULL: the reference engine */
    void (*dropped)(struct chip *chip, struct bundle *b); /* a bundle of its blocks is dropped */
    struct fast_state hot;
    int signal_fd; /* readable after Ctrl-C; -1: none */
    bool host_asks;        /* IPEND's bit for the host: the firmware is to end the run */
    enum chip_stop stop;
    uint64_t stop_pc; /* of the bundle at which it was found */
};

#define LINE_NONE 0u  /* line number of what is not cached */
#define CODE_ODD 1ull /* ignored in the target of a jump, so that no pc is ever odd */

/* ---------------------------------------------------------------- chip.c */

/* A chip after reset with its memory zeroed. Host and trace are set by the caller. */
struct chip *chip_new(const struct machine *m);
void chip_free(struct chip *chip);

/*
 * Carves `size` bytes off the top of DRAM and opens the hidden window. False if the window is
 * locked, the size is not a multiple of 1 MiB, or nothing would be left for the guest.
 */
bool chip_hide(struct chip *chip, uint64_t size);

/* What Ctrl-C, limits and host requests do: the engine returns after the current bundle. */
void chip_halt_with(struct chip *chip, enum chip_stop why);

/* When anything can be taken at a commit: after the timer or a fault has got another time. */
void chip_plan_interrupts(struct chip *chip);

/*
 * After a stop: the machine goes on for at most so many cycles, with the host's interrupt pending.
 */
void chip_ask_to_end(struct chip *chip, uint64_t cycles);

/* Uses these ways of a cache and no others. False: the mask names none, or one that isn't there. */
bool chip_use_ways(struct chip *chip, enum hier_cache which, uint64_t mask);
bool chip_use_tlb_ways(struct chip *chip, uint64_t mask);

/* power.c: simulated nanoseconds since reset, and the first cycle at which they reach `ns`. */
uint64_t chip_time(const struct chip *chip);
uint64_t chip_cycle_of(const struct chip *chip, uint64_t ns);

static inline void chip_stall(struct chip *chip, enum isa_stall why, uint64_t cycles)
{
    chip->cycle += cycles;
    chip->stall_row[why] += cycles;
}

/* ---------------------------------------------------------------- mem.c */

/*
 * Validated access for the host port: where `len` bytes at a native address are on the host. NULL
 * unless all of them are in one memory that firmware may name (and may write, if `write`).
 */
void *chip_mem(struct chip *chip, uint64_t native_addr, uint64_t len, bool write);

/* Where a native access goes. */
struct mem_place {
    uint8_t *host;
    uint64_t canonical; /* address in the hierarchy; meaningless if not cached */
    bool cached;
};

bool mem_find(struct chip *chip, uint64_t addr, uint64_t len, bool write, struct mem_place *place);

/*
 * Likewise for bundles: hidden memory, local program memory, ROM. NULL if there is no code at addr.
 */
const uint8_t *mem_code(struct chip *chip, uint64_t addr, uint64_t len, uint32_t *line);

/* ---------------------------------------------------------------- engine.c, an engine */

/* Runs until chip->stop says why not. */
void engine_run(struct chip *chip);

/*
 * fast/: lets the chip run by the fast engine from now on. False if that isn't for this host. All
 * do nothing if there is nothing to do.
 */
bool fast_open(struct chip *chip);
void fast_close(struct chip *chip);

/* engine_run() returns after each block or bundle, its counters unsettled: for check.c. */
void fast_single(struct chip *chip);

/* Before counters are read in the middle of a run. */
void fast_settle(struct chip *chip);

/* Leaves the current bundle, which has no effect. For atoms, fetch and decode. */
void chip_trap(struct chip *chip, uint32_t cause, uint64_t badaddr, uint64_t einfo)
    __attribute__((noreturn));

void chip_commit(struct chip *chip, uint32_t retire);
void chip_rollback(struct chip *chip);

/* Interrupts that wait: enum chip_pending. */
uint32_t chip_pending(const struct chip *chip);

/* The engine has to look up at the earliest of the reasons to. */
void engine_plan(struct chip *chip);

/* ---------------------------------------------------------------- sreg.c */

/* False: there is no such register, or it can't be read (written). */
bool sreg_read(struct chip *chip, uint64_t number, uint64_t *value);
bool sreg_write(struct chip *chip, uint64_t number, uint64_t value);

/* ---------------------------------------------------------------- counters.c */

/*
 * Charges the bundles since the last call to the current phase. Before the phase changes, and
 * before counters are read.
 */
void counters_settle(struct chip *chip);

/* Panics unless every cycle is accounted for. */
void counters_check(struct chip *chip);

#endif
