/* evaluate.h - constants in, a constant out. */
#ifndef CMS_GEAR3_EVALUATE_H
#define CMS_GEAR3_EVALUATE_H

#include "gear3/ir.h"

/*
 * The number that the atom computes if its operands, by ARG_x, are these. False if it depends on
 * anything else (flags, memory) or computes none.
 */
bool evaluate(const struct isa_op *op, const uint64_t number[ARG_COUNT], uint64_t *result);

#endif
