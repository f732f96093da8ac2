/*
 * string.c - lowering of string instructions. Those with REP are gear 1's: select.c ends the trace
 * before them. The direction flag is part of the context.
 */
#include "gear2/build.h"

/* Where SI or DI points to; OPD_SRC is in the instruction's segment, OPD_DST always in ES. */
static struct place string_place(struct trans *t, const struct insn *i, unsigned opd, bool write)
{
    bool source = opd == OPD_SRC;

    return place_at(t, source ? i->seg : SEG_ES, REG_GPR0 + (source ? ESI : EDI), 0, i->adsize,
                    i->opsize, write);
}

static void advance(struct trans *t, const struct insn *i, unsigned number)
{
    int step = t->key.mode & MODE_DOWN ? -(int)i->opsize : (int)i->opsize;

    if (i->adsize == 4) {
        put_i(t, ISA_addiz, REG_GPR0 + number, REG_GPR0 + number, step);
    } else {
        unsigned sum = temp(t);

        put_i(t, ISA_addi, sum, REG_GPR0 + number, step);
        reg_write(t, number, 2, sum);
    }
}

static unsigned string_load(struct trans *t, const struct insn *i, unsigned opd)
{
    struct place p = string_place(t, i, opd, false);
    unsigned value = temp(t);

    load(t, &p, i->opsize, value);
    return value;
}

static void string_store(struct trans *t, const struct insn *i, unsigned value)
{
    struct place p = string_place(t, i, OPD_DST, true);

    store(t, &p, i->opsize, value);
}

void lower_lods(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;

    reg_write(t, EAX, i->opsize, string_load(t, i, OPD_SRC));
    advance(t, i, ESI);
}

void lower_stos(struct trans *t, const struct guest_insn *g)
{
    string_store(t, &g->insn, REG_GPR0 + EAX);
    advance(t, &g->insn, EDI);
}

void lower_movs(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;

    string_store(t, i, string_load(t, i, OPD_SRC));
    advance(t, i, ESI);
    advance(t, i, EDI);
}

static const sized_atom subf = SIZED(subf);

void lower_cmps(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned left = string_load(t, i, OPD_SRC), right = string_load(t, i, OPD_DST);

    put_flags(t, by_size(subf, i->opsize), 0, left, right);
    advance(t, i, ESI);
    advance(t, i, EDI);
}

void lower_scas(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;

    put_flags(t, by_size(subf, i->opsize), 0, REG_GPR0 + EAX, string_load(t, i, OPD_DST));
    advance(t, i, EDI);
}
