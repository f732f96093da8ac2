/*
 * block.c - a block out of decoded bundles.
 *
 * A block begins where control arrives with a certain set of results on their way, and follows the
 * bundles as they lie in memory up to a transfer that is always taken, a bundle for the reference
 * engine, or one that has never been decoded (the reference decodes at the first execution, and
 * not earlier). Since the set is part of its key, every wait for operands is known here.
 *
 * bundle.c has put the atoms into an order in which they can execute one after the other. Only a
 * conditional branch has to move, to the end: if other atoms overwrite what it reads, it reads
 * copies.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "isa_facts.h"
#include "vliw-sim/fast/fast.h"
#include "vliw-sim/panic.h"

struct build {
    struct chip *chip;
    struct fast *f;
    struct emitter *e;
    struct fast_block *block;
    struct score score;
    struct tally tally; /* of the bundles so far */
    uint32_t before;    /* dirty when the block begins, and no commit has come since */
    uint32_t dirty;     /* shadowed registers that have been written since */
    uint32_t f_dirty;
    uint32_t c_dirty;
    uint32_t line;  /* fetched last */
    uint32_t order; /* accesses stamped in line */
    bool spoiled;
    bool room;     /* false: something is used up */
};

/* ---------------------------------------------------------------- which bundles */

static bool conditional(const struct atom *a)
{
    return isa_facts[a->op.atom].flags & ISA_F_COND;
}

static bool is_move(const struct atom *a)
{
    return a->exec == exec_move_r || a->exec == exec_move_c || a->exec == exec_move_f;
}

/* Can host code do the bundle, apart from misses and traps? */
static bool bundle_plain(const struct bundle *b)
{
    uint32_t table = 0, system = 0; /* atoms of either kind would change places */

    if (b->flow != FLOW_CERTAIN)
        return false;
    for (unsigned i = 0; i < b->execs; i++) {
        const struct atom *a = &b->atom[i];
        const struct isa_fact *fact = &isa_facts[a->op.atom];
        if (is_move(a))
            continue;
        bool inlined = stencil_atoms[a->op.atom].first;
        if (fact->unit == UNIT_sys && !inlined)
            return false;
        if ((fact->flags & ISA_F_BRANCH) && !inlined)
            return false;
        system += fact->unit == UNIT_sys;
        table += (fact->flags & ISA_F_BRANCH) && (fact->flags & ISA_F_SEQ);
    }
    return !table || !system;
}

static const struct atom *bundle_branch(const struct bundle *b)
{
    for (unsigned i = 0; i < b->execs; i++) {
        if (!is_move(&b->atom[i]) && (isa_facts[b->atom[i].op.atom].flags & ISA_F_BRANCH))
            return &b->atom[i];
    }
    return NULL;
}

/* ---------------------------------------------------------------- holes */

#define AT_R(n) ((int64_t)offsetof(struct chip, r) + 8 * (int64_t)(n))
#define AT_C(n) ((int64_t)offsetof(struct chip, c) + 4 * (int64_t)(n))
#define AT_F(n) ((int64_t)offsetof(struct chip, fpu.f) + 16 * (int64_t)(n))
#define AT_COPY(n) ((int64_t)offsetof(struct chip, hot.copy) + 8 * (int64_t)(n))

static void fill_atom(struct patch *p, const struct bundle *b, const struct atom *a)
{
    p->value[HOLE_rd] = AT_R(a->op.rd);
    p->value[HOLE_rs] = AT_R(a->op.rs);
    p->value[HOLE_ra] = AT_R(a->op.ra);
    p->value[HOLE_rb] = AT_R(a->op.rb);
    p->value[HOLE_ca] = AT_C(a->op.ca);
    p->value[HOLE_cd] = AT_C(a->op.cd);
    p->value[HOLE_to_r] = AT_R(a->to_r);
    p->value[HOLE_to_c] = AT_C(a->to_c);
    p->value[HOLE_fa] = AT_F(a->op.fa);
    p->value[HOLE_to_f] = AT_F(a->to_f);
    p->value[HOLE_imm] = a->op.imm;
    p->value[HOLE_cmp] = a->op.cmp;
    p->value[HOLE_sh] = a->op.sh;
    p->value[HOLE_pos] = a->op.pos;
    p->value[HOLE_len] = a->op.len;
    p->value[HOLE_al] = a->op.al;
    p->value[HOLE_next_pc] = (int64_t)b->next;
}

static unsigned atom_form(const struct atom *a)
{
    const struct stencil_atom *s = &stencil_atoms[a->op.atom];

    return s->form == FORM_cond ? a->op.cond : s->form == FORM_sc ? a->op.sc : 0;
}

/* ---------------------------------------------------------------- sites */

static struct fast_site *site_new(struct build *b, enum site_kind kind)
{
    struct fast_site *s = &b->f->site[b->f->sites++];

    *s = (struct fast_site){.block = b->block, .kind = (uint8_t)kind};
    s->bundle = (uint16_t)(b->block->bundles - 1);
    s->order = (uint16_t)b->order;
    if (b->f->sites + 16 > SITES)
        b->room = false;
    return s;
}

static uint32_t tally_new(struct build *b)
{
    struct fast *f = b->f;

    f->tally[f->tallies] = b->tally;
    if (f->tallies + 16 > TALLIES)
        b->room = false;
    return f->tallies++;
}

/* The code of a site, at its label: its number, and a jump to what serves it. */
static void emit_site(struct build *b, struct fast_site *s, uint32_t label, const void *serve)
{
    struct emitter *e = b->e;

    e->p.value[HOLE_site] = s - b->f->site;
    e->p.value[HOLE_common] = (int64_t)emit_label(e);
    s->stub = e->label[label] = emit_cold(e, STENCIL_site);
    uint32_t at = e->fixup[--e->fixups].at;
    code_redirect(e->code, at, serve);
}

/* Sites whose code is still to be emitted, behind the block. */
struct pending_site {
    struct fast_site *site;
    uint32_t label;
    const void *serve;
};

struct pending_exit {
    uint32_t label;
    uint32_t tally, cycles, order, dirty, f_dirty, c_dirty, way, line;
    uint64_t target;
    uint16_t bundle;
    bool through;
    bool indirect;
};

struct block_tail {
    struct pending_site site[BLOCK_BUNDLES * (BUNDLE_ATOMS + 2) + 8];
    unsigned sites;
    struct pending_exit exit[BLOCK_BUNDLES];
    unsigned exits;
};

static uint32_t site_later(struct build *b, struct block_tail *tail, struct fast_site *s,
                           const void *serve)
{
    uint32_t label = emit_label(b->e);

    tail->site[tail->sites++] = (struct pending_site){s, label, serve};
    return label;
}

/* ---------------------------------------------------------------- the parts of a bundle */

static void fill_line(struct build *b, uint32_t line)
{
    uint32_t record = line_record(b->chip, line);

    b->e->p.value[HOLE_record] =
        (int64_t)(offsetof(struct chip, hot.line) + record * sizeof(int64_t *));
    b->e->p.value[HOLE_order] = ++b->order;
}

static void emit_fetch(struct build *b, struct block_tail *tail, unsigned number, uint32_t line)
{
    struct fast_site *s = site_new(b, SITE_FETCH);

    s->atom = (uint8_t)number;
    fill_line(b, line);
    b->e->p.value[HOLE_slow] = site_later(b, tail, s, b->f->call_fetch);
    emit(b->e, STENCIL_fetch);
    s->resume = b->e->code->run + b->e->code->used;
    b->tally.n[TALLY_L1I]++;
}

static void emit_fetches(struct build *b, struct block_tail *tail, struct fast_bundle *fb)
{
    const struct bundle *n = fb->b;
    bool first = fb != b->block->bundle && n->first_line != b->line && n->first_line != LINE_NONE;

    fb->first_fetch = first;
    if (first)
        emit_fetch(b, tail, 0, n->first_line);
    if (n->last_line != n->first_line && n->last_line != LINE_NONE) {
        emit_fetch(b, tail, 1, n->last_line);
        fb->fetches++;
    }
    fb->fetches += first;
    b->line = n->last_line;
}

/* The immediate gets a place in the chip. */
static bool fill_wide(struct build *b, int64_t imm)
{
    struct fast_state *hot = &b->chip->hot;
    uint32_t i = 0;

    while (i < hot->wides && hot->wide[i] != imm)
        i++;
    if (i == WIDES)
        return false;
    hot->wides += i == hot->wides;
    hot->wide[i] = imm;
    b->e->p.value[HOLE_wide] = (int64_t)(offsetof(struct chip, hot.wide) + i * sizeof imm);
    return true;
}

/* Is this the block that is to be wrong? */
static bool spoils(const struct build *b)
{
    return b->chip->machine.spoil && b->chip->hot.built + 1 == b->chip->machine.spoil;
}

static void emit_atom(struct build *b, struct block_tail *tail, struct fast_bundle *fb, unsigned i)
{
    const struct atom *a = &fb->b->atom[i];
    const struct stencil_atom *s = &stencil_atoms[a->op.atom];
    struct emitter *e = b->e;
    bool late = fb->b->careful && (isa_facts[a->op.atom].flags & ISA_F_STORE);
    unsigned stencil = late ? s->late : s->first;

    fill_atom(&e->p, fb->b, a);
    if (is_move(a)) {
        emit(e, a->exec == exec_move_r   ? STENCIL_move_r
                : a->exec == exec_move_c ? STENCIL_move_c
                                         : STENCIL_move_f);
        return;
    }
    struct fast_site *site = NULL;
    if (stencil && !stencils[stencil].slow) {
        e->p.value[HOLE_taken] = (int64_t)emit_label(e);
    } else {
        site = site_new(b, SITE_ATOM);
        site->atom = (uint8_t)i;
        e->p.value[HOLE_slow] = site_later(b, tail, site, b->f->call_atom);
        e->p.value[HOLE_order] = ++b->order;
    }
    if (stencil && !site && !b->spoiled && spoils(b)) {
        b->spoiled = true;
        fb->inlined |= 1u << i;
        return;
    }
    if (stencil) {
        bool done = emit(e, stencil + atom_form(a));
        if (!done && s->wide && !late && fill_wide(b, a->op.imm))
            done = emit(e, s->wide + atom_form(a));
        if (done) {
            tally_atom(&b->tally, a);
            fb->inlined |= 1u << i;
            if (site)
                site->resume = e->code->run + e->code->used;
            else
                emit_here(e, (uint32_t)e->p.value[HOLE_taken]);
            return;
        }
    }
    if (!site) {
        site = site_new(b, SITE_ATOM);
        site->atom = (uint8_t)i;
        e->p.value[HOLE_slow] = site_later(b, tail, site, b->f->call_atom);
    }
    site->always = true;
    e->p.value[HOLE_to] = e->p.value[HOLE_slow];
    emit(e, STENCIL_go);
    site->resume = e->code->run + e->code->used;
}

/* Stores that waited for the end of their bundle. */
static void emit_late_stores(struct build *b, const struct bundle *n)
{
    unsigned stores = 0;

    for (unsigned i = 0; n->careful && i < n->execs; i++) {
        const struct isa_fact *fact = &isa_facts[n->atom[i].op.atom];
        if (is_move(&n->atom[i]) || !(fact->flags & ISA_F_STORE))
            continue;
        if (fact->size > 8)
            return; /* never comes here: fast_atom() leaves the block */
        b->e->p.value[HOLE_late] = (int64_t)(offsetof(struct chip, late_store) +
                                             stores++ * sizeof(struct chip_store));
        emit(b->e, (fact->flags & ISA_F_GUEST) ? STENCIL_store_guest
                   : fact->size == 1 ? STENCIL_store1
                   : fact->size == 2 ? STENCIL_store2
                   : fact->size == 4 ? STENCIL_store4
                                     : STENCIL_store8);
    }
    if (stores)
        emit(b->e, STENCIL_stored);
}

/* Does an entry of atom[] from `from` on write the register? */
static bool written_from(const struct bundle *n, unsigned from, unsigned reg)
{
    for (unsigned i = from; i < n->execs; i++) {
        const struct atom *a = &n->atom[i];
        const struct isa_fact *fact = &isa_facts[a->op.atom];
        bool writes = a->exec == exec_move_r || (!is_move(a) && (fact->uses & ISA_WRITE_RD));
        if (writes && a->to_r == reg)
            return true;
        if (!is_move(a) && (fact->flags & ISA_F_GREG_WRITE) && reg >= 1 && reg <= 8)
            return true;
    }
    return false;
}

static bool flag_written_from(const struct bundle *n, unsigned from, unsigned reg)
{
    for (unsigned i = from; i < n->execs; i++) {
        const struct atom *a = &n->atom[i];
        bool writes = a->exec == exec_move_c ||
                      (!is_move(a) && (isa_facts[a->op.atom].uses & ISA_WRITE_CD));
        if (writes && a->to_c == reg)
            return true;
    }
    return false;
}

/* Where a branch that moves to the end of its bundle finds its operands. */
struct operands {
    int64_t ra, rb, ca;
};

static int64_t operand_copy(struct build *b, const struct bundle *n, unsigned at, unsigned reg,
                            unsigned copy)
{
    if (!written_from(n, at + 1, reg))
        return AT_R(reg);
    b->e->p.value[HOLE_ra] = AT_R(reg);
    b->e->p.value[HOLE_to_r] = AT_COPY(copy);
    emit(b->e, STENCIL_move_r);
    return AT_COPY(copy);
}

static void emit_operands(struct build *b, const struct bundle *n, unsigned at, struct operands *o)
{
    const struct atom *a = &n->atom[at];
    uint32_t uses = isa_facts[a->op.atom].uses;

    if (uses & ISA_READ_RA)
        o->ra = operand_copy(b, n, at, a->op.ra, 0);
    if (uses & ISA_READ_RB)
        o->rb = operand_copy(b, n, at, a->op.rb, 1);
    o->ca = AT_C(a->op.ca);
    if ((uses & ISA_READ_CA) && flag_written_from(n, at + 1, a->op.ca)) {
        b->e->p.value[HOLE_ca] = o->ca;
        o->ca = (int64_t)offsetof(struct chip, hot.copy_c);
        b->e->p.value[HOLE_to_c] = o->ca;
        emit(b->e, STENCIL_move_c);
    }
}

/* ---------------------------------------------------------------- ways out */

static void emit_dirty(struct build *b, uint32_t dirty, uint32_t f_dirty)
{
    b->e->p.value[HOLE_dirty] = dirty;
    b->e->p.value[HOLE_f_dirty] = (int32_t)f_dirty;
    if (dirty | f_dirty)
        emit(b->e, STENCIL_dirty);
}

static void emit_leave(struct build *b, const struct pending_exit *x)
{
    struct patch *p = &b->e->p;

    emit_dirty(b, x->dirty, x->f_dirty);
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
static struct pending_exit exit_here(struct build *b, uint64_t target)
{
    return (struct pending_exit){.tally = tally_new(b),
                                 .cycles = b->score.now,
                                 .order = b->order,
                                 .dirty = b->dirty,
                                 .f_dirty = b->f_dirty,
                                 .c_dirty = b->c_dirty,
                                 .way = score_way(&b->score, &b->f->ways, dirty_here(b)),
                                 .line = b->line,
                                 .target = target,
                                 .bundle = (uint16_t)(b->block->bundles - 1)};
}

static void way_out(struct build *b, struct fast_site *s, uint32_t way, uint32_t line,
                    uint64_t target)
{
    s->order = 0;
    s->way = way;
    s->line = line;
    s->target = target;
    b->room &= way != UINT32_MAX;
}

/* A direct exit: tally, then a jump that first leads to its site. */
static void emit_exit(struct build *b, const struct pending_exit *x, struct block_tail *tail)
{
    struct fast_site *s = site_new(b, SITE_EXIT);
    uint32_t label = site_later(b, tail, s, b->f->call_exit);

    s->bundle = x->bundle;
    s->through = x->through;
    emit_leave(b, x);
    way_out(b, s, x->way, x->line, x->target);
    b->e->p.value[HOLE_to] = label;
    emit(b->e, STENCIL_go);
    s->jump = b->e->fixup[b->e->fixups - 1].at;
}

static void emit_exit_indirect(struct build *b, const struct pending_exit *x,
                               struct block_tail *tail)
{
    struct fast_site *s = site_new(b, SITE_EXIT);
    uint32_t label = site_later(b, tail, s, b->f->call_exit);

    emit_leave(b, x);
    way_out(b, s, x->way, x->line, x->target);
    s->indirect = true;
    b->e->p.value[HOLE_slow] = label;
    b->e->p.value[HOLE_way] = s->way;
    b->e->p.value[HOLE_line] = x->line;
    emit(b->e, STENCIL_go_indirect);
}

/* The bundle at `target` is for the reference engine. */
static void emit_step(struct build *b, struct block_tail *tail, uint64_t target)
{
    struct fast_site *s = site_new(b, SITE_STEP);

    struct pending_exit x = exit_here(b, target);
    emit_leave(b, &x);
    way_out(b, s, x.way, x.line, x.target);
    b->e->p.value[HOLE_to] = site_later(b, tail, s, b->f->call_step);
    emit(b->e, STENCIL_go);
}

/*
 * The state when the last bundle's transfer is taken: a jump through the JTLB waits before the bundle
 * has issued.
 */
static struct build taken_from(const struct build *b, const struct score *before,
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

/* ---------------------------------------------------------------- bundles */

bool bundle_commits(const struct bundle *n)
{
    for (unsigned i = 0; i < n->execs; i++) {
        if (!is_move(&n->atom[i]) && (isa_facts[n->atom[i].op.atom].flags & ISA_F_COMMIT))
            return true;
    }
    return false;
}

static void emit_commit_check(struct build *b, struct block_tail *tail)
{
    struct fast_site *s = site_new(b, SITE_COMMIT);

    b->e->p.value[HOLE_cycles] = b->score.now + 1 + b->chip->machine.branch_taken;
    b->e->p.value[HOLE_slow] = site_later(b, tail, s, b->f->call_fetch);
    emit(b->e, STENCIL_commit_check);
}

static void emit_commit(struct build *b)
{
    struct patch *p = &b->e->p;

    bool known = b->before != DIRTY_UNKNOWN;
    uint32_t dirty = b->dirty | (known ? b->before & (DIRTY_C(1) - 1) : 0);
    uint32_t c_dirty = b->c_dirty | (known ? b->before >> 24 : 0);

    for (uint32_t regs = dirty; regs; regs &= regs - 1) {
        unsigned reg = (unsigned)__builtin_ctz(regs);
        p->value[HOLE_ra] = AT_R(reg);
        p->value[HOLE_to_r] = (int64_t)offsetof(struct chip, r_shadow) + 8 * (int64_t)reg;
        emit(b->e, STENCIL_shadow_r);
    }
    for (uint32_t regs = c_dirty; regs; regs &= regs - 1) {
        unsigned reg = (unsigned)__builtin_ctz(regs);
        p->value[HOLE_ca] = AT_C(reg);
        p->value[HOLE_to_c] = (int64_t)offsetof(struct chip, c_shadow) + 4 * (int64_t)reg;
        emit(b->e, STENCIL_shadow_c);
    }
    emit_dirty(b, 0, b->f_dirty);
    if (!known || b->f_dirty)
        emit(b->e, STENCIL_commit_residue);
    else if (b->before)
        emit(b->e, STENCIL_commit_known);
    p->value[HOLE_cycles] = b->score.now;
    p->value[HOLE_order] = b->order;
    emit(b->e, STENCIL_commit);
    b->before = b->dirty = b->f_dirty = b->c_dirty = 0;
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

/* Emits a bundle; true if the block goes on behind it. */
static bool emit_bundle(struct build *b, struct block_tail *tail, struct bundle *n)
{
    struct fast_bundle *fb = &b->block->bundle[b->block->bundles++];
    const struct atom *branch = bundle_branch(n);
    struct operands operands = {0};
    uint32_t operand, unit;

    *fb = (struct fast_bundle){.b = n, .start = b->score.now};
    fb->dirty = b->dirty;
    fb->f_dirty = b->f_dirty;
    fb->order = b->order;
    fb->way = score_way(&b->score, &b->f->ways, DIRTY_UNKNOWN);
    b->room &= fb->way != UINT32_MAX;
    fb->tally = tally_new(b);
    n->in_block = true;
    emit_fetches(b, tail, fb);
    score_wait(&b->score, n, &operand, &unit);
    fb->issue = b->score.now;
    fb->operand = (uint16_t)operand;
    fb->unit = (uint16_t)unit;
    b->tally.n[TALLY_OPERAND] = (uint16_t)(b->tally.n[TALLY_OPERAND] + operand);
    b->tally.n[TALLY_UNIT] = (uint16_t)(b->tally.n[TALLY_UNIT] + unit);

    fb->commits = bundle_commits(n);
    if (fb->commits)
        emit_commit_check(b, tail);
    for (unsigned i = 0; i < n->execs; i++) {
        if (&n->atom[i] == branch && conditional(branch))
            emit_operands(b, n, i, &operands);
        else
            emit_atom(b, tail, fb, i);
    }
    emit_late_stores(b, n);
    struct score before = b->score;
    score_issue(&b->score, n, &b->chip->machine);
    tally_bundle(&b->tally, b->chip, n);
    b->dirty |= (uint32_t)n->r_write & (uint32_t)((2ull << ISA_SHADOW_R_LAST) - 1);
    b->f_dirty |= n->f_write;
    b->c_dirty |= flags_written(n);
    if (fb->commits)
        emit_commit(b);

    if (!branch)
        return true;
    struct build t = taken_from(b, &before, branch);
    uint64_t target = n->pc + (uint64_t)branch->op.imm * 4;
    if (conditional(branch)) {
        struct pending_exit *x = &tail->exit[tail->exits++];
        *x = exit_here(&t, target);
        x->indirect = isa_facts[branch->op.atom].flags & ISA_F_INDIRECT;
        x->label = emit_label(b->e);
        fill_atom(&b->e->p, n, branch);
        b->e->p.value[HOLE_ra] = operands.ra;
        b->e->p.value[HOLE_rb] = operands.rb;
        b->e->p.value[HOLE_ca] = operands.ca;
        b->e->p.value[HOLE_taken] = x->label;
        emit(b->e, stencil_atoms[branch->op.atom].first + atom_form(branch));
        b->room &= t.room;
        return true;
    }
    if (isa_facts[branch->op.atom].flags & ISA_F_INDIRECT) {
        struct pending_exit x = exit_here(&t, 0);
        emit_exit_indirect(&t, &x, tail);
    } else {
        struct pending_exit x = exit_here(&t, target);
        emit_exit(&t, &x, tail);
    }
    b->room &= t.room;
    return false;
}

/* ---------------------------------------------------------------- blocks */

static void emit_entries(struct build *b, struct block_tail *tail)
{
    struct fast_block *block = b->block;
    struct emitter *e = b->e;
    uint32_t line = block->entry->first_line;
    uint32_t same = emit_label(e), body = emit_label(e);

    block->bundles = 1; /* for site_new() */
    struct fast_site *limit = site_new(b, SITE_LIMIT);
    way_out(b, limit, block->way, line, block->entry->pc);
    uint32_t limit_label = site_later(b, tail, limit, b->f->call_exit);
    if (line != LINE_NONE) {
        block->enter_any = e->code->run + e->code->used;
        e->p.value[HOLE_line] = line;
        e->p.value[HOLE_to] = same;
        emit(e, STENCIL_enter_line);
        block->enter_other = e->code->run + e->code->used;
        struct fast_site *other = site_new(b, SITE_LIMIT);
        way_out(b, other, block->way, LINE_NONE, block->entry->pc);
        e->p.value[HOLE_slow] = site_later(b, tail, other, b->f->call_exit);
        emit(e, STENCIL_enter);
        struct fast_site *s = site_new(b, SITE_FIRST);
        fill_line(b, line);
        e->p.value[HOLE_slow] = site_later(b, tail, s, b->f->call_fetch);
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
        block->enter_any = block->enter_other = block->enter_same;
    block->bundles = 0;
    b->line = line;
}

/* The bundles, up to the last way out. */
static void emit_bundles(struct build *b, struct block_tail *tail)
{
    struct bundle *n = b->block->entry;

    for (;;) {
        uint64_t next = n->next;
        if (!bundle_plain(n)) {
            if (!b->block->bundles) { /* sites name a bundle */
                b->block->bundle[b->block->bundles++] =
                    (struct fast_bundle){.b = n, .way = b->block->way, .tally = tally_new(b)};
            }
            n->in_block = true;
            b->block->stepped = n;
            emit_step(b, tail, n->pc);
            return;
        }
        if (!emit_bundle(b, tail, n))
            return;
        n = bundle_known(b->chip, next);
        if (!n || b->block->bundles == BLOCK_BUNDLES || b->score.now > BLOCK_CYCLES || !b->room) {
            struct pending_exit x = exit_here(b, next);
            x.through = true;
            emit_exit(b, &x, tail);
            return;
        }
    }
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
    block->entry = entry;
    block->way = way;
    b.block = block;
    tail.sites = tail.exits = 0;
    size_t before = f->code.used;
    score_start(&b.score, &f->ways, way);
    b.before = f->ways.way[way].dirty;
    emit_start(&f->emitter, &f->code);
    emit_entries(&b, &tail);
    emit_bundles(&b, &tail);
    for (unsigned i = 0; i < tail.exits; i++) {
        emit_here(b.e, tail.exit[i].label);
        if (tail.exit[i].indirect)
            emit_exit_indirect(&b, &tail.exit[i], &tail);
        else
            emit_exit(&b, &tail.exit[i], &tail);
    }
    for (unsigned i = 0; i < tail.sites; i++)
        emit_site(&b, tail.site[i].site, tail.site[i].label, tail.site[i].serve);
    emit_finish(&f->emitter);
    block->bundle =
        panic_if_null(realloc(block->bundle, block->bundles * sizeof *block->bundle));
    if (!b.room)
        f->full = true;
    chip->hot.built++;
    chip->hot.built_bytes += f->code.used - before;
    return block;
}
