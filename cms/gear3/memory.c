/*
 * memory.c - the same value is computed, loaded or read back once.
 *
 * One walk along entry and body. Of numbers, two atoms with equal operands and equal fields are
 * one: a hash table finds the first. Of guest memory, a short list remembers what is known to lie
 * where: each load and each store adds what it read or wrote, a store forgets what it might have
 * changed. A load that finds its bytes there is dropped: it would trap exactly if the access before
 * it did.
 */
#include "gear3/ir.h"

#define BUCKETS 128
#define KNOWN 24

struct known {
    const struct ins *access;
    ref value;
};

struct table {
    struct ir *ir;
    uint16_t bucket[BUCKETS];   /* the last with this hash, */
    uint16_t chain[IR_INS];     /* and those before it */
    struct known known[KNOWN];  /* the newest last */
    unsigned count;
};

/* ---- numbers */

static unsigned hash_of(const struct ins *i)
{
    uint32_t h = i->op.atom;

    for (unsigned k = 0; k < ARG_COUNT; k++)
        h = h * 31 + i->arg[k];
    return (h * 31 + (uint32_t)i->op.imm) % BUCKETS;
}

static bool is_same(const struct ins *a, const struct ins *b)
{
    for (unsigned k = 0; k < ARG_COUNT; k++) {
        if (a->arg[k] != b->arg[k])
            return false;
    }
    return a->op.atom == b->op.atom && a->op.imm == b->op.imm && a->op.pos == b->op.pos &&
           a->op.len == b->op.len && a->op.sh == b->op.sh && a->op.cond == b->op.cond;
}

static void number(struct table *t, unsigned n)
{
    struct ins *i = &t->ir->ins[n];
    unsigned h = hash_of(i);

    for (unsigned old = t->bucket[h]; old; old = t->chain[old]) {
        if (is_same(&t->ir->ins[old], i)) {
            ir_replace(t->ir, n, TAG_NUMBER, REF(old, TAG_NUMBER));
            if (ins_fact(i)->uses & ISA_WRITE_CD)
                ir_replace(t->ir, n, TAG_FLAGS, REF(old, TAG_FLAGS));
            ir_remove(t->ir, n);
            return;
        }
    }
    t->chain[n] = t->bucket[h];
    t->bucket[h] = (uint16_t)n;
}

/* ---- memory */

static bool same_place(const struct ins *a, const struct ins *b)
{
    return a->arg[ARG_A] == b->arg[ARG_A] && a->arg[ARG_B] == b->arg[ARG_B] &&
           a->op.imm == b->op.imm && a->op.sc == b->op.sc &&
           ins_fact(a)->size == ins_fact(b)->size && ins_fact(a)->extends == ins_fact(b)->extends;
}

static void remember(struct table *t, const struct ins *access, ref value)
{
    if (t->count == KNOWN) {
        for (unsigned k = 1; k < KNOWN; k++)
            t->known[k - 1] = t->known[k];
        t->count--;
    }
    t->known[t->count++] = (struct known){access, value};
}

static bool extends_sign(const struct ins *load)
{
    switch (load->op.atom) {
    case ISA_gld8s:
    case ISA_gld16s:
    case ISA_gldx8s:
    case ISA_gldx16s: return true;
    default: return false;
    }
}

/* What the load at n would give, out of what is known; its low bits are right. */
static ref extended(struct table *t, unsigned n, const struct known *k)
{
    const struct ins *load = &t->ir->ins[n];
    unsigned bits = 8u * ins_fact(load)->size;
    bool sign = extends_sign(load);
    ref r;

    if (ins_is(k->access, ISA_F_LOAD) && extends_sign(k->access) == sign)
        return k->value;
    if (!sign && ir_ins(t->ir, k->value)->width <= bits)
        return k->value;
    r = ir_number(t->ir, n,
                  &(struct isa_op){.atom = sign ? ISA_exts : ISA_extu, .len = (uint8_t)bits},
                  k->value, REF_NONE);
    ir_ins(t->ir, r)->width = (uint8_t)(sign ? 64 : bits);
    return r;
}

static void load(struct table *t, unsigned n)
{
    const struct ins *i = &t->ir->ins[n];

    for (unsigned k = t->count; k-- > 0;) {
        if (same_place(t->known[k].access, i)) {
            ir_replace(t->ir, n, TAG_NUMBER, extended(t, n, &t->known[k]));
            ir_remove(t->ir, n);
            return;
        }
    }
    remember(t, i, REF(n, TAG_NUMBER));
}

static void store(struct table *t, const struct ins *i)
{
    unsigned kept = 0;

    for (unsigned k = 0; k < t->count; k++) {
        if (ir_apart(t->known[k].access, i))
            t->known[kept++] = t->known[k];
    }
    t->count = kept;
    remember(t, i, i->arg[ARG_D]);
}

static void visit(struct table *t, unsigned n)
{
    struct ins *i = &t->ir->ins[n];

    ir_resolve_args(t->ir, i);
    if (i->role == ROLE_SIDE)
        ir_resolve_exit(t->ir, i->exit);
    else if (ins_is(i, ISA_F_GUEST) && ins_is(i, ISA_F_STORE))
        store(t, i);
    else if (ins_is(i, ISA_F_GUEST))
        load(t, n);
    else if (ir_is_pure(i) || ir_is_fixed_load(i))
        number(t, n);
}

void pass_memory(struct ir *ir)
{
    struct table t;

    t.ir = ir;
    t.count = 0;
    memset(t.bucket, 0, sizeof(t.bucket));

    for (unsigned block = BLOCK_ENTRY; block <= BLOCK_BODY; block++) {
        for (unsigned n = ir->block[block].first, next; n != IR_NONE; n = next) {
            next = ir->ins[n].next;
            visit(&t, n);
        }
    }
    ir->changed |= ir->replaced;
    ir->counted = false;
    ir_resolve_end(ir);
}
