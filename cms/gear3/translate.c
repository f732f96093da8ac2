/*
 * translate.c - the optimizing translator: its table of contents.
 */
#include "gear2/gear2.h"
#include "gear3/gear3.h"
#include "gear3/ir.h"
#include "gear3/schedule.h"
#include "isa_intrinsics.h"
#include "runtime/jumps.h"

struct pass {
    char letter;
    const char *name;
    void (*run)(struct ir *ir);
    size_t option; /* of its knob in struct options */
};

static const struct pass passes[] = {
#define PASS(letter, name, key, text) \
    {letter, #name, pass_##name, offsetof(struct options, opt_##name)},
#include "gear3/passes.def"
#undef PASS
};

/*
 * By letters: passes, and which of them run again behind if these have changed values; fold and
 * memory have been asked of each instruction when it was lifted. What is sunk leaves flags behind
 * that nobody uses; the constants of fused branches are made once.
 */
static const struct {
    const char *passes, *again;
} order[] = {{"csc", "fm"}, {"dpir", ""}};

static const struct timing *timing_of_atoms(void)
{
    struct timing *timing = cms_reserve(ISA_ATOM_COUNT * sizeof(*timing));

    schedule_init(timing, trans_machine());
    return timing;
}

void gear3_init(void)
{
    cms.gear3 = cms_alloc(sizeof(*cms.gear3));
    cms.gear3->ir = cms_reserve(sizeof(*cms.gear3->ir));
    cms.gear3->trans = cms_reserve(sizeof(*cms.gear3->trans));
    cms.gear3->trans->timing = timing_of_atoms();
    turn_init();
}

static bool check(struct ir *ir, const char *pass)
{
    if (ir_check(ir))
        return true;
    cms_log(0, "gear 3: %s broke the IR of %x", pass, ir->t->key.eip);
    ir->t->abort = ABORT_CHECK;
    return false;
}

static bool run(const struct pass *p, struct ir *ir)
{
    const uint32_t *on = (const uint32_t *)((const char *)cms.opt + p->option);

    if (!*on)
        return true;
    turn_point();
    p->run(ir);
    if (cms_tracing(D_OPT))
        ir_dump(ir, p->name);
    return ir->t->abort == ABORT_NONE && (!cms.opt->check || check(ir, p->name));
}

static bool run_all(const char *letters, struct ir *ir)
{
    for (const char *letter = letters; *letter; letter++) {
        for (unsigned i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
            if (passes[i].letter == *letter && !run(&passes[i], ir))
                return false;
        }
    }
    return true;
}

static bool optimize(struct ir *ir)
{
    for (unsigned k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
        if (!run_all(order[k].passes, ir) || (ir->changed && !run_all(order[k].again, ir)))
            return false;
    }
    return true;
}

static struct translation *finish(struct trans *t)
{
    struct translation *record;

    if (!trans_schedule(t))
        return NULL;
    record = trans_reserve(t, trans_most_words(t));
    if (!record)
        return NULL;
    t->first_patch = record->patch;
    tcache_expect(trans_most_words(t) / 2);
    if (!trans_emit(t, (uint32_t *)(uintptr_t)record->code, record->exit))
        return NULL;
    return trans_install(t, record);
}

static struct translation *translate(struct ir *ir)
{
    if (!region_select(ir->t) || !ir_lift(ir))
        return NULL;
    if (cms_tracing(D_OPT))
        ir_dump(ir, "lift");
    turn_point();
    if (!optimize(ir) || !ir_allocate(ir))
        return NULL;
    return finish(ir->t);
}

struct translation *gear3_translate(const struct context *key, uint32_t place)
{
    struct ir *ir = cms.gear3->ir;
    struct translation *made;

    vx_mtsr(SR_PHASE, PHASE_translate);
    ir->t = cms.gear3->trans;
    trans_begin(ir->t, key, place);
    ir->t->gear = 3;
    trans_limit(ir->t, cms.opt->gear3_max_insns);
    ir->t->max_sides = TRANS_SIDES;
    ir->t->max_patches = 0;
    made = translate(ir);
    if (made) {
        cms_count(EV_GEAR3);
        cms.count[EV_GEAR3_INSNS] += ir->t->insns;
        cms.count[EV_GEAR3_ATOMS] += ir->t->atoms;
        cms.count[EV_GEAR3_LOOPS] += ir->loops;
    } else {
        cms_count(EV_GEAR3_GIVEN_UP);
        cms.count[ir->t->abort]++;
    }
    vx_mtsr(SR_PHASE, PHASE_dispatch);
    return made;
}
