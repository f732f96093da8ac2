/* engine.c - see engine.h */
#include <poll.h>
#include <string.h>

#include "hidden-mem/hostport.h"
#include "vliw-sim/check.h"
#include "vliw-sim/engine.h"
#include "vliw-sim/host/hostport.h"
#include "vliw-sim/profile.h"
#include "vliw-sim/trace.h"

#define POLL_CYCLES (1u << 22) /* between looks for Ctrl-C */

#define SHADOW_MASK(first, last) ((2ull << (last)) - (1ull << (first)))
#define R_SHADOWED SHADOW_MASK(ISA_SHADOW_R_FIRST, ISA_SHADOW_R_LAST)

/* ---------------------------------------------------------------- commit and rollback */

void chip_commit(struct chip *chip, uint32_t retire)
{
    for (uint64_t regs = chip->r_dirty & R_SHADOWED; regs; regs &= regs - 1) {
        unsigned n = (unsigned)__builtin_ctzll(regs);
        chip->r_shadow[n] = chip->r[n];
    }
    memcpy(chip->c_shadow, chip->c, sizeof chip->c_shadow);
    fpu_commit(&chip->fpu);
    chip->r_dirty = 0;
    chip->alias.used = 0;
    if (trace_on(chip->trace, TRACE_COMMIT))
        trace_line(chip, TRACE_COMMIT, "commit %u, %u stores", retire, chip->sbuf.used);
    if (chip->sbuf.used)
        sbuf_commit(&chip->sbuf, chip->dram, &chip->hier, chip->cycle);
    chip->retired += retire;
    chip->commits++;
}

void chip_rollback(struct chip *chip)
{
    for (uint64_t regs = chip->r_dirty & R_SHADOWED; regs; regs &= regs - 1) {
        unsigned n = (unsigned)__builtin_ctzll(regs);
        chip->r[n] = chip->r_shadow[n];
    }
    memcpy(chip->c, chip->c_shadow, sizeof chip->c_shadow);
    fpu_rollback(&chip->fpu);
    chip->r_dirty = 0;
    chip->alias.used = 0;
    event_add(&chip->events, EVENT_ROLLBACK, chip->cycle, chip->pc, 0, chip->sbuf.used);
    if (trace_on(chip->trace, TRACE_COMMIT))
        trace_line(chip, TRACE_COMMIT, "rollback, %u stores", chip->sbuf.used);
    sbuf_rollback(&chip->sbuf);
    chip->rollbacks++;
}

/* ---------------------------------------------------------------- traps */

uint32_t chip_pending(const struct chip *chip)
{
    return (chip->cycle >= chip->timer_cycle ? IPEND_TIMER : 0) |
           (chip->host_asks ? IPEND_HOST : 0) | (chip->fault.latched ? IPEND_FAULT : 0);
}

/* Does the machine take the same trap for ever? Only if nothing was committed in between. */
static bool trap_loops(struct chip *chip, const struct chip_trap *t)
{
    bool same = t->cause == chip->loop_cause && chip->pc == chip->loop_epc &&
                t->badaddr == chip->loop_badaddr && chip->commits == chip->loop_commits;

    chip->loop_count = same ? chip->loop_count + 1 : 1;
    chip->loop_cause = t->cause;
    chip->loop_epc = chip->pc;
    chip->loop_badaddr = t->badaddr;
    chip->loop_commits = chip->commits;
    return chip->loop_count >= chip->machine.trap_loop && t->cause != CAUSE_watch;
}

/* Enters the vector: the bundle at pc has not happened. */
void engine_trap(struct chip *chip, const struct chip_trap *t)
{
    chip->late_stores = chip->late_guest = 0;
    chip->after = 0;
    chip->cause_count[t->cause]++;
    event_add(&chip->events, EVENT_TRAP, chip->cycle, chip->pc, t->cause, t->badaddr);
    if (trace_on(chip->trace, TRACE_TRAP))
        trace_line(chip, TRACE_TRAP, "%s 0x%llx 0x%llx", isa_cause_name[t->cause],
                   (unsigned long long)t->badaddr, (unsigned long long)t->einfo);
    if (chip->status & STATUS_TL) {
        chip->double_cause = t->cause;
        chip_halt_with(chip, STOP_DOUBLE);
        return;
    }
    chip->epc = chip->pc;
    chip->cause = t->cause;
    chip->badaddr = t->badaddr;
    chip->einfo = t->einfo;
    if (trap_loops(chip, t)) {
        chip_halt_with(chip, STOP_TRAP_LOOP);
        return;
    }
    chip->status |= STATUS_TL;
    chip->pc = chip->vbase + VECTOR_STRIDE * (uint64_t)t->cause;
    chip_stall(chip, STALL_trap, chip->machine.trap_enter);
}

void chip_trap(struct chip *chip, uint32_t cause, uint64_t badaddr, uint64_t einfo)
{
    chip->trap = (struct chip_trap){cause, badaddr, einfo};
    longjmp(chip->trap_exit, 1);
}

/* ---------------------------------------------------------------- looking up from the work */

/* Traces are on between two cycles only. */
static uint32_t traces_now(const struct chip *chip)
{
    bool within = chip->cycle >= chip->trace_from && chip->cycle <= chip->trace_to;

    return within ? chip->trace->wanted : 0;
}

/* When traces are to be switched next. */
static uint64_t trace_edge(const struct chip *chip)
{
    if (chip->trace->on != traces_now(chip))
        return chip->cycle;
    if (chip->cycle < chip->trace_from)
        return chip->trace_from;
    return chip->cycle <= chip->trace_to && chip->trace_to < UINT64_MAX ? chip->trace_to + 1
                                                                        : UINT64_MAX;
}

void engine_plan(struct chip *chip)
{
    bool always = chip->stop || trace_on(chip->trace, TRACE_BUNDLE) || chip->profile ||
                  chip->machine.irq_every || chip->machine.check_code;
    uint64_t first = chip->poll_cycle < chip->max_cycles ? chip->poll_cycle : chip->max_cycles;

    if (chip->trace && trace_edge(chip) < first)
        first = trace_edge(chip);
    chip->event_cycle = always ? 0 : first;
}

static bool interrupted(const struct chip *chip)
{
    struct pollfd p = {.fd = chip->signal_fd, .events = POLLIN};

    return chip->signal_fd >= 0 && poll(&p, 1, 0) > 0;
}

/* A test interrupt is due before the bundle at pc? Counts the bundles in which one could come. */
static bool watch_due(struct chip *chip)
{
    if (!chip->machine.irq_every || (chip->status & (STATUS_WE | STATUS_TL)) != STATUS_WE)
        return false;
    if (chip->watch_left--)
        return false;
    chip->watch_left = chip->machine.irq_every;
    return true;
}

/* Nothing committed in so many busy cycles? Looks as often as it is called. */
static bool watchdog_barks(struct chip *chip)
{
    uint64_t busy = chip->cycle - chip->idle;

    if (chip->commits != chip->dog_commits) {
        chip->dog_commits = chip->commits;
        chip->dog_cycle = busy;
    }
    return chip->machine.watchdog && busy - chip->dog_cycle >= chip->machine.watchdog * 1000000ull;
}

static void trace_switch(struct chip *chip)
{
    if (chip->trace)
        chip->trace->on = traces_now(chip);
}

/* False: the machine stands still. */
bool engine_event(struct chip *chip)
{
    if (chip->cycle >= chip->max_cycles)
        chip_halt_with(chip, STOP_LIMIT);
    if (chip->cycle >= chip->poll_cycle) {
        chip->poll_cycle = chip->cycle + POLL_CYCLES;
        if (interrupted(chip))
            chip_halt_with(chip, STOP_INTERRUPTED);
        if (watchdog_barks(chip))
            chip_halt_with(chip, STOP_WATCHDOG);
    }
    trace_switch(chip);
    engine_plan(chip);
    if (chip->stop)
        return false;
    if (watch_due(chip))
        chip_trap(chip, CAUSE_watch, 0, 0);
    if (chip->machine.check_code && !bundle_fresh(chip, bundle_find(chip, chip->pc))) {
        chip_halt_with(chip, STOP_STALE);
        return false;
    }
    if (chip->profile)
        profile_step(chip->profile, chip->pc, chip->cycle, chip->phase, chip->stall_row);
    if (trace_on(chip->trace, TRACE_BUNDLE))
        trace_bundle(chip, bundle_find(chip, chip->pc));
    return true;
}

/* ---------------------------------------------------------------- the steps of a bundle */

void engine_fetch(struct chip *chip, const struct bundle *b)
{
    uint32_t stall = 0;

    if (b->first_line != chip->fetch_line && b->first_line != LINE_NONE)
        stall += hier_fetch(&chip->hier, b->first_line);
    if (b->last_line != b->first_line && b->last_line != LINE_NONE)
        stall += hier_fetch(&chip->hier, b->last_line);
    chip->fetch_line = b->last_line;
    if (stall)
        chip_stall(chip, STALL_icache, stall);
}

/* Until the scoreboard has nothing against the bundle. */
void engine_wait(struct chip *chip, const struct bundle *b)
{
    uint64_t regs = b->r_uses & chip->r_busy;
    unsigned flags = b->c_uses & chip->c_busy;
    uint32_t wide = b->f_uses & chip->fpu.busy;

    chip->r_busy &= ~regs;
    chip->c_busy &= (uint8_t)~flags;
    chip->fpu.busy &= ~wide;
    for (; regs; regs &= regs - 1)
        engine_wait_until(chip, STALL_operand, chip->r_ready[__builtin_ctzll(regs)]);
    for (; flags; flags &= flags - 1)
        engine_wait_until(chip, STALL_operand, chip->c_ready[__builtin_ctz(flags)]);
    for (; wide; wide &= wide - 1)
        engine_wait_until(chip, STALL_operand, chip->fpu.ready[__builtin_ctz(wide)]);
}

/* Results that take more than a cycle are on their way from now on. */
void engine_late(struct chip *chip, const struct bundle *b)
{
    for (unsigned i = 0; i < b->lates; i++) {
        const struct bundle_late *l = &b->late[i];
        if (l->reg < LATE_FLAG)
            chip->r_ready[l->reg] = chip->cycle + l->cycles;
        else if (l->reg < LATE_F)
            chip->c_ready[l->reg - LATE_FLAG] = chip->cycle + l->cycles;
        else
            chip->fpu.ready[l->reg - LATE_F] = chip->cycle + l->cycles;
    }
    chip->r_busy |= b->r_late;
    chip->c_busy |= b->c_late;
    chip->fpu.busy |= b->f_late;
}

void engine_wait_divider(struct chip *chip, const struct bundle *b)
{
    if (b->divides)
        engine_wait_until(chip, STALL_unit, chip->div_free);
    if (b->f_divides)
        engine_wait_until(chip, STALL_unit, chip->fpu.div_free);
}

void engine_divide(struct chip *chip, const struct bundle *b)
{
    if (b->divides)
        chip->div_free = chip->cycle + chip->machine.latency[LAT_div];
    if (b->f_divides)
        chip->fpu.div_free = chip->cycle + chip->machine.latency[b->f_divides];
}

static void engine_stores(struct chip *chip)
{
    for (unsigned i = 0; i < chip->late_stores; i++) {
        const struct chip_store *s = &chip->late_store[i];
        if (s->host && s->size == CHIP_ZEROED) {
            memset(s->host, 0, s->size);
            continue;
        }
        if (s->host) {
            memcpy(s->host, &s->value, s->size);
            continue;
        }
        uint32_t wait = sbuf_wait(&chip->sbuf, chip->cycle);
        if (wait)
            chip_stall(chip, STALL_sbuf, wait);
        sbuf_put(&chip->sbuf, s->addr, s->size, s->value);
    }
    chip->late_stores = chip->late_guest = 0;
}

static void engine_host(struct chip *chip)
{
    const uint32_t *op = chip_mem(chip, chip->host_block, sizeof *op, false);
    uint32_t shown = op && chip->host_block % sizeof *op == 0 ? *op : UINT32_MAX;

    /* Statistics come in dozens at the end of a run and would push out what led to it. */
    if (shown != HOST_STAT)
        event_add(&chip->events, EVENT_HOST, chip->cycle, chip->pc, shown, chip->host_block);
    if (trace_on(chip->trace, TRACE_HOST))
        trace_line(chip, TRACE_HOST, "%s 0x%llx", trace_host_op(shown),
                   (unsigned long long)chip->host_block);
    chip->host_requests++;
    chip_stall(chip, STALL_host, chip->machine.host_cycles);
    bool ends = chip->host ? hostport_serve(chip->host, chip, chip->host_block)
                           : chip->check && check_replay(chip->check);
    if (ends)
        chip_halt_with(chip, STOP_HOST);
}

/* Time jumps to the next interrupt; without one nothing can happen any more. */
static void engine_halt(struct chip *chip)
{
    event_add(&chip->events, EVENT_HALT, chip->cycle, chip->pc, 0, 0);
    if (chip->timer_cycle == UINT64_MAX && !chip->host_asks) {
        chip_halt_with(chip, STOP_IDLE);
        return;
    }
    if (chip->host_asks)
        return;
    uint64_t asleep = chip->cycle;
    uint64_t limit = chip->check ? check_limit(chip->check) : chip->max_cycles;
    engine_wait_until(chip, STALL_idle, chip->timer_cycle < limit ? chip->timer_cycle : limit);
    chip->idle += chip->cycle - asleep;
}

/* What atoms asked for. True if the bundle ended with a commit. */
bool engine_after(struct chip *chip)
{
    uint32_t after = chip->after;

    chip->after = 0;
    if (after & AFTER_STORES)
        engine_stores(chip);
    if (after & AFTER_FP)
        chip->fpu.control = chip->fpu.next;
    if (after & AFTER_COMMIT)
        chip_commit(chip, chip->commit_count);
    if (after & AFTER_ROLLBACK)
        chip_rollback(chip);
    if (after & AFTER_HOST)
        engine_host(chip);
    if (after & AFTER_HALT)
        engine_halt(chip);
    return after & AFTER_COMMIT;
}

void engine_take(struct chip *chip)
{
    if (chip->cycle >= chip->fault.cycle && fault_find(chip))
        chip_trap(chip, CAUSE_parity, 0, chip->fault.latched);
    if (chip->cycle >= chip->timer_cycle || chip->host_asks)
        chip_trap(chip, CAUSE_interrupt, 0, 0);
}

void engine_branch(struct chip *chip, const struct bundle *b)
{
    bool right = predict_outcome(&chip->predictor, b->pc, b->flow, chip->taken);

    if (!right)
        chip_stall(chip, STALL_branch, chip->machine.predict_miss);
    else if (chip->taken)
        chip_stall(chip, STALL_branch, chip->machine.branch_taken);
    chip->branches_taken += chip->taken;
}
