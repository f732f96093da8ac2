/*
 * machine.h - the description of one machine: every number that a preset or `-o section.key=value`
 * may set.
 *
 * Shared by the simulator and by the tools that schedule for a machine (vliw-ld). It knows nothing
 * of the chip's insides: knobs.def lists the keys, config.c reads them, whoever needs a number
 * takes it from `struct machine`. Issue slots and latencies are not listed by hand: their keys are
 * the unit and latency names of isa/.
 *
 * Units: sizes in bytes, latencies and costs in core cycles, times that do not scale with the core
 * clock in ns.
 */
#ifndef SELKIRK_MACHINE_H
#define SELKIRK_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "isa.h"
#include "vliw-sim/energy.h"

struct machine_cache {
    uint32_t size; /* bytes */
    uint32_t ways;
    uint32_t line;    /* bytes; the same in every cache of a machine */
    uint32_t latency; /* cycles that an access waits which finds its line here and not before */
};

#define MACHINE_POINTS 8 /* power points at most */

struct machine_point {
    uint32_t khz; /* 0: no such point, nor any after it */
    uint32_t mv;
};

struct machine {
    char name[64]; /* of the preset: a result always names it */
    uint32_t chip_id;

    uint32_t issue;        /* atoms a bundle may hold, long immediates apart */
    uint32_t branch_taken; /* extra cycles of a taken control transfer */
    uint32_t trap_enter;
    uint32_t trap_return;

    uint32_t unit[UNIT_COUNT];   /* issue slots; isa_unit_within says which others have them too */
    uint32_t latency[LAT_COUNT]; /* issue to first use without a stall */
    uint32_t has_multiplier;
    uint32_t has_divider;
    uint32_t has_fp;
    uint32_t has_packed;

    struct machine_point point[MACHINE_POINTS]; /* [0] is core.khz, core.mv */
    uint32_t power_switch_ns;

    uint32_t predict_kind; /* enum predict_kind */
    uint32_t predict_entries;
    uint32_t predict_miss;
    uint32_t jtlb_entries; /* 0: none */
    uint32_t jtlb_ways;
    uint32_t jtlb_latency; /* cycles of a jump through it, beside those of any taken transfer */
    uint32_t return_stack; /* entries; 0: none */
    uint32_t alias_registers;

    struct machine_cache l1i, l1d, l2;

    uint32_t dram_banks;
    uint32_t dram_page; /* bytes of an open page in one bank */
    uint32_t dram_page_hit_ns;
    uint32_t dram_page_miss_ns;
    uint32_t rom_ns; /* a line from the boot ROM or flash */

    uint32_t tlb_entries;
    uint32_t tlb_ways;
    uint32_t tlb_latency; /* 1: hidden in the load's pipeline */
    uint32_t sbuf_entries;
    uint32_t host_cycles; /* charged for one host request */
    uint32_t code_mib;    /* of the simulator's own: the fast engine's buffer of host code */
    uint32_t heat;        /* visits to a bundle before it makes any */
    uint32_t spoil;       /* the fast engine forgets an atom of so many-th block */

    uint32_t guest_mib;  /* DRAM that is left for the guest */
    uint32_t hidden_mib; /* DRAM added for hidden memory */

    uint32_t energy_mv;            /* voltage at which the energies hold */
    uint32_t energy[ENERGY_UNITS]; /* pJ; of what leaks, uW */

    uint32_t fault_unit; /* enum fault_unit */
    uint32_t fault_index;
    uint32_t fault_cycle;
    uint32_t fault_again;

    uint32_t irq_every;  /* bundles between test interrupts; 0 = none */
    uint32_t check_code; /* compare each executed bundle with memory */
    uint32_t watchdog;   /* million busy cycles without a commit that end the run; 0 = never */
    uint32_t trap_loop;  /* equal traps in a row that end the run */
};

/* What is wrong with a setting, ready to print: `file:line: key: what, expected ...`. */
struct config_error {
    char text[512];
};

/* Every key at its default. */
void machine_defaults(struct machine *m);

/*
 * Reads a preset over *m: a name (found in the presets' directory beside the running program) or
 * the path of an INI file. A file whose first key is [machine] base begins with that preset. False:
 * *err says why; *m is then not to be used.
 */
bool machine_load(struct machine *m, const char *preset, struct config_error *err);

/* One `section.key=value`. False: *err says why. */
bool machine_set(struct machine *m, const char *assignment, struct config_error *err);

/* Refuses machines that make no sense as a whole. To be called after the last setting. */
bool machine_check(const struct machine *m, struct config_error *err);

/* Is the key `group`, or of the group: `cms.opt.alias` of `cms.opt` and `cms`, any of ""? */
bool machine_key_in(const char *key, const char *group);

/* The group's keys with unit, range, default and text, for `-o help`; false: there are none. */
bool machine_help(FILE *out, const char *group);

/* The resolved description as an INI file that machine_load() reads back. */
void machine_write(const struct machine *m, FILE *out);

/*
 * Path of a file that is installed relative to the running program: machine_install_path(buf,
 * sizeof buf, "../presets", "crusoe.ini"). False if it doesn't fit or the program's own path is
 * unknown.
 */
bool machine_install_path(char *buf, size_t size, const char *dir, const char *file);

#endif
