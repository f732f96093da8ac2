/* pick.c - which handler executes a decoded instruction. */
#include "gear1/quick.h"
#include "gear1/shape.h"

gear1_handler *const g1_any[OP_COUNT] = {
#define OP(name, mnemonic, reads, writes, undef, props, feature) [OP_##name] = g1_##name,
#include "x86/insns.def"
};

static const struct shapes *const shaped[OP_COUNT] = {
#define X(name) [OP_##name] = &shapes_##name,
    SHAPED(X)
#undef X
};

static enum shape shape_of(const struct insn *i)
{
    if (i->opd[0] == OPD_REG)
        return i->opd[1] != OPD_RM ? SHAPE_R_I : i->is_mem ? SHAPE_R_Em : SHAPE_R_Er;
    if (i->opd[1] == OPD_REG)
        return i->is_mem ? SHAPE_Em_R : SHAPE_Er_R;
    return i->is_mem ? SHAPE_Em_I : SHAPE_Er_I;
}

/* What may change how the next instruction must be executed ends the run of gear 1. */
static void g1_and_stop(const struct insn *i)
{
    g1_any[i->op](i);
    if (x86_ops[i->op].props & P_BRANCH)
        g1_taken(i);
    lin_flush();
    g1_stop();
}

/* Handlers of quick.h; opsize is 4. NULL: none. */
static gear1_handler *quick(const struct insn *i)
{
    bool reg = i->opd[0] == OPD_REG, imm = i->opd[0] == OPD_IMM;

    switch (i->op) {
    case OP_push: return reg ? quick_push_reg : imm ? quick_push_imm : NULL;
    case OP_pop: return reg ? quick_pop_reg : NULL;
    case OP_jmp: return imm ? quick_jmp : NULL;
    case OP_call: return imm ? quick_call : NULL;
    case OP_ret: return imm ? NULL : quick_ret;
    case OP_movzx: return !i->is_mem ? NULL : i->msize == 1 ? quick_movzx8 : quick_movzx16;
    case OP_movsx: return !i->is_mem ? NULL : i->msize == 1 ? quick_movsx8 : quick_movsx16;
    case OP_shl: return i->is_mem || i->opd[1] != OPD_IMM ? NULL : quick_shl;
    case OP_shr: return i->is_mem || i->opd[1] != OPD_IMM ? NULL : quick_shr;
    case OP_sar: return i->is_mem || i->opd[1] != OPD_IMM ? NULL : quick_sar;
    default: return NULL;
    }
}

gear1_handler *g1_pick(const struct insn *i)
{
    gear1_handler *handler = NULL;

    if (x86_traits[i->op].props & P_SYSTEM)
        return g1_and_stop;
    if (shaped[i->op])
        return shaped[i->op]->handler[i->opsize >> 1][shape_of(i)];
    if (i->opsize == 4)
        handler = quick(i);
    return handler ? handler : g1_any[i->op];
}
