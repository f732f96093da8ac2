/*
 * lower.c - from guest instructions to atoms: the driver.
 *
 * Each operation has its function (lowering.def). If an instruction can't be lowered (a form, a
 * segment), it is left to an emulation patch and lowering starts again, because which flags matter
 * depends on where commits are. If that isn't possible, or the store buffer is too small, the trace
 * is cut before it.
 */
#include "gear2/build.h"

#define PINS_WORDS (2 * TRANS_PINS)

static lower_function *const lowering[OP_COUNT] = {
#define LOWER(op, how) [OP_##op] = lower_##how,
#include "gear2/lowering.def"
};

static OUT_OF_LINE void lower_oddly(struct trans *t, const struct guest_insn *g)
{
    if (g->patched)
        lower_patch(t, g);
    else
        give_up(t, ABORT_OPCODE);
}

static inline void lower(struct trans *t, const struct guest_insn *g)
{
    lower_function *how = lowering[g->insn.op];
    bool odd = !how | g->patched;

    t->pack.moves = 0;
    if (odd)
        lower_oddly(t, g);
    else
        how(t, g);
}

void trans_lower_insn(struct trans *t, const struct guest_insn *g)
{
    unsigned stores = t->stores;

    lower(t, g);
    if (t->self_check && t->stores > stores)
        lower_self_check(t);
    if (t->stores > t->most_stores)
        give_up(t, ABORT_SIZE);
}

void trans_lower_begin(struct trans *t)
{
    t->abort = ABORT_NONE;
    t->atoms = 0;
    t->region[REGION_BODY].first = 0;
    t->regions = 2;
    t->exits = 0;
    t->rerun = TRANS_EXITS;
    t->changed = t->stale = TRANS_EXITS;
    t->falls = TRANS_EXITS;
    t->committed = 0;
    t->optional = 0;
    t->pieces = REGION_BODY;
    t->patched = 0;
    t->pins = 0;
    t->temp = 0;
    t->stores = 0;
    t->most_stores = t->machine->stores < TRANS_STORES ? t->machine->stores : TRANS_STORES;
    t->spots = 0;
    t->set_pins = 0;
    if (!t->sourced)
        trans_sources(t);
}

/* The whole trace; returns the number of instructions that went well. */
static unsigned lower_trace(struct trans *t)
{
    const bool self_check = t->self_check;
    const uint32_t *body, *end = t->room_end;
    unsigned n, insns = t->insns, most;

    trans_lower_begin(t);
    pack_begin(t, t->room + (t->loops ? PINS_WORDS : 0));
    t->region[REGION_PINS].start = 0;
    lower_self_check(t);
    region_here(t, &t->region[REGION_BODY]);
    body = t->pack.at;
    most = t->most_stores;
    for (n = 0; n < insns; n++) {
        struct guest_insn *g = &t->insn[n];

        t->current = n;
        g->begin = (uint16_t)(t->pack.at - body);
        if (self_check)
            trans_lower_insn(t, g);
        else
            lower(t, g);
        if ((t->stores > most) | (t->pack.at > end))
            give_up(t, ABORT_SIZE);
        if (t->abort != ABORT_NONE)
            return n;
    }
    flow_end(t, &t->insn[n - 1]);
    return t->abort == ABORT_NONE ? n : n - 1;
}

void trans_lower_pins(struct trans *t)
{
    for (unsigned i = 0; i < t->pins; i++)
        put_pin(t, &t->pin[i]);
}

/* Instruction n can't be lowered. */
static bool patch_instead(struct trans *t, unsigned n)
{
    struct guest_insn *g = &t->insn[n];

    if (g->patched ||
        (t->abort != ABORT_OPCODE && t->abort != ABORT_FORM && t->abort != ABORT_SEGMENT) ||
        !trans_may_patch(t, &g->insn, n == 0))
        return false;
    trans_patch(t, g);
    if (g->flow == FLOW_PATCH)
        trans_cut(t, n + 1);
    return true;
}

/*
 * The registers that a loop relies on are set before it, in words left free for them: they are
 * packed behind the body, in bundles of their own, and moved.
 */
static void lower_loop_pins(struct trans *t)
{
    struct packer *p = &t->pack;
    uint32_t *begin = p->at;
    unsigned words;

    pack_break(&t->pack);
    trans_lower_pins(t);
    p->at[-1] |= ISA_STOP;
    words = (unsigned)(p->at - begin);
    p->code -= words;
    memcpy(p->code, begin, words * sizeof(*begin));
    p->at = begin;
    for (struct leaving *l = t->exit; l < t->exit + t->exits; l++) {
        l->bundle += (uint16_t)words;
        l->branch += (uint16_t)words;
        l->side_bundle += (uint16_t)words;
        l->side_branch += (uint16_t)words;
    }
    t->region[REGION_BODY].start += words;
    pack_break(&t->pack);
}

bool trans_lower(struct trans *t)
{
    unsigned done;

    for (;;) {
        if (t->patches)
            t->loops = false; /* what is pinned doesn't last through a patch */
        trans_liveness(t);
        done = lower_trace(t);
        if (done == t->insns)
            break;
        if (patch_instead(t, done))
            continue;
        if (!done)
            return false;
        trans_cut(t, done);
    }
    t->current = 0;
    if (t->loops)
        lower_loop_pins(t);
    return t->abort == ABORT_NONE;
}
