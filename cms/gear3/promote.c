/*
 * promote.c - what is worth gear 3's time.
 *
 * Translated code isn't slowed down by counters. While it runs, the chip's timer interrupts it at a
 * commit now and then, and what was about to run then gets a point. With `cms.gear3.threshold` of
 * them it is hot. Gear 2 can't tell which way its branches go, so gear 1 runs for
 * `cms.gear3.watch` instructions from there on, whose branches it counts as always; then the region
 * is made. Time is simulated, so all of this is the same in every run.
 */
#include "gear3/gear3.h"
#include "isa.h"
#include "isa_intrinsics.h"
#include "runtime/profile.h"
#include "runtime/runtime.h"

#define MAX_DROPPED 8 /* regions at one address, before that is left to gear 2 */

void gear3_sample(struct translation *t)
{
    sched_sample();
    if (!t)
        return;
    cms_count(EV_GEAR3_SAMPLES);
    if (t->samples < UINT16_MAX)
        t->samples++;
}

void gear3_promote(const struct context *key)
{
    struct translation *old = tcache_lookup(key), *made;

    if (!old)
        return;
    made = gear3_translate(key, old->place); /* this may have evicted the old one */
    if (made) {
        turn_point();
        tcache_replace(made);
    }
    else if ((old = tcache_lookup(key)))
        old->settled = true;
}

bool gear3_watching(void)
{
    struct gear3 *g = cms.gear3;

    if (g->watching && vx_mfsr(SR_RETIRED) >= g->watched_until) {
        g->watching = false;
        trail_note(0);
        turn_begin();
    }
    if (g->watching)
        trail_note((uint32_t)vx_getr(REG_EIP));
    return g->watching;
}

struct translation *gear3_consider(struct translation *t, const struct context *key)
{
    struct gear3 *g = cms.gear3;

    if (cms.opt->gear < 3 || t->gear == 3 || t->settled || g->turn.waits ||
        t->samples < cms.opt->gear3_threshold)
        return t;
    if (profile_regions_dropped(key->cs_base + key->eip) >= MAX_DROPPED) {
        t->settled = true;
        return t;
    }
    g->watched = *key;
    g->watched_until = vx_mfsr(SR_RETIRED) + cms.opt->gear3_watch;
    g->watching = true;
    g->turn.interrupts = cms.count[EV_INTERRUPTS];
    trail_note(key->eip);
    cms_count(EV_GEAR3_WATCHED);
    return NULL;
}

/* The atom that trapped, if it was speculating, or NULL. */
static const struct spot *spot_of(const struct translation *t)
{
    uint64_t word = (cms.trap.epc - (uintptr_t)t->code) / sizeof(uint32_t);
    uint64_t at = word * SPOT_ATOMS + (cms.trap.einfo >> 16 & 0xffff);

    for (unsigned i = 0; i < t->spots; i++) {
        if (translation_spots(t)[i].at == at)
            return &translation_spots(t)[i];
    }
    return NULL;
}

bool gear3_speculated(const struct translation *t)
{
    return spot_of(t) != NULL;
}

void gear3_blame(const struct translation *t, unsigned cause)
{
    const struct spot *s = spot_of(t);

    if (s)
        profile_mark(t->key.cs_base + s->eip, cause == CAUSE_alias ? SITE_ALIAS : SITE_EARLY);
}

void gear3_failed(struct translation *t, unsigned cause)
{
    uint32_t lin = t->key.cs_base + t->key.eip;

    cms_count(EV_GEAR3_ROLLBACKS);
    if (cause != CAUSE_none)
        gear3_blame(t, cause);
    if (t->dead || !tcache_fails_often(t, gear3_speculated(t) ? FAILED : tcache_failure(cause)))
        return;
    cms_count(EV_GEAR3_DROPPED);
    profile_region_dropped(lin);
    tcache_drop(t);
}
