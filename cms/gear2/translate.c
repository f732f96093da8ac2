/*
 * translate.c - the quick translator: its table of contents.
 */
#include "gear2/build.h"
#include "gear2/gear2.h"
#include "hidden-mem/map.h"
#include "isa_intrinsics.h"
#include "runtime/jumps.h"
#include "runtime/patch.h"
#include "runtime/runtime.h"
#include "runtime/source.h"

/* Everything that translating needs; one translation is made at a time. */
struct gear2 {
    struct machine machine;
    struct trans trans;
};

void gear2_init(void)
{
    cms.gear2 = cms_reserve(sizeof(*cms.gear2));
    machine_read(&cms.gear2->machine);
    pack_init(&cms.gear2->trans, &cms.gear2->machine);
}

/*
 * Words of code that so many guest instructions are given, and what is behind them: the end, side
 * exits, look-ups and stubs. Before each instruction there must be as much left as the longest
 * takes, or the trace is cut.
 */
#define INSN_WORDS 128
#define BODY_WORDS(insns) (2 * INSN_WORDS + 12 * (insns))
#define OUTSIDE_WORDS 384
#define COPY_WORDS(insns) (7 * (insns) + 2) /* of the source: fifteen bytes, where they are */
#define LIKELY_WORDS(insns) (5 * (insns) + 16) /* all of it, most of the time */

/* Of the list and the copy, wherever the code ends. */
static unsigned source_words(const struct trans *t)
{
    size_t bytes = t->sources * sizeof(struct source) + SOURCE_UNIT + t->source_bytes;

    return (unsigned)(bytes / sizeof(uint32_t));
}

static void fill_record(const struct trans *t, struct translation *record)
{
    record->key = t->key;
    record->place = t->place;
    record->code_size = (t->words + source_words(t)) * sizeof(uint32_t);
    record->self_checking = t->self_check;
    record->granules = t->granules;
    record->insns = (uint16_t)t->insns;
    record->exits = (uint16_t)t->exits;
    record->gear = (uint8_t)t->gear;
    record->spots = (uint16_t)t->spots;
}

/* All else of the record is zero. */
static void fill_exits(const struct trans *t, struct translation *record)
{
    const struct leaving *l = t->exit, *end = l + t->exits;
    struct exit *e = record->exit;

    for (unsigned n = 0; l < end; l++, e++) {
        unsigned kind = l->kind, bits = l->branch_bits;

        e->eip = l->eip;
        e->bundle = l->bundle;
        e->branch = l->branch;
        e->stub = (uint16_t)l->last;
        e->kind = kind & 7;
        e->branch_bits = bits & 31;
        e->number = (uint8_t)n++;
    }
    if (t->spots)
        memcpy(e, t->spot, t->spots * sizeof(t->spot[0]));
}

static void copy_source(const struct trans *t, struct translation *record)
{
    const uint32_t *code = (const uint32_t *)(uintptr_t)record->code;
    struct source *list = (struct source *)(uintptr_t)(code + t->words);
    uint64_t *copy = trans_source_copy(t, code);

    record->source = list;
    record->sources = (uint16_t)t->sources;
    for (const struct source *s = t->source; s < t->source + t->sources; s++) {
        unsigned units = source_room(s) / SOURCE_UNIT;
        const uint64_t *from = (const uint64_t *)(uintptr_t)(t->page + s->offset / SOURCE_UNIT *
                                                                           SOURCE_UNIT);

        *list++ = *s;
        while (units-- > 0)
            *copy++ = *from++;
    }
}

static void write_patches(const struct trans *t)
{
    unsigned n = t->first_patch;

    for (const struct guest_insn *g = t->insn; g < t->insn + t->insns; g++) {
        cms.count[EV_SMC_IMMEDIATES] += g->loads;
        if (g->patched)
            patch_write(n++, &g->insn, g->next, &t->key, g->device);
    }
}

struct translation *trans_reserve(struct trans *t, unsigned words)
{
    struct translation *record =
        tcache_reserve(t->exits, t->spots, words + source_words(t), t->patches);

    if (!record)
        t->abort = ABORT_SIZE;
    return record;
}

struct translation *trans_install(struct trans *t, struct translation *record)
{
    fill_record(t, record);
    fill_exits(t, record);
    copy_source(t, record);
    if (t->patches || t->loads)
        write_patches(t);
    tcache_install(record);
    if (cms_tracing(D_TRANS))
        trans_dump(t, (const uint32_t *)(uintptr_t)record->code);
    return record;
}

static bool find_room(struct trans *t)
{
    unsigned check = t->self_check ? self_check_words(t) : 0;
    unsigned body = BODY_WORDS(t->insns) + check * (t->insns + 1);

    t->room = tcache_room(body + OUTSIDE_WORDS + COPY_WORDS(t->insns), GEAR2_EXITS, TRANS_PATCHES,
                          &t->first_patch);
    t->room_end = t->room + body - INSN_WORDS - check;
    if (t->room)
        tcache_expect(LIKELY_WORDS(t->insns));
    return t->room;
}

/*
 * A place for the code, before it is known how much that will be. A small cache takes short traces.
 */
static bool take_room(struct trans *t)
{
    while (!find_room(t)) {
        if (t->insns == 1) {
            t->abort = ABORT_SIZE;
            return false;
        }
        trans_cut(t, t->insns / 2);
    }
    return true;
}

/* What has been lowered, and is still to come, fits the room. */
static bool fits(struct trans *t)
{
    uint32_t *code_end = t->pack.at + t->exits * STUB_WORDS;

    if (code_end <= t->room_end + INSN_WORDS + OUTSIDE_WORDS && t->exits <= GEAR2_EXITS)
        return true;
    t->abort = ABORT_SIZE;
    return false;
}

static struct translation *translate(struct trans *t)
{
    struct translation *record;

    if (!trans_select(t) || !take_room(t) || !trans_lower(t))
        return NULL;
    flow_outside(t);
    t->words = (unsigned)(t->pack.at - t->pack.code);
    if (t->abort != ABORT_NONE || !fits(t))
        return NULL;
    record = tcache_take(t->exits, t->spots, t->patches);
    record->code = (struct exit * (*)(void))(uintptr_t)t->pack.code;
    stubs_emit(t, t->pack.code, record->exit);
    if (!pack_finish(t) || (cms.opt->check2 && !trans_check(t)))
        return NULL;
    return trans_install(t, record);
}

void trans_limit(struct trans *t, unsigned insns)
{
    t->max_insns = insns < cms.opt->commit_insns ? insns : cms.opt->commit_insns;
}

const struct machine *trans_machine(void)
{
    return &cms.gear2->machine;
}

void trans_begin(struct trans *t, const struct context *key, uint32_t place)
{
    t->machine = trans_machine();
    t->place = place;
    t->sourced = false;
    trans_key(t, key, (const uint8_t *)(GUEST_BASE + ((uint64_t)key->page << PAGE_SHIFT)));
}

struct translation *gear2_translate(const struct context *key, uint32_t place)
{
    struct trans *t = &cms.gear2->trans;
    struct translation *made;

    vx_mtsr(SR_PHASE, PHASE_translate);
    trans_begin(t, key, place);
    t->gear = 2;
    trans_limit(t, cms.opt->max_insns);
    t->max_sides = GEAR2_SIDES;
    t->max_patches = TRANS_PATCHES;
    made = translate(t);
    if (made) {
        cms_count(EV_TRANSLATIONS);
        cms.count[EV_TRANS_INSNS] += t->insns;
        cms.count[EV_TRANS_ATOMS] += pack_atoms(&t->pack);
        cms.count[EV_TRANS_BUNDLES] += t->pack.bundles;
        cms.count[EV_TRANS_LOOPS] += t->loops;
    } else {
        cms.count[t->abort]++;
    }
    vx_mtsr(SR_PHASE, PHASE_dispatch);
    return made;
}
