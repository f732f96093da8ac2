/*
 * pins.c - guest registers that host registers hold, within a block.
 *
 * A *pin* is a host register that no stencil uses by itself. While a block is made, a register
 * that will be read again gets one when it is written, or read for the first time; the stencils
 * that come behind find it there. When all are taken, the one whose register is read last gives
 * way.
 *
 * What is written to a pin and will be written again is not written to memory: the pin is *ahead*.
 * Memory catches up where the pin is given to another register, before a commit, and where the
 * block is left or a function called, mostly in code that is rarely run. What goes on behind such a
 * call loads the pins again, by the list in its site. Temporaries end with their bundle; only calls
 * within it need them.
 */
#include <string.h>

#include "isa_facts.h"
#include "vliw-sim/fast/build.h"

#define NEVER UINT32_MAX

/* ---------------------------------------------------------------- what comes */

static void reg_add(uint64_t set[2], unsigned reg)
{
    set[reg >> 6] |= 1ull << (reg & 63);
}

static bool reg_in(const uint64_t set[2], unsigned reg)
{
    return set[reg >> 6] >> (reg & 63) & 1;
}

static void use_add(struct pin_use *u, const struct atom *a)
{
    uint32_t uses = isa_facts[a->op.atom].uses;

    *u = (struct pin_use){0};
    if (a->exec == exec_move_r) {
        reg_add(u->reads, a->op.ra);
        reg_add(u->writes, a->to_r);
    }
    if (is_move(a))
        return;
    if (uses & ISA_READ_RA)
        reg_add(u->reads, a->op.ra);
    if (uses & ISA_READ_RB)
        reg_add(u->reads, a->op.rb);
    if (uses & ISA_READ_RS)
        reg_add(u->reads, a->op.rs);
    if (uses & ISA_READ_RD)
        reg_add(u->reads, a->op.rd);
    if (uses & ISA_WRITE_RD)
        reg_add(u->writes, a->to_r);
}

void pins_plan(struct pins *p, const struct bundle *b)
{
    const struct atom *last = bundle_branch(b);

    if (last && !conditional(last))
        last = NULL;
    for (unsigned i = 0; i < b->execs; i++) {
        if (&b->atom[i] != last)
            use_add(&p->use[p->uses++], &b->atom[i]);
    }
    if (last)
        use_add(&p->use[p->uses++], last);
}

/* The first atom from `from` on that reads the register as it is now. */
static uint32_t next_read(const struct pins *p, uint32_t from, unsigned reg)
{
    for (uint32_t at = from; at < p->uses; at++) {
        if (reg_in(p->use[at].reads, reg))
            return at;
        if (reg_in(p->use[at].writes, reg))
            return NEVER;
    }
    return NEVER;
}

/* Is the register written again before the block's end? */
static bool written_again(const struct pins *p, uint32_t from, unsigned reg)
{
    for (uint32_t at = from; at < p->uses; at++) {
        if (reg_in(p->use[at].writes, reg))
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------- pins come and go */

static const uint8_t host_register[PINS] = {9, 10, 11, 13, 14};
#define PINS_LOST 3 /* of these: any function may use them */

static unsigned pin_index(const struct pins *p, unsigned reg)
{
    unsigned i = 0;

    while (i < PINS && p->reg[i] != reg)
        i++;
    return i;
}

uint8_t pin_of(const struct pins *p, unsigned reg)
{
    unsigned i = pin_index(p, reg);

    return reg && i < PINS ? host_register[i] : 0;
}

static void pin_give(struct pins *p, unsigned i, unsigned reg)
{
    p->reg[i] = (uint8_t)reg;
    p->ahead[i] = 0;
}

/* The register is written in memory. */
static void pin_drop(struct pins *p, unsigned reg)
{
    unsigned i = pin_index(p, reg);

    if (reg && i < PINS)
        pin_give(p, i, 0);
}

/* The pin's register may be wanted in memory from here on. */
static void pin_flush(struct pins *p, struct emitter *e, unsigned i)
{
    unsigned reg = p->ahead[i];

    if (reg && (reg < REG_TEMP || next_read(p, p->at, reg) != NEVER))
        emit_store(e, host_register[i], AT_R(reg));
    p->ahead[i] = 0;
}

void pins_flush(struct pins *p, struct emitter *e)
{
    for (unsigned i = 0; i < PINS; i++)
        pin_flush(p, e, i);
}

void pins_flush_out(struct emitter *e, const uint8_t ahead[PINS])
{
    for (unsigned i = 0; i < PINS; i++) {
        if (ahead[i] && ahead[i] < REG_TEMP)
            emit_store(e, host_register[i], AT_R(ahead[i]));
    }
}

void pins_flush_cold(struct emitter *e, const uint8_t ahead[PINS])
{
    for (unsigned i = 0; i < PINS; i++) {
        if (ahead[i])
            emit_store_cold(e, host_register[i], AT_R(ahead[i]));
    }
}

/*
 * A pin for a register that is read next at `read`; PINS if all are needed sooner, as seen from
 * atom `from`.
 */
static unsigned pin_take(const struct pins *p, uint32_t from, uint32_t read)
{
    unsigned best = PINS;
    uint32_t latest = read;

    for (unsigned i = 0; i < PINS; i++) {
        uint32_t next = p->reg[i] ? next_read(p, from, p->reg[i]) : NEVER;
        if (next > latest) {
            best = i;
            latest = next;
        }
    }
    return best;
}

void pins_forget(struct pins *p)
{
    memset(p->reg, 0, PINS_LOST);
}

void pins_start(struct pins *p)
{
    memset(p->reg, 0, sizeof p->reg);
    memset(p->ahead, 0, sizeof p->ahead);
    p->through = false;
    p->uses = p->at = 0;
}

static void pin_load(struct build *b, unsigned reg)
{
    struct pins *p = b->pins;
    uint32_t again = next_read(p, p->at + 1, reg);

    if (!reg || pin_of(p, reg) || again == NEVER || reg_in(p->use[p->at].writes, reg))
        return;
    unsigned i = pin_take(p, p->at, again);
    if (i == PINS)
        return;
    pin_flush(p, b->e, i);
    pin_give(p, i, reg);
    emit_load(b->e, host_register[i], AT_R(reg));
}

/* ---------------------------------------------------------------- atoms */

void pins_before(struct build *b, const struct atom *a)
{
    struct patch *p = &b->e->p;
    const uint32_t by_number = ISA_F_GREG_READ | ISA_F_GREG_WRITE;
    const uint64_t *reads = b->pins->use[b->pins->at].reads;

    if (!is_move(a) && (isa_facts[a->op.atom].flags & by_number))
        pins_flush(b->pins, b->e);
    for (unsigned half = 0; half < 2; half++) {
        for (uint64_t regs = reads[half]; regs; regs &= regs - 1)
            pin_load(b, half * 64 + (unsigned)__builtin_ctzll(regs));
    }
    p->pin[HOLE_rd] = pin_of(b->pins, a->op.rd);
    p->pin[HOLE_rs] = pin_of(b->pins, a->op.rs);
    p->pin[HOLE_ra] = pin_of(b->pins, a->op.ra);
    p->pin[HOLE_rb] = pin_of(b->pins, a->op.rb);
}

void pins_result(struct build *b, const struct atom *a, unsigned stencil)
{
    struct pins *p = b->pins;
    unsigned reg = a->to_r;

    b->e->p.pin[HOLE_to_r] = 0;
    p->through = false;
    if (stencils[stencil].calls)
        pins_flush(p, b->e);
    if (!reg_in(p->use[p->at].writes, reg))
        return;
    uint32_t read = next_read(p, p->at + 1, reg);
    unsigned i = pin_index(p, reg);
    if (read == NEVER || !stencils[stencil].sets || stencils[stencil].calls) {
        if (i < PINS && !stencils[stencil].sets)
            pin_flush(p, b->e, i);
        pin_drop(p, reg);
        return;
    }
    if (i == PINS)
        i = pin_take(p, p->at + 1, read);
    if (i == PINS)
        return;
    if (p->reg[i] != reg)
        pin_flush(p, b->e, i);
    p->reg[i] = p->ahead[i] = (uint8_t)reg;
    b->e->p.pin[HOLE_to_r] = host_register[i];
    p->through = reg < REG_TEMP && !written_again(p, p->at + 1, reg);
}

void pins_after(struct build *b, const struct atom *a)
{
    struct patch *p = &b->e->p;

    p->pin[HOLE_rd] = p->pin[HOLE_rs] = p->pin[HOLE_ra] = p->pin[HOLE_rb] = 0;
    p->pin[HOLE_to_r] = 0;
    if (b->pins->through && pin_of(b->pins, a->to_r))
        pin_flush(b->pins, b->e, pin_index(b->pins, a->to_r));
    b->pins->through = false;
    if (!is_move(a) && (isa_facts[a->op.atom].flags & ISA_F_GREG_WRITE)) {
        for (unsigned reg = 1; reg <= 8; reg++)
            pin_drop(b->pins, reg);
    }
    b->pins->at++;
}
