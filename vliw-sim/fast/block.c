/*
 * block.c - a block out of decoded bundles.
 *
 * A block begins where control arrives with a certain set of results on their way, and holds the
 * bundles of a route (route.c). Since the set is part of its key, every wait for operands is known
 * here.
 *
 * bundle.c has put the atoms into an order in which they can execute one after the other. Only a
 * conditional branch has to move, to the end: if other atoms overwrite what it reads, it reads
 * copies.
 */
#include <stdlib.h>
#include <string.h>

#include "isa_facts.h"
#include "vliw-sim/fast/build.h"
#include "vliw-sim/panic.h"

/* ---------------------------------------------------------------- bundles */

bool bundle_commits(const struct bundle *n)
{
    for (unsigned i = 0; i < n->execs; i++) {
        if (!is_move(&n->atom[i]) && (isa_facts[n->atom[i].op.atom].flags & ISA_F_COMMIT))
            return true;
    }
    return false;
}

/* The flag registers that the bundle writes. */
static uint32_t flags_written(const struct bundle *n)
{
    uint32_t written = 0;

    for (unsigned i = 0; i < n->execs; i++) {
        const struct atom *a = &n->atom[i];
        if (!is_move(a) && (isa_facts[a->op.atom].uses & ISA_WRITE_CD))
            written |= 1u << a->op.cd;
    }
    return written;
}

/*
 * A conditional branch. The block goes on where the route does; the other way is left at its end,
 * `taken` being the state when the branch is.
 */
static void emit_branch(struct build *b, struct block_tail *tail, const struct block_step *step,
                        const struct operands *operands, const struct build *taken)
{
    const struct bundle *n = step->bundle;
    const struct atom *branch = bundle_branch(n);
    struct pending_exit *x = &tail->exit[tail->exits++];
    struct build t = *taken;

    *x = step->taken ? leave_here(b, n->next) : leave_here(&t, branch_target(n, branch));
    x->indirect = isa_facts[branch->op.atom].flags & ISA_F_INDIRECT;
    x->label = emit_label(b->e);
    part_branch(b, n, branch, operands, x->label, step->taken);
    memcpy(x->ahead, b->pins->ahead, sizeof x->ahead);
    b->room &= t.room;
    if (step->taken) {
        t.room = b->room;
        *b = t;
    }
}

/* A branch that is always taken, and leaves the block if the route does not go on there. */
static void emit_jump(struct build *b, struct block_tail *tail, const struct block_step *step,
                      struct build *t)
{
    const struct atom *branch = bundle_branch(step->bundle);

    if (!step->taken) {
        bool indirect = isa_facts[branch->op.atom].flags & ISA_F_INDIRECT;
        struct pending_exit x =
            leave_here(t, indirect ? 0 : branch_target(step->bundle, branch));
        if (indirect)
            leave_indirect(t, &x, tail);
        else
            leave_by(t, &x, tail);
    }
    t->room &= b->room;
    *b = *t;
}

static void emit_bundle(struct build *b, struct block_tail *tail, const struct block_step *step)
{
    struct fast_bundle *fb = &b->block->bundle[b->block->bundles++];
    struct bundle *n = step->bundle;
    const struct atom *branch = bundle_branch(n);
    struct operands operands = {0};
    uint32_t operand, unit;

    *fb = (struct fast_bundle){.b = n, .start = b->score.now};
    fb->dirty = b->dirty;
    fb->f_dirty = b->f_dirty;
    fb->order = b->order;
    fb->way = score_way(&b->score, &b->f->ways, DIRTY_UNKNOWN);
    b->room &= fb->way != UINT32_MAX;
    fb->tally = part_tally(b);
    n->in_block = true;
    part_fetches(b, tail, fb);
    score_wait(&b->score, n, &operand, &unit);
    fb->issue = b->score.now;
    fb->operand = (uint16_t)operand;
    fb->unit = (uint16_t)unit;
    b->tally.n[TALLY_OPERAND] = (uint16_t)(b->tally.n[TALLY_OPERAND] + operand);
    b->tally.n[TALLY_UNIT] = (uint16_t)(b->tally.n[TALLY_UNIT] + unit);

    fb->commits = bundle_commits(n);
    if (fb->commits)
        part_commit_check(b, tail);
    for (unsigned i = 0; i < n->execs; i++) {
        if (&n->atom[i] == branch && conditional(branch))
            part_operands(b, n, i, &operands);
        else
            part_atom(b, tail, fb, i);
    }
    part_late_stores(b, n);
    struct score before = b->score;
    score_issue(&b->score, n, &b->chip->machine);
    tally_bundle(&b->tally, b->chip, n);
    b->dirty |= (uint32_t)n->r_write & (uint32_t)((2ull << ISA_SHADOW_R_LAST) - 1);
    b->f_dirty |= n->f_write;
    b->c_dirty |= flags_written(n);
    if (fb->commits)
        part_commit(b);

    if (!branch)
        return;
    struct build t = leave_taken(b, &before, branch);
    if (conditional(branch))
        emit_branch(b, tail, step, &operands, &t);
    else
        emit_jump(b, tail, step, &t);
}

/* ---------------------------------------------------------------- blocks */

static void emit_entries(struct build *b, struct block_tail *tail)
{
    struct fast_block *block = b->block;
    struct emitter *e = b->e;
    uint32_t line = block->entry->first_line;
    uint32_t same = emit_label(e), body = emit_label(e);

    block->bundles = 1; /* for part_site() */
    struct fast_site *limit = part_site(b, SITE_LIMIT);
    leave_out(b, limit, block->way, line, block->entry->pc);
    uint32_t limit_label = part_site_later(b, tail, limit, b->f->call_exit);
    if (line != LINE_NONE) {
        block->enter_other = e->code->run + e->code->used;
        struct fast_site *other = part_site(b, SITE_LIMIT);
        leave_out(b, other, block->way, LINE_NONE, block->entry->pc);
        e->p.value[HOLE_slow] = part_site_later(b, tail, other, b->f->call_exit);
        emit(e, STENCIL_enter);
        struct fast_site *s = part_site(b, SITE_FIRST);
        part_line(b, line);
        e->p.value[HOLE_slow] = part_site_later(b, tail, s, b->f->call_fetch);
        emit(e, STENCIL_fetch_first);
        s->resume = e->code->run + e->code->used;
        e->p.value[HOLE_to] = body;
        emit(e, STENCIL_go);
    }
    emit_here(e, same);
    block->enter_same = e->code->run + e->code->used;
    e->p.value[HOLE_slow] = limit_label;
    emit(e, STENCIL_enter);
    emit_here(e, body);
    if (line == LINE_NONE)
        block->enter_other = block->enter_same;
    block->bundles = 0;
    b->line = line;
}

/* ... up to the last way out. */
static void emit_bundles(struct build *b, struct block_tail *tail)
{
    const struct block_route *r = b->route;
    uint32_t done = 0;

    while (done < r->steps && b->room && b->score.now <= BLOCK_CYCLES)
        emit_bundle(b, tail, &r->step[done++]);
    if (done == r->steps && r->ended)
        return;
    if (done == r->steps && r->stepped) {
        struct bundle *n = r->stepped;
        if (!done) { /* sites name a bundle */
            b->block->bundle[b->block->bundles++] =
                (struct fast_bundle){.b = n, .way = b->block->way, .tally = part_tally(b)};
        }
        n->in_block = true;
        b->block->stepped = n;
        leave_to_step(b, tail, n->pc);
        return;
    }
    struct pending_exit x = leave_here(b, done < r->steps ? r->step[done].bundle->pc : r->next);
    x.through = true;
    leave_by(b, &x, tail);
}

/* One piece by itself; returns where it is. */
static const void *common_piece(struct fast *f, unsigned stencil)
{
    const void *at = f->code.run + f->code.used;

    emit_start(&f->emitter, &f->code);
    emit(&f->emitter, stencil);
    return at;
}

void block_common(struct fast *f, const struct chip *chip)
{
    uint32_t line = 1u << chip->hier.line_shift;
    struct patch *p = &f->emitter.p;

    p->value[HOLE_view] = view_mask(chip);
    p->value[HOLE_room1] = line - 1;
    p->value[HOLE_room2] = line - 2;
    p->value[HOLE_room4] = line - 4;
    p->value[HOLE_room8] = line - 8;
    f->call_atom = common_piece(f, STENCIL_call_on_atom);
    f->call_fetch = common_piece(f, STENCIL_call_on_fetch);
    f->call_step = common_piece(f, STENCIL_call_on_step);
    f->call_exit = common_piece(f, STENCIL_call_on_exit);
    f->back = common_piece(f, STENCIL_back);
    f->start = common_piece(f, STENCIL_start);
    f->code_start = f->code.used;
}

struct fast_block *block_build(struct chip *chip, struct bundle *entry, uint32_t way)
{
    struct fast *f = chip->fast;
    struct build b = {.chip = chip, .f = f, .e = &f->emitter, .room = true};
    struct block_tail tail;
    struct fast_block *block;

    if (f->code.cold - f->code.used < CODE_BLOCK || f->sites + 2048 > SITES ||
        f->tallies + 256 > TALLIES)
        return NULL;
    block = panic_if_null(calloc(1, sizeof *block));
    block->bundle = panic_if_null(calloc(BLOCK_BUNDLES, sizeof *block->bundle));
    b.pins = &f->pins;
    b.route = &f->route;
    block->entry = entry;
    block->way = way;
    b.block = block;
    tail.sites = tail.exits = 0;
    size_t before = f->code.used;
    score_start(&b.score, &f->ways, way);
    b.before = f->ways.way[way].dirty;
    route_plan(&f->route, chip, entry);
    pins_start(b.pins);
    for (unsigned i = 0; i < f->route.steps; i++)
        pins_plan(b.pins, f->route.step[i].bundle);
    emit_start(&f->emitter, &f->code);
    emit_entries(&b, &tail);
    emit_bundles(&b, &tail);
    for (unsigned i = 0; i < tail.exits; i++) {
        emit_here(b.e, tail.exit[i].label);
        if (tail.exit[i].indirect)
            leave_indirect(&b, &tail.exit[i], &tail);
        else
            leave_by(&b, &tail.exit[i], &tail);
    }
    for (unsigned i = 0; i < tail.sites; i++)
        part_site_code(&b, &tail.site[i]);
    emit_finish(&f->emitter);
    block->bundle =
        panic_if_null(realloc(block->bundle, block->bundles * sizeof *block->bundle));
    if (!b.room)
        f->full = true;
    chip->hot.built++;
    chip->hot.built_bytes += f->code.used - before;
    return block;
}
