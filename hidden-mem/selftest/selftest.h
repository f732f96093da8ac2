/*
 * selftest.h - a firmware that tries every feature of the chip and says what it found.
 *
 * The boot ROM starts it like any other firmware, so it is also the example for people who write
 * their own: docs/own-firmware.md walks through it. A feature is a line of features.def and a
 * function feature_NAME(); most of them run pieces, a few atoms written as text, which piece.c
 * assembles on the chip and calls under guard, so that a trap is an answer and not the end.
 *
 * The firmware asks for no optional unit: nothing here multiplies or divides. All its state hangs
 * off `self`.
 */
#ifndef SELKIRK_SELFTEST_H
#define SELKIRK_SELFTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hidden-mem/hostport.h"
#include "hidden-mem/map.h"
#include "isa.h"
#include "isa_intrinsics.h"

/* What trying a feature came to. ABSENT: this machine lacks it, as its configuration says. */
enum outcome { OK, ABSENT, FAILED, OUTCOMES };

/* What a trap left in the special registers; `cause` is CAUSE_none if there was none. */
struct trap {
    uint64_t cause, epc, badaddr, einfo;
};

#define PIECE_WORDS 1024
#define DETAIL 160
#define LINE 256

struct self {
    uint64_t flash, hidden_size; /* as the boot ROM handed them over */
    struct trap seen;    /* by the last guarded call */
    uint64_t causes;     /* bit mask of all traps that were seen */
    char detail[DETAIL]; /* why the feature at hand failed, or what it found */
    size_t details;      /* length of that */
    char line[LINE];     /* being put together for the console */
    size_t said;         /* length of that */
    char only[32];       /* option cms.only: name of the one feature to try */
    uint32_t piece[PIECE_WORDS] __attribute__((aligned(64)));
    uint32_t other[PIECE_WORDS] __attribute__((aligned(64))); /* where a piece may jump to */
};

extern struct self self;

/* start.S */
uint64_t guarded_call(const void *code, const uint64_t arg[4]);

/*
 * trap.c
 */
void trap_init(void);
/* To a known state: nothing uncommitted, no TLB entry, supervisor, no interrupt */
void trap_settle(void);

/*
 * piece.c - `text` is atoms as the ISA reference writes them: bundles separated by semicolons, the
 * atoms of one between braces. The target of a branch is a number of words from its bundle.
 */
/* Assembles to `at`; returns the first word behind it. Not yet visible to fetch. */
uint32_t *piece_put(uint32_t *at, const char *text);
/* Likewise, with a return at the end, and visible. */
void piece_make(uint32_t *at, const char *text);
/* As self.piece, called with arg in r42 .. r45. Returns what is in r42 then; see self.seen. */
uint64_t piece_run(const char *text, const uint64_t arg[4]);

/*
 * report.c - what a feature has to say for itself
 */
void say(const char *text);
void say_number(uint64_t value); /* decimal */
void say_line(void);             /* the line is complete: to the console */
void say_padded(const char *text, size_t width);
void detail(const char *text);
void detail_hex(uint64_t value);
/* True if they are equal; else the detail says what is wrong with `what`. */
bool same(const char *what, uint64_t got, uint64_t want);
bool piece_gives(uint64_t want, const char *text, const uint64_t arg[4]);
bool piece_traps(uint64_t cause, const char *text, const uint64_t arg[4]);

/* For feature functions: each returns FAILED from it if it doesn't hold. */
#define SAME(what, got, want)       \
    do {                            \
        if (!same(what, got, want)) \
            return FAILED;          \
    } while (0)
#define ARGUMENTS(...) ((const uint64_t[4]){__VA_ARGS__})
#define GIVES(want, text, ...)                                \
    do {                                                      \
        if (!piece_gives(want, text, ARGUMENTS(__VA_ARGS__))) \
            return FAILED;                                    \
    } while (0)
#define TRAPS(cause, text, ...)                                        \
    do {                                                               \
        if (!piece_traps(CAUSE_##cause, text, ARGUMENTS(__VA_ARGS__))) \
            return FAILED;                                             \
    } while (0)

/*
 * host.c
 */
int host_call(unsigned op, uint64_t arg0, uint64_t arg1, const void *buffer, size_t length,
              uint64_t *result);
void host_options(void);
void host_exit(unsigned how, uint64_t value, const char *reason) __attribute__((noreturn));
void host_panic(const char *reason) __attribute__((noreturn));

/*
 * bundles.c - for units that CFG_UNITS says are not there
 */
enum optional_unit { HAS_MULTIPLIER = 1, HAS_DIVIDER = 2, HAS_FP = 4, HAS_PACKED = 8 };
enum outcome unit_absent(const char *text);

/*
 * guest.c
 */
/* Enters guest page `page` as physical page `physical`; `rights` are TLB_LO's low bits. */
void guest_map(uint64_t page, uint64_t physical, unsigned rights, uint32_t granules);

/* Rights in TLB_LO, and what is used most: memory that supervisor and user may read and write. */
enum rights { SUPER_READ = 1, SUPER_WRITE = 2, USER_READ = 4, USER_WRITE = 8, RIGHT_IO = 16 };
#define RIGHTS_ALL (SUPER_READ | SUPER_WRITE | USER_READ | USER_WRITE)
#define PAGE 0x1000ul

/* What configuration value CFG_`name` says. */
#define CONFIG(name) (vx_mtsr(SR_CFG_INDEX, CFG_##name), vx_mfsr(SR_CFG_DATA))

/* Physical memory as native addresses see it. */
static inline volatile uint64_t *memory(uint64_t physical)
{
    return (volatile uint64_t *)(GUEST_BASE + physical);
}

/* Every feature: enum outcome feature_NAME(void). */
#define FEATURE(name, text) enum outcome feature_##name(void);
#include "features.def"
#undef FEATURE

#endif
