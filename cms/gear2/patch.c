/*
 * patch.c - lowering of instructions that an emulation patch executes.
 *
 *     piece n      ...          r9 = EIP   commit k   emu r33, routine
 *     piece n + 1  ld.d r33, [way out]   pinned registers   brnei r42, 0, changed
 *                  ...
 *
 * The routine is to find the guest exact and committed, and to leave it so, and keeps no register
 * but the guest's. So the body is cut there: a new piece begins, a region of its own, in which what
 * was pinned is loaded again. If the routine says that the translation must not go on, control goes
 * to the dispatcher.
 */
#include "gear2/build.h"
#include "runtime/patch.h"

bool trans_may_patch(const struct trans *t, const struct insn *i, bool first)
{
    return cms.opt->patches && t->patches < t->max_patches && !(first && patch_way(i).leaves);
}

void trans_patch(struct trans *t, struct guest_insn *g)
{
    g->patched = true;
    t->patches++;
    if (patch_way(&g->insn).leaves)
        g->flow = FLOW_PATCH;
}

static unsigned changed_exit(struct trans *t)
{
    if (t->changed == TRANS_EXITS) {
        t->changed = t->exits++;
        t->exit[t->changed] = (struct leaving){.kind = EXIT_CHANGED};
    }
    return t->changed;
}

void lower_patch(struct trans *t, const struct guest_insn *g)
{
    struct region *piece = &t->region[t->pieces];

    lower_self_check(t);
    if (t->current > t->committed) {
        put_i(t, ISA_addi, REG_EIP, 0, g->eip);
        put(t, &(struct isa_op){.atom = ISA_commit, .imm = t->current - t->committed}, ROLE_COMMIT,
            0);
    }
    put(t, &(struct isa_op){.atom = ISA_emu, .rd = PATCH_LINK}, ROLE_PATCH, t->patched++);
    t->committed = t->current + 1;
    t->stores = 0;
    piece->count = (uint16_t)(t->atoms - piece->first);
    t->region[++t->pieces].first = (uint16_t)t->atoms;
    t->regions = t->pieces + 1;
    if (g->flow == FLOW_PATCH)
        put_branch(t, ROLE_LEAVE, changed_exit(t));
    else
        put(t, &(struct isa_op){.atom = ISA_brnei, .ra = PATCH_RESULT}, ROLE_LEAVE,
            changed_exit(t));
}

void lower_way_out(struct trans *t)
{
    put_i(t, ISA_ldd, PATCH_LINK, 0, (intptr_t)patch_way_out());
}
