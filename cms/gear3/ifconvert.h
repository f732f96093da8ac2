/* ifconvert.h - select conversion, as region.c and lift.c see it. */
#ifndef CMS_GEAR3_IFCONVERT_H
#define CMS_GEAR3_IFCONVERT_H

#include "gear3/ir.h"

/*
 * The branch is the last in insn[], and may go either way: if it can be converted, what it skips
 * follows it there.
 */
bool ifconvert_take(struct trans *t, struct guest_insn *branch);
/* Of so many instructions, those that don't end amid what a branch skips. */
unsigned ifconvert_whole(const struct trans *t, unsigned insns);

/* While lifting: the branch; and where both ways meet, behind the current instruction. */
void ifconvert_skip(struct ir *ir, const struct isa_op *branch);
void ifconvert_join(struct ir *ir);

#endif
