/* routine.c - see routine.h */
#include "boot/routine.h"

void routine_put(struct routine *r, const struct isa_op *ops, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t words[2];
        int n = isa_encode(&ops[i], i + 1 == count, words);

        for (int k = 0; k < n; k++)
            *r->at++ = words[k];
    }
}
