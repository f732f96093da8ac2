/*
 * tcache.c - the translation cache.
 *
 * One piece of hidden memory, cut into generations. In each, code grows from the bottom and the
 * records of the translations from the top, so a generation's memory is reused as a whole:
 *
 *     | code of t0 | t1 | t2 | ...  free  ... | record 2 | record 1 | record 0 |
 *
 * Generations are filled in turn. When the next one has to be reused, its translations are thrown
 * out: their exits and the exits that lead to them are unchained, so nothing outside ever points
 * into it. A translation whose guest code changed is unchained and made unreachable at once; its
 * memory comes back with its generation.
 *
 * Lines of the cache that nobody has written are not read when the first word is: they are made
 * zero in L1D shortly before (dcz).
 *
 * Translations are found by context through a hash table, and by guest-physical page for
 * invalidation.
 */
#include "runtime/tcache.h"

#include "cms.h"
#include "gear2/gear2.h"
#include "gear3/gear3.h"
#include "isa.h"
#include "isa_intrinsics.h"
#include "runtime/chain.h"
#include "runtime/context.h"
#include "runtime/jumps.h"
#include "runtime/patch.h"
#include "runtime/profile.h"
#include "runtime/runtime.h"
#include "runtime/source.h"

#define VERSIONS 4        /* translations of one context, for code that alternates */
#define STRANGE_STUDIED 2 /* times that a version didn't fit before it is asked why, */
#define STRANGE_MAX 64    /* and before it is dropped */
#define HASH_SIZE 4096    /* powers of two */
#define HASH_SHIFT 3      /* code that lies together is found on few lines of the cache */
#define PAGE_HASH_SIZE 1024
#define MAX_GENERATIONS 8
#define FAULTS_NS UINT64_C(10000000) /* rollbacks within so much simulated time count together */
#define LINE_WORDS (CMS_LINE / sizeof(uint32_t))
#define GENERATION_MAX 1024 /* translations in one */
#define GENERATION_PATCHES (PATCHES / MAX_GENERATIONS) /* the first number of each is not used */

struct generation {
    uint32_t *bottom, *top;   /* its memory */
    uint32_t *code, *records; /* what is free lies between; records begin lines, */
    uint32_t *clean;          /* and so far, or to `records`, is in L1D, or was */
    unsigned count;
    unsigned patches; /* of its GENERATION_PATCHES numbers, used; */
    unsigned first_patch;
    struct translation *list[GENERATION_MAX]; /* in the order of their code */
};

struct tcache {
    struct translation *hash[HASH_SIZE];
    struct translation *page[PAGE_HASH_SIZE];
    struct exit *last; /* the exit by which translated code was left just now */
    uint32_t cs_base, mode;
    uint32_t place;           /* their number: jumps.h */
    bool stale;               /* all three have to be found again */
    bool given_up;            /* the last lookup ended at a place where no translation may begin */
    uint64_t bottom;          /* of all generations, which follow each other, */
    uint64_t generation_size; /* bytes */
    unsigned generations;
    struct generation *filling;
    struct generation generation[MAX_GENERATIONS];
};

/* The first line that begins at or behind `at`. */
static uint32_t *line_from(uint32_t *at)
{
    return (uint32_t *)(((uintptr_t)at + CMS_LINE - 1) & ~(uintptr_t)(CMS_LINE - 1));
}

static void generation_clear(struct generation *g)
{
    g->count = 0;
    g->patches = 0;
    g->code = g->clean = g->bottom;
    g->records = g->top;
}

void tcache_init(void)
{
    struct tcache *tc = cms_reserve(sizeof(*tc));
    uint32_t words = cms.opt->tcache_kib * 1024 / cms.opt->generations / CMS_LINE * LINE_WORDS;
    uint32_t *memory = cms_reserve(cms.opt->generations * words * sizeof(uint32_t));

    memset(tc, 0, offsetof(struct tcache, generation));
    for (unsigned i = 0; i < cms.opt->generations; i++) {
        struct generation *g = &tc->generation[i];

        g->bottom = memory + i * words;
        g->top = g->bottom + words;
        g->first_patch = i * GENERATION_PATCHES + 1;
        generation_clear(g);
    }
    tc->generations = cms.opt->generations;
    tc->generation_size = words * sizeof(uint32_t);
    tc->bottom = (uintptr_t)memory;
    tc->filling = &tc->generation[0];
    tc->stale = true;
    cms.tcache = tc;
    jumps_init();
    patch_init();
}

static uint64_t translation_gpa(const struct translation *t)
{
    return ((uint64_t)t->key.page << PAGE_SHIFT) + ((t->key.cs_base + t->key.eip) & PAGE_MASK);
}

static unsigned context_hash(const struct context *key)
{
    uint32_t lin = key->cs_base + key->eip;

    return (lin >> HASH_SHIFT ^ lin >> (HASH_SHIFT + 12) ^ key->mode >> 3) % HASH_SIZE;
}

static bool context_equal(const struct context *a, const struct context *b)
{
    return a->eip == b->eip && a->cs_base == b->cs_base && a->mode == b->mode && a->page == b->page;
}

static void suspend(struct translation *t);

/* Its source is what it was: it may run again, and is protected again. */
static void resume(struct translation *t)
{
    t->suspended = false;
    t->strange = 0;
    if (!t->self_checking)
        smc_protect_granules(t->key.page, t->granules);
    cms_count(EV_SMC_REVALIDATED);
}

/*
 * A suspended translation in the way of a lookup. Versions of code that alternates stay, some of
 * them; protection is not for granules that are written all the time.
 */
static bool reconsider(struct translation *t, unsigned version)
{
    if (!t->self_checking && cms.opt->self_check && smc_is_hot(translation_gpa(t))) {
        tcache_drop(t);
        return false;
    }
    if (source_matches(t)) {
        resume(t);
        return true;
    }
    if (++t->strange > STRANGE_STUDIED)
        source_study(t);
    if (version >= VERSIONS || t->strange > STRANGE_MAX)
        tcache_drop(t);
    return false;
}

struct translation *tcache_lookup(const struct context *key)
{
    struct translation *t = cms.tcache->hash[context_hash(key)], *next;
    unsigned version = 0;

    for (; t; t = next) {
        next = t->hash_next;
        if (context_equal(&t->key, key) && (!t->suspended || reconsider(t, ++version)))
            return t;
    }
    return NULL;
}

static struct translation **page_list(uint32_t page)
{
    return &cms.tcache->page[page % PAGE_HASH_SIZE];
}

/* ---- leaving and finding */

/*
 * It was rolled back for a reason that the next translation here will not have, because the site is
 * marked: no failure of the translation. Gear 1 gets past the place first.
 */
static void retranslate(struct translation *t, enum event why)
{
    cms_count(EV_RECOVERED);
    loop_recover(t->insns, why);
    tcache_drop(t);
}

void tcache_state_changed(void)
{
    cms.tcache->stale = true;
    cms.tcache->last = NULL;
}

void tcache_left(struct exit *e)
{
    struct translation *from;

    cms.tcache->last = e;
    if (!e)
        return;
    from = exit_owner(e);
    if (e->kind == EXIT_RERUN) {
        cms_count(EV_CHECK_FAILED);
        tcache_recover(from, CAUSE_none);
    } else if (e->kind == EXIT_STALE) {
        cms_count(EV_SMC_STALE);
        loop_undone();
        if (source_matches(from)) /* its own store, undone */
            tcache_recover(from, CAUSE_none);
        else
            suspend(from);
    } else if (e->kind == EXIT_VARIES) {
        cms_count(EV_CHECK_FAILED);
        profile_mark(from->key.cs_base + e->eip, SITE_VARIES);
        retranslate(from, EV_RECOVERY_varies);
    } else if (e->kind == EXIT_CHANGED) {
        tcache_state_changed();
    }
}

/*
 * May the exit be led to `to` for good? With paging, only inside a page: that mapping was checked
 * on entry.
 */
static bool chainable(const struct exit *e, const struct translation *to)
{
    const struct context *from = &exit_owner(e)->key;

    if (e->kind != EXIT_DIRECT || e->to)
        return false;
    return !(to->key.mode & MODE_PAGING) ||
           ((from->cs_base + from->eip) ^ (to->key.cs_base + to->key.eip)) < PAGE_SIZE;
}

/* The next time, let translated code find its way from `e` to `to` by itself. */
static void lead_on(struct exit *e, struct translation *to)
{
    if (!cms.opt->chain)
        return;
    if (e->kind == EXIT_INDIRECT)
        jumps_enter(to);
    else if (chainable(e, to))
        chain_link(e, to);
}

struct translation *tcache_find(void)
{
    struct tcache *tc = cms.tcache;
    struct context key;
    struct translation *t;

    if (tc->stale) {
        tc->mode = context_mode();
        tc->cs_base = cms.cpu.seg[SEG_CS].base;
        tc->place = jumps_select(tc->mode, tc->cs_base);
        tc->stale = false;
    }
    key.eip = (uint32_t)vx_getr(REG_EIP);
    key.cs_base = tc->cs_base;
    key.mode = tc->mode;
    tc->given_up = false;
    if (!context_code_page(key.cs_base + key.eip, &key.page))
        return NULL;
    t = tcache_lookup(&key);
    if (!t) {
        cms_count(EV_DISPATCH_MISS);
        switch (profile_entered(key.cs_base + key.eip)) {
        case PROFILE_COLD: return NULL;
        case PROFILE_NEVER: tc->given_up = true; return NULL;
        case PROFILE_TRANSLATE:
            t = gear2_translate(&key, tc->place);
            if (!t) {
                profile_give_up(key.cs_base + key.eip);
                tc->given_up = true;
                return NULL;
            }
        }
    }
    t = gear3_consider(t, &key);
    if (tc->last && t)
        lead_on(tc->last, t);
    tc->last = NULL; /* whatever lands in `t` leads here again without having left by an exit */
    return t;
}

bool tcache_is_given_up(void)
{
    return cms.tcache->given_up;
}

/* ---- dropping */

static void unhash(struct translation *t)
{
    struct translation **p = &cms.tcache->hash[context_hash(&t->key)];

    while (*p != t)
        p = &(*p)->hash_next;
    *p = t->hash_next;
    p = page_list(t->key.page);
    while (*p != t)
        p = &(*p)->page_next;
    *p = t->page_next;
}

void tcache_drop(struct translation *t)
{
    if (t->dead)
        return;
    chain_isolate(t);
    jumps_remove(t);
    unhash(t);
    t->dead = true;
    cms.epoch++;
    if (cms.tcache->last && exit_owner(cms.tcache->last) == t)
        cms.tcache->last = NULL;
}

void tcache_replace(const struct translation *t)
{
    struct translation *other = t->hash_next, *next;

    for (; other; other = next) {
        next = other->hash_next;
        if (context_equal(&other->key, &t->key) && !other->suspended)
            tcache_drop(other);
    }
}

/* Nothing leads there until it has been compared with its source. */
static void suspend(struct translation *t)
{
    if (!t->sources) {
        tcache_drop(t);
        return;
    }
    chain_isolate(t);
    jumps_remove(t);
    t->suspended = true;
    cms.epoch++;
    if (cms.tcache->last && exit_owner(cms.tcache->last) == t)
        cms.tcache->last = NULL;
}

void tcache_invalidate(uint32_t page, uint32_t granules)
{
    struct translation *t = *page_list(page), *next;

    turn_code_changed(page, granules);
    for (; t; t = next) {
        next = t->page_next;
        if (t->key.page == page && t->granules & granules && !t->self_checking && !t->suspended) {
            cms_count(EV_INVALIDATED);
            if (cms_tracing(D_TCACHE))
                cms_trace("tcache: %x invalidated", t->key.eip);
            suspend(t);
        }
    }
}

static void generation_evict(struct generation *g)
{
    cms_count(EV_EVICTIONS);
    for (unsigned i = 0; i < g->count; i++) {
        if (!g->list[i]->dead)
            cms_count(EV_EVICTED);
        tcache_drop(g->list[i]);
    }
    generation_clear(g);
}

/* ---- after a rollback */

struct translation *tcache_owner(uint64_t pc)
{
    const struct tcache *tc = cms.tcache;
    const struct generation *g = tc->generation;
    unsigned low = 0, high;

    if (pc - tc->bottom >= tc->generations * tc->generation_size)
        return NULL;
    while (pc >= (uintptr_t)g->top)
        g++;
    if (pc >= (uintptr_t)g->code)
        return NULL;
    for (high = g->count; high - low > 1;) { /* the last whose code begins at or before pc */
        unsigned middle = (low + high) / 2;

        if ((uintptr_t)g->list[middle]->code <= pc)
            low = middle;
        else
            high = middle;
    }
    return g->list[low];
}

enum failure tcache_failure(unsigned cause)
{
    switch (cause) {
    case CAUSE_tlb_miss:
    case CAUSE_tlb_prot: return FAILED_BY_DATA;
    case CAUSE_page_cross: return FAILED_AT_BORDER;
    default: return FAILED;
    }
}

bool tcache_fails_often(struct translation *t, enum failure weight)
{
    uint64_t now = vx_mfsr(SR_TIME);

    if (now - t->faults_since > FAULTS_NS) {
        t->faults_since = now;
        t->faults = 0;
    }
    t->faults += weight;
    return t->faults >= (uint64_t)FAILED * cms.opt->max_faults;
}

static enum event reason(const struct translation *t, unsigned cause)
{
    switch (cause) {
    case CAUSE_tlb_miss:
    case CAUSE_tlb_prot: return gear3_speculated(t) ? EV_RECOVERY_early : EV_RECOVERY_fault;
    case CAUSE_tlb_io: return EV_RECOVERY_device;
    case CAUSE_tlb_tbit: return EV_RECOVERY_code;
    case CAUSE_page_cross: return EV_RECOVERY_cross;
    case CAUSE_alias: return EV_RECOVERY_alias;
    default: return EV_RECOVERY_check;
    }
}

void tcache_recover(struct translation *t, unsigned cause)
{
    cms_count(EV_RECOVERED);
    loop_recover(t->insns, reason(t, cause));
    if (t->suspended)
        return;
    if (cause == CAUSE_page_cross && !t->dead) {
        cms.crossings = tcache_fails_often(t, FAILED_AT_BORDER);
        if (cms.crossings)
            tcache_drop(t);
    } else if (t->gear == 3) {
        gear3_failed(t, cause);
    } else if (t->dead || tcache_fails_often(t, tcache_failure(cause))) {
        profile_dropped(t->key.cs_base + t->key.eip);
        tcache_drop(t);
    }
}

void tcache_first_touch(struct translation *t, unsigned cause)
{
    bool early = gear3_speculated(t);

    cms_count(EV_TRAP_TOUCH);
    loop_recover(t->insns, early ? EV_RECOVERY_early : EV_RECOVERY_touch);
    if (early)
        gear3_failed(t, cause);
}

/*
 * Gear 1 will find out which instruction it was, and the next translation has a patch there; unless
 * it was a load that the guest wouldn't have executed.
 */
void tcache_io(struct translation *t)
{
    gear3_blame(t, CAUSE_tlb_io);
    if (cms.opt->patches)
        retranslate(t, EV_RECOVERY_device);
    else
        tcache_recover(t, CAUSE_tlb_io);
}

/* ---- adding */

/* Whole lines. */
static size_t record_words(unsigned exits, unsigned spots)
{
    size_t bytes = sizeof(struct translation) + exits * sizeof(struct exit) +
                   spots * sizeof(struct spot);

    return (bytes + CMS_LINE - 1) / CMS_LINE * LINE_WORDS;
}

static bool generation_has_room(const struct generation *g, size_t words, unsigned patches)
{
    return g->count < GENERATION_MAX && (size_t)(g->records - g->code) >= words &&
           g->patches + patches < GENERATION_PATCHES;
}

/*
 * The generation that takes so much; the next one is evicted for it if need be. NULL: none could.
 */
static struct generation *generation_with_room(size_t words, unsigned patches)
{
    struct tcache *tc = cms.tcache;
    struct generation *g = tc->filling;

    if (!generation_has_room(g, words, patches)) {
        g = g + 1 < tc->generation + tc->generations ? g + 1 : tc->generation;
        if (g->count)
            generation_evict(g);
        if (!generation_has_room(g, words, patches))
            return NULL;
        tc->filling = g;
    }
    return g;
}

uint32_t *tcache_room(unsigned words, unsigned exits, unsigned patches, unsigned *first_patch)
{
    const struct generation *g = generation_with_room(words + record_words(exits, 0), patches);

    if (!g)
        return NULL;
    *first_patch = g->first_patch + g->patches;
    return g->code;
}

void tcache_expect(unsigned words)
{
    struct generation *g = cms.tcache->filling;
    uint32_t *end = line_from(g->code + words < g->records ? g->code + words : g->records);

    if (g->clean < g->code)
        g->clean = line_from(g->code);
    if (g->clean < end) {
        cms_clear_lines(g->clean, end);
        g->clean = end;
    }
}

struct translation *tcache_take(unsigned exits, unsigned spots, unsigned patches)
{
    const struct generation *g = cms.tcache->filling;
    struct translation *t = (struct translation *)(g->records - record_words(exits, spots));

    cms_clear_lines(t, g->records);
    t->code = (struct exit * (*)(void))(uintptr_t)g->code;
    t->patch = (uint16_t)(g->first_patch + g->patches);
    t->patches = (uint16_t)patches;
    return t;
}

struct translation *tcache_reserve(unsigned exits, unsigned spots, unsigned words, unsigned patches)
{
    return generation_with_room(words + record_words(exits, spots), patches)
               ? tcache_take(exits, spots, patches)
               : NULL;
}

void tcache_install(struct translation *t)
{
    struct tcache *tc = cms.tcache;
    struct generation *g = tc->filling;
    struct translation **bucket = &tc->hash[context_hash(&t->key)];

    g->records = (uint32_t *)t;
    g->code = (uint32_t *)(uintptr_t)t->code + t->code_size / sizeof(uint32_t);
    g->list[g->count++] = t;
    g->patches += t->patches;
    t->hash_next = *bucket;
    *bucket = t;
    bucket = page_list(t->key.page);
    t->page_next = *bucket;
    *bucket = t;
    vx_icf((uint64_t)(uintptr_t)t->code, t->code_size);
    if (t->self_checking)
        cms_count(EV_SMC_SELF_CHECKING);
    else
        smc_protect_granules(t->key.page, t->granules);
}
