/* sites.c - where speculation has failed. */
#include "gear3/sites.h"

#include "cms.h"
#include "gear3/gear3.h"

static struct site *site_at(uint32_t eip)
{
    return &cms.gear3->site[(eip ^ eip >> 10) % SITES];
}

bool site_is(uint32_t eip, enum site_flag flag)
{
    const struct site *s = site_at(eip);

    return s->eip == eip && s->flags & flag;
}

static struct site *site_make(uint32_t eip)
{
    struct site *s = site_at(eip);

    if (s->eip != eip)
        *s = (struct site){.eip = eip};
    return s;
}

void site_note(uint32_t eip, enum site_flag flag)
{
    site_make(eip)->flags |= (uint8_t)flag;
}

unsigned site_drops(uint32_t eip)
{
    const struct site *s = site_at(eip);

    return s->eip == eip ? s->drops : 0;
}

void site_drop(uint32_t eip)
{
    struct site *s = site_make(eip);

    if (s->drops < UINT8_MAX)
        s->drops++;
}
