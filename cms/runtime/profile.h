/* profile.h - what gear 1 has seen: entries of blocks, marks of instructions. */
#ifndef CMS_RUNTIME_PROFILE_H
#define CMS_RUNTIME_PROFILE_H

#include "cms.h"

#define PROFILE_BLOCKS 4096 /* powers of two */
#define PROFILE_SITES 1024
#define PROFILE_PAGES 256

/* A place where control came in: eight bytes, so that none lies in two lines of the cache. */
struct entry {
    uint32_t lin;
    uint32_t count : 24; /* entries since the last translation was made here */
    uint32_t drops : 6;
    uint32_t never : 1;
    uint32_t made : 1; /* a translation, once */
};

/* An instruction that translations must treat with care. Nothing at linear address 0 is. */
struct site {
    uint32_t lin;
    uint8_t marks;   /* SITE_x */
    uint8_t dropped; /* regions that began here */
};

struct profile {
    struct entry block[PROFILE_BLOCKS];
    struct site site[PROFILE_SITES];
    /* granules with sites, of pages by the low bits of their numbers; what was there once stays */
    uint32_t granules[PROFILE_PAGES];
};

static inline struct site *profile_site(uint32_t lin)
{
    return &cms.prof->site[(lin ^ lin >> 10) % PROFILE_SITES];
}

static inline bool profile_is_marked(uint32_t lin) /* perhaps */
{
    return profile_site(lin)->lin == lin;
}

/* A bit for each granule of lin's page (smc.c): instructions there may be marked. */
static inline uint32_t profile_marked(uint32_t lin)
{
    return cms.prof->granules[(lin >> PAGE_SHIFT) % PROFILE_PAGES];
}

/*
 * Linear addresses throughout. The tables are direct-mapped and forget: an entry that is displaced
 * costs time, never correctness.
 */
void profile_init(void);

enum profile_advice {
    PROFILE_COLD,      /* interpret */
    PROFILE_TRANSLATE, /* entered often enough */
    PROFILE_NEVER,     /* given up: interpret one instruction, then look again */
};

enum profile_advice profile_entered(uint32_t lin); /* a block is entered by gear 1 */
/*
 * Likewise, if nothing was made there since the block is counted, and nothing is to be made yet.
 * False: it isn't counted, and the dispatcher must look.
 */
bool profile_stays_cold(uint32_t lin);
bool profile_is_warm(uint32_t lin);                /* entered half as often as translations ask */
void profile_give_up(uint32_t lin);                /* no translation may begin here */
void profile_dropped(uint32_t lin);                /* a translation that began here kept failing */

/* What is known of one instruction, so that it alone is translated with more care. */
enum site_mark {
    SITE_DEVICE = 1u << 0, /* touched a device */
    SITE_VARIES = 1u << 1, /* a return that led elsewhere than behind the call before it */
    SITE_CROSS = 1u << 2,  /* an access that kept crossing page borders */
    SITE_ALIAS = 1u << 3,  /* a store that met what a load after it had read early */
    SITE_EARLY = 1u << 4,  /* a load that trapped, perhaps because it was made early */
    SITE_IMMEDIATE = 1u << 5, /* its immediate keeps being changed */
};

void profile_mark(uint32_t lin, unsigned marks); /* adds them */
unsigned profile_marks(uint32_t lin);
/* Regions that began there and were dropped because they kept failing: one more; how many. */
void profile_region_dropped(uint32_t lin);
unsigned profile_regions_dropped(uint32_t lin);

#endif
