/*
 * narrow.c - extensions of 32-bit numbers to 64 bits: into the atom that computes the number, away
 * where only the low half is looked at, and to a copy where they change nothing.
 */
#include "tools/ld/simplify.h"

/* Zero extension of a 32-bit result: the form of the atom that does it by itself. */
bool fuse_zero_extension(struct trace *t, struct node *n, int32_t at)
{
    static const struct {
        uint16_t from, to;
    } form[] = {
        {ISA_addw, ISA_addz},      {ISA_add, ISA_addz},       {ISA_subw, ISA_subz},
        {ISA_sub, ISA_subz},       {ISA_addiw, ISA_addiz},    {ISA_addi, ISA_addiz},
        {ISA_sllw, ISA_sllz},      {ISA_srlw, ISA_srlz},      {ISA_sraw, ISA_sraz},
        {ISA_rolw, ISA_rolz},      {ISA_rorw, ISA_rorz},      {ISA_slliw, ISA_slliz},
        {ISA_srliw, ISA_srliz},    {ISA_sraiw, ISA_sraiz},    {ISA_roriw, ISA_roriz},
        {ISA_sh1add, ISA_sh1addz}, {ISA_sh2add, ISA_sh2addz}, {ISA_sh3add, ISA_sh3addz},
    };
    const struct node *d = definition(t, n->ra);

    if (n->atom.op.atom != ISA_adduw || n->rb != zero_value(t) || !d || d->rd != n->ra ||
        d->atom.code != NO_CODE || (d->ra != NONE && !available(t, d->ra, at)) ||
        (d->rb != NONE && !available(t, d->rb, at)))
        return false;
    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++) {
        if (d->atom.op.atom != form[i].from || t->value[d->ra].reg == R_SP)
            continue;
        unsigned rd = n->atom.op.rd;
        n->atom.op = d->atom.op;
        n->atom.op.atom = form[i].to;
        n->atom.op.rd = (uint8_t)rd;
        set_operand(t, &n->rb, d->rb);
        set_operand(t, &n->ra, d->ra);
        return true;
    }
    return false;
}

/* Operands of which an atom looks at the low 32 bits alone, as ISA_READ_x. */
static unsigned low_operands(unsigned atom)
{
    switch (atom) {
    case ISA_addw:
    case ISA_subw:
    case ISA_mulw:
    case ISA_sllw:
    case ISA_srlw:
    case ISA_sraw:
    case ISA_addz:
    case ISA_subz:
    case ISA_mulz:
    case ISA_sllz:
    case ISA_srlz:
    case ISA_sraz:
    case ISA_sh1addz:
    case ISA_sh2addz:
    case ISA_sh3addz:
    case ISA_addf32:
    case ISA_subf32:
    case ISA_andf32:
    case ISA_orf32:
    case ISA_xorf32: return ISA_READ_RA | ISA_READ_RB;
    case ISA_adduw:
    case ISA_sh1adduw:
    case ISA_sh2adduw:
    case ISA_sh3adduw:
    case ISA_addiw:
    case ISA_addiz:
    case ISA_slliw:
    case ISA_srliw:
    case ISA_sraiw:
    case ISA_slliz:
    case ISA_srliz:
    case ISA_sraiz:
    case ISA_gld8:
    case ISA_gld16:
    case ISA_gld32:
    case ISA_gld64:
    case ISA_gst64: return ISA_READ_RA;
    case ISA_gst8:
    case ISA_gst16:
    case ISA_gst32: return ISA_READ_RA | ISA_READ_RS;
    case ISA_stb:
    case ISA_sth:
    case ISA_stw: return ISA_READ_RS;
    }
    return 0;
}

/* Who looks at the low 32 bits alone doesn't need their extension. */
static bool see_through_extension(struct trace *t, int32_t *field, int32_t at)
{
    const struct node *d = definition(t, *field);
    bool extends = d && d->rd == *field && d->atom.code == NO_CODE &&
                   ((d->atom.op.atom == ISA_addiw && d->atom.op.imm == 0) ||
                    (d->atom.op.atom == ISA_adduw && d->rb == zero_value(t)));

    if (!extends || d->ra == zero_value(t) || !available(t, d->ra, at))
        return false;
    set_operand(t, field, d->ra);
    return true;
}

bool narrow_operands(struct trace *t, struct node *n, int32_t at)
{
    unsigned low = low_operands(n->atom.op.atom);
    bool fused = false;

    if (low & ISA_READ_RA)
        fused |= see_through_extension(t, &n->ra, at);
    if (low & ISA_READ_RB)
        fused |= see_through_extension(t, &n->rb, at);
    if (low & ISA_READ_RS)
        fused |= see_through_extension(t, &n->rs, at);
    return fused;
}

/* Is a value known to be the zero extension, or the sign extension, of its low 32 bits? */
static bool is_extended(const struct trace *t, int32_t v, bool sign)
{
    const struct node *d = definition(t, v);

    if (!d || d->rd != v || d->atom.code != NO_CODE)
        return false;
    switch (d->atom.op.atom) {
    case ISA_ldbu:
    case ISA_ldhu:
    case ISA_zextb:
    case ISA_zexth:
    case ISA_slti:
    case ISA_sltiu:
    case ISA_slt:
    case ISA_sltu: return true;
    case ISA_extu: return d->atom.op.len && d->atom.op.len < 32;
    case ISA_andi: return d->atom.op.imm >= 0 && d->atom.op.imm <= INT32_MAX;
    case ISA_ldw:
    case ISA_ldb:
    case ISA_ldh:
    case ISA_addw:
    case ISA_subw:
    case ISA_addiw:
    case ISA_slliw:
    case ISA_sllw:
    case ISA_srlw:
    case ISA_sraw:
    case ISA_sraiw:
    case ISA_mulw: return sign;
    case ISA_srliw: return sign || d->atom.op.sh & 31;
    case ISA_ldwu:
    case ISA_adduw:
    case ISA_addz:
    case ISA_subz:
    case ISA_addiz:
    case ISA_slliz: return !sign && (d->atom.op.atom != ISA_adduw || d->rb == zero_value(t));
    }
    return false;
}

/* An extension that changes nothing is a copy. */
bool drop_extension(struct trace *t, struct node *n)
{
    bool sign = n->atom.op.atom == ISA_addiw && n->atom.op.imm == 0;
    bool zero = n->atom.op.atom == ISA_adduw && n->rb == zero_value(t);

    if ((!sign && !zero) || !is_extended(t, n->ra, sign))
        return false;
    rewrite_imm(t, n, ISA_addi, n->ra, 0);
    return true;
}
