/*
 * profile.c - counters of block entries, and the set of instructions that touch I/O.
 */
#include "runtime/profile.h"

#include "cms.h"

#define BLOCKS 4096 /* powers of two */
#define IO_SITES 1024
#define MAX_DROPS 3 /* translations dropped at one address before it is left to gear 1 for good */

struct block {
    uint32_t lin;
    uint32_t count; /* entries since the last translation was made here */
    uint8_t drops;
    bool never;
    bool made; /* a translation, once */
};

struct profile {
    struct block block[BLOCKS];
    uint32_t io[IO_SITES]; /* 0: free. Nothing at linear address 0 is worth remembering */
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

void profile_touches_io(uint32_t lin)
{
    cms.prof->io[(lin ^ lin >> 10) % IO_SITES] = lin;
}

bool profile_is_io(uint32_t lin)
{
    return lin && cms.prof->io[(lin ^ lin >> 10) % IO_SITES] == lin;
}
