/* simplify.h - what the files that simplify a trace's nodes share. */
#ifndef TOOLS_LD_SIMPLIFY_H
#define TOOLS_LD_SIMPLIFY_H

#include "tools/ld/ld.h"

/*
 * Can node `at` still name a value? Local versions of its register are no obstacle: they will live
 * elsewhere.
 */
static inline bool available(const struct trace *t, int32_t v, int32_t at)
{
    const struct value *x = &t->value[v];
    int32_t next = x->next;

    if (x->local || x->reg == 0)
        return true;
    while (next != NONE && t->value[next].local && t->value[next].def < at)
        next = t->value[next].next;
    return next == NONE || t->value[next].def >= at;
}

static inline const struct node *definition(const struct trace *t, int32_t v)
{
    return v == NONE || t->value[v].def == NONE ? NULL : &t->node[t->value[v].def];
}

static inline const struct node *defined_by(const struct trace *t, int32_t v, unsigned atom)
{
    const struct node *d = definition(t, v);

    return d && d->rd == v && d->atom.op.atom == atom && d->atom.code == NO_CODE ? d : NULL;
}

static inline bool constant_of(const struct trace *t, int32_t v, int64_t *number)
{
    if (v == NONE || !t->value[v].constant)
        return false;
    *number = t->value[v].number;
    return true;
}

static inline int32_t zero_value(const struct trace *t)
{
    return t->in[0];
}

static inline void set_operand(struct trace *t, int32_t *field, int32_t v)
{
    if (*field != NONE)
        t->value[*field].uses--;
    *field = v;
    if (v != NONE)
        t->value[v].uses++;
}

/* Turns a node into `atom rd, ra, imm`. */
static inline void rewrite_imm(struct trace *t, struct node *n, unsigned atom, int32_t ra,
                               int64_t imm)
{
    n->atom.op = (struct isa_op){.atom = (uint16_t)atom, .rd = n->atom.op.rd, .imm = imm};
    set_operand(t, &n->rb, NONE);
    set_operand(t, &n->ra, ra);
}

/* narrow.c; each is true if it has changed node n, which is number `at` */
bool fuse_zero_extension(struct trace *t, struct node *n, int32_t at);
bool narrow_operands(struct trace *t, struct node *n, int32_t at);
bool drop_extension(struct trace *t, struct node *n);

#endif
