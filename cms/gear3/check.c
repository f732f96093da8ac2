/*
 * check.c - the rules of the IR, checked between the passes.
 *
 *   - Who uses a value comes after who makes it: on entry, in the body, on an exit's path, in this
 *     order.
 *   - An operand is a number where the atom reads a register, and flags where it reads flags; the
 *     atom it names has such a result. Each operand that the atom reads is there.
 *   - A snapshot names values that exist when its branch is reached.
 *   - The atom's constants can be encoded.
 *
 * That is asked for (`-o cms.gear3.check=on`), as tests do. A mistake costs the translation, not
 * the run: it is counted (abort.check), and gear 2 carries on.
 */
#include "gear3/ir.h"
#include "gear3/turn.h"
#include "isa_codec.h"
#include "isa_word.h"

struct seen {
    bool exists[IR_REFS]; /* the value has been made; REF_NONE always is there */
};

/*
 * Operands as one number: one that is there has the tag of what the atom reads, one that isn't is
 * REF_NONE.
 */
static inline bool operands_are_right(const struct ins *i, unsigned uses)
{
    bool flags = uses & (ISA_READ_CA | ISA_READ_CD);
    uint64_t none = LANE(ARG_D, !(uses & (ISA_READ_RD | ISA_READ_RS))) |
                    LANE(ARG_A, !(uses & ISA_READ_RA)) | LANE(ARG_B, !(uses & ISA_READ_RB)) |
                    LANE(ARG_C, !flags);
    uint64_t tags = LANE(ARG_D, 1) | LANE(ARG_A, 1) | LANE(ARG_B, 1) | LANE(ARG_C, 1);
    uint64_t all = (none << 16) - none; /* of those */

    return (i->args & (tags | all)) == (none | LANE(ARG_C, TAG_FLAGS)) &&
           (!flags || i->arg[ARG_C] != REF_NONE);
}

_Static_assert(REF_NONE == 1 && TAG_NUMBER == 0 && TAG_FLAGS == 1, "one bit is both");

/* What all atoms can hold, and the rest. */
static inline bool immediate_is_right(const struct ins *i)
{
    return !(i->op.imm >> (LIM_BITS - 1)) || isa_imm_encodable(i->op.atom, i->op.imm);
}

static inline bool operands_exist(const struct seen *s, const struct ins *i)
{
    const struct isa_fact *fact = ins_fact(i);

    return operands_are_right(i, fact->uses) & s->exists[i->arg[ARG_D]] &
               s->exists[i->arg[ARG_A]] & s->exists[i->arg[ARG_B]] & s->exists[i->arg[ARG_C]] &&
           (!fact->extends || immediate_is_right(i));
}

static bool state_exists(const struct seen *s, const ref *state)
{
    bool right = state[STATE_FLAGS] != REF_NONE && ref_tag(state[STATE_FLAGS]) == TAG_FLAGS &&
                 s->exists[state[STATE_FLAGS]] && s->exists[state[STATE_EIP]] &&
                 (state[STATE_EIP] == REF_NONE || ref_tag(state[STATE_EIP]) == TAG_NUMBER) &&
                 ref_tag(state[STATE_EXTRA]) == TAG_NUMBER && s->exists[state[STATE_EXTRA]];

    for (unsigned k = STATE_EAX; k <= STATE_EDI; k++)
        right &= ref_tag(state[k]) == TAG_NUMBER && s->exists[state[k]];
    return right;
}

static bool check_block(const struct ir *ir, struct seen *s, unsigned block);

/* What the path makes is gone after it. */
static bool check_exit(const struct ir *ir, struct seen *s, unsigned exit)
{
    bool right;

    turn_point();
    right = check_block(ir, s, BLOCK_EXITS + exit) && state_exists(s, ir->state[exit]);

    for (unsigned n = ir->block[BLOCK_EXITS + exit].first; n != IR_NONE; n = ir->ins[n].next)
        s->exists[REF(n, TAG_NUMBER)] = s->exists[REF(n, TAG_FLAGS)] = false;
    return right;
}

static bool check_block(const struct ir *ir, struct seen *s, unsigned block)
{
    for (unsigned n = ir->block[block].first; n != IR_NONE; n = ir->ins[n].next) {
        const struct ins *i = &ir->ins[n];

        if (i->block != block || i->op.atom >= ISA_ATOM_COUNT || !operands_exist(s, i))
            return false;
        s->exists[REF(n, TAG_NUMBER)] = ins_fact(i)->uses & ISA_WRITE_RD;
        s->exists[REF(n, TAG_FLAGS)] = ins_fact(i)->uses & ISA_WRITE_CD;
        if (i->role == ROLE_SIDE && !check_exit(ir, s, i->exit))
            return false;
    }
    return true;
}

bool ir_check(const struct ir *ir)
{
    struct seen s;

    memset(s.exists, 0, 2 * ir->count * sizeof(s.exists[0]));
    s.exists[REF_NONE] = true;
    for (unsigned n = 0; n < IR_FIRST; n++)
        s.exists[REF(n, n == IR_ENTRY_FLAGS ? TAG_FLAGS : TAG_NUMBER)] = true;
    return check_block(ir, &s, BLOCK_ENTRY) && check_block(ir, &s, BLOCK_BODY) &&
           state_exists(&s, ir->end);
}
