/*
 * profile.c - counters of block entries, and marks of single instructions.
 */
#include "runtime/profile.h"

#include "cms.h"

#define BLOCKS 4096 /* powers of two */
#define SITES 1024
#define MAX_DROPS 3 /* translations dropped at one address before it is left to gear 1 for good */

struct block {
    uint32_t lin;
    uint32_t count; /* entries since the last translation was made here */
    uint8_t drops;
    bool never;
    bool made; /* a translation, once */
};

/* An instruction that translations must treat with care. Nothing at linear address 0 is. */
struct site {
    uint32_t lin;
    uint8_t marks;   /* SITE_x */
    uint8_t dropped; /* regions that began here */
};

struct profile {
    struct block block[BLOCKS];
    struct site site[SITES];
};

void profile_init(void)
{
    cms.prof = cms_alloc(sizeof(*cms.prof));
}

static struct block *block_at(uint32_t lin)
{
    struct block *b = &cms.prof->block[(lin ^ lin >> 12) % BLOCKS];

    if (b->lin != lin)
        *b = (struct block){.lin = lin};
    return b;
}

enum profile_advice profile_entered(uint32_t lin)
{
    struct block *b = block_at(lin);

    if (b->never)
        return PROFILE_NEVER;
    if (++b->count < cms.opt->threshold)
        return PROFILE_COLD;
    b->count = 0;
    b->made = true;
    return PROFILE_TRANSLATE;
}

bool profile_is_warm(uint32_t lin)
{
    const struct block *b = &cms.prof->block[(lin ^ lin >> 12) % BLOCKS];

    return b->lin == lin && (b->made || b->count * 2 >= cms.opt->threshold);
}

void profile_give_up(uint32_t lin)
{
    block_at(lin)->never = true;
}

void profile_dropped(uint32_t lin)
{
    struct block *b = block_at(lin);

    if (++b->drops >= MAX_DROPS) {
        b->never = true;
        cms_count(EV_BLACKLISTED);
    }
}

static struct site *site_of(uint32_t lin)
{
    return &cms.prof->site[(lin ^ lin >> 10) % SITES];
}

/* The site's own row, empty if it was another's. */
static struct site *site_claim(uint32_t lin)
{
    struct site *s = site_of(lin);

    if (s->lin != lin)
        *s = (struct site){.lin = lin};
    return s;
}

void profile_mark(uint32_t lin, unsigned marks)
{
    site_claim(lin)->marks |= (uint8_t)marks;
}

unsigned profile_marks(uint32_t lin)
{
    const struct site *s = site_of(lin);

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
    const struct site *s = site_of(lin);

    return lin && s->lin == lin ? s->dropped : 0;
}
