/*
 * leave.c - ways out of a block: what is counted, what is dirty and late then, and where they lead.
 */
#include <stddef.h>
#include <string.h>

#include "isa_facts.h"
#include "vliw-sim/fast/build.h"

static void leave_emit(struct build *b, const struct pending_exit *x)
{
    struct patch *p = &b->e->p;

    pins_flush_out(b->e, x->ahead);
    part_dirty(b, x->dirty, x->f_dirty);
    if (x->c_dirty)
        emit(b->e, STENCIL_stale);
    p->value[HOLE_tally] = (int64_t)x->tally * 4;
    p->value[HOLE_cycles] = x->cycles;
    p->value[HOLE_order] = x->order;
    emit(b->e, x->order ? STENCIL_leave : STENCIL_leave_calm);
}

/* All that is dirty behind the last bundle. */
static uint32_t dirty_here(const struct build *b)
{
    if (b->before == DIRTY_UNKNOWN || b->f_dirty)
        return DIRTY_UNKNOWN;
    return b->before | b->dirty | DIRTY_C(b->c_dirty);
}

/* The state behind the last bundle. */
struct pending_exit leave_here(struct build *b, uint64_t target)
{
    struct pending_exit x = {.tally = part_tally(b),
                             .cycles = b->score.now,
                             .order = b->order,
                             .dirty = b->dirty,
                             .f_dirty = b->f_dirty,
                             .c_dirty = b->c_dirty,
                             .way = score_way(&b->score, &b->f->ways, dirty_here(b)),
                             .line = b->line,
                             .target = target,
                             .bundle = (uint16_t)(b->block->bundles - 1)};

    memcpy(x.ahead, b->pins->ahead, sizeof x.ahead);
    return x;
}

void leave_out(struct build *b, struct fast_site *s, uint32_t way, uint32_t line, uint64_t target)
{
    s->order = 0;
    s->way = way;
    s->line = line;
    s->target = target;
    b->room &= way != UINT32_MAX;
}

/* A direct exit: tally, then a jump that first leads to its site. */
void leave_by(struct build *b, const struct pending_exit *x, struct block_tail *tail)
{
    struct fast_site *s = part_site(b, SITE_EXIT);
    uint32_t label = part_site_later(b, tail, s, b->f->call_exit);

    s->bundle = x->bundle;
    s->through = x->through;
    leave_emit(b, x);
    leave_out(b, s, x->way, x->line, x->target);
    b->e->p.value[HOLE_to] = label;
    emit(b->e, STENCIL_go);
    s->jump = b->e->fixup[b->e->fixups - 1].at;
}

void leave_indirect(struct build *b, const struct pending_exit *x, struct block_tail *tail)
{
    struct fast_site *s = part_site(b, SITE_EXIT);
    uint32_t label = part_site_later(b, tail, s, b->f->call_exit);

    leave_emit(b, x);
    leave_out(b, s, x->way, x->line, x->target);
    s->indirect = true;
    b->e->p.value[HOLE_slow] = label;
    b->e->p.value[HOLE_site] = (s - b->f->site) * (int64_t)sizeof(struct fast_jump);
    emit(b->e, STENCIL_go_indirect);
}

/* The bundle at `target` is for the reference engine. */
void leave_to_step(struct build *b, struct block_tail *tail, uint64_t target)
{
    struct fast_site *s = part_site(b, SITE_STEP);

    struct pending_exit x = leave_here(b, target);
    leave_emit(b, &x);
    leave_out(b, s, x.way, x.line, x.target);
    b->e->p.value[HOLE_to] = part_site_later(b, tail, s, b->f->call_step);
    emit(b->e, STENCIL_go);
}

/*
 * The state when the last bundle's transfer is taken: a jump through the JTLB waits before the
 * bundle has issued.
 */
struct build leave_taken(const struct build *b, const struct score *before,
                         const struct atom *branch)
{
    struct build t = *b;
    const struct bundle *n = b->block->bundle[b->block->bundles - 1].b;
    uint32_t stall = b->chip->machine.branch_taken;

    if (branch->op.atom == ISA_jtj && b->chip->machine.jtlb_latency) {
        t.score = *before;
        t.score.now += b->chip->machine.jtlb_latency;
        score_issue(&t.score, n, &b->chip->machine);
        t.tally.n[TALLY_BRANCH] =
            (uint16_t)(t.tally.n[TALLY_BRANCH] + b->chip->machine.jtlb_latency);
    }
    t.tally.n[TALLY_TAKEN]++;
    t.tally.n[TALLY_BRANCH] = (uint16_t)(t.tally.n[TALLY_BRANCH] + stall);
    t.score.now += stall;
    return t;
}
