/*
 * patch.c - lowering of instructions that an emulation patch executes.
 *
 *     piece n      ...          r9 = EIP   commit k   emu r33, routine
 *     piece n + 1  ld.d r33, [way out]   brnei r42, 0, changed
 *                  ...
 *
 * The routine is to find the guest exact and committed, and to leave it so, and keeps no register
 * but the guest's. So the body is cut there: a new piece begins, a region of its own, in which what
 * is pinned is set again before it is used. If the routine says that the translation must not go
 * on, control goes to the dispatcher.
 */
#include "gear2/build.h"
#include "isa_word.h"
#include "runtime/patch.h"

bool trans_may_patch(const struct trans *t, const struct insn *i, bool first)
{
    return cms.opt->patches && t->patches < t->max_patches && !(first && patch_way(i).leaves);
}

void trans_patch(struct trans *t, struct guest_insn *g)
{
    g->patched = true;
    g->loads = false; /* the patch has the whole instruction */
    g->traits = (struct x86_traits){.reads = FL_STATUS};
    t->patches++;
    if (patch_way(&g->insn).leaves) {
        g->traits.props = P_TRAP;
        g->flow = FLOW_PATCH;
    }
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
    if (t->current > t->committed) {
        put_i(t, ISA_addi, REG_EIP, 0, g->eip);
        pack_bits(t, ISA_commit, ISA_BITS_CM(t->current - t->committed), 0, 0);
    }
    pack_bits(t, ISA_emu, ISA_BITS_EM(PATCH_LINK, t->first_patch + t->patched), PATCH_LINK, 0);
    t->patched++;
    t->committed = t->current + 1;
    t->stores = 0;
    t->set_pins = 0;
    t->regions = ++t->pieces + 1;
    region_here(t, &t->region[t->pieces]);
    put_i(t, ISA_ldd, PATCH_LINK, 0, (intptr_t)patch_way_out());
    if (g->flow == FLOW_PATCH) {
        put_branch(t, ROLE_MISS, changed_exit(t));
        return;
    }
    put_branch_i(t, ISA_brnei, PATCH_RESULT, 0, ROLE_MISS, changed_exit(t));
    lower_self_check(t);
}
