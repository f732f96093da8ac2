/*
 * trail.c - the way that control took while gear 1 watched (promote.c): where blocks were entered,
 * one after the other. Where a line's branch will lead is best told by what came after the same
 * way: the same branch may lead everywhere, as an interpreter's does, but hardly so after the same
 * instructions of its program.
 *
 * While the line grows, the places of the trail where control was at its end are kept, each with
 * how many blocks of the line control had come through before. One more block takes the places that
 * had this block next a step on, and adds those where it was entered otherwise. They are found by a
 * table of chains, so that all of this costs what is found.
 */
#include "gear3/trail.h"

#include "cms.h"
#include "gear3/gear3.h"

#define CANDIDATES 8 /* different places to go to */
#define OFTEN 6      /* times that decide */

struct votes {
    uint32_t eip[CANDIDATES];
    unsigned count[CANDIDATES];
    unsigned used, all;
};

static uint32_t *chain_of(struct trail *p, uint32_t eip)
{
    return &p->chain[(eip ^ eip >> 6) % TRAIL_CHAINS];
}

void trail_note(uint32_t eip)
{
    struct trail *p = &cms.gear3->trail;
    uint32_t n = p->noted++, *chain = chain_of(p, eip);

    p->entry[n % TRAIL_ENTRIES] = eip;
    p->before[n % TRAIL_ENTRIES] = *chain;
    *chain = n + 1;
}

void way_begin(struct way *w)
{
    memset(w, 0, sizeof(*w));
}

/* Place n is one: how many blocks of the line led there? */
static unsigned same_at(const struct way *w, uint32_t n, uint32_t oldest)
{
    unsigned same = n == oldest ? 0 : w->same[(n - 1) % TRAIL_ENTRIES];

    return same < UINT8_MAX ? same + 1 : same;
}

void way_enter(struct way *w, uint32_t eip)
{
    struct trail *p = &cms.gear3->trail;
    uint32_t oldest = p->noted > TRAIL_ENTRIES ? p->noted - TRAIL_ENTRIES : 0;
    uint16_t was[WAY_PLACES];
    unsigned places = w->places;

    memcpy(was, w->place, places * sizeof(was[0]));
    w->places = 0;
    /* the newest first: what led there is still as it was */
    for (uint32_t next = *chain_of(p, eip); next > oldest && w->places < WAY_PLACES;) {
        uint32_t n = next - 1;

        if (p->entry[n % TRAIL_ENTRIES] == eip) {
            w->same[n % TRAIL_ENTRIES] = (uint8_t)same_at(w, n, oldest);
            w->place[w->places++] = (uint16_t)(n % TRAIL_ENTRIES);
        }
        next = p->before[n % TRAIL_ENTRIES];
    }
    for (unsigned k = 0; k < places; k++) {
        if (p->entry[was[k]] != eip)
            w->same[was[k]] = 0;
    }
}

/* Where control went from there; 0: that isn't known. */
static uint32_t next_of(const struct trail *p, unsigned place)
{
    return place == (p->noted - 1) % TRAIL_ENTRIES ? 0 : p->entry[(place + 1) % TRAIL_ENTRIES];
}

/* The longest way that control came so many times, in blocks; 0: it didn't. */
static unsigned longest(const struct way *w, const struct trail *p, unsigned times)
{
    unsigned came[WAY_BLOCKS + 1] = {0}, way = WAY_BLOCKS;

    for (unsigned k = 0; k < w->places; k++) {
        unsigned same = w->same[w->place[k]];

        if (next_of(p, w->place[k]))
            came[same < WAY_BLOCKS ? same : WAY_BLOCKS]++;
    }
    for (unsigned all = 0; way && (all += came[way]) < times;)
        way--;
    return way;
}

static void vote(struct votes *v, uint32_t eip)
{
    unsigned k = 0;

    v->all++;
    while (k < v->used && v->eip[k] != eip)
        k++;
    if (k == CANDIDATES)
        return;
    if (k == v->used) {
        v->eip[v->used] = eip;
        v->count[v->used++] = 0;
    }
    v->count[k]++;
}

/* Where control went that came the longest way of those that it came so many times. */
static struct votes votes_of(const struct way *w, unsigned times)
{
    const struct trail *p = &cms.gear3->trail;
    unsigned way = longest(w, p, times);
    struct votes v = {.all = 0};

    for (unsigned k = 0; way && k < w->places; k++) {
        uint32_t next = next_of(p, w->place[k]);

        if (next && w->same[w->place[k]] >= way)
            vote(&v, next);
    }
    return v;
}

bool way_guess(const struct way *w, uint32_t *eip)
{
    struct votes v = votes_of(w, 2);

    for (unsigned k = 0; k < v.used; k++) {
        if (v.count[k] * 2 > v.all) {
            *eip = v.eip[k];
            return true;
        }
    }
    return false;
}

bool way_decides(const struct way *w, uint32_t eip, bool *goes)
{
    struct votes v = votes_of(w, OFTEN);

    *goes = v.used == 1 && v.eip[0] == eip && v.count[0] == v.all;
    for (unsigned k = 0; k < v.used && !*goes; k++) {
        if (v.eip[k] == eip)
            return false;
    }
    return v.all;
}
