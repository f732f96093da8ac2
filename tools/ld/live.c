/*
 * live.c - which of compiled C's registers (r32..r63) matter where a block begins and ends.
 *
 * Backward data flow over all blocks of the program at once, through direct calls: a call needs
 * what its callee needs. The registers of the translations (r1..r31) and the flag registers always
 * count as live; nothing is tracked for them.
 *
 * What returns needs the results that some caller looks at, if all callers are known.
 *
 * Compiled code obeys the calling convention; so must assembly, where it calls or is called.
 * Whatever else it jumps to through a register is assumed to need everything.
 */
#include "tools/ld/ld.h"

#define SAVED REGISTERS_SAVED
#define RESULTS (BIT(R_A0) | BIT(R_A1))
#define ARGUMENTS (UINT64_C(0xff) << R_A0)

static uint64_t in_of(const struct program *p, int32_t block)
{
    return block == NONE ? 0 : p->block[block].live_in;
}

static uint64_t call_out(const struct program *p, const struct block *b, const struct atom *call)
{
    uint64_t out = in_of(p, b->fall) & ~(BIT(R_RA) | RESULTS);

    if (call->op.rd != R_RA)
        return LIVE_CLASS;
    if (b->taken != NONE)
        return out | in_of(p, b->taken) | BIT(R_SP) | BIT(R_GP) | BIT(R_TP);
    return out | ARGUMENTS | BIT(R_T2) | BIT(R_SP) | BIT(R_GP) | BIT(R_TP);
}

static uint64_t block_out(const struct program *p, const struct block *b)
{
    switch (b->end) {
    case END_FALL: return in_of(p, b->fall);
    case END_COND: return in_of(p, b->fall) | in_of(p, b->taken);
    case END_JUMP: return in_of(p, b->taken);
    case END_CALL: return call_out(p, b, &p->atom[b->first + b->count - 1]);
    case END_RET: return SAVED | (b->func == NONE ? RESULTS : p->func[b->func].results);
    case END_JR: return LIVE_CLASS;
    case END_STOP: return b->fall == NONE ? SAVED : in_of(p, b->fall) | SAVED;
    }
    return LIVE_CLASS;
}

void program_liveness(struct program *p)
{
    uint64_t *use = ld_alloc((size_t)p->blocks + 1, sizeof *use);
    uint64_t *def = ld_alloc((size_t)p->blocks + 1, sizeof *def);
    bool changed = true;

    for (int32_t i = 0; i < p->blocks; i++) {
        const struct block *b = &p->block[i];

        for (uint32_t k = b->reached ? b->count : 0; k-- > 0;) {
            const struct atom *a = &p->atom[b->first + k];
            struct isa_effects fx;

            if (a->op.atom >= ISA_ATOM_COUNT)
                continue;
            isa_effects(&a->op, &fx);
            use[i] = (use[i] & ~fx.r_write) | fx.r_read;
            def[i] |= fx.r_write;
        }
    }
    program_results(p);
    while (changed) {
        changed = false;
        for (int32_t i = p->blocks; i-- > 0;) {
            struct block *b = &p->block[i];

            if (!b->reached)
                continue;
            b->live_out = block_out(p, b) & LIVE_CLASS;
            uint64_t in = ((b->live_out & ~def[i]) | use[i]) & LIVE_CLASS;
            changed |= in != b->live_in;
            b->live_in = in;
            changed |= block_needs_results(p, b);
        }
    }
}
