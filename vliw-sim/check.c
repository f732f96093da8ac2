/* check.c - see check.h */
#include "vliw-sim/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vliw-sim/chip.h"
#include "vliw-sim/panic.h"
#include "vliw-sim/symbols.h"

#define GRANTS 64
#define ALL_CYCLES (1u << 20)    /* between comparisons of everything but memory */
#define MEMORY_CYCLES (1u << 27) /* between comparisons of memory */

struct grant {
    uint64_t addr, len;
};

struct check {
    struct chip *leader, *follower;
    struct grant grant[GRANTS]; /* what the leader's last host request may have written */
    unsigned grants;
    uint64_t from, from_cycle; /* where the last block or bundle began */
    const char *what;          /* that differs */
};

/* ---------------------------------------------------------------- everything */

static void same(const char **found, const char *what, const void *a, const void *b, size_t size)
{
    if (!*found && memcmp(a, b, size) != 0)
        *found = what;
}

/* The same lines in the same places, and in each set the same order of use. */
static void same_cache(const char **found, const char *name, const struct cache *a,
                       const struct cache *b)
{
    uint32_t slots = (a->set_mask + 1) * a->ways;

    same(found, name, a->entry, b->entry, slots * sizeof *a->entry);
    for (uint32_t set = 0; set < slots && !*found; set += a->ways) {
        for (uint32_t i = set + 1; i < set + a->ways; i++) {
            for (uint32_t j = set; j < i; j++) {
                if ((a->stamp[i] < a->stamp[j]) != (b->stamp[i] < b->stamp[j]))
                    *found = name;
            }
        }
    }
}

/* What is still on its way: the same registers, until the same cycle. */
static bool same_late(const struct chip *chip, const uint64_t *a, uint64_t a_busy,
                      const uint64_t *b, uint64_t b_busy, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t a_ready = (a_busy >> i & 1) && a[i] > chip->cycle ? a[i] : 0;
        uint64_t b_ready = (b_busy >> i & 1) && b[i] > chip->cycle ? b[i] : 0;
        if (a_ready != b_ready)
            return false;
    }
    return true;
}

static bool same_scoreboard(const struct chip *a, const struct chip *b)
{
    return same_late(a, a->r_ready, a->r_busy, b->r_ready, b->r_busy, ISA_R_COUNT) &&
           same_late(a, a->c_ready, a->c_busy, b->c_ready, b->c_busy, ISA_C_COUNT) &&
           same_late(a, a->fpu.ready, a->fpu.busy, b->fpu.ready, b->fpu.busy, ISA_F_COUNT) &&
           same_late(a, &a->div_free, 1, &b->div_free, 1, 1) &&
           same_late(a, &a->fpu.div_free, 1, &b->fpu.div_free, 1, 1);
}

#define SAME(field) same(&found, #field, &a->field, &b->field, sizeof a->field)
#define SAME_CACHE(name)                                                                     \
    (same_cache(&found, #name, &a->hier.name, &b->hier.name), SAME(hier.name.hits),          \
     SAME(hier.name.misses), SAME(hier.name.writebacks))

/* What programs see, and when: cheap enough to be compared behind each block. */
static const char *difference_seen(const struct chip *a, const struct chip *b)
{
    const char *found = NULL;

    SAME(cycle);
    SAME(pc);
    same(&found, "r", a->r, b->r, ISA_R_COUNT * sizeof a->r[0]);
    same(&found, "c", a->c, b->c, ISA_C_COUNT * sizeof a->c[0]);
    same(&found, "f", a->fpu.f, b->fpu.f, ISA_F_COUNT * sizeof a->fpu.f[0]);
    SAME(r_shadow);
    SAME(c_shadow);
    SAME(sbuf.used);
    SAME(retired);
    SAME(epc);
    SAME(cause);
    SAME(badaddr);
    SAME(einfo);
    return found;
}

static const char *difference_counted(struct chip *a, struct chip *b)
{
    const char *found = NULL;
    const uint64_t shadowed = (2ull << ISA_SHADOW_R_LAST) - (1ull << ISA_SHADOW_R_FIRST);
    uint64_t dirty_a = a->r_dirty & shadowed, dirty_b = b->r_dirty & shadowed;
    uint64_t energy_a = energy_total_pj(a), energy_b = energy_total_pj(b);

    SAME(fpu.shadow);
    SAME(fpu.control);
    SAME(fpu.official);
    SAME(fpu.dirty);
    same(&found, "r_dirty", &dirty_a, &dirty_b, sizeof dirty_a);
    SAME(bundles);
    SAME(atoms);
    SAME(stall);
    SAME(idle);
    SAME(phase_atoms);
    SAME(phase_retired);
    SAME(cause_count);
    SAME(loads);
    SAME(stores);
    SAME(guest_loads);
    SAME(guest_stores);
    SAME(branches_taken);
    SAME(commits);
    SAME(rollbacks);
    SAME(host_requests);
    SAME(predictor.right);
    SAME(predictor.wrong);
    SAME(jtlb.finds);
    SAME(jtlb.hits);
    SAME(jtlb.writes);
    SAME(rstack.pushes);
    SAME(rstack.pops);
    SAME(rstack.hits);
    SAME(status);
    SAME(phase);
    SAME(user);
    SAME(alias);
    same(&found, "energy", &energy_a, &energy_b, sizeof energy_a);
    same(&found, "energy by phase", a->energy.fj, b->energy.fj, sizeof a->energy.fj);
    return found;
}

static const char *difference_modelled(const struct chip *a, const struct chip *b)
{
    const char *found = NULL;

    if (!same_scoreboard(a, b))
        found = "scoreboard";
    SAME_CACHE(l1i);
    SAME_CACHE(l1d);
    SAME_CACHE(l2);
    SAME(hier.dram);
    SAME(hier.rom_lines);
    same(&found, "tlb", a->tlb.entry, b->tlb.entry,
         a->tlb.sets * (size_t)a->tlb.ways * sizeof a->tlb.entry[0]);
    SAME(tlb.writes);
    same(&found, "sbuf", a->sbuf.store, b->sbuf.store, a->sbuf.used * sizeof a->sbuf.store[0]);
    SAME(sbuf.filter);
    SAME(sbuf.released);
    SAME(sbuf.dropped);
    SAME(sbuf.forwards);
    SAME(sbuf.last_done);
    SAME(lpm);
    SAME(ldm);
    if (!found && sbuf_most(&a->sbuf) != sbuf_most(&b->sbuf))
        found = "sbuf.most";
    return found;
}

const char *check_difference(struct chip *a, struct chip *b)
{
    const char *found = difference_seen(a, b);

    counters_check(a);
    counters_check(b);
    if (!found)
        found = difference_counted(a, b);
    return found ? found : difference_modelled(a, b);
}

/* ---------------------------------------------------------------- lockstep */

struct check *check_new(struct chip *leader, struct chip *follower)
{
    struct check *check = panic_if_null(calloc(1, sizeof *check));

    *check = (struct check){.leader = leader, .follower = follower};
    leader->check = follower->check = check;
    follower->machine.watchdog = 0; /* it looks at other moments */
    fast_single(leader);
    return check;
}

void check_free(struct check *check)
{
    if (check)
        chip_free(check->follower);
    free(check);
}

void check_note(struct check *check, uint64_t addr, uint64_t len)
{
    if (check->grants < GRANTS)
        check->grant[check->grants++] = (struct grant){addr, len};
}

uint64_t check_limit(const struct check *check)
{
    return check->leader->max_cycles;
}

bool check_replay(struct check *check)
{
    struct chip *to = check->follower;

    for (unsigned i = 0; i < check->grants; i++) {
        const struct grant *g = &check->grant[i];
        struct mem_place from, place;
        if (mem_find(check->leader, g->addr, g->len, true, &from) &&
            mem_find(to, g->addr, g->len, true, &place))
            memcpy(place.host, from.host, g->len);
    }
    return check->leader->stop == STOP_HOST;
}

/* The follower comes to where the leader is. */
static void check_follow(struct check *check)
{
    struct chip *to = check->follower;
    const struct chip *from = check->leader;
    bool trapped = from->stop == STOP_DOUBLE || from->stop == STOP_TRAP_LOOP; /* takes no time */

    if (to->cycle >= from->cycle + trapped)
        return;
    to->max_cycles = from->cycle + trapped;
    if (to->stop == STOP_LIMIT)
        to->stop = STOP_NONE;
    engine_run(to);
}

void check_run(struct check *check)
{
    struct chip *a = check->leader, *b = check->follower;
    uint64_t all = 0, memory = MEMORY_CYCLES;

    while (!check->what && !a->stop) {
        check->from = a->pc;
        check->from_cycle = a->cycle;
        check->grants = 0;
        engine_run(a);
        check_follow(check);
        check->what = difference_seen(a, b);
        if (!check->what && (a->cycle >= all || a->stop)) {
            all = a->cycle + ALL_CYCLES;
            fast_settle(a);
            check->what = check_difference(a, b);
        }
        if (!check->what && (a->cycle >= memory || a->stop)) {
            memory = a->cycle + MEMORY_CYCLES;
            check->what = memcmp(a->dram, b->dram, a->dram_size) ? "memory" : NULL;
        }
    }
    fast_settle(a);
    if (check->what)
        a->stop = STOP_DIFFER;
}

void check_ask_to_end(struct check *check, uint64_t cycles)
{
    chip_ask_to_end(check->leader, cycles);
    chip_ask_to_end(check->follower, cycles);
    check_run(check);
}

const struct events *check_events(const struct check *check)
{
    return &check->follower->events;
}

void check_text(const struct check *check, const struct symbols *symbols, char *text, size_t size)
{
    const struct chip *a = check->leader, *b = check->follower;
    char from[SYMBOL_TEXT], fast[SYMBOL_TEXT], reference[SYMBOL_TEXT];
    unsigned r = 0;

    while (r + 1 < ISA_R_COUNT && a->r[r] == b->r[r])
        r++;
    symbols_text(symbols, check->from, from);
    symbols_text(symbols, a->pc, fast);
    symbols_text(symbols, b->pc, reference);
    snprintf(text, size,
             "the engines differ in %s after the block at %s, cycle %" PRIu64
             ": fast at %s, cycle %" PRIu64 "; reference at %s, cycle %" PRIu64,
             check->what, from, check->from_cycle, fast, a->cycle, reference, b->cycle);
    size_t used = strlen(text);
    if (a->r[r] != b->r[r] && used < size)
        snprintf(text + used, size - used, "; r%u 0x%" PRIx64 " and 0x%" PRIx64, r, a->r[r],
                 b->r[r]);
}
