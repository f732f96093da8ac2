/* gear3.h - the optimizing translator, as the runtime sees it, and what it remembers. */
#ifndef CMS_GEAR3_GEAR3_H
#define CMS_GEAR3_GEAR3_H

#include "gear3/trail.h"
#include "gear3/turn.h"
#include "runtime/tcache.h"

struct ir;

struct gear3 {
    struct ir *ir;
    struct trans *trans; /* gear 2 may make others while this one waits */
    struct context watched; /* the place that gear 1 is watching, */
    uint64_t watched_until; /* and the count of retired instructions at which it has seen enough */
    bool watching;
    struct trail trail;
    struct turn turn;
};

void gear3_init(void);

/* ---- promote.c */
void gear3_sample(struct translation *t); /* t, or NULL, was about to run: an interrupt came */
/*
 * The guest is where t begins: t, or NULL if gear 1 is to run for a while and look which way
 * branches go.
 */
struct translation *gear3_consider(struct translation *t, const struct context *key);
bool gear3_watching(void); /* is that while still on? If it is over now, the region has its turn */
/* What is hot becomes a region, if it is still there. */
void gear3_promote(const struct context *key);
/* t, which gear 3 made, was rolled back: was it by an atom that speculates? */
bool gear3_speculated(const struct translation *t);
/* If so, the guest instruction that the atom belongs to isn't to speculate any more. */
void gear3_blame(const struct translation *t, unsigned cause);
/* t, which gear 3 made, was rolled back by this cause, at this bundle. */
void gear3_failed(struct translation *t, unsigned cause);

/* --- translate.c: NULL if nothing better than gear 2's can be made there; the reason is counted */
struct translation *gear3_translate(const struct context *key, uint32_t place);

#endif
