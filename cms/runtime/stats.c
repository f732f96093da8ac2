/*
 * stats.c - the firmware's counters on their way to the host's summary.
 *
 * cms.count[] is incremented in place with cms_count(); the names are those of events.def and
 * abort.def and are part of the interface: tools read them.
 */
#include "cms.h"
#include "hidden-mem/hostport.h"

static const char *const stats_name[EV_COUNT] = {
#define EV(name, key, text) [EV_##name] = key,
#include "runtime/events.def"
#undef EV
#define AB(name, key, text) [ABORT_##name] = key,
#include "runtime/abort.def"
#undef AB
};

static uint64_t mix(uint64_t sum, uint64_t value)
{
    sum = (sum ^ value) * 0x9e3779b97f4a7c15;
    return sum ^ sum >> 29;
}

/*
 * The processor's state beside registers and flags, which the host can see itself: what two runs
 * must agree on that execute the same code. The time stamp isn't in it.
 */
static uint64_t state_hash(const struct cpu *c)
{
    const uint32_t word[] = {c->eflags,    c->cpl,       c->halted,     c->a20,        c->gdtr.base,
                             c->gdtr.limit, c->idtr.base, c->idtr.limit, c->cr0,        c->cr2,
                             c->cr3,        c->cr4,       c->sysenter_cs, c->sysenter_esp,
                             c->sysenter_eip};
    uint64_t sum = 0;

    for (unsigned i = 0; i < sizeof(word) / sizeof(word[0]); i++)
        sum = mix(sum, word[i]);
    for (unsigned i = 0; i < SEG_COUNT + 2; i++) {
        const struct segment *s = i < SEG_COUNT ? &c->seg[i] : i == SEG_COUNT ? &c->ldtr : &c->tr;

        sum = mix(sum, s->selector | (uint64_t)s->attr << 16 | (uint64_t)s->base << 32);
        sum = mix(sum, s->limit | (uint64_t)s->valid << 32);
    }
    for (unsigned i = 0; i < 8; i++)
        sum = mix(sum, c->dr[i]);
    return sum;
}

static void report(const char *name, uint64_t value)
{
    struct host_request rq = {
        .op = HOST_STAT,
        .arg = {value},
        .buffer = (uintptr_t)name,
        .length = strlen(name),
    };

    proxy_call(&rq);
}

/* What the patches' accesses would have cost as exceptions, on average, less what they did cost. */
static uint64_t saved_by_patches(void)
{
    uint64_t exceptions = cms.count[EV_TRAP_TLB_IO];
    uint64_t each = exceptions ? cms.count[EV_IO_EXCEPTION_CYCLES] / exceptions : 0;
    uint64_t otherwise = each * cms.count[EV_PATCH_IO];

    return otherwise > cms.count[EV_PATCH_CYCLES] ? otherwise - cms.count[EV_PATCH_CYCLES] : 0;
}

void stats_report(void)
{
    cms.count[EV_PATCH_SAVED] = saved_by_patches();
    gear1_profile();
    for (unsigned i = 0; i < EV_COUNT; i++)
        report(stats_name[i], cms.count[i]);
    report("state.cpu", state_hash(&cms.cpu));
}
