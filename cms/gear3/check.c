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
    uint64_t bits[IR_INS / 64];
};

static bool seen_has(const struct seen *s, unsigned n)
{
    return n < IR_INS && s->bits[n / 64] >> n % 64 & 1;
}

static void seen_add(struct seen *s, unsigned n)
{
    s->bits[n / 64] |= UINT64_C(1) << n % 64;
}

static bool value_exists(const struct ir *ir, const struct seen *s, ref r, unsigned tag)
{
    const struct ins *i = &ir->ins[ref_ins(r)];

    if (r == REF_NONE || ref_tag(r) != tag || !seen_has(s, ref_ins(r)))
        return false;
    if (ref_ins(r) < IR_FIRST)
        return (ref_ins(r) == IR_ENTRY_FLAGS) == (tag == TAG_FLAGS);
    return ins_fact(i)->uses & (tag == TAG_FLAGS ? ISA_WRITE_CD : ISA_WRITE_RD);
}

static bool state_exists(const struct ir *ir, const struct seen *s, const ref *state, bool computed)
{
    if (!value_exists(ir, s, state[STATE_FLAGS], TAG_FLAGS))
        return false;
    for (unsigned k = STATE_EAX; k <= STATE_EDI; k++) {
        if (!value_exists(ir, s, state[k], TAG_NUMBER))
            return false;
    }
    return !computed || value_exists(ir, s, state[STATE_EIP], TAG_NUMBER);
}

static bool operands_exist(const struct ir *ir, const struct seen *s, const struct ins *i)
{
    static const struct {
        uint16_t uses;
        uint8_t tag;
    } kind[ARG_COUNT] = {
        [ARG_D] = {ISA_READ_RD | ISA_READ_RS, TAG_NUMBER},
        [ARG_A] = {ISA_READ_RA, TAG_NUMBER},
        [ARG_B] = {ISA_READ_RB, TAG_NUMBER},
        [ARG_C] = {ISA_READ_CA | ISA_READ_CD, TAG_FLAGS},
    };

    for (unsigned k = 0; k < ARG_COUNT; k++) {
        bool wanted = ins_fact(i)->uses & kind[k].uses;

        if (wanted ? !value_exists(ir, s, i->arg[k], kind[k].tag) : i->arg[k] != REF_NONE)
            return false;
    }
    return i->op.atom < ISA_ATOM_COUNT &&
           (!ins_fact(i)->extends || isa_imm_encodable(i->op.atom, i->op.imm));
}

static bool check_block(const struct ir *ir, struct seen *s, unsigned block)
{
    for (unsigned n = ir->block[block].first; n != IR_NONE; n = ir->ins[n].next) {
        const struct ins *i = &ir->ins[n];

        if (i->block != block || !operands_exist(ir, s, i))
            return false;
        seen_add(s, n);
        if (i->role == ROLE_SIDE) {
            struct seen path = *s;

            if (!check_block(ir, &path, BLOCK_EXITS + i->exit) ||
                !state_exists(ir, &path, ir->state[i->exit], false))
                return false;
        }
    }
    return true;
}

bool ir_check(const struct ir *ir)
{
    struct seen s = {{(UINT64_C(1) << IR_FIRST) - 1}};

    return check_block(ir, &s, BLOCK_ENTRY) && check_block(ir, &s, BLOCK_BODY) &&
           state_exists(ir, &s, ir->end, ir->end[STATE_EIP] != REF_NONE);
}
