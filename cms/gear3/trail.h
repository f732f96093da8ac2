/* trail.h - the way that control took while gear 1 watched, and what it tells of a line. */
#ifndef CMS_GEAR3_TRAIL_H
#define CMS_GEAR3_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#define TRAIL_ENTRIES 512 /* a power of two */
#define TRAIL_CHAINS 64
#define WAY_PLACES 96
#define WAY_BLOCKS 16 /* of the line's last blocks that make a difference */

/* Where blocks were entered while gear 1 watched, in order; 0 ends what was seen in one go. */
struct trail {
    struct trail_entry {
        uint32_t eip;
        uint32_t before; /* number of the entry before it in its chain, + 1; or 0 */
    } entry[TRAIL_ENTRIES];
    uint32_t chain[TRAIL_CHAINS]; /* of the last one of each chain, + 1 */
    uint32_t noted;               /* in all; the last ones are there */
};

/* A place of the trail that had the line's last block. */
struct place {
    uint32_t number; /* of the entry, + 1; 0: behind the last place */
    uint32_t next;   /* where control went from there */
    unsigned same;   /* so many of the line's last blocks, up to WAY_BLOCKS, led there */
};

/* Places of the trail where control was at the end of a line. */
struct way {
    unsigned blocks;     /* of the line, up to WAY_BLOCKS */
    struct place *place; /* the newest first: one of the lists, the other is for the next block */
    unsigned places;
    struct place lists[2][WAY_PLACES + 1];
};

void trail_note(uint32_t eip);

void way_begin(struct way *w);
/* The line enters a block. */
void way_enter(struct way *w, uint32_t eip);
/* Where did control mostly go next? False if that isn't known, or differs. */
bool way_guess(const struct way *w, uint32_t *eip);
/* Did it always go to `eip`, or never? False if neither, or it has come there too seldom. */
bool way_decides(const struct way *w, uint32_t eip, bool *goes);

#endif
