/*
 * memory.c - the same value is computed, loaded or read back once.
 *
 * Instructions are looked at in the order of the line, when they are lifted and in another walk
 * after other passes have changed values. Of numbers, two atoms with equal operands and equal
 * fields are one: a hash table finds the first. Of guest memory, a short list remembers what is
 * known to lie where: each load and each store adds what it read or wrote, a store forgets what it
 * might have changed. A load that finds its bytes there is dropped: it would trap exactly if the
 * access before it did.
 */
#include "gear3/ir.h"
#include "gear3/turn.h"

void memory_begin(struct ir *ir)
{
    memset(ir->known.bucket, 0, sizeof(ir->known.bucket));
    ir->known.accesses = 0;
}

/* ---- numbers */

static unsigned hash_of(const struct ins *i)
{
    uint64_t h = i->args + ((uint64_t)i->op.imm << 13) + i->op.atom;

    h += h >> 32;
    return (unsigned)(h + (h >> 13)) % IR_BUCKETS;
}

static bool is_same(const struct ins *a, const struct ins *b)
{
    return a->args == b->args && a->op.atom == b->op.atom && a->op.imm == b->op.imm &&
           a->op.pos == b->op.pos && a->op.len == b->op.len && a->op.sh == b->op.sh &&
           a->op.cond == b->op.cond;
}

static OUT_OF_LINE ref number(struct ir *ir, unsigned n)
{
    struct known *k = &ir->known;
    uint16_t *bucket = &k->bucket[hash_of(&ir->ins[n])];

    for (unsigned old = *bucket; old; old = k->chain[old]) {
        if (is_same(&ir->ins[old], &ir->ins[n])) {
            ir_remove(ir, n);
            return REF(old, TAG_NUMBER);
        }
    }
    k->chain[n] = *bucket;
    *bucket = (uint16_t)n;
    return REF(n, TAG_NUMBER);
}

/* ---- memory */

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

static struct access access_of(const struct ins *i, ref value)
{
    uint64_t base = i->arg[ARG_A], index = i->arg[ARG_B];

    return (struct access){
        .where = base << 48 | index << 32 | (uint32_t)i->op.imm,
        .scale = i->op.sc,
        .size = ins_fact(i)->size,
        .sign = extends_sign(i),
        .load = ins_is(i, ISA_F_LOAD),
        .value = value,
    };
}

static void remember(struct known *k, const struct access *a)
{
    if (k->accesses == IR_ACCESSES) {
        for (unsigned n = 1; n < IR_ACCESSES; n++)
            k->access[n - 1] = k->access[n];
        k->accesses--;
    }
    k->access[k->accesses++] = *a;
}

/* What the load at n, `a`, would give, out of what is known; its low bits are right. */
static OUT_OF_LINE ref extended(struct ir *ir, unsigned n, const struct access *a,
                                const struct access *known)
{
    unsigned bits = 8u * a->size;
    ref r;

    if (known->load && known->sign == a->sign)
        return known->value;
    if (!a->sign && ir_ins(ir, known->value)->width <= bits)
        return known->value;
    r = ir_number(ir, n,
                  &(struct isa_op){.atom = a->sign ? ISA_exts : ISA_extu, .len = (uint8_t)bits},
                  known->value, REF_NONE);
    ir_ins(ir, r)->width = (uint8_t)(a->sign ? 64 : bits);
    return r;
}

static OUT_OF_LINE ref load(struct ir *ir, unsigned n)
{
    struct known *k = &ir->known;
    struct access a = access_of(&ir->ins[n], REF(n, TAG_NUMBER));

    for (const struct access *old = k->access + k->accesses; old-- > k->access;) {
        if (old->where == a.where && old->size == a.size && old->scale == a.scale) {
            ref value = extended(ir, n, &a, old);

            ir_remove(ir, n);
            return value;
        }
    }
    remember(k, &a);
    return a.value;
}

/* Can the two never touch a common byte, as ir_apart says? */
static bool apart(const struct access *a, const struct access *b)
{
    uint32_t distance = ((uint32_t)b->where - (uint32_t)a->where) & PAGE_MASK;

    return a->where >> 32 == b->where >> 32 && (uint16_t)(a->where >> 32) == REF_NONE &&
           distance >= a->size && PAGE_SIZE - distance >= b->size;
}

static OUT_OF_LINE ref store(struct ir *ir, unsigned n)
{
    struct known *k = &ir->known;
    struct access a = access_of(&ir->ins[n], ir->ins[n].arg[ARG_D]);
    unsigned kept = 0;

    for (unsigned old = 0; old < k->accesses; old++) {
        if (apart(&k->access[old], &a))
            k->access[kept++] = k->access[old];
    }
    k->accesses = kept;
    remember(k, &a);
    return REF(n, TAG_NUMBER);
}

/* Numbers that come with flags are left: they hardly ever occur twice. */
ref memory_ins(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];
    const struct isa_fact *fact = ins_fact(i);

    if (fact->flags & ISA_F_GUEST)
        return fact->flags & ISA_F_STORE ? store(ir, n) : load(ir, n);
    if (!(fact->uses & ISA_WRITE_CD) && (ir_is_pure(i) || ir_is_fixed_load(i)))
        return number(ir, n);
    return REF(n, TAG_NUMBER);
}

static void visit(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];
    ref is;

    ir_resolve_args(ir, i);
    if (i->role == ROLE_SIDE) {
        turn_point();
        ir_resolve_exit(ir, i->exit);
    }
    is = memory_ins(ir, n);
    if (is != REF(n, TAG_NUMBER))
        ir_replace(ir, n, TAG_NUMBER, is);
}

void pass_memory(struct ir *ir)
{
    memory_begin(ir);
    for (unsigned block = BLOCK_ENTRY; block <= BLOCK_BODY; block++) {
        for (unsigned n = ir->block[block].first, next; n != IR_NONE; n = next) {
            next = ir->ins[n].next;
            visit(ir, n);
        }
    }
    ir->changed |= ir->replaced;
    ir->counted = false;
    ir_resolve_end(ir);
}
