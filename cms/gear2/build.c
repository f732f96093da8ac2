/*
 * build.c - adding atoms to a translation, and the registers they use.
 */
#include "gear2/build.h"
#include "isa_word.h"

/*
 * The pool: r12..r31, and registers that C calls may clobber. Pinned values live in the rest of the
 * latter.
 */
static const uint8_t temps[] = {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
                                25, 26, 27, 28, 29, 30, 31, 37, 38, 39, 42, 43};
static const uint8_t pinned[TRANS_PINS] = {44, 45, 46, 47, 48, 49, 60, 61, 62, 63};

#define TEMPS (sizeof(temps) / sizeof(temps[0]))

void give_up(struct trans *t, enum event why)
{
    if (t->abort == ABORT_NONE)
        t->abort = why;
}

/* Gear 2 puts atoms into code at once; gear 3 takes them, its place for the next is clear. */
static OUT_OF_LINE void keep(struct trans *t, const struct isa_op *op, unsigned role,
                             unsigned exit)
{
    *t->op = *op;
    t->take(t, role, exit);
}

static OUT_OF_LINE void keep_r(struct trans *t, unsigned atom, unsigned rd, unsigned ra,
                               unsigned rb)
{
    struct isa_op *op = t->op;

    op->atom = (uint16_t)atom;
    op->rd = (uint8_t)rd;
    op->ra = (uint8_t)ra;
    op->rb = (uint8_t)rb;
    t->take(t, ROLE_PLAIN, 0);
}

static OUT_OF_LINE void keep_i(struct trans *t, unsigned atom, unsigned rd, unsigned ra,
                               int64_t imm)
{
    struct isa_op *op = t->op;

    op->atom = (uint16_t)atom;
    op->rd = (uint8_t)rd;
    op->ra = (uint8_t)ra;
    op->imm = imm;
    t->take(t, ROLE_PLAIN, 0);
}

void put(struct trans *t, const struct isa_op *op, unsigned role, unsigned exit)
{
    if (t->gear == 2)
        pack_op(t, op, role);
    else
        keep(t, op, role, exit);
}

void put_r(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned rb)
{
    if (t->gear == 2)
        pack_bits(t, atom, ISA_BITS_R(rd, ra, rb), rd, PACK_READS(ra, rb));
    else
        keep_r(t, atom, rd, ra, rb);
}

void put_i(struct trans *t, unsigned atom, unsigned rd, unsigned ra, int64_t imm)
{
    if (t->gear == 2)
        pack_imm(t, atom, ISA_BITS_R(rd, ra, 0), rd, PACK_READS(ra, 0), imm);
    else
        keep_i(t, atom, rd, ra, imm);
}

void put_shift(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned count)
{
    if (t->gear == 2) {
        pack_bits(t, atom, ISA_BITS_SH(rd, ra, count), rd, PACK_READS(ra, 0));
        return;
    }
    put(t,
        &(struct isa_op){
            .atom = (uint16_t)atom, .rd = (uint8_t)rd, .ra = (uint8_t)ra, .sh = (uint8_t)count},
        ROLE_PLAIN, 0);
}

void put_field(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned pos,
               unsigned length)
{
    if (t->gear == 2) {
        pack_bits(t, atom, ISA_BITS_BF(rd, ra, pos, length & 63), rd, PACK_READS(ra, 0));
        return;
    }
    put(t,
        &(struct isa_op){.atom = (uint16_t)atom,
                         .rd = (uint8_t)rd,
                         .ra = (uint8_t)ra,
                         .pos = (uint8_t)pos,
                         .len = (uint8_t)length},
        ROLE_PLAIN, 0);
}

void put_flags(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned rb)
{
    put_r(t, atom, rd, ra, rb); /* cd is 0: the guest's */
}

void put_flags_i(struct trans *t, unsigned atom, unsigned rd, unsigned ra, int32_t imm)
{
    put_i(t, atom, rd, ra, imm);
}

static bool is_temp(unsigned reg)
{
    return (reg >= 12 && reg <= 31) || (reg >= 37 && reg <= 39) || reg == 42 || reg == 43;
}

/*
 * A temporary that the last atom has just computed is computed in place instead: whoever moves a
 * temporary is done with it.
 */
void put_move(struct trans *t, unsigned rd, unsigned ra)
{
    if (rd != ra && !(t->gear == 2 && is_temp(ra) && pack_redirect(t, rd, ra)))
        put_i(t, ISA_addi, rd, ra, 0);
}

void put_cond(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned rb, unsigned cond)
{
    if (t->gear == 2) {
        pack_bits(t, atom, ISA_BITS_SEL(rd, ra, rb, cond, 0), rd, PACK_READS(ra, rb));
        return;
    }
    put(t,
        &(struct isa_op){.atom = (uint16_t)atom,
                         .rd = (uint8_t)rd,
                         .ra = (uint8_t)ra,
                         .rb = (uint8_t)rb,
                         .cond = (uint8_t)cond},
        ROLE_PLAIN, 0);
}

void put_get_flags(struct trans *t, unsigned rd)
{
    put_r(t, ISA_movfc, rd, 0, 0);
}

void put_set_flags(struct trans *t, unsigned ra)
{
    put_r(t, ISA_movtc, 0, ra, 0);
}

void put_branch(struct trans *t, unsigned role, unsigned exit)
{
    if (t->gear == 2)
        pack_branch(t, ISA_br, 0, 0, role, exit);
    else
        keep(t, &(struct isa_op){.atom = ISA_br}, role, exit);
}

void put_branch_c(struct trans *t, unsigned cond, unsigned role, unsigned exit)
{
    if (t->gear == 2)
        pack_branch(t, ISA_brc, ISA_BITS_BC(cond, 0, 0), 0, role, exit);
    else
        keep(t, &(struct isa_op){.atom = ISA_brc, .cond = (uint8_t)cond}, role, exit);
}

void put_branch_i(struct trans *t, unsigned atom, unsigned ra, int cmp, unsigned role,
                  unsigned exit)
{
    if (t->gear == 2) {
        pack_branch(t, atom, ISA_BITS_BI(ra, cmp, 0), PACK_READS(ra, 0), role, exit);
        return;
    }
    keep(t,
         &(struct isa_op){.atom = (uint16_t)atom, .ra = (uint8_t)ra, .cmp = (int8_t)cmp}, role,
         exit);
}

void put_branch_r(struct trans *t, unsigned atom, unsigned ra, unsigned rb, unsigned role,
                  unsigned exit)
{
    if (t->gear == 2) {
        pack_branch(t, atom, ISA_BITS_B(ra, rb, 0), PACK_READS(ra, rb), role, exit);
        return;
    }
    keep(t,
         &(struct isa_op){.atom = (uint16_t)atom, .ra = (uint8_t)ra, .rb = (uint8_t)rb}, role,
         exit);
}

/* The exit for checks that fail; there is one. */
static unsigned rerun_exit(struct trans *t)
{
    if (t->rerun == TRANS_EXITS) {
        t->rerun = t->exits++;
        t->exit[t->rerun] = (struct leaving){.kind = EXIT_RERUN};
    }
    return t->rerun;
}

void put_check_i(struct trans *t, unsigned branch, unsigned ra, int cmp)
{
    put_branch_i(t, branch, ra, cmp, ROLE_CHECK, rerun_exit(t));
}

void put_check_r(struct trans *t, unsigned branch, unsigned ra, unsigned rb)
{
    put_branch_r(t, branch, ra, rb, ROLE_CHECK, rerun_exit(t));
}

unsigned temp(struct trans *t)
{
    unsigned next = t->temp;

    t->temp = next < TEMPS - 1 ? next + 1 : 0;
    return temps[next];
}

void put_pin(struct trans *t, const struct pin *p)
{
    if (p->kind == PIN_CONSTANT)
        put_i(t, ISA_addi, p->reg, 0, p->value);
    else
        put_i(t, ISA_ldwu, p->reg, 0, (intptr_t)&cms.cpu.seg[p->value].base);
}

static unsigned pin_number(struct trans *t, enum pin_kind kind, uint32_t value)
{
    for (unsigned i = 0; i < t->pins; i++) {
        if (t->pin[i].kind == kind && t->pin[i].value == value)
            return i;
    }
    if (t->pins == TRANS_PINS) {
        give_up(t, ABORT_SIZE);
        return 0;
    }
    t->pin[t->pins] = (struct pin){(uint8_t)kind, pinned[t->pins], value};
    if (t->gear == 3) {
        t->pinning = true;
        put_pin(t, &t->pin[t->pins]);
        t->pinning = false;
    }
    return t->pins++;
}

unsigned pin(struct trans *t, enum pin_kind kind, uint32_t value)
{
    const struct pin *p = &t->pin[pin_number(t, kind, value)];

    if (t->gear == 2 && !t->loops && !(t->set_pins >> p->reg & 1)) {
        t->set_pins |= UINT64_C(1) << p->reg;
        put_pin(t, p);
    }
    return p->reg;
}

unsigned constant(struct trans *t, uint32_t value)
{
    unsigned reg;

    if (!value)
        return 0;
    reg = temp(t);
    put_i(t, ISA_addi, reg, 0, value);
    return reg;
}
