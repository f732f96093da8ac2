/* pick.c - which handler executes a decoded instruction. */
#include "gear1/shape.h"

static gear1_handler *const handlers[OP_COUNT] = {
#define OP(name, mnemonic, reads, writes, undef, props, feature) [OP_##name] = g1_##name,
#include "x86/insns.def"
};

static const struct shapes *const shaped[OP_COUNT] = {
#define X(name) [OP_##name] = &shapes_##name,
    SHAPED(X)
#undef X
};

/* What may change how the next instruction must be executed ends the run of gear 1. */
static void g1_and_stop(const struct insn *i)
{
    handlers[i->op](i);
    g1_stop();
}

gear1_handler *g1_pick(const struct insn *i)
{
    if (x86_ops[i->op].props & P_SYSTEM)
        return g1_and_stop;
    if (shaped[i->op])
        return g1_shaped(shaped[i->op], i);
    return handlers[i->op];
}
