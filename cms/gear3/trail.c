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

#define OFTEN 6 /* times that decide */

static struct trail_entry *entry_of(struct trail *p, uint32_t number)
{
    return &p->entry[number % TRAIL_ENTRIES];
}

static uint32_t *chain_of(struct trail *p, uint32_t eip)
{
    return &p->chain[(eip ^ eip >> 6) % TRAIL_CHAINS];
}

void trail_note(uint32_t eip)
{
    struct trail *p = &cms.gear3->trail;
    uint32_t n = p->noted++, *chain = chain_of(p, eip);

    *entry_of(p, n) = (struct trail_entry){eip, *chain};
    *chain = n + 1;
}

void way_begin(struct way *w)
{
    w->blocks = w->places = 0;
    w->place = w->lists[0];
    w->place[0] = (struct place){.number = 0};
}

void way_enter(struct way *w, uint32_t eip)
{
    struct trail *p = &cms.gear3->trail;
    uint32_t oldest = p->noted > TRAIL_ENTRIES ? p->noted - TRAIL_ENTRIES : 0, before;
    const struct place *was = w->place;
    struct place *to = w->place == w->lists[0] ? w->lists[1] : w->lists[0];
    struct place *end = to + WAY_PLACES;

    w->place = to;
    if (w->blocks < WAY_BLOCKS)
        w->blocks++;
    /* the newest first, as those before */
    for (uint32_t number = *chain_of(p, eip); number > oldest && to < end; number = before) {
        const struct trail_entry *e = entry_of(p, number - 1);
        uint32_t next = entry_of(p, number)->eip;
        unsigned same;

        before = e->before;
        if (e->eip != eip || !next)
            continue;
        while (was->number >= number)
            was++;
        same = was->number == number - 1 ? was->same : 0;
        *to++ = (struct place){number, next, same < WAY_BLOCKS ? same + 1 : same};
    }
    w->places = (unsigned)(to - w->place);
    *to = (struct place){.number = 0}; /* nothing led to the trail's first entry either */
}

/* The longest way that control came so many times, in blocks; 0: it didn't. */
static unsigned longest(const struct way *w, unsigned times)
{
    unsigned came[WAY_BLOCKS + 1] = {0}, way = w->blocks;

    for (unsigned k = 0; k < w->places; k++) {
        if (++came[w->place[k].same] == times && w->place[k].same == way)
            return way;
    }
    for (unsigned all = 0; way && (all += came[way]) < times;)
        way--;
    return way;
}

bool way_guess(const struct way *w, uint32_t *eip)
{
    unsigned way = longest(w, 2), lead = 0, count = 0, all = 0;

    /* what more than half of them have in common is what is left if different ones cancel out */
    for (unsigned k = 0; way && k < w->places; k++) {
        const struct place *p = &w->place[k];

        if (p->same < way)
            continue;
        if (!lead)
            *eip = p->next;
        lead = p->next == *eip ? lead + 1 : lead - 1;
    }
    for (unsigned k = 0; lead && k < w->places; k++) {
        all += w->place[k].same >= way;
        count += w->place[k].same >= way && w->place[k].next == *eip;
    }
    return count * 2 > all;
}

bool way_decides(const struct way *w, uint32_t eip, bool *goes)
{
    unsigned way = longest(w, OFTEN);
    bool there = false, elsewhere = false;

    for (unsigned k = 0; way && k < w->places && !(there && elsewhere); k++) {
        const struct place *p = &w->place[k];

        there |= p->same >= way && p->next == eip;
        elsewhere |= p->same >= way && p->next != eip;
    }
    *goes = there;
    return there != elsewhere;
}
