/*
 * route.c - which bundles a block is made of.
 *
 * It follows them as they lie in memory, and jumps ahead and calls to their target, up to a
 * transfer of another kind that is always taken, a bundle for the reference engine, or one that has
 * never been decoded (the reference decodes at the first execution, and not earlier). Conditional
 * branches are expected not to be taken, but for one that leads back to the block's start: such a
 * loop is unrolled as often as all of it fits. Other jumps back end the block: if they were
 * followed, each time around a long loop its blocks would begin elsewhere.
 */
#include "isa_facts.h"
#include "vliw-sim/fast/build.h"

/* Can host code do the bundle, apart from misses and traps? */
static bool bundle_plain(const struct bundle *b)
{
    uint32_t table = 0, system = 0; /* atoms of either kind would change places */

    if (b->flow != FLOW_CERTAIN)
        return false;
    for (unsigned i = 0; i < b->execs; i++) {
        const struct atom *a = &b->atom[i];
        const struct isa_fact *fact = &isa_facts[a->op.atom];
        if (is_move(a))
            continue;
        bool inlined = stencil_atoms[a->op.atom].first;
        if (fact->unit == UNIT_sys && !inlined)
            return false;
        if ((fact->flags & ISA_F_BRANCH) && !inlined)
            return false;
        system += fact->unit == UNIT_sys;
        table += (fact->flags & ISA_F_BRANCH) && (fact->flags & ISA_F_SEQ);
    }
    return !table || !system;
}

const struct atom *bundle_branch(const struct bundle *b)
{
    for (unsigned i = 0; i < b->execs; i++) {
        if (!is_move(&b->atom[i]) && (isa_facts[b->atom[i].op.atom].flags & ISA_F_BRANCH))
            return &b->atom[i];
    }
    return NULL;
}


uint64_t branch_target(const struct bundle *b, const struct atom *branch)
{
    return b->pc + (uint64_t)branch->op.imm * 4;
}

/* Behind a bundle that leads to the route's start: is there room for all of it once more? */
static bool goes_round(const struct block_route *r)
{
    uint32_t last = r->steps - 1;

    while (r->step[last].bundle != r->step[0].bundle)
        last--;
    return 2 * r->steps - last <= BLOCK_BUNDLES;
}

static bool has_page(const struct block_route *r, uint64_t pc)
{
    for (unsigned i = 0; i < r->pages; i++) {
        if (r->page[i] == pc >> PAGE_SHIFT)
            return true;
    }
    return false;
}

/* Does the route go on at the target of a branch behind its last bundle? */
static bool goes_to(const struct block_route *r, const struct bundle *b, uint64_t target,
                    uint32_t flags)
{
    bool calls = flags & ISA_F_LINK;

    if (flags & ISA_F_INDIRECT)
        return false;
    if (target == r->step[0].bundle->pc)
        return !calls && goes_round(r);
    if ((flags & ISA_F_COND) || (target < b->pc && !calls) ||
        (!has_page(r, target) && r->pages == BLOCK_PAGES))
        return false;
    for (unsigned i = 0; i < r->steps; i++) {
        if (r->step[i].bundle->pc == target)
            return false;
    }
    return true;
}

static void route_add(struct block_route *r, struct bundle *b)
{
    r->step[r->steps++] = (struct block_step){.bundle = b};
    if (!has_page(r, b->pc))
        r->page[r->pages++] = b->pc >> PAGE_SHIFT;
}

void route_plan(struct block_route *r, struct chip *chip, struct bundle *b)
{
    r->steps = r->pages = 0;
    r->ended = false;
    r->stepped = NULL;
    while (bundle_plain(b)) {
        route_add(r, b);
        struct block_step *step = &r->step[r->steps - 1];
        const struct atom *branch = bundle_branch(b);
        uint32_t flags = branch ? isa_facts[branch->op.atom].flags : 0;
        r->next = b->next;
        if (branch && r->steps < BLOCK_BUNDLES) {
            uint64_t target = branch_target(b, branch);
            step->taken = goes_to(r, b, target, flags) && bundle_known(chip, target);
            r->next = step->taken ? target : r->next;
        }
        r->ended = branch && !(flags & ISA_F_COND) && !step->taken;
        if (r->ended || r->steps == BLOCK_BUNDLES)
            return;
        b = bundle_known(chip, r->next);
        if (!b || (!has_page(r, b->pc) && r->pages == BLOCK_PAGES))
            return;
    }
    r->stepped = b;
    if (!has_page(r, b->pc))
        r->page[r->pages++] = b->pc >> PAGE_SHIFT;
}
