/*
 * flags.c - status flags: as few as somebody looks at.
 *
 * A conditional branch on the flags of a comparison becomes a branch on what was compared, where
 * the chip has one: equal, unsigned less, and their opposites, of numbers that are zero-extended; a
 * branch on ZF of a result becomes one on the result. The comparison is not gone by that: it has to
 * give the exits their flags. But it is out of the way, and the pass that follows moves it there.
 *
 * INC and DEC take CF from the flags before them; of those before that are of the same kind, they
 * need not wait for any.
 *
 * Then, atoms whose flags nobody uses become the plain ones.
 */
#include "gear3/ir.h"
#include "gear3/turn.h"

enum { CC_B = 2, CC_NB, CC_Z, CC_NZ, CC_BE, CC_NBE, CC_S, CC_NS };

static unsigned width(const struct ir *ir, ref r)
{
    return ir->ins[ref_ins(r)].width;
}

static void branch_on(struct ir *ir, struct ins *i, unsigned atom, ref a, ref b, int cmp)
{
    int64_t value;

    ir->changed |= ir_constant(ir, a, &value); /* it may never be taken */
    ir_unuse(ir, i);
    i->op.atom = (uint16_t)atom;
    i->op.cond = 0;
    i->op.cmp = (int8_t)cmp;
    i->arg[ARG_A] = a;
    i->arg[ARG_B] = b;
    i->arg[ARG_C] = REF_NONE;
    ir_use(ir, i);
}

static ref constant(struct ir *ir, unsigned before, uint32_t value)
{
    ir->changed = true;
    return ir_number(ir, before, &(struct isa_op){.atom = ISA_addi, .imm = value}, REF_ZERO,
                     REF_NONE);
}

/* A constant as the operand of a branch: in the atom if it fits, else in a register. */
static void branch_on_constant(struct ir *ir, unsigned n, unsigned reg, unsigned imm, ref a,
                               uint32_t value)
{
    if (value < 32)
        branch_on(ir, &ir->ins[n], imm, a, REF_NONE, (int)value);
    else
        branch_on(ir, &ir->ins[n], reg, a, constant(ir, n, value), 0);
}

/* On what the flags' own number is. */
static void fuse_result(struct ir *ir, struct ins *i, ref flags)
{
    ref twin = ir->ins[ref_ins(flags)].twin;
    ref number = twin == REF_NONE ? REF(ref_ins(flags), TAG_NUMBER) : ir_resolve(ir, twin);

    if (i->op.cond == CC_Z || i->op.cond == CC_NZ)
        branch_on(ir, i, i->op.cond == CC_Z ? ISA_breqi : ISA_brnei, number, REF_NONE, 0);
}

static bool fuse_compare(struct ir *ir, struct ins *i, const struct ins *made, unsigned bits)
{
    ref a = made->arg[ARG_A], b = made->arg[ARG_B];

    if (width(ir, a) > bits || width(ir, b) > bits)
        return false;
    switch (i->op.cond) {
    case CC_B: branch_on(ir, i, ISA_brltu, a, b, 0); return true;
    case CC_NB: branch_on(ir, i, ISA_brgeu, a, b, 0); return true;
    case CC_Z: branch_on(ir, i, ISA_breq, a, b, 0); return true;
    case CC_NZ: branch_on(ir, i, ISA_brne, a, b, 0); return true;
    case CC_BE: branch_on(ir, i, ISA_brgeu, b, a, 0); return true;
    case CC_NBE: branch_on(ir, i, ISA_brltu, b, a, 0); return true;
    default: return false;
    }
}

static bool fuse_compare_constant(struct ir *ir, unsigned n, const struct ins *made, unsigned bits)
{
    struct ins *i = &ir->ins[n];
    uint32_t value = (uint32_t)made->op.imm & (uint32_t)((UINT64_C(1) << bits) - 1);
    ref a = made->arg[ARG_A];

    if (width(ir, a) > bits || (value >= 32 && !ir->loops))
        return false;
    switch (i->op.cond) {
    case CC_B: branch_on_constant(ir, n, ISA_brltu, ISA_brltui, a, value); return true;
    case CC_NB: branch_on_constant(ir, n, ISA_brgeu, ISA_brgeui, a, value); return true;
    case CC_Z: branch_on_constant(ir, n, ISA_breq, ISA_breqi, a, value); return true;
    case CC_NZ: branch_on_constant(ir, n, ISA_brne, ISA_brnei, a, value); return true;
    case CC_BE:
        if (value == UINT32_MAX)
            return false;
        branch_on_constant(ir, n, ISA_brltu, ISA_brltui, a, value + 1);
        return true;
    case CC_NBE:
        if (value == UINT32_MAX)
            return false;
        branch_on_constant(ir, n, ISA_brgeu, ISA_brgeui, a, value + 1);
        return true;
    default: return false;
    }
}

static unsigned bits_compared(const struct ins *i)
{
    switch (i->op.atom) {
    case ISA_subf8:
    case ISA_subif8: return 8;
    case ISA_subf16:
    case ISA_subif16: return 16;
    default: return 32;
    }
}

static void fuse(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];
    ref flags = i->arg[ARG_C];
    const struct ins *made = &ir->ins[ref_ins(flags)];

    switch (made->op.atom) {
    case ISA_subf8:
    case ISA_subf16:
    case ISA_subf32:
        if (!fuse_compare(ir, i, made, bits_compared(made)))
            fuse_result(ir, i, flags);
        return;
    case ISA_subif8:
    case ISA_subif16:
    case ISA_subif32:
        if (!fuse_compare_constant(ir, n, made, bits_compared(made)))
            fuse_result(ir, i, flags);
        return;
    case ISA_andf32:
        if (made->arg[ARG_A] == made->arg[ARG_B] && width(ir, made->arg[ARG_A]) <= 32 &&
            (i->op.cond == CC_Z || i->op.cond == CC_NZ)) {
            branch_on(ir, i, i->op.cond == CC_Z ? ISA_breqi : ISA_brnei, made->arg[ARG_A], REF_NONE,
                      0);
            return;
        }
        fuse_result(ir, i, flags);
        return;
    case ISA_addf8:
    case ISA_addif8:
    case ISA_andf8:
    case ISA_andif8:
    case ISA_andf16:
    case ISA_andif16:
    case ISA_andif32:
    case ISA_addf32:
    case ISA_addif32:
    case ISA_orf32:
    case ISA_orif32:
    case ISA_xorf32:
    case ISA_xorif32:
    case ISA_incf32:
    case ISA_decf32:
    case ISA_negf32: fuse_result(ir, i, flags); return;
    default: return;
    }
}

/* The low half, which is taken next, of a product whose flags nobody uses. */
static void low_product(struct ir *ir, unsigned n)
{
    const struct ins *product = &ir->ins[n];
    struct ins *i = &ir->ins[product->next];

    if (product->op.atom != ISA_imulf32 || i->op.atom != ISA_addiz || i->op.imm ||
        i->arg[ARG_A] != REF(n, TAG_NUMBER))
        return;
    ir_unuse(ir, i);
    i->op = (struct isa_op){.atom = ISA_mulz};
    i->arg[ARG_B] = product->arg[ARG_B];
    i->arg[ARG_A] = product->arg[ARG_A];
    ir_use(ir, i);
    ir->changed = true;
}

static bool keeps_carry(const struct ins *i)
{
    switch (i->op.atom) {
    case ISA_incf8:
    case ISA_incf16:
    case ISA_incf32:
    case ISA_decf8:
    case ISA_decf16:
    case ISA_decf32: return true;
    default: return false;
    }
}

static void skip_kept_carry(struct ir *ir, struct ins *i)
{
    ir_unuse(ir, i);
    while (keeps_carry(ir_ins(ir, i->arg[ARG_C])))
        i->arg[ARG_C] = ir->ins[ref_ins(i->arg[ARG_C])].arg[ARG_C];
    ir_use(ir, i);
}

static void fuse_all(struct ir *ir)
{
    for (unsigned k = 0; k < ir->status.count; k++) {
        struct ins *i = &ir->ins[ir->status.ins[k]];

        if (i->block != BLOCK_BODY)
            continue;
        if (i->op.atom == ISA_brc)
            fuse(ir, ir->status.ins[k]);
        else if (keeps_carry(i))
            skip_kept_carry(ir, i);
    }
    ir->fused = true;
}

static void drop(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];

    low_product(ir, n);
    if (!ir_is_used(ir, REF(n, TAG_NUMBER)))
        return;
    ir_unuse(ir, i);
    if (ir_drop_flags(ir, i))
        ir->changed = true;
    ir_use(ir, i);
}

void pass_flags(struct ir *ir)
{
    ir_count_uses(ir);
    if (!ir->fused)
        fuse_all(ir);
    turn_point();
    for (unsigned k = 0; k < ir->status.count; k++) {
        unsigned n = ir->status.ins[k];

        if (ir->ins[n].block == BLOCK_BODY && ins_fact(&ir->ins[n])->uses & ISA_WRITE_CD &&
            !ir_is_used(ir, REF(n, TAG_FLAGS)))
            drop(ir, n);
    }
}
