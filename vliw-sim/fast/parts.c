/*
 * parts.c - what a bundle becomes: fetches, atoms, stores at its end, a commit; and sites, the
 * places where host code may have to go the long way.
 */
#include <stddef.h>
#include <string.h>

#include "isa_facts.h"
#include "vliw-sim/fast/build.h"

/* ---------------------------------------------------------------- holes */

void part_fill(struct patch *p, const struct bundle *b, const struct atom *a)
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
    p->value[HOLE_alias] = AT_ITEM(alias.from, a->op.al);
    p->value[HOLE_al_bit] = 1 << a->op.al;
    p->value[HOLE_next_pc] = (int64_t)b->next;
}

unsigned part_form(const struct atom *a)
{
    const struct stencil_atom *s = &stencil_atoms[a->op.atom];

    return s->form == FORM_cond ? a->op.cond : s->form == FORM_sc ? a->op.sc : 0;
}

/* ---------------------------------------------------------------- sites */

struct fast_site *part_site(struct build *b, enum site_kind kind)
{
    struct fast_site *s = &b->f->site[b->f->sites++];

    *s = (struct fast_site){.block = b->block, .kind = (uint8_t)kind};
    s->bundle = (uint16_t)(b->block->bundles - 1);
    s->order = (uint16_t)b->order;
    if (b->f->sites + 16 > SITES)
        b->room = false;
    return s;
}

uint32_t part_tally(struct build *b)
{
    struct fast *f = b->f;

    f->tally[f->tallies] = b->tally;
    if (f->tallies + 16 > TALLIES)
        b->room = false;
    return f->tallies++;
}

/* The code of a site, at its label: registers to memory, its number, a jump to what serves it. */
void part_site_code(struct build *b, const struct pending_site *p)
{
    struct emitter *e = b->e;

    e->p.value[HOLE_site] = p->site - b->f->site;
    e->p.value[HOLE_common] = (int64_t)emit_label(e);
    p->site->stub = emit_cold(e, STENCIL_site);
    uint32_t at = e->fixup[--e->fixups].at;
    code_redirect(e->code, at, p->serve);
    pins_flush_cold(e, p->ahead);
    e->label[p->label] = (uint32_t)e->code->cold;
}

uint32_t part_site_later(struct build *b, struct block_tail *tail, struct fast_site *s,
                         const void *serve)
{
    uint32_t label = emit_label(b->e);

    struct pending_site *p = &tail->site[tail->sites++];
    *p = (struct pending_site){.site = s, .label = label, .serve = serve};
    if (s->kind < SITE_LIMIT)
        memcpy(p->ahead, b->pins->ahead, sizeof p->ahead);
    return label;
}

/* ---------------------------------------------------------------- the parts of a bundle */

void part_line(struct build *b, uint32_t line)
{
    uint32_t record = line_record(b->chip, line);

    b->e->p.value[HOLE_record] = AT_ITEM(hot.line, record);
    b->e->p.value[HOLE_order] = ++b->order;
}

static void emit_fetch(struct build *b, struct block_tail *tail, unsigned number, uint32_t line)
{
    struct fast_site *s = part_site(b, SITE_FETCH);

    s->atom = (uint8_t)number;
    part_line(b, line);
    b->e->p.value[HOLE_slow] = part_site_later(b, tail, s, b->f->call_fetch);
    emit(b->e, STENCIL_fetch);
    memcpy(s->pin, b->pins->reg, sizeof s->pin);
    s->resume = b->e->code->run + b->e->code->used;
    b->tally.n[TALLY_L1I]++;
}

void part_fetches(struct build *b, struct block_tail *tail, struct fast_bundle *fb)
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
    b->e->p.value[HOLE_wide] = AT_ITEM(hot.wide, i);
    return true;
}

/* Does the atom protect by a register that the machine hasn't got? */
static bool protects_nothing(const struct build *b, const struct atom *a)
{
    return (isa_facts[a->op.atom].flags & ISA_F_PROTECT) &&
           a->op.al >= b->chip->alias.registers;
}

/* Is this the block that is to be wrong? */
static bool spoils(const struct build *b)
{
    return b->chip->machine.spoil && b->chip->hot.built + 1 == b->chip->machine.spoil;
}

/* The atom's stencil, if its numbers fit; else the one with a wide immediate, if there is one. */
static bool emit_atom(struct build *b, const struct atom *a, bool late)
{
    const struct stencil_atom *s = &stencil_atoms[a->op.atom];
    unsigned stencil = (late ? s->late : s->first) + part_form(a);

    if (!emit_fits(b->e, stencil)) {
        if (!s->wide || late || !fill_wide(b, a->op.imm))
            return false;
        stencil = s->wide + part_form(a);
        if (!emit_fits(b->e, stencil))
            return false;
    }
    pins_result(b, a, stencil);
    emit(b->e, stencil);
    if (stencils[stencil].calls)
        pins_forget(b->pins);
    return true;
}

static void emit_move(struct build *b, const struct atom *a)
{
    unsigned stencil = a->exec == exec_move_r   ? STENCIL_move_r
                       : a->exec == exec_move_c ? STENCIL_move_c
                                                : STENCIL_move_f;

    pins_result(b, a, stencil);
    emit(b->e, stencil);
}

/*
 * Stores that wait for the end of their bundle, before entry `i` of atom[]; of these, guest ones.
 */
static unsigned stores_before(const struct bundle *n, unsigned i, unsigned *guest)
{
    unsigned stores = 0;

    *guest = 0;
    while (i--) {
        bool store = is_store(&n->atom[i]);
        stores += store;
        *guest += store && (isa_facts[n->atom[i].op.atom].flags & ISA_F_GUEST);
    }
    return stores;
}

static struct fast_site *atom_site(struct build *b, struct block_tail *tail, unsigned i)
{
    struct fast_site *site = part_site(b, SITE_ATOM);

    site->atom = (uint8_t)i;
    b->e->p.value[HOLE_slow] = part_site_later(b, tail, site, b->f->call_atom);
    return site;
}

/* An entry of atom[], between what pins.c does before and after it. */
static void emit_entry(struct build *b, struct block_tail *tail, struct fast_bundle *fb, unsigned i)
{
    const struct atom *a = &fb->b->atom[i];
    const struct stencil_atom *s = &stencil_atoms[a->op.atom];
    struct emitter *e = b->e;
    bool late = fb->b->careful && (isa_facts[a->op.atom].flags & ISA_F_STORE);
    unsigned stencil = protects_nothing(b, a) ? STENCIL_NONE : late ? s->late : s->first;

    part_fill(&e->p, fb->b, a);
    if (is_move(a)) {
        emit_move(b, a);
        return;
    }
    struct fast_site *site = NULL;
    if (stencil && !stencils[stencil].slow) {
        e->p.value[HOLE_taken] = (int64_t)emit_label(e);
    } else {
        site = atom_site(b, tail, i);
        e->p.value[HOLE_order] = ++b->order;
    }
    if (late) {
        unsigned guest, stores = stores_before(fb->b, i, &guest);
        e->p.value[HOLE_late] = AT_ITEM(late_store, stores);
        e->p.value[HOLE_n] = guest;
    }
    if (stencil && !site && !b->spoiled && spoils(b)) {
        b->spoiled = true;
        fb->inlined |= 1u << i;
        return;
    }
    if (stencil && emit_atom(b, a, late)) {
        tally_atom(&b->tally, a);
        fb->inlined |= 1u << i;
        if (!site)
            emit_here(e, (uint32_t)e->p.value[HOLE_taken]);
    } else {
        if (!site)
            site = atom_site(b, tail, i);
        site->always = true;
        e->p.value[HOLE_to] = e->p.value[HOLE_slow];
        emit(e, STENCIL_go);
    }
    if (!site)
        return;
    site->resume = e->code->run + e->code->used;
    memcpy(site->pin, b->pins->reg, sizeof site->pin);
}

void part_atom(struct build *b, struct block_tail *tail, struct fast_bundle *fb, unsigned i)
{
    pins_before(b, &fb->b->atom[i]);
    emit_entry(b, tail, fb, i);
    pins_after(b, &fb->b->atom[i]);
}

/* ... and their end. */
static unsigned late_stencil(const struct isa_fact *fact)
{
    unsigned log = (unsigned)__builtin_ctz(fact->size);
    static const uint16_t native[] = {STENCIL_store1, STENCIL_store2, STENCIL_store4,
                                      STENCIL_store8};
    static const uint16_t guest[] = {STENCIL_store_guest1, STENCIL_store_guest2,
                                     STENCIL_store_guest4, STENCIL_store_guest8};

    return (fact->flags & ISA_F_GUEST) ? guest[log] : native[log];
}

void part_late_stores(struct build *b, const struct bundle *n)
{
    unsigned stores = 0;

    for (unsigned i = 0; n->careful && i < n->execs; i++) {
        const struct isa_fact *fact = &isa_facts[n->atom[i].op.atom];
        if (!is_store(&n->atom[i]))
            continue;
        if (fact->size > 8)
            return; /* never comes here: fast_atom() leaves the block */
        b->e->p.value[HOLE_late] = AT_ITEM(late_store, stores++);
        emit(b->e, late_stencil(fact));
    }
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

static int64_t operand_copy(struct build *b, const struct bundle *n, unsigned at, unsigned reg,
                            unsigned copy)
{
    if (!written_from(n, at + 1, reg))
        return AT_R(reg);
    b->e->p.value[HOLE_ra] = AT_R(reg);
    b->e->p.pin[HOLE_ra] = pin_of(b->pins, reg);
    b->e->p.value[HOLE_to_r] = AT_COPY(copy);
    emit(b->e, STENCIL_move_r);
    b->e->p.pin[HOLE_ra] = 0;
    return AT_COPY(copy);
}

void part_operands(struct build *b, const struct bundle *n, unsigned at, struct operands *o)
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
        o->ca = AT(hot.copy_c);
        b->e->p.value[HOLE_to_c] = o->ca;
        emit(b->e, STENCIL_move_c);
    }
}

void part_branch(struct build *b, const struct bundle *n, const struct atom *a,
                 const struct operands *o, uint32_t label, bool taken)
{
    struct patch *p = &b->e->p;

    pins_before(b, a);
    part_fill(p, n, a);
    p->value[HOLE_ra] = o->ra;
    p->value[HOLE_rb] = o->rb;
    p->value[HOLE_ca] = o->ca;
    if (o->ra != AT_R(a->op.ra))
        p->pin[HOLE_ra] = 0;
    if (o->rb != AT_R(a->op.rb))
        p->pin[HOLE_rb] = 0;
    unsigned stencil = stencil_atoms[a->op.atom].first + part_form(a);
    if (stencils[stencil].calls)
        pins_flush(b->pins, b->e);
    if (taken) {
        emit_inverted(b->e, stencil, label);
    } else {
        p->value[HOLE_taken] = label;
        emit(b->e, stencil);
    }
    if (stencils[stencil].calls)
        pins_forget(b->pins);
    pins_after(b, a);
}

/* ---------------------------------------------------------------- commits */

void part_commit_check(struct build *b, struct block_tail *tail)
{
    struct fast_site *s = part_site(b, SITE_COMMIT);

    b->e->p.value[HOLE_cycles] = b->score.now + 1 + b->chip->machine.branch_taken;
    b->e->p.value[HOLE_slow] = part_site_later(b, tail, s, b->f->call_fetch);
    emit(b->e, STENCIL_commit_check);
}

void part_dirty(struct build *b, uint32_t dirty, uint32_t f_dirty)
{
    b->e->p.value[HOLE_dirty] = dirty;
    b->e->p.value[HOLE_f_dirty] = (int32_t)f_dirty;
    if (dirty)
        emit(b->e, STENCIL_dirty);
    if (f_dirty)
        emit(b->e, STENCIL_f_dirty);
}

/* What has been written since the last commit becomes official. */
static void emit_shadows(struct build *b)
{
    struct patch *p = &b->e->p;
    uint32_t dirty = b->dirty | (b->before & (DIRTY_C(1) - 1));
    uint32_t c_dirty = b->c_dirty | b->before >> 24;

    for (uint32_t regs = dirty; regs; regs &= regs - 1) {
        unsigned reg = (unsigned)__builtin_ctz(regs);
        p->value[HOLE_ra] = AT_R(reg);
        p->pin[HOLE_ra] = pin_of(b->pins, reg);
        p->value[HOLE_to_r] = AT_ITEM(r_shadow, reg);
        emit(b->e, STENCIL_shadow_r);
    }
    p->pin[HOLE_ra] = 0;
    for (uint32_t regs = c_dirty; regs; regs &= regs - 1) {
        unsigned reg = (unsigned)__builtin_ctz(regs);
        p->value[HOLE_ca] = AT_C(reg);
        p->value[HOLE_to_c] = AT_ITEM(c_shadow, reg);
        emit(b->e, STENCIL_shadow_c);
    }
    if (b->before)
        emit(b->e, STENCIL_commit_known);
}

void part_commit(struct build *b)
{
    struct patch *p = &b->e->p;

    pins_flush(b->pins, b->e);
    if (b->before == DIRTY_UNKNOWN || b->f_dirty) {
        part_dirty(b, 0, b->f_dirty);
        emit(b->e, STENCIL_commit_unknown);
    } else {
        emit_shadows(b);
    }
    p->value[HOLE_cycles] = b->score.now;
    p->value[HOLE_order] = b->order;
    emit(b->e, STENCIL_commit);
    pins_forget(b->pins);
    b->before = b->dirty = b->f_dirty = b->c_dirty = 0;
}
