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
 * A mistake costs the translation, not the run: it is counted (abort.check), and gear 2 carries on.
 */
#include "gear3/ir.h"
#include "isa_codec.h"

struct seen {
    bool exists[IR_REFS]; /* the value has been made */
};

static inline bool operand_is_right(const struct seen *s, ref r, unsigned tag, bool wanted)
{
    return wanted ? ref_tag(r) == tag && s->exists[r] : r == REF_NONE;
}

static bool operands_exist(const struct seen *s, const struct ins *i)
{
    unsigned uses = ins_fact(i)->uses;

    return operand_is_right(s, i->arg[ARG_D], TAG_NUMBER, uses & (ISA_READ_RD | ISA_READ_RS)) &&
           operand_is_right(s, i->arg[ARG_A], TAG_NUMBER, uses & ISA_READ_RA) &&
           operand_is_right(s, i->arg[ARG_B], TAG_NUMBER, uses & ISA_READ_RB) &&
           operand_is_right(s, i->arg[ARG_C], TAG_FLAGS, uses & (ISA_READ_CA | ISA_READ_CD)) &&
           (!ins_fact(i)->extends || isa_imm_encodable(i->op.atom, i->op.imm));
}

static bool state_exists(const struct seen *s, const ref *state)
{
    if (!operand_is_right(s, state[STATE_FLAGS], TAG_FLAGS, true))
        return false;
    for (unsigned k = STATE_EAX; k <= STATE_EDI; k++) {
        if (!operand_is_right(s, state[k], TAG_NUMBER, true))
            return false;
    }
    return operand_is_right(s, state[STATE_EIP], TAG_NUMBER, state[STATE_EIP] != REF_NONE) &&
           operand_is_right(s, state[STATE_EXTRA], TAG_NUMBER, true);
}

static bool check_block(const struct ir *ir, struct seen *s, unsigned block);

/* What the path makes is gone after it. */
static bool check_exit(const struct ir *ir, struct seen *s, unsigned exit)
{
    bool right = check_block(ir, s, BLOCK_EXITS + exit) && state_exists(s, ir->state[exit]);

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
    for (unsigned n = 0; n < IR_FIRST; n++)
        s.exists[REF(n, n == IR_ENTRY_FLAGS ? TAG_FLAGS : TAG_NUMBER)] = true;
    return check_block(ir, &s, BLOCK_ENTRY) && check_block(ir, &s, BLOCK_BODY) &&
           state_exists(&s, ir->end);
}
