/*
 * profile.c - counters of block entries, and marks of single instructions.
 */
#include "runtime/profile.h"

#include "cms.h"
#include "runtime/runtime.h"

#define MAX_DROPS 3 /* translations dropped at one address before it is left to gear 1 for good */

void profile_init(void)
{
    cms.prof = cms_alloc(sizeof(*cms.prof));
}

static struct entry *block_at(uint32_t lin)
{
    struct entry *b = &cms.prof->block[(lin ^ lin >> 12) % PROFILE_BLOCKS];

    if (b->lin != lin)
        *b = (struct entry){.lin = lin};
    return b;
}

enum profile_advice profile_entered(uint32_t lin)
{
    struct entry *b = block_at(lin);

    if (b->never)
        return PROFILE_NEVER;
    if (++b->count < cms.opt->threshold)
        return PROFILE_COLD;
    b->count = 0;
    b->made = true;
    return PROFILE_TRANSLATE;
}

bool profile_stays_cold(uint32_t lin)
{
    struct entry *b = &cms.prof->block[(lin ^ lin >> 12) % PROFILE_BLOCKS];
    bool free = !b->lin && !b->count;
    uint32_t count = b->count + UINT32_C(1);

    if ((b->lin != lin && !free) || b->never || b->made || count >= cms.opt->threshold)
        return false;
    b->lin = lin;
    b->count++;
    return true;
}

bool profile_is_warm(uint32_t lin)
{
    const struct entry *b = &cms.prof->block[(lin ^ lin >> 12) % PROFILE_BLOCKS];

    return b->lin == lin && (b->made || b->count * UINT32_C(2) >= cms.opt->threshold);
}

void profile_give_up(uint32_t lin)
{
    block_at(lin)->never = true;
}

void profile_dropped(uint32_t lin)
{
    struct entry *b = block_at(lin);

    if (++b->drops >= MAX_DROPS) {
        b->never = true;
        cms_count(EV_BLACKLISTED);
    }
}

/* The site's own row, empty if it was another's. */
static struct site *site_claim(uint32_t lin)
{
    struct site *s = profile_site(lin);

    if (s->lin != lin)
        *s = (struct site){.lin = lin};
    return s;
}

void profile_mark(uint32_t lin, unsigned marks)
{
    site_claim(lin)->marks |= (uint8_t)marks;
    cms.prof->granules[(lin >> PAGE_SHIFT) % PROFILE_PAGES] |=
        UINT32_C(1) << ((lin & PAGE_MASK) >> SMC_GRANULE_SHIFT);
}

unsigned profile_marks(uint32_t lin)
{
    const struct site *s = profile_site(lin);

    return lin && s->lin == lin ? s->marks : 0;
}

void profile_region_dropped(uint32_t lin)
{
    struct site *s = site_claim(lin);

    if (s->dropped < UINT8_MAX)
        s->dropped++;
}

unsigned profile_regions_dropped(uint32_t lin)
{
    const struct site *s = profile_site(lin);

    return lin && s->lin == lin ? s->dropped : 0;
}
