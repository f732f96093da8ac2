/* schedule.h - gear 3: from atoms to code. */
#ifndef CMS_GEAR3_SCHEDULE_H
#define CMS_GEAR3_SCHEDULE_H

#include "gear2/trans.h"

/* schedule.c: what the machine makes of each atom */
struct timing {
    uint64_t takes;   /* slots of a bundle */
    uint32_t flags;   /* enum isa_fact_flag */
    uint16_t latency; /* of its result */
    uint8_t size;     /* bytes of memory */
    bool computes;    /* that is all that it does: no memory, no control */
};

void schedule_init(struct timing timing[ISA_ATOM_COUNT], const struct machine *m);
bool trans_schedule(struct trans *t);

/* emit.c: to `code`, which has room for the most words that it can take */
unsigned trans_most_words(const struct trans *t);
bool trans_emit(struct trans *t, uint32_t *code, const struct exit *records);

#endif
