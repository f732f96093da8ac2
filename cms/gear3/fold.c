/*
 * fold.c - copies, constants, sums.
 *
 * Each instruction is looked at once its operands are final, when it is lifted and in another walk
 * after other passes have changed values. The first rule that holds is applied:
 *
 *   constant    all operands are constants: so is the result
 *   same        the result is one of the operands: x + 0, zero-extension of what is short enough
 *   immediate   an operand is a constant that the atom's immediate form can hold
 *   sum         (x + a) + b is x + (a + b). Stack pointers and array pointers thus become one value
 *               plus constants, whatever pushes, pops and steps lie between
 *   address     likewise in the addresses of guest accesses, which wrap at 32 bits as sums do
 *   branch      that is never taken: it goes
 *
 * Along the way each value's width is found: bits above it are zero.
 */
#include "gear3/evaluate.h"
#include "gear3/ir.h"
#include "gear3/turn.h"

/* A value as another one plus a constant, modulo 2^32. */
struct sum {
    ref root;
    int32_t plus;
};

static int32_t wrap(int64_t value)
{
    return (int32_t)(uint32_t)value;
}

static struct sum sum_of(const struct ir *ir, ref r)
{
    const struct ins *i = &ir->ins[ref_ins(r)];
    int64_t value;

    if (ir_constant(ir, r, &value))
        return (struct sum){REF_ZERO, wrap(value)};
    if (i->op.atom == ISA_addiz || i->op.atom == ISA_addi)
        return (struct sum){i->arg[ARG_A], wrap(i->op.imm)};
    return (struct sum){r, 0};
}

/* ---- width */

static unsigned bits_of(uint64_t value)
{
    return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned most(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

/* Of numbers whose width only depends on the atom; 0: ask its operands. */
static const uint8_t width_of[ISA_ATOM_COUNT] = {
    [ISA_setc] = 1, [ISA_seq] = 1, [ISA_slt] = 1, [ISA_sltu] = 1, [ISA_slti] = 1, [ISA_sltiu] = 1,
    [ISA_bext] = 1, [ISA_bexti] = 1,
    [ISA_gld8] = 8, [ISA_gldx8] = 8, [ISA_zextb] = 8, [ISA_addf8] = 8, [ISA_addif8] = 8,
    [ISA_subf8] = 8, [ISA_subif8] = 8,
    [ISA_movfc] = 12,
    [ISA_gld16] = 16, [ISA_gldx16] = 16, [ISA_zexth] = 16,
    [ISA_gld32] = 32, [ISA_gldx32] = 32, [ISA_ldwu] = 32, [ISA_addz] = 32, [ISA_subz] = 32,
    [ISA_addiz] = 32, [ISA_sllz] = 32, [ISA_srlz] = 32, [ISA_sraz] = 32, [ISA_rolz] = 32,
    [ISA_rorz] = 32, [ISA_slliz] = 32, [ISA_sraiz] = 32, [ISA_roriz] = 32, [ISA_sh1addz] = 32,
    [ISA_sh2addz] = 32, [ISA_sh3addz] = 32, [ISA_mulz] = 32, [ISA_addf32] = 32, [ISA_addif32] = 32,
    [ISA_subf32] = 32, [ISA_subif32] = 32, [ISA_orf32] = 32, [ISA_orif32] = 32, [ISA_xorf32] = 32,
    [ISA_xorif32] = 32, [ISA_adcf32] = 32, [ISA_adcif32] = 32, [ISA_sbbf32] = 32,
    [ISA_sbbif32] = 32, [ISA_incf32] = 32, [ISA_decf32] = 32, [ISA_negf32] = 32, [ISA_shlf32] = 32,
    [ISA_shlif32] = 32, [ISA_shrf32] = 32, [ISA_shrif32] = 32, [ISA_sarf32] = 32,
    [ISA_sarif32] = 32, [ISA_rolf32] = 32, [ISA_rolif32] = 32, [ISA_rorf32] = 32,
    [ISA_rorif32] = 32,
};

static unsigned width_by_operands(const struct ir *ir, const struct ins *i)
{
    unsigned a = i->arg[ARG_A] == REF_NONE ? 64 : ir->ins[ref_ins(i->arg[ARG_A])].width;
    unsigned b = i->arg[ARG_B] == REF_NONE ? 64 : ir->ins[ref_ins(i->arg[ARG_B])].width;

    switch (i->op.atom) {
    case ISA_addi:
        if (i->arg[ARG_A] == REF_ZERO)
            return bits_of((uint64_t)i->op.imm);
        return i->op.imm ? 64 : a;
    case ISA_and:
    case ISA_andf32: return least(a, b);
    case ISA_andi:
    case ISA_andif32: return i->op.imm < 0 ? least(a, i->op.atom == ISA_andi ? 64 : 32)
                                          : least(a, bits_of((uint64_t)i->op.imm));
    case ISA_or:
    case ISA_xor:
    case ISA_sel: return most(a, b);
    case ISA_ori:
    case ISA_xori: return i->op.imm < 0 ? 64 : most(a, bits_of((uint64_t)i->op.imm));
    case ISA_dep: return most(ir->ins[ref_ins(i->arg[ARG_D])].width, i->op.pos + i->op.len);
    case ISA_cmovz:
    case ISA_cmovnz: return most(ir->ins[ref_ins(i->arg[ARG_D])].width, b);
    case ISA_extu: return i->op.len ? i->op.len : 64;
    case ISA_srli: return a > i->op.sh ? a - i->op.sh : 0;
    case ISA_srliz: return 32 - (i->op.sh & 31);
    default: return 64;
    }
}

unsigned ir_width(const struct ir *ir, const struct ins *i)
{
    unsigned width = width_of[i->op.atom];

    return width ? width : width_by_operands(ir, i);
}

static ref with_width(const struct ir *ir, struct ins *i, ref is)
{
    i->width = (uint8_t)ir_width(ir, i);
    return is;
}

/* ---- rules */

/* The instruction becomes rd = ra + imm, by `atom`. */
static void become(struct ins *i, unsigned atom, ref a, int64_t imm)
{
    i->op = (struct isa_op){.atom = (uint16_t)atom, .imm = imm};
    i->arg[ARG_D] = i->arg[ARG_B] = i->arg[ARG_C] = REF_NONE;
    i->arg[ARG_A] = a;
}

static OUT_OF_LINE bool compute(struct ir *ir, struct ins *i)
{
    uint64_t number[ARG_COUNT], result;
    int64_t value;

    if (i->op.atom == ISA_addi && i->arg[ARG_A] == REF_ZERO)
        return false;
    for (unsigned k = 0; k < ARG_COUNT; k++) {
        if (i->arg[k] == REF_NONE)
            value = 0;
        else if (!ir_constant(ir, i->arg[k], &value))
            return false;
        number[k] = (uint64_t)value;
    }
    if (!evaluate(&i->op, number, &result) || bits_of(result) > 32)
        return false;
    become(i, ISA_addi, REF_ZERO, (int64_t)result);
    return true;
}

static inline bool fold_constant(struct ir *ir, struct ins *i)
{
    int64_t value;

    return !(ins_fact(i)->uses & ISA_WRITE_CD) &&
           (i->arg[ARG_A] == REF_NONE || ir_constant(ir, i->arg[ARG_A], &value)) && compute(ir, i);
}

/* The operand that the number is the same as, or REF_NONE. */
static ref same_as(const struct ir *ir, const struct ins *i)
{
    ref a = i->arg[ARG_A], b = i->arg[ARG_B];
    unsigned width = a == REF_NONE ? 64 : ir->ins[ref_ins(a)].width;

    switch (i->op.atom) {
    case ISA_addi: return i->op.imm ? REF_NONE : a;
    case ISA_addiz: return i->op.imm || width > 32 ? REF_NONE : a;
    case ISA_addz:
        if (a == REF_ZERO)
            return ir->ins[ref_ins(b)].width <= 32 ? b : REF_NONE;
        return b == REF_ZERO && width <= 32 ? a : REF_NONE;
    case ISA_subz: return b == REF_ZERO && width <= 32 ? a : REF_NONE;
    case ISA_slliz:
    case ISA_srliz:
    case ISA_roriz: return i->op.sh || width > 32 ? REF_NONE : a;
    case ISA_zextb: return width <= 8 ? a : REF_NONE;
    case ISA_zexth: return width <= 16 ? a : REF_NONE;
    case ISA_extu: return !i->op.pos && i->op.len >= width ? a : REF_NONE;
    case ISA_andi:
        return i->op.imm == -1 || (i->op.imm == -1u && width <= 32) ||
                       (i->op.imm == 0xffff && width <= 16) || (i->op.imm == 0xff && width <= 8)
                   ? a
                   : REF_NONE;
    case ISA_ori:
    case ISA_xori: return i->op.imm ? REF_NONE : a;
    case ISA_and: return a == b ? a : REF_NONE;
    case ISA_or:
        return a == b || b == REF_ZERO ? a : a == REF_ZERO ? b : REF_NONE;
    case ISA_andf32:
    case ISA_orf32: return a == b && width <= 32 ? a : REF_NONE;
    case ISA_xorf32: return a == b ? REF_ZERO : REF_NONE;
    case ISA_sel: return a == b ? a : REF_NONE;
    default: return REF_NONE;
    }
}

/* Bits that a deposit has just written, or has left alone, are taken from where they come from. */
static void look_through_deposit(const struct ir *ir, struct ins *i)
{
    const struct ins *d = &ir->ins[ref_ins(i->arg[ARG_A])];
    unsigned pos = i->op.pos, len = i->op.len;

    if (i->op.atom == ISA_zextb || i->op.atom == ISA_zexth)
        pos = 0, len = i->op.atom == ISA_zextb ? 8 : 16;
    if (d->op.atom != ISA_dep || !len || !d->op.len)
        return;
    if (pos >= d->op.pos && pos + len <= d->op.pos + d->op.len) {
        i->op = (struct isa_op){.atom = i->op.atom == ISA_exts ? ISA_exts : ISA_extu,
                                .pos = (uint8_t)(pos - d->op.pos),
                                .len = (uint8_t)len};
        i->arg[ARG_A] = d->arg[ARG_A];
    } else if (pos + len <= d->op.pos || pos >= d->op.pos + d->op.len) {
        i->arg[ARG_A] = d->arg[ARG_D];
    }
}

static void immediate(struct ins *i, unsigned atom, int64_t imm)
{
    i->op.atom = (uint16_t)atom;
    i->op.imm = imm;
    i->arg[ARG_B] = REF_NONE;
}

static void fold_immediate(const struct ir *ir, struct ins *i)
{
    int64_t value;

    if (i->op.atom == ISA_addz || i->op.atom == ISA_addf32) {
        if (ir_constant(ir, i->arg[ARG_A], &value)) {
            ref a = i->arg[ARG_A];

            i->arg[ARG_A] = i->arg[ARG_B];
            i->arg[ARG_B] = a;
        }
    }
    if (i->arg[ARG_B] == REF_NONE || !ir_constant(ir, i->arg[ARG_B], &value))
        return;
    switch (i->op.atom) {
    case ISA_addz: immediate(i, ISA_addiz, wrap(value)); break;
    case ISA_subz: immediate(i, ISA_addiz, wrap(-value)); break;
    case ISA_and: immediate(i, ISA_andi, value); break;
    case ISA_or: immediate(i, ISA_ori, value); break;
    case ISA_xor: immediate(i, ISA_xori, value); break;
    case ISA_addf32: immediate(i, ISA_addif32, wrap(value)); break;
    case ISA_subf32: immediate(i, ISA_subif32, wrap(value)); break;
    case ISA_andf32: immediate(i, ISA_andif32, wrap(value)); break;
    case ISA_orf32: immediate(i, ISA_orif32, wrap(value)); break;
    case ISA_xorf32: immediate(i, ISA_xorif32, wrap(value)); break;
    default: break;
    }
}

/* Of an operand that counts modulo 2^32, what has only been cut to that. */
static ref uncut(const struct ir *ir, ref r)
{
    const struct ins *i = &ir->ins[ref_ins(r)];

    return i->op.atom == ISA_addiz && !i->op.imm ? i->arg[ARG_A] : r;
}

static void uncut_operands(const struct ir *ir, struct ins *i)
{
    i->arg[ARG_A] = uncut(ir, i->arg[ARG_A]);
    i->arg[ARG_B] = uncut(ir, i->arg[ARG_B]);
}

static void fold_sum(const struct ir *ir, struct ins *i)
{
    const struct ins *inner = &ir->ins[ref_ins(i->arg[ARG_A])];

    if (inner->op.atom == ISA_addiz) {
        i->op.imm = wrap(i->op.imm + inner->op.imm);
        i->arg[ARG_A] = inner->arg[ARG_A];
    }
}

/* A number scaled and added to another, by SHxADDZ or as an address, its constants apart. */
struct scaled {
    struct sum base, index;
    unsigned shift;
};

static int32_t scaled_plus(const struct scaled *s)
{
    return wrap((int64_t)s->base.plus + ((int64_t)s->index.plus << s->shift));
}

static inline bool is_scaled(const struct ins *i)
{
    return i->op.atom == ISA_addz || i->op.atom == ISA_sh1addz || i->op.atom == ISA_sh2addz ||
           i->op.atom == ISA_sh3addz;
}

static bool scaled_of(const struct ir *ir, const struct ins *i, struct scaled *s)
{
    switch (i->op.atom) {
    case ISA_addz: s->shift = 0; break;
    case ISA_sh1addz: s->shift = 1; break;
    case ISA_sh2addz: s->shift = 2; break;
    case ISA_sh3addz: s->shift = 3; break;
    default: return false;
    }
    s->index = sum_of(ir, i->arg[ARG_A]);
    s->base = sum_of(ir, i->arg[ARG_B]);
    return true;
}

/* index << shift, plus base, without their constants: a new value, or one of them. */
static ref scaled_root(struct ir *ir, unsigned before, const struct scaled *s)
{
    static const uint16_t atom[4] = {ISA_addz, ISA_sh1addz, ISA_sh2addz, ISA_sh3addz};
    ref r;

    if (s->index.root == REF_ZERO)
        return s->base.root;
    if (s->base.root == REF_ZERO && !s->shift)
        return s->index.root;
    r = ir_number(ir, before, &(struct isa_op){.atom = atom[s->shift]}, s->index.root,
                  s->base.root);
    ir_ins(ir, r)->width = 32;
    return r;
}

/* The plain atom for an indexed one. */
static unsigned plain_access(unsigned atom)
{
    switch (atom) {
    case ISA_gldx8: return ISA_gld8;
    case ISA_gldx16: return ISA_gld16;
    case ISA_gldx32: return ISA_gld32;
    case ISA_gldx8s: return ISA_gld8s;
    case ISA_gldx16s: return ISA_gld16s;
    case ISA_gstx8: return ISA_gst8;
    case ISA_gstx16: return ISA_gst16;
    case ISA_gstx32: return ISA_gst32;
    default: return 0;
    }
}

/* The base is a sum with an index: what that adds moves to the displacement. */
static OUT_OF_LINE void fold_scaled_base(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];
    struct scaled s;

    if (scaled_of(ir, ir_ins(ir, i->arg[ARG_A]), &s) && scaled_plus(&s)) {
        i->arg[ARG_A] = scaled_root(ir, n, &s);
        i->op.imm = wrap(i->op.imm + scaled_plus(&s));
    }
}

static OUT_OF_LINE void fold_indexed(struct ir *ir, unsigned n, unsigned plain)
{
    struct ins *i = &ir->ins[n];
    struct scaled s = {sum_of(ir, i->arg[ARG_A]), sum_of(ir, i->arg[ARG_B]), i->op.sc};

    if (!scaled_plus(&s) && s.index.root != REF_ZERO && (s.base.root != REF_ZERO || s.shift))
        return;
    i->op.atom = (uint16_t)plain;
    i->op.sc = 0;
    i->op.imm = scaled_plus(&s);
    i->arg[ARG_B] = REF_NONE;
    i->arg[ARG_A] = scaled_root(ir, n, &s);
}

static OUT_OF_LINE ref fold_access(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];

    if (ins_fact(i)->extends) {
        struct sum base = sum_of(ir, i->arg[ARG_A]);

        i->arg[ARG_A] = base.root;
        i->op.imm = wrap(i->op.imm + base.plus);
        if (is_scaled(ir_ins(ir, base.root)))
            fold_scaled_base(ir, n);
    } else if (plain_access(i->op.atom)) {
        fold_indexed(ir, n, plain_access(i->op.atom));
    }
    return with_width(ir, i, REF(n, TAG_NUMBER));
}

/* Will the branch never be taken? */
static bool never_taken(const struct ir *ir, const struct ins *i)
{
    int64_t a = 0, b = i->op.cmp;
    bool known = i->arg[ARG_A] != REF_NONE && ir_constant(ir, i->arg[ARG_A], &a);

    if (i->arg[ARG_B] != REF_NONE)
        known = known && ir_constant(ir, i->arg[ARG_B], &b);
    switch (i->op.atom) {
    case ISA_brne: return i->arg[ARG_A] == i->arg[ARG_B] || (known && a == b);
    case ISA_brnei: return known && a == b;
    case ISA_breqi:
    case ISA_breq: return known && a != b;
    case ISA_brltu: return known && (uint64_t)a >= (uint64_t)b;
    default: return false;
    }
}

/* Rules beside `constant` that an atom may fall under: most atoms are asked few questions. */
enum { DEPOSIT = 1, UNCUT = 2, IMMEDIATE = 4, SUM = 8, SAME = 16 };

static const uint8_t rules[ISA_ATOM_COUNT] = {
    [ISA_addi] = SAME,
    [ISA_addiz] = UNCUT | SUM | SAME,
    [ISA_addz] = UNCUT | IMMEDIATE | SAME,
    [ISA_subz] = UNCUT | IMMEDIATE | SAME,
    [ISA_mulz] = UNCUT,
    [ISA_sh1addz] = UNCUT,
    [ISA_sh2addz] = UNCUT,
    [ISA_sh3addz] = UNCUT,
    [ISA_sllz] = UNCUT,
    [ISA_slliz] = UNCUT | SAME,
    [ISA_srliz] = SAME,
    [ISA_roriz] = SAME,
    [ISA_zextb] = DEPOSIT | SAME,
    [ISA_zexth] = DEPOSIT | SAME,
    [ISA_extu] = DEPOSIT | SAME,
    [ISA_exts] = DEPOSIT,
    [ISA_and] = IMMEDIATE | SAME,
    [ISA_or] = IMMEDIATE | SAME,
    [ISA_xor] = IMMEDIATE,
    [ISA_andi] = SAME,
    [ISA_ori] = SAME,
    [ISA_xori] = SAME,
    [ISA_addf32] = IMMEDIATE,
    [ISA_subf32] = IMMEDIATE,
    [ISA_andf32] = IMMEDIATE | SAME,
    [ISA_orf32] = IMMEDIATE | SAME,
    [ISA_xorf32] = IMMEDIATE | SAME,
    [ISA_sel] = SAME,
};

static OUT_OF_LINE ref fold_number(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];
    unsigned asked = rules[i->op.atom];
    ref same = REF_NONE;

    if (asked & DEPOSIT)
        look_through_deposit(ir, i);
    if (asked & UNCUT)
        uncut_operands(ir, i);
    if (asked & IMMEDIATE)
        fold_immediate(ir, i);
    asked = rules[i->op.atom];
    if (asked & SUM)
        fold_sum(ir, i);
    if (asked & SAME)
        same = same_as(ir, i);
    return with_width(ir, i, same == REF_NONE ? REF(n, TAG_NUMBER) : same);
}

static OUT_OF_LINE ref fold_branch(struct ir *ir, unsigned n)
{
    if (never_taken(ir, &ir->ins[n]))
        ir_remove(ir, n);
    return REF(n, TAG_NUMBER);
}

ref fold_ins(struct ir *ir, unsigned n)
{
    struct ins *i = &ir->ins[n];

    if (ins_is(i, ISA_F_GUEST))
        return fold_access(ir, n);
    if (ins_is(i, ISA_F_BRANCH))
        return fold_branch(ir, n);
    if (ir_is_pure(i) && !fold_constant(ir, i))
        return fold_number(ir, n);
    return with_width(ir, i, REF(n, TAG_NUMBER));
}

static void visit(struct ir *ir, unsigned n)
{
    ref is;

    ir_resolve_args(ir, &ir->ins[n]);
    if (ir->ins[n].role == ROLE_SIDE) {
        turn_point();
        ir_resolve_exit(ir, ir->ins[n].exit);
    }
    is = fold_ins(ir, n);
    if (is != REF(n, TAG_NUMBER))
        ir_replace(ir, n, TAG_NUMBER, is);
}

void pass_fold(struct ir *ir)
{
    for (unsigned block = BLOCK_ENTRY; block <= BLOCK_BODY; block++) {
        for (unsigned n = ir->block[block].first, next; n != IR_NONE; n = next) {
            next = ir->ins[n].next;
            visit(ir, n);
        }
    }
    ir_resolve_end(ir);
    ir->counted = false;
}
