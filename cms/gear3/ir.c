/*
 * ir.c - instructions and blocks of the IR. Blocks are linked lists: an instruction has the same
 * number wherever it goes.
 */
#include "gear3/ir.h"
#include "isa_intrinsics.h"

unsigned ir_new(struct ir *ir, const struct isa_op *op, const ref arg[ARG_COUNT], unsigned insn)
{
    struct ins *i = &ir->ins[ir->count];

    if (ir->count == IR_INS) {
        ir->t->abort = ABORT_SIZE;
        return 0;
    }
    vx_dcz((uintptr_t)i); /* it is a line of the cache: not read before it is written */
    i->op = *op;
    for (unsigned k = 0; k < ARG_COUNT; k++)
        i->arg[k] = arg[k];
    i->block = BLOCK_NONE;
    i->insn = (uint8_t)insn;
    i->width = 64;
    i->twin = REF_NONE;
    ir->same[REF(ir->count, TAG_NUMBER)] = REF(ir->count, TAG_NUMBER);
    ir->same[REF(ir->count, TAG_FLAGS)] = REF(ir->count, TAG_FLAGS);
    ir->uses[REF(ir->count, TAG_NUMBER)] = ir->uses[REF(ir->count, TAG_FLAGS)] = 0;
    ir->exits[REF(ir->count, TAG_NUMBER)] = ir->exits[REF(ir->count, TAG_FLAGS)] = 0;
    return ir->count++;
}

static void link_in(struct ir *ir, unsigned block, unsigned prev, unsigned next, unsigned n)
{
    struct block *b = &ir->block[block];

    ir->ins[n].block = (uint8_t)block;
    ir->ins[n].prev = (uint16_t)prev;
    ir->ins[n].next = (uint16_t)next;
    if (prev == IR_NONE)
        b->first = (uint16_t)n;
    else
        ir->ins[prev].next = (uint16_t)n;
    if (next == IR_NONE)
        b->last = (uint16_t)n;
    else
        ir->ins[next].prev = (uint16_t)n;
}

void ir_append(struct ir *ir, unsigned block, unsigned n)
{
    link_in(ir, block, ir->block[block].last, IR_NONE, n);
}

void ir_insert(struct ir *ir, unsigned before, unsigned n)
{
    link_in(ir, ir->ins[before].block, ir->ins[before].prev, before, n);
}

void ir_remove(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];
    struct block *b = &ir->block[i->block];

    if (i->prev == IR_NONE)
        b->first = i->next;
    else
        ir->ins[i->prev].next = i->next;
    if (i->next == IR_NONE)
        b->last = i->prev;
    else
        ir->ins[i->next].prev = i->prev;
    i->block = BLOCK_NONE;
    if (i->role == ROLE_SIDE)
        ir->block[BLOCK_EXITS + i->exit].first = ir->block[BLOCK_EXITS + i->exit].last = IR_NONE;
}

void ir_replace(struct ir *ir, unsigned n, unsigned tag, ref by)
{
    ir->same[REF(n, tag)] = by;
    ir->replaced = true;
}

ref ir_resolve(const struct ir *ir, ref r)
{
    while (ir_is_replaced(ir, r))
        r = ir->same[r];
    return r;
}

void ir_resolve_args(const struct ir *ir, struct ins *i)
{
    if (!ir->replaced)
        return;
    for (unsigned k = 0; k < ARG_COUNT; k++)
        i->arg[k] = ir_resolve(ir, i->arg[k]);
}

static void resolve_state(const struct ir *ir, ref state[STATE_COUNT])
{
    for (unsigned k = 0; k < STATE_COUNT; k++)
        state[k] = ir_resolve(ir, state[k]);
}

void ir_resolve_exit(struct ir *ir, unsigned exit)
{
    if (!ir->replaced)
        return;
    for (unsigned n = ir->block[BLOCK_EXITS + exit].first; n != IR_NONE; n = ir->ins[n].next)
        ir_resolve_args(ir, &ir->ins[n]);
    resolve_state(ir, ir->state[exit]);
}

void ir_resolve_end(struct ir *ir)
{
    if (ir->replaced)
        resolve_state(ir, ir->end);
    ir->replaced = false;
}

ref ir_number(struct ir *ir, unsigned before, const struct isa_op *op, ref a, ref b)
{
    ref arg[ARG_COUNT] = {REF_NONE, a, b, REF_NONE};
    unsigned n = ir_new(ir, op, arg, ir->ins[before].insn);

    if (!n)
        return REF_ZERO;
    ir_insert(ir, before, n);
    ir_use(ir, &ir->ins[n]);
    return REF(n, TAG_NUMBER);
}

/* Nobody counts REF_NONE, but most operands aren't there. */
static inline void add_uses(uint16_t *uses, const ref *r, unsigned count, unsigned more)
{
    for (unsigned k = 0; k < count; k++) {
        if (r[k] != REF_NONE)
            uses[r[k]] = (uint16_t)(uses[r[k]] + more);
    }
}

void ir_use(struct ir *ir, const struct ins *i)
{
    add_uses(i->block >= BLOCK_EXITS ? ir->exits : ir->uses, i->arg, ARG_COUNT, 1);
}

void ir_unuse(struct ir *ir, const struct ins *i)
{
    add_uses(i->block >= BLOCK_EXITS ? ir->exits : ir->uses, i->arg, ARG_COUNT, -1u);
}

void ir_use_state(uint16_t *uses, const ref state[STATE_COUNT])
{
    for (unsigned k = 0; k < STATE_COUNT; k++)
        uses[state[k]]++;
    uses[REF_NONE] = 0;
}

static void use_exit(struct ir *ir, unsigned exit)
{
    for (unsigned n = ir->block[BLOCK_EXITS + exit].first; n != IR_NONE; n = ir->ins[n].next)
        add_uses(ir->exits, ir->ins[n].arg, ARG_COUNT, 1);
    ir_use_state(ir->exits, ir->state[exit]);
}

static void use_block(struct ir *ir, unsigned block)
{
    for (unsigned n = ir->block[block].first; n != IR_NONE; n = ir->ins[n].next) {
        add_uses(ir->uses, ir->ins[n].arg, ARG_COUNT, 1);
        if (ir->ins[n].role == ROLE_SIDE)
            use_exit(ir, ir->ins[n].exit);
    }
}

void ir_count_uses(struct ir *ir)
{
    if (ir->counted)
        return;
    memset(ir->uses, 0, 2 * ir->count * sizeof(ir->uses[0]));
    memset(ir->exits, 0, 2 * ir->count * sizeof(ir->exits[0]));
    use_block(ir, BLOCK_ENTRY);
    use_block(ir, BLOCK_BODY);
    ir_use_state(ir->uses, ir->end);
    ir->counted = true;
}

bool ir_place(const struct ins *i, ref *base, int32_t *offset)
{
    bool check = ins_is(i, ISA_F_CHECK);

    *base = check ? i->base : i->arg[ARG_A];
    *offset = check ? i->offset : (int32_t)i->op.imm;
    return ins_fact(i)->extends;
}

/*
 * Two pages of linear space may be one in memory, so only the offset within a page tells two
 * addresses apart.
 */
bool ir_apart(const struct ins *a, const struct ins *b)
{
    ref base_a, base_b;
    int32_t offset_a, offset_b;
    uint32_t distance;

    if (!ir_place(a, &base_a, &offset_a) || !ir_place(b, &base_b, &offset_b) || base_a != base_b)
        return false;
    distance = ((uint32_t)offset_b - (uint32_t)offset_a) & PAGE_MASK;
    return distance >= ins_fact(a)->size && PAGE_SIZE - distance >= ins_fact(b)->size;
}
