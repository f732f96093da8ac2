/* profile.h - what gear 1 has seen: entries of blocks, instructions that touch I/O. */
#ifndef CMS_RUNTIME_PROFILE_H
#define CMS_RUNTIME_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

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
bool profile_is_warm(uint32_t lin);                /* entered half as often as translations ask */
void profile_give_up(uint32_t lin);                /* no translation may begin here */
void profile_dropped(uint32_t lin);                /* a translation that began here kept failing */
void profile_touches_io(uint32_t lin);             /* this instruction had to be stepped */
bool profile_is_io(uint32_t lin);

#endif
