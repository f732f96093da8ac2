/*
 * ir.c - instructions and blocks of the IR. Blocks are linked lists: an instruction has the same
 * number wherever it goes.
 */
#include "gear3/ir.h"
#include "gear3/turn.h"

unsigned ir_new(struct ir *ir, const struct isa_op *op, const ref arg[ARG_COUNT], unsigned insn)
{
    struct ins *i;

    if (ir->count == IR_INS) {
        ir->t->abort = ABORT_SIZE;
        return 0;
    }
    i = ir_clear_next(ir);
    i->op = *op;
    for (unsigned k = 0; k < ARG_COUNT; k++)
        i->arg[k] = arg[k];
    i->block = BLOCK_NONE;
    i->insn = (uint8_t)insn;
    i->width = 64;
    return ir_enter(ir);
}

/* Into that one's block. */
static void insert(struct ir *ir, unsigned before, unsigned n)
{
    struct ins *i = &ir->ins[n], *next = &ir->ins[before];

    i->block = next->block;
    i->prev = next->prev;
    i->next = (uint16_t)before;
    if (next->prev == IR_NONE)
        ir->block[next->block].first = (uint16_t)n;
    else
        ir->ins[next->prev].next = (uint16_t)n;
    next->prev = (uint16_t)n;
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
    insert(ir, before, n);
    ir_use(ir, &ir->ins[n]);
    return REF(n, TAG_NUMBER);
}

/* Nobody takes these back, so that it will do if one that occurs twice counts once. */
static void use_state(uint16_t *uses, const ref state[STATE_COUNT])
{
    uint16_t count[STATE_COUNT];

    for (unsigned k = 0; k < STATE_COUNT; k++)
        count[k] = uses[state[k]];
    for (unsigned k = 0; k < STATE_COUNT; k++)
        uses[state[k]] = (uint16_t)(count[k] + 1);
}

static void use_exit(struct ir *ir, unsigned exit)
{
    turn_point();
    for (unsigned n = ir->block[BLOCK_EXITS + exit].first; n != IR_NONE; n = ir->ins[n].next)
        ir_count(ir->exits, ir->ins[n].args, 1);
    use_state(ir->exits, ir->state[exit]);
}

static void use_block(struct ir *ir, unsigned block)
{
    for (unsigned n = ir->block[block].first; n != IR_NONE; n = ir->ins[n].next) {
        ir_count(ir->uses, ir->ins[n].args, 1);
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
    use_state(ir->uses, ir->end);
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
