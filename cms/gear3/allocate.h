/* allocate.h - what the allocator of the straight path and that of exits' paths share. */
#ifndef CMS_GEAR3_ALLOCATE_H
#define CMS_GEAR3_ALLOCATE_H

#include "gear2/build.h"
#include "gear3/ir.h"

#define ALLOC_POOL 34
#define ALLOC_QUEUE 64 /* a power of two above it */
#define ALLOC_AT_END UINT16_MAX
#define ALLOC_GUEST 9 /* EIP is one: nobody needs its old value but the end of a loop */

struct allocator {
    struct ir *ir;
    struct trans *t;
    unsigned position;
    unsigned taken, freed;      /* of the queue, in all */
    bool held[ALLOC_GUEST + 1]; /* the guest's register n has a value that is still needed */
    uint8_t cfree[4];           /* likewise c1..c3, by the time since when; 0: taken */
    uint8_t queue[ALLOC_QUEUE]; /* free registers, longest free first */
    uint8_t reg[IR_REFS];       /* of each value: a register's number (trans.h) */
    uint16_t last[IR_REFS];     /* position of its last use; ALLOC_AT_END: the end */
};

extern const uint8_t alloc_pool[ALLOC_POOL];

/* An atom that also reads its destination: a number, flags. */
static inline bool alloc_is_tied(const struct ins *i)
{
    return ins_fact(i)->uses & ISA_READ_RD;
}

static inline bool alloc_is_tied_by_flags(const struct ins *i)
{
    return ins_fact(i)->uses & ISA_READ_CD && i->arg[ARG_C] != REF_NONE;
}

/* atom.c: the instruction as an atom, its results in rd and cd; copies, if they are needed */
void alloc_put(struct allocator *a, const struct ins *i, unsigned rd, unsigned cd);
void alloc_put_copy(struct trans *t, unsigned rd, unsigned ra);
void alloc_put_flags_copy(struct trans *t, unsigned cd, unsigned ca);
void alloc_put_eip(struct trans *t, uint32_t eip);
void alloc_put_branch(struct trans *t, unsigned role, unsigned exit);
/* A commit of so many instructions, and those in register `extra`. */
void alloc_put_commit(struct trans *t, unsigned insns, unsigned extra);
/* What build.c puts, for t->take. */
void alloc_take(struct trans *t, unsigned role, unsigned exit);

/*
 * exits.c: the guest's registers as the snapshot has them, by way of `spare`; returns the register
 * in which STATE_EXTRA is then. A commit with the way out by an exit. A side exit's region.
 */
unsigned alloc_put_home(struct allocator *a, const ref state[STATE_COUNT], unsigned spare);
void alloc_put_leave(struct trans *t, unsigned exit, unsigned insns, unsigned extra);
void alloc_exit(struct allocator *a, unsigned exit);

#endif
