/*
 * trail.c - the way that control took while gear 1 watched (promote.c): where blocks were entered,
 * one after the other. What came next after the last few blocks of a line is the best guess of
 * where the line's computed branch will lead: the same branch may lead everywhere, as an
 * interpreter's does, but hardly so after the same way to it.
 */
#include "cms.h"
#include "gear3/gear3.h"

#define CANDIDATES 8

struct votes {
    uint32_t eip[CANDIDATES];
    unsigned count[CANDIDATES];
    unsigned used, all;
};

void trail_note(uint32_t eip)
{
    struct trail *p = &cms.gear3->trail;

    p->entry[p->noted++ % TRAIL_ENTRIES] = eip;
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

/* How many of the line's blocks, from its end on, are those up to entry n? */
static unsigned matching(const struct trail *p, unsigned n, const uint32_t *line, unsigned count)
{
    unsigned same = 0;

    while (same < count && p->entry[(n - same) % TRAIL_ENTRIES] == line[count - 1 - same])
        same++;
    return same;
}

bool trail_guess(const uint32_t *line, unsigned count, uint32_t *eip)
{
    const struct trail *p = &cms.gear3->trail;
    struct votes v = {.all = 0};
    unsigned longest = 1, first = p->noted > TRAIL_ENTRIES ? p->noted - TRAIL_ENTRIES : 0;

    for (unsigned n = first + TRAIL_ORDER; n + 1 < p->noted; n++) {
        unsigned same = matching(p, n, line, count);

        if (same < longest || !p->entry[(n + 1) % TRAIL_ENTRIES])
            continue;
        if (same > longest)
            v.used = v.all = 0;
        longest = same;
        vote(&v, p->entry[(n + 1) % TRAIL_ENTRIES]);
    }
    for (unsigned k = 0; k < v.used; k++) {
        if (v.all > 1 && v.count[k] * 2 > v.all) {
            *eip = v.eip[k];
            return true;
        }
    }
    return false;
}
