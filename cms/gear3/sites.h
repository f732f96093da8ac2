/*
 * sites.h - guest instructions at which a speculation has failed, so that it isn't tried there
 * again. Direct-mapped and forgetful: what is forgotten fails once more.
 */
#ifndef CMS_GEAR3_SITES_H
#define CMS_GEAR3_SITES_H

#include <stdbool.h>
#include <stdint.h>

enum site_flag {
    SITE_ALIAS = 1 << 0, /* a store that met what a load after it had read */
    SITE_EARLY = 1 << 1, /* a load that trapped, perhaps because it was made too early */
};

bool site_is(uint32_t eip, enum site_flag flag);
void site_note(uint32_t eip, enum site_flag flag);

/* Regions that begin here and were dropped because they kept failing. */
unsigned site_drops(uint32_t eip);
void site_drop(uint32_t eip);

#endif
