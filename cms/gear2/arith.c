/*
 * arith.c - lowering of arithmetic and logic.
 *
 * Each operation has two forms: the x86 atoms, which also write the status flags, and the plain
 * ones for when nobody looks at them. What has no plain form uses the x86 atom all the same: the
 * flags it writes are the right ones.
 */
#include "gear2/build.h"

/* One two-operand operation. */
struct binary {
    sized_atom reg, imm;     /* with flags */
    uint16_t plain, plain_i; /* without; 0: there is none */
};

#define BINARY(name, plain, plain_i) {SIZED(name##f), SIZED(name##if), plain, plain_i}

static const struct binary binaries[] = {
    [OP_add] = BINARY(add, ISA_addz, ISA_addiz), [OP_sub] = BINARY(sub, ISA_subz, 0),
    [OP_and] = BINARY(and, ISA_and, ISA_andi),   [OP_or] = BINARY(or, ISA_or, ISA_ori),
    [OP_xor] = BINARY(xor, ISA_xor, ISA_xori),   [OP_adc] = BINARY(adc, 0, 0),
    [OP_sbb] = BINARY(sbb, 0, 0),                [OP_cmp] = BINARY(sub, 0, 0),
    [OP_test] = BINARY(and, 0, 0),
};

/*
 * The immediate as the x86 atoms want it: its low bytes, sign-extended so that it is short if
 * possible.
 */
static int32_t flag_immediate(uint32_t imm, unsigned size)
{
    return size == 1 ? (int8_t)imm : size == 2 ? (int16_t)imm : (int32_t)imm;
}

static void binary_flags(struct trans *t, const struct binary *b, const struct insn *i, unsigned rd,
                         unsigned ra, unsigned size)
{
    if (i->opd[1] == OPD_IMM && !t->insn[t->current].loads)
        put_flags_i(t, by_size(b->imm, size), rd, ra, flag_immediate(i->imm, size));
    else
        put_flags(t, by_size(b->reg, size), rd, ra, operand(t, i, 1));
}

static void binary_plain(struct trans *t, const struct binary *b, const struct insn *i, unsigned rd,
                         unsigned ra)
{
    if (i->opd[1] != OPD_IMM || t->insn[t->current].loads)
        put_r(t, b->plain, rd, ra, operand(t, i, 1));
    else if (i->op == OP_add || i->op == OP_sub)
        put_i(t, ISA_addiz, rd, ra, i->op == OP_add ? (int32_t)i->imm : -(int64_t)(int32_t)i->imm);
    else if (i->op == OP_and)
        put_i(t, ISA_andi, rd, ra, (int32_t)i->imm);
    else
        put_i(t, b->plain_i, rd, ra, i->imm);
}

void lower_binary(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    const struct binary *b = &binaries[i->op];
    bool flags = g->live & x86_ops[i->op].writes;
    struct target d;

    target_open(t, i, 0, &d, true);
    if (flags || !b->plain)
        binary_flags(t, b, i, d.result, d.value, d.size);
    else
        binary_plain(t, b, i, d.result, d.value);
    target_close(t, &d, d.result);
}

/* CMP and TEST: operands are read, and that is all if nobody looks. */
void lower_compare(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned size = i->opd[0] == OPD_RM ? i->msize : i->opsize;
    unsigned value = operand(t, i, 0);

    if (g->live & x86_ops[i->op].writes)
        binary_flags(t, &binaries[i->op], i, 0, value, size);
    else if (i->opd[1] == OPD_RM && i->is_mem)
        operand(t, i, 1);
}

/* x XOR x and x SUB x: zero, whatever x is; the flags say so without waiting for it. */
static bool is_zeroing(const struct insn *i)
{
    return i->opsize == 4 && !i->is_mem && i->opd[1] != OPD_IMM && i->reg == i->rm;
}

static void lower_zeroing(struct trans *t, const struct guest_insn *g)
{
    unsigned rd = REG_GPR0 + g->insn.reg;

    if (g->live & x86_ops[g->insn.op].writes)
        put_flags(t, ISA_xorf32, rd, 0, 0);
    else
        put_i(t, ISA_addi, rd, 0, 0);
}

void lower_difference(struct trans *t, const struct guest_insn *g)
{
    if (is_zeroing(&g->insn))
        lower_zeroing(t, g);
    else
        lower_binary(t, g);
}

void lower_step(struct trans *t, const struct guest_insn *g)
{
    static const sized_atom inc = SIZED(incf), dec = SIZED(decf);
    bool up = g->insn.op == OP_inc;
    struct target d;

    target_open(t, &g->insn, 0, &d, true);
    if (g->live & x86_ops[g->insn.op].writes)
        put_flags(t, by_size(up ? inc : dec, d.size), d.result, d.value, 0);
    else
        put_i(t, ISA_addiz, d.result, d.value, up ? 1 : -1);
    target_close(t, &d, d.result);
}

void lower_neg(struct trans *t, const struct guest_insn *g)
{
    static const sized_atom neg = SIZED(negf);
    struct target d;

    target_open(t, &g->insn, 0, &d, true);
    if (g->live & FL_STATUS)
        put_flags(t, by_size(neg, d.size), d.result, d.value, 0);
    else
        put_r(t, ISA_subz, d.result, 0, d.value);
    target_close(t, &d, d.result);
}

void lower_not(struct trans *t, const struct guest_insn *g)
{
    struct target d;

    target_open(t, &g->insn, 0, &d, true);
    put_i(t, ISA_xori, d.result, d.value, UINT32_MAX);
    target_close(t, &d, d.result);
}

/* MUL and IMUL of one operand: the accumulator doubles. */
void lower_mul(struct trans *t, const struct guest_insn *g)
{
    static const sized_atom mul = SIZED(umulf), imul = SIZED(imulf);
    const struct insn *i = &g->insn;
    unsigned size = i->msize, product = temp(t), high;

    put_flags(t, by_size(i->op == OP_mul ? mul : imul, size), product, REG_GPR0 + EAX,
              operand(t, i, 0));
    if (size == 1) {
        reg_write(t, EAX, 2, product);
        return;
    }
    if (size == 4) {
        put_i(t, ISA_addiz, REG_GPR0 + EAX, product, 0);
        put_shift(t, ISA_srli, REG_GPR0 + EDX, product, 32);
        return;
    }
    high = temp(t);
    put_shift(t, ISA_srli, high, product, 16);
    reg_write(t, EAX, 2, product);
    reg_write(t, EDX, 2, high);
}

/* IMUL of two and three operands: the low half alone. */
void lower_mul_low(struct trans *t, const struct guest_insn *g)
{
    static const sized_atom imul = SIZED(imulf);
    const struct insn *i = &g->insn;
    bool three = i->op == OP_imul3;
    unsigned a = operand(t, i, three ? 1 : 0);
    unsigned b = operand(t, i, three ? 2 : 1);
    unsigned product = temp(t);

    if (g->live & FL_STATUS) {
        put_flags(t, by_size(imul, i->opsize), product, a, b);
        if (i->opsize == 4) {
            put_i(t, ISA_addiz, REG_GPR0 + i->reg, product, 0);
            return;
        }
    } else {
        put_r(t, ISA_mulz, product, a, b);
    }
    reg_write(t, i->reg, i->opsize, product);
}

/*
 * DIV and IDIV: a zero divisor or a quotient that doesn't fit leaves for gear 1, which raises #DE.
 */
void lower_div(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    bool is_signed = i->op == OP_idiv;
    unsigned size = i->msize, bits = 8 * size;
    unsigned extend = is_signed ? ISA_exts : ISA_extu;
    unsigned divisor = temp(t), dividend = temp(t), quotient = temp(t), rest = temp(t),
             fit = temp(t);

    put_field(t, extend, divisor, operand(t, i, 0), 0, bits);
    put_check_i(t, ISA_breqi, divisor, 0);
    if (size == 1) {
        put_field(t, extend, dividend, REG_GPR0 + EAX, 0, 16);
    } else {
        put_field(t, ISA_extu, dividend, REG_GPR0 + EAX, 0, bits);
        put_field(t, ISA_dep, dividend, REG_GPR0 + EDX, bits, bits);
        if (size == 2)
            put_field(t, extend, dividend, dividend, 0, 32);
    }
    put_r(t, is_signed ? ISA_div : ISA_divu, quotient, dividend, divisor);
    put_r(t, is_signed ? ISA_rem : ISA_remu, rest, dividend, divisor);
    put_field(t, extend, fit, quotient, 0, bits);
    put_check_r(t, ISA_brne, fit, quotient);
    if (size == 1) {
        reg_write(t, EAX, 1, quotient);
        reg_write(t, EAX + 4, 1, rest);
    } else if (size == 2) {
        reg_write(t, EAX, 2, quotient);
        reg_write(t, EDX, 2, rest);
    } else {
        put_i(t, ISA_addiz, REG_GPR0 + EAX, quotient, 0);
        put_i(t, ISA_addiz, REG_GPR0 + EDX, rest, 0);
    }
}

/* CBW, CWDE: the accumulator's lower half is sign-extended. */
void lower_cwde(struct trans *t, const struct guest_insn *g)
{
    unsigned wide = temp(t);

    if (g->insn.opsize == 4) {
        put_r(t, ISA_sexth, wide, REG_GPR0 + EAX, 0);
        put_i(t, ISA_addiz, REG_GPR0 + EAX, wide, 0);
    } else {
        put_r(t, ISA_sextb, wide, REG_GPR0 + EAX, 0);
        reg_write(t, EAX, 2, wide);
    }
}

/* CWD, CDQ: its sign fills EDX. */
void lower_cdq(struct trans *t, const struct guest_insn *g)
{
    if (g->insn.opsize == 4) {
        put_shift(t, ISA_sraiz, REG_GPR0 + EDX, REG_GPR0 + EAX, 31);
    } else {
        unsigned sign = temp(t);

        put_field(t, ISA_exts, sign, REG_GPR0 + EAX, 15, 1);
        reg_write(t, EDX, 2, sign);
    }
}

void lower_xadd(struct trans *t, const struct guest_insn *g)
{
    static const sized_atom addf = SIZED(addf);
    const struct insn *i = &g->insn;
    unsigned old = temp(t), sum = temp(t);
    struct target d;

    target_open(t, i, 0, &d, true);
    put_move(t, old, d.value);
    put_flags(t, by_size(addf, d.size), sum, old, reg_read(t, i->reg, i->opsize));
    if (d.memory) {
        target_close(t, &d, sum);
        reg_write(t, i->reg, i->opsize, old);
    } else {
        reg_write(t, i->reg, i->opsize, old);
        target_close(t, &d, sum);
    }
}

/* The destination is written in any case, as it was or with the source. */
void lower_cmpxchg(struct trans *t, const struct guest_insn *g)
{
    static const sized_atom subf = SIZED(subf);
    const struct insn *i = &g->insn;
    unsigned new = temp(t), accumulator = temp(t);
    struct target d;

    target_open(t, i, 0, &d, true);
    put_flags(t, by_size(subf, d.size), 0, REG_GPR0 + EAX, d.value);
    put_cond(t, ISA_sel, new, reg_read(t, i->reg, d.size), d.value, COND_E);
    put_cond(t, ISA_sel, accumulator, REG_GPR0 + EAX, d.value, COND_E);
    if (d.memory) {
        target_close(t, &d, new);
        reg_write(t, EAX, d.size, accumulator);
    } else {
        reg_write(t, EAX, d.size, accumulator);
        target_close(t, &d, new);
    }
}
