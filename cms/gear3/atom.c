/*
 * atom.c - atoms in registers: their words, as far as they are known before they have a place, and
 * what the scheduler is to know of them.
 *
 * An atom's registers are four bytes that it reads and two that it writes, 0 for those that it
 * doesn't have; its word is made of the same bytes. A few formats have more than one number in
 * them: these are encoded as the assembler does it.
 */
#include "gear3/allocate.h"
#include "isa_codec.h"
#include "isa_word.h"

/* By the lanes of arg[]. */
static uint32_t reads_of(unsigned d, unsigned a, unsigned b, unsigned c)
{
    return d | a << 8 | b << 16 | c << 24;
}

/* What a format with more numbers, or a long immediate, makes of the word. */
static OUT_OF_LINE void encode(struct trans *t, struct atom *a, const struct isa_op *op)
{
    struct isa_op whole = *op;
    unsigned uses = isa_facts[op->atom].uses;
    uint32_t words[2];
    int count;

    whole.rd = a->writes[0];
    whole.rs = a->reads[ARG_D];
    whole.ra = a->reads[ARG_A];
    whole.rb = a->reads[ARG_B];
    whole.ca = uses & ISA_READ_CA ? a->reads[ARG_C] & 3 : 0;
    whole.cd = (uses & ISA_READ_CD ? a->reads[ARG_C] : a->writes[1]) & 3;
    count = isa_encode_known(&whole, false, words);
    if (!count)
        give_up(t, ABORT_ENCODE);
    a->word = words[0];
    a->above = LIM_PAYLOAD(words[1]);
    if (count == 2)
        a->emit |= EMIT_LONG;
}

/*
 * An atom with the word that most formats have; what else there is to it is zero. The last one may
 * be too much: ir_allocate asks in the end.
 */
static inline struct atom *enter(struct trans *t, const struct isa_op *op, unsigned insn,
                                 uint32_t reads, unsigned rd, unsigned cd)
{
    unsigned n = t->atoms;
    struct atom *a = &t->atom[n];

    t->atoms = n + (n < TRANS_ATOMS);
    if (n % 2 == 0)
        line_clear(a);
    a->operation = op->atom | rd << 16 | cd << 24 | (uint64_t)reads << 32;
    a->insn = (uint8_t)insn;
    a->word = isa_form_word(op, rd | (reads & 0xff), reads >> 8 & 0xff, reads >> 16 & 0xff,
                            (cd | reads >> 24) & 3);
    return a;
}

/* Is that all of its word? */
static inline bool is_whole(const struct isa_op *op)
{
    return isa_forms[op->atom].whole & !isa_form_is_long(op);
}

static void note_access(struct trans *t, const struct ins *i, struct atom *a)
{
    ref base;
    int32_t offset;

    a->early = i->early;
    a->alias = ins_is(i, ISA_F_PROTECT) ? (uint16_t)(1u << i->op.al)
               : ins_is(i, ISA_F_CHECK) ? (uint16_t)i->op.imm
                                        : 0;
    if (i->early || ins_is(i, ISA_F_CHECK)) {
        a->emit |= EMIT_SPOT;
        t->spots += t->spots < TRANS_SPOTS;
    }
    if (i->role != ROLE_PLAIN)
        return;
    a->stable = ir_place(i, &base, &offset);
    a->offset = (uint16_t)(offset & PAGE_MASK);
    a->base = (uint16_t)ref_ins(base);
}

/* What most atoms don't have. */
static OUT_OF_LINE void complete(struct trans *t, const struct ins *i, struct atom *a)
{
    if (!is_whole(&i->op))
        encode(t, a, &i->op);
    if (i->role != ROLE_PLAIN)
        a->emit |= EMIT_OPEN;
    if (ins_is(i, ISA_F_GUEST))
        note_access(t, i, a);
}

void alloc_put(struct allocator *a, const struct ins *i, unsigned rd, unsigned cd)
{
    const struct isa_fact *fact = ins_fact(i);
    unsigned d = a->reg[i->arg[ARG_D]], c = a->reg[i->arg[ARG_C]];
    struct atom *atom;

    if (fact->uses & ISA_READ_RD)
        d = rd;
    if (fact->uses & ISA_READ_CD)
        c = cd;
    atom = enter(a->t, &i->op, i->insn,
                 reads_of(d, a->reg[i->arg[ARG_A]], a->reg[i->arg[ARG_B]], c), rd, cd);
    atom->role = i->role;
    atom->exit = i->exit;
    if (i->role | (fact->flags & ISA_F_GUEST) | !is_whole(&i->op))
        complete(a->t, i, atom);
}

void alloc_put_copy(struct trans *t, unsigned rd, unsigned ra)
{
    static const struct isa_op copy = {.atom = ISA_addi};

    if (rd != ra)
        enter(t, &copy, t->current, reads_of(0, ra, 0, 0), rd, 0);
}

void alloc_put_flags_copy(struct trans *t, unsigned cd, unsigned ca)
{
    static const struct isa_op copy = {.atom = ISA_movcc};

    if (cd != ca)
        encode(t, enter(t, &copy, t->current, reads_of(0, 0, 0, ca), 0, cd), &copy);
}

void alloc_put_eip(struct trans *t, uint32_t eip)
{
    const struct isa_op op = {.atom = ISA_addi, .imm = eip};
    struct atom *a = enter(t, &op, t->current, 0, REG_EIP, 0);

    if (!is_whole(&op))
        encode(t, a, &op);
}

void alloc_put_commit(struct trans *t, unsigned insns, unsigned extra)
{
    const struct isa_op op = {.atom = extra ? ISA_commitr : ISA_commit};
    struct atom *a = enter(t, &op, t->current, reads_of(0, extra, 0, 0), 0, 0);

    a->word |= extra ? ISA_BITS_CMR(insns, extra) : ISA_BITS_CM(insns);
    a->role = ROLE_COMMIT;
}

void alloc_put_branch(struct trans *t, unsigned role, unsigned exit)
{
    static const struct isa_op branch = {.atom = ISA_br};
    struct atom *a = enter(t, &branch, t->current, 0, 0, 0);

    a->role = (uint8_t)role;
    a->exit = (uint8_t)exit;
    a->emit = EMIT_OPEN;
}

/* What gear 2's functions put: look-ups. */
void alloc_take(struct trans *t, unsigned role, unsigned exit)
{
    const struct isa_op *op = t->op;
    unsigned uses = isa_facts[op->atom].uses;
    unsigned d = uses & ISA_READ_RS ? op->rs : uses & ISA_READ_RD ? op->rd : 0;
    unsigned c = uses & (ISA_READ_CA | ISA_READ_CD) ? NUMBER_C0 : 0;
    struct atom *a = enter(t, op, t->current, reads_of(d, op->ra, op->rb, c),
                           uses & ISA_WRITE_RD ? op->rd : 0, uses & ISA_WRITE_CD ? NUMBER_C0 : 0);

    a->role = (uint8_t)role;
    a->exit = (uint8_t)exit;
    if (role != ROLE_PLAIN && role != ROLE_COMMIT)
        a->emit = EMIT_OPEN;
    if (!is_whole(op))
        encode(t, a, op);
    *t->op = (struct isa_op){0};
}
