/* evaluate.c - what an atom computes from constants, by its meaning in isa/. */
#include "gear3/evaluate.h"

#include "isa/prims.h"

struct operands {
    uint64_t rd, ra, rb;
};

bool evaluate(const struct isa_op *op, const uint64_t number[ARG_COUNT], uint64_t *result)
{
    const struct operands r = {number[ARG_D], number[ARG_A], number[ARG_B]};

    if (isa_facts[op->atom].uses & (ISA_READ_CA | ISA_READ_CD | ISA_READ_RS))
        return false;
#define ISA_EXEC(name) case ISA_##name:
#define ISA_END return true;
#define ISA_R(field) (r.field)
#define ISA_SET_R(field, v) (*result = (v))
#define ISA_C(field) UINT64_C(0)
#define ISA_SET_C(field, v) ((void)(v))
#define ISA_F(field) (op->field)
    switch (op->atom) {
#include "isa_pure.inc"
    default: return false;
    }
}
