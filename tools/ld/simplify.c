/*
 * simplify.c - shorter chains of atoms with the same results.
 *
 * One walk over a trace, in order. An operand that is a copy is replaced by what was copied;
 * constants are computed; an atom whose input comes from another atom is fused with it where one
 * atom can do both. Copies themselves are left alone until all their users are known. A branch that
 * turns out never to leave is dropped: then fewer values must be in their own registers, and the
 * walk is made once more. What nobody needs any more is dropped by a walk backwards. Everything is
 * decided on values, so nothing here cares about registers, except that a value which lives in its
 * own register can be named only until that register is written again.
 */
#include "tools/ld/simplify.h"

/* A constant may be put into every user if it has this few; each costs a word of long immediate. */
#define CONSTANT_COPIES 2

static void see_through_copies(struct trace *t, int32_t *field, int32_t at)
{
    for (;;) {
        const struct node *d = defined_by(t, *field, ISA_addi);

        if (!d || d->atom.op.imm != 0 || t->value[*field].reg == R_SP ||
            t->value[d->ra].reg == R_SP || !available(t, d->ra, at))
            return;
        set_operand(t, field, d->ra);
    }
}

static bool fold(unsigned atom, int64_t a, int64_t b, unsigned sh, int64_t *out)
{
    uint64_t x = (uint64_t)a, y = (uint64_t)b;

    switch (atom) {
    case ISA_addi:
    case ISA_add: *out = (int64_t)(x + y); return true;
    case ISA_sub: *out = (int64_t)(x - y); return true;
    case ISA_addiw:
    case ISA_addw: *out = (int32_t)(x + y); return true;
    case ISA_slli: *out = (int64_t)(x << sh); return true;
    case ISA_srli: *out = (int64_t)(x >> sh); return true;
    case ISA_bseti: *out = (int64_t)(x | UINT64_C(1) << sh); return true;
    case ISA_bclri: *out = (int64_t)(x & ~(UINT64_C(1) << sh)); return true;
    case ISA_or:
    case ISA_ori: *out = a | b; return true;
    case ISA_xor:
    case ISA_xori: *out = a ^ b; return true;
    case ISA_and:
    case ISA_andi: *out = a & b; return true;
    case ISA_slt:
    case ISA_slti: *out = a < b; return true;
    case ISA_sltu:
    case ISA_sltiu: *out = x < y; return true;
    case ISA_subw: *out = (int32_t)(x - y); return true;
    case ISA_adduw: *out = (int64_t)(y + (uint32_t)x); return true;
    case ISA_sh1add: *out = (int64_t)((x << 1) + y); return true;
    case ISA_sh2add: *out = (int64_t)((x << 2) + y); return true;
    case ISA_sh3add: *out = (int64_t)((x << 3) + y); return true;
    case ISA_slliw: *out = (int32_t)((uint32_t)x << (sh & 31)); return true;
    case ISA_srliw: *out = (int32_t)((uint32_t)x >> (sh & 31)); return true;
    case ISA_zextb: *out = (uint8_t)x; return true;
    case ISA_zexth: *out = (uint16_t)x; return true;
    case ISA_bexti: *out = (int64_t)(x >> sh & 1); return true;
    }
    return false;
}

static bool condition(unsigned branch, int64_t a, int64_t b, bool *taken)
{
    switch (branch) {
    case ISA_breq: *taken = a == b; return true;
    case ISA_brne: *taken = a != b; return true;
    case ISA_brlt: *taken = a < b; return true;
    case ISA_brge: *taken = a >= b; return true;
    case ISA_brltu: *taken = (uint64_t)a < (uint64_t)b; return true;
    case ISA_brgeu: *taken = (uint64_t)a >= (uint64_t)b; return true;
    }
    return false;
}

/* A branch that is known not to leave is left out. */
static bool drop_branch(struct trace *t, struct node *n)
{
    int64_t a, b;
    bool taken;

    if (!constant_of(t, n->ra, &a) || !constant_of(t, n->rb, &b) ||
        !condition(n->atom.op.atom, a, b, &taken) || taken)
        return false;
    set_operand(t, &n->ra, NONE);
    set_operand(t, &n->rb, NONE);
    n->dead = t->never[n->block] = true;
    n->exit = 0;
    return true;
}

/* A conditional move whose condition is known is a plain one. */
static bool decide_move(struct trace *t, struct node *n)
{
    unsigned atom = n->atom.op.atom;
    int64_t c;

    if ((atom != ISA_cmovz && atom != ISA_cmovnz) || !constant_of(t, n->ra, &c))
        return false;
    int32_t from = (c != 0) == (atom == ISA_cmovnz) ? n->rb : n->rd_old;
    rewrite_imm(t, n, ISA_addi, from, 0);
    set_operand(t, &n->rd_old, NONE);
    return true;
}

/* A result that is known becomes `addi rd, r0, number`. */
static bool fold_constant(struct trace *t, struct node *n)
{
    int64_t a, b = n->atom.op.imm, out;

    if (n->rd == NONE || n->atom.code != NO_CODE || !constant_of(t, n->ra, &a))
        return false;
    if (n->rb != NONE && !constant_of(t, n->rb, &b))
        return false;
    if (!fold(n->atom.op.atom, a, b, n->atom.op.sh, &out) || !isa_imm_encodable(ISA_addi, out))
        return false;
    rewrite_imm(t, n, ISA_addi, zero_value(t), out);
    t->value[n->rd].constant = true;
    t->value[n->rd].number = out;
    return true;
}

/* Register forms that have an immediate or a shift form. */
static bool use_immediate(struct trace *t, struct node *n)
{
    static const struct {
        uint16_t from, to;
        bool commutes, shift;
    } form[] = {
        {ISA_add, ISA_addi, true, false},   {ISA_addw, ISA_addiw, true, false},
        {ISA_addz, ISA_addiz, true, false}, {ISA_and, ISA_andi, true, false},
        {ISA_or, ISA_ori, true, false},     {ISA_xor, ISA_xori, true, false},
        {ISA_slt, ISA_slti, false, false},  {ISA_sltu, ISA_sltiu, false, false},
        {ISA_sll, ISA_slli, false, true},   {ISA_srl, ISA_srli, false, true},
        {ISA_sra, ISA_srai, false, true},   {ISA_sllw, ISA_slliw, false, true},
        {ISA_srlw, ISA_srliw, false, true}, {ISA_sraw, ISA_sraiw, false, true},
        {ISA_bset, ISA_bseti, false, true}, {ISA_bclr, ISA_bclri, false, true},
        {ISA_bext, ISA_bexti, false, true},
    };
    int64_t c;

    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++) {
        int32_t other = n->ra;

        if (n->atom.op.atom != form[i].from)
            continue;
        if (constant_of(t, n->rb, &c)) {
            /* as it stands */
        } else if (form[i].commutes && constant_of(t, n->ra, &c)) {
            other = n->rb;
        } else {
            return false;
        }
        if (form[i].shift) {
            bool word =
                form[i].to == ISA_slliw || form[i].to == ISA_srliw || form[i].to == ISA_sraiw;
            rewrite_imm(t, n, form[i].to, other, 0);
            n->atom.op.sh = (uint8_t)(c & (word ? 31 : 63));
            return true;
        }
        if (!isa_imm_fits(form[i].to, c))
            return false;
        rewrite_imm(t, n, form[i].to, other, c);
        return true;
    }
    return false;
}

/*
 * base + constant in an operand goes into the immediate. Frames are left alone: below sp nothing
 * may be touched.
 */
static bool fuse_address(struct trace *t, struct node *n, int32_t at)
{
    const struct node *d = defined_by(t, n->ra, ISA_addi);
    int64_t sum, c;

    if (n->ra == NONE || n->atom.code != NO_CODE || t->value[n->ra].reg == R_SP)
        return false;
    if (constant_of(t, n->ra, &c) && n->ra != zero_value(t)) {
        sum = (int64_t)((uint64_t)c + (uint64_t)n->atom.op.imm);
        if (!isa_imm_encodable(n->atom.op.atom, sum) ||
            (!isa_imm_fits(n->atom.op.atom, sum) && t->value[n->ra].uses > CONSTANT_COPIES))
            return false;
        set_operand(t, &n->ra, zero_value(t));
        n->atom.op.imm = sum;
        return true;
    }
    if (!d || !available(t, d->ra, at))
        return false;
    sum = (int64_t)((uint64_t)d->atom.op.imm + (uint64_t)n->atom.op.imm);
    if (!isa_imm_fits(n->atom.op.atom, sum))
        return false;
    set_operand(t, &n->ra, d->ra);
    n->atom.op.imm = sum;
    return true;
}

static void make_field(struct trace *t, struct node *n, bool sign, int32_t from, unsigned pos,
                       unsigned len)
{
    n->atom.op = (struct isa_op){.atom = sign ? ISA_exts : ISA_extu,
                                 .rd = n->atom.op.rd,
                                 .pos = (uint8_t)pos,
                                 .len = (uint8_t)(len & 63)};
    set_operand(t, &n->ra, from);
}

/* Shift left then right, or right then mask: one bit-field extract. */
static bool fuse_field(struct trace *t, struct node *n, int32_t at)
{
    unsigned atom = n->atom.op.atom;
    const struct node *left = defined_by(t, n->ra, ISA_slli),
                      *right = defined_by(t, n->ra, ISA_srli);
    unsigned sh = n->atom.op.sh, bits = 64;

    if ((atom == ISA_srli || atom == ISA_srai) && left && sh >= left->atom.op.sh &&
        available(t, left->ra, at)) {
        make_field(t, n, atom == ISA_srai, left->ra, sh - left->atom.op.sh, 64 - sh);
        return true;
    }
    int64_t mask = n->atom.op.imm;
    if (!right) {
        right = defined_by(t, n->ra, ISA_srliw);
        bits = 32;
    }
    if (atom == ISA_andi && right && mask > 0 && (mask & (mask + 1)) == 0 &&
        available(t, right->ra, at)) {
        unsigned len = popcount64((uint64_t)mask);

        if (right->atom.op.sh + len <= bits) {
            make_field(t, n, false, right->ra, right->atom.op.sh, len);
            return true;
        }
    }
    return false;
}

/* Compare with a small constant. A constant on the left side turns the relation around. */
static bool fuse_compare(struct trace *t, struct node *n)
{
    static const struct {
        uint16_t from, right, left; /* left: c < x is x >= c + 1, c >= x is x < c + 1 */
        bool is_unsigned, equality;
    } form[] = {
        {ISA_breq, ISA_breqi, ISA_breqi, false, true},
        {ISA_brne, ISA_brnei, ISA_brnei, false, true},
        {ISA_brlt, ISA_brlti, ISA_brgei, false, false},
        {ISA_brge, ISA_brgei, ISA_brlti, false, false},
        {ISA_brltu, ISA_brltui, ISA_brgeui, true, false},
        {ISA_brgeu, ISA_brgeui, ISA_brltui, true, false},
    };
    int64_t c;

    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++) {
        bool left;

        if (n->atom.op.atom != form[i].from)
            continue;
        if (constant_of(t, n->rb, &c) && n->rb != zero_value(t))
            left = false;
        else if (constant_of(t, n->ra, &c) && n->ra != zero_value(t))
            left = true;
        else
            return false;
        if (left && !form[i].equality && form[i].is_unsigned && c == -1)
            return false;
        c += left && !form[i].equality;
        if (c < -32 || c > 31)
            return false;
        n->atom.op.atom = left ? form[i].left : form[i].right;
        n->atom.op.cmp = (int8_t)c;
        set_operand(t, &n->ra, left ? n->rb : n->ra);
        set_operand(t, &n->rb, NONE);
        n->atom.op.rb = 0;
        return true;
    }
    return false;
}

/*
 * A copy of a result that nothing else uses: the copy does the work itself. Asked last, when all
 * who read the copy have been sent to the result.
 */
static bool take_over(struct trace *t, struct node *n, int32_t at)
{
    const struct node *d = definition(t, n->ra);

    if (n->atom.op.atom != ISA_addi || n->atom.op.imm != 0 || n->atom.code != NO_CODE ||
        n->rd == NONE || t->value[n->rd].reg == R_SP || t->value[n->rd].constant || !d ||
        d->rd != n->ra || !t->value[n->ra].local || t->value[n->ra].uses != 1 ||
        d->rd_old != NONE || d->fx.c_read || d->fx.c_write || atom_has_effect(&d->atom) ||
        atom_is(&d->atom, ISA_F_LOAD | ISA_F_GREG_READ) ||
        isa_facts[d->atom.op.atom].latency != LAT_alu)
        return false;
    if ((d->ra != NONE && !available(t, d->ra, at)) || (d->rb != NONE && !available(t, d->rb, at)))
        return false;
    unsigned rd = n->atom.op.rd;
    n->atom.op = d->atom.op;
    n->atom.code = d->atom.code;
    n->atom.code_offset = d->atom.code_offset;
    n->atom.block = d->atom.block;
    n->atom.op.rd = (uint8_t)rd;
    t->value[n->rd].constant = t->value[d->rd].constant;
    t->value[n->rd].number = t->value[d->rd].number;
    set_operand(t, &n->rb, d->rb);
    set_operand(t, &n->ra, d->ra);
    return true;
}

static void simplify_node(struct trace *t, struct node *n, int32_t at)
{
    bool fused = false;

    if (n->dead)
        return;
    see_through_copies(t, &n->ra, at);
    see_through_copies(t, &n->rb, at);
    see_through_copies(t, &n->rs, at);
    if (n->rd_old != NONE && !decide_move(t, n))
        return;
    fused = narrow_operands(t, n, at);
    if (atom_is_load(&n->atom) || atom_is_store(&n->atom)) {
        fused |= fuse_address(t, n, at);
    } else if (atom_is_conditional(&n->atom)) {
        fused = drop_branch(t, n) || fuse_compare(t, n);
    } else if (n->rd != NONE && t->value[n->rd].reg != R_SP && !atom_has_effect(&n->atom)) {
        if (t->value[n->rd].constant)
            return;
        fused |= fold_constant(t, n) || use_immediate(t, n) || drop_extension(t, n) ||
                 fuse_zero_extension(t, n, at);
        if (n->atom.op.atom == ISA_addi && n->atom.op.imm != 0 && !t->value[n->rd].constant)
            fused |= fuse_address(t, n, at);
        else if (n->ra != NONE)
            fused |= fuse_field(t, n, at);
    }
    t->prog->stats.fused += fused;
}

static void count_uses(struct trace *t)
{
    for (int32_t i = 0; i < t->nodes; i++) {
        const struct node *n = &t->node[i];
        const int32_t operand[] = {n->ra, n->rb, n->rs, n->rd_old};

        for (size_t k = 0; k < sizeof operand / sizeof operand[0]; k++)
            if (operand[k] != NONE)
                t->value[operand[k]].uses++;
    }
}

static void drop_dead(struct trace *t)
{
    for (int32_t i = t->nodes; i-- > 0;) {
        struct node *n = &t->node[i];

        if (n->rd == NONE || t->value[n->rd].wanted || t->value[n->rd].uses ||
            atom_has_effect(&n->atom) || n->fx.c_write)
            continue;
        n->dead = true;
        set_operand(t, &n->ra, NONE);
        set_operand(t, &n->rb, NONE);
        set_operand(t, &n->rs, NONE);
        set_operand(t, &n->rd_old, NONE);
        t->prog->stats.removed++;
    }
}

static bool any_branch_dropped(const struct trace *t)
{
    for (int32_t i = 0; i < t->members; i++)
        if (t->never[i])
            return true;
    return false;
}

void trace_simplify(struct trace *t)
{
    count_uses(t);
    if (!t->opt->simplify)
        return;
    for (int32_t i = 0; i < t->nodes; i++)
        simplify_node(t, &t->node[i], i);
    if (any_branch_dropped(t)) {
        trace_mark(t);
        for (int32_t i = 0; i < t->nodes; i++)
            simplify_node(t, &t->node[i], i);
    }
    for (int32_t i = 0; i < t->nodes; i++)
        t->prog->stats.fused += take_over(t, &t->node[i], i);
    drop_dead(t);
}
