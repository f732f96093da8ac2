/*
 * flow.c - lowering of branches, and all the ways out of a translation.
 *
 * Every way out is: EIP in r9, `commit n`, a branch. At the end of the trace EIP is selected from
 * two pinned constants by the same condition that branches, so a loop costs one bundle for going
 * round:
 *
 *     body:   ...
 *             sel r9, start, next, cond   commit n   brc cond, body
 *             br stub
 *
 * A branch out of the middle goes to a small region of its own, which does the same for the
 * instructions so far. Exits to known addresses lead to a stub at first, which tells the dispatcher
 * who it was (stub.c); chaining turns the branch to the target. Exits to addresses that are
 * computed, or that may be mapped elsewhere by the time, look for the target in the table of
 * runtime/jumps.c first, and ask the dispatcher only if it isn't there. After a trace that ends in
 * a computed branch the search is part of the body.
 */
#include "gear2/template.h"
#include "isa_word.h"
#include "runtime/jumps.h"

static unsigned exit_new(struct trans *t, enum exit_kind kind, uint32_t eip)
{
    t->exit[t->exits] = (struct leaving){.kind = (uint8_t)kind, .eip = eip};
    return t->exits++;
}

unsigned flow_exit_to(struct trans *t, uint32_t eip)
{
    bool fixed = !(t->key.mode & MODE_PAGING) || trans_same_page(t, eip);

    return exit_new(t, fixed ? EXIT_DIRECT : EXIT_INDIRECT, eip);
}

unsigned flow_exit_indirect(struct trans *t)
{
    unsigned exit = exit_new(t, EXIT_INDIRECT, 0);

    t->exit[exit].computed = true;
    return exit;
}

static void put_commit(struct trans *t, unsigned insns)
{
    if (t->gear == 2)
        pack_bits(t, ISA_commit, ISA_BITS_CM(insns), 0, 0);
    else
        put(t, &(struct isa_op){.atom = ISA_commit, .imm = insns}, ROLE_COMMIT, 0);
}

/* ---- what branches do besides */

static void set_eip(struct trans *t, unsigned target, unsigned size)
{
    if (size == 4 && mode_code(t->key.mode) == SEG_64K)
        put_check_r(t, ISA_brltu, pin(t, PIN_CONSTANT, 0xffff), target);
    if (size == 2)
        put_r(t, ISA_zexth, REG_EIP, target, 0);
    else
        put_move(t, REG_EIP, target);
}

/* The branch out of the middle follows. */
static unsigned side(struct trans *t, unsigned exit)
{
    t->exit[exit].side = true;
    t->exit[exit].insns = (uint8_t)(t->current + 1 - t->committed - t->optional);
    t->exit[exit].needs = GUEST_STATE;
    return exit;
}

/* A computed branch to `target`. */
static void go_to(struct trans *t, const struct guest_insn *g, unsigned target)
{
    set_eip(t, target, g->insn.opsize);
    if (g->flow == FLOW_GUESS)
        put_branch_r(t, ISA_brne, REG_EIP, constant(t, g->target), ROLE_SIDE,
                     side(t, flow_exit_indirect(t)));
}

static bool is_computed(const struct guest_insn *g)
{
    return g->flow == FLOW_INDIRECT || g->flow == FLOW_GUESS;
}

void lower_call(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned target = 0;

    if (is_computed(g))
        target = operand(t, i, 0);
    if (target == REG_ESP) { /* as it was before the push */
        target = temp(t);
        put_move(t, target, REG_ESP);
    }
    push_value(t, i->opsize, constant(t, g->next));
    if (is_computed(g))
        go_to(t, g, target);
}

/* The translation is wrong if `target` isn't g->target. */
static void expect(struct trans *t, const struct guest_insn *g, unsigned target, unsigned size)
{
    unsigned expected = constant(t, g->target);

    if (size == 2)
        put_r(t, ISA_zexth, target, target, 0);
    put_branch_r(t, ISA_brne, target, expected, ROLE_CHECK, exit_new(t, EXIT_VARIES, g->eip));
}

void lower_ret(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned target = temp(t);
    int32_t drop = i->opd[0] == OPD_IMM ? (int32_t)(i->imm & 0xffff) : 0;

    stack_top(t, i->opsize, target);
    move_esp(t, i->opsize + drop);
    if (g->flow == FLOW_RETURN)
        expect(t, g, target, i->opsize);
    else
        go_to(t, g, target);
}

/* What a conditional branch asks. */
struct test {
    uint16_t atom; /* brc; or breqi, brnei: is the register zero? */
    uint8_t cond, reg;
};

static void put_test(struct trans *t, struct test test, unsigned role, unsigned exit)
{
    if (test.atom == ISA_brc)
        put_branch_c(t, test.cond, role, exit);
    else
        put_branch_i(t, test.atom, test.reg, 0, role, exit);
}

/* ---- the conditional end: taken to one exit or round the loop, else to another exit */

struct ending {
    unsigned taken, fall; /* registers that hold the two EIPs */
};

/* A loop has them in pinned registers. */
static struct ending targets(struct trans *t, const struct guest_insn *g)
{
    if (t->loops)
        return (struct ending){pin(t, PIN_CONSTANT, g->target), pin(t, PIN_CONSTANT, g->next)};
    return (struct ending){constant(t, g->target), constant(t, g->next)};
}

static void end_conditional(struct trans *t, const struct guest_insn *g, struct test test)
{
    put_commit(t, t->insns - t->committed);
    if (t->loops)
        put_test(t, test, ROLE_LOOP, 0);
    else
        put_test(t, test, ROLE_LEAVE, flow_exit_to(t, g->target));
    put_branch(t, ROLE_LEAVE, flow_exit_to(t, g->next));
}

static void end_jcc(struct trans *t, const struct guest_insn *g)
{
    unsigned cond = g->insn.opcode & 15;
    struct ending e = targets(t, g);

    put_cond(t, ISA_sel, REG_EIP, e.taken, e.fall, cond);
    end_conditional(t, g, (struct test){.atom = ISA_brc, .cond = (uint8_t)cond});
}

/*
 * LOOP, LOOPE, LOOPNE, JECXZ: what they do to ECX; returns a register that is zero or not, by
 * which they branch.
 */
static unsigned lower_count_down(struct trans *t, const struct insn *i)
{
    unsigned count = REG_GPR0 + ECX;

    if (i->op != OP_jecxz) {
        unsigned less = reg_target(t, ECX, i->adsize);

        put_i(t, ISA_addiz, less, count, -1);
        reg_write(t, ECX, i->adsize, less);
    }
    if (i->adsize == 2) {
        unsigned cut = temp(t);

        put_r(t, ISA_zexth, cut, count, 0);
        count = cut;
    }
    if (i->op == OP_loope || i->op == OP_loopne) {
        unsigned equal = temp(t), more = temp(t), both = temp(t);

        put_cond(t, ISA_setc, equal, 0, 0, i->op == OP_loope ? COND_E : COND_NE);
        put_r(t, ISA_sltu, more, 0, count);
        put_r(t, ISA_and, both, equal, more);
        count = both;
    }
    return count;
}

static void end_count(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned count = lower_count_down(t, i);
    struct ending e = targets(t, g);
    bool zero = i->op == OP_jecxz;

    put_move(t, REG_EIP, e.fall);
    put_r(t, zero ? ISA_cmovz : ISA_cmovnz, REG_EIP, count, e.taken);
    end_conditional(
        t, g, (struct test){.atom = zero ? ISA_breqi : ISA_brnei, .reg = (uint8_t)count});
}

/*
 * ---- ends that gear 2 puts as a whole. Their fields are zero in the template, so those who clear
 * them and who fill them in do the same.
 */

#define EIP_BITS 12

_Static_assert(ISA_BITS_I(0, 0, -1) == (1u << EIP_BITS) - 1, "addi holds other bits of EIP");

/* Two words: rd is an EIP. */
static void put_eip(struct trans *t, unsigned rd, uint32_t eip)
{
    put(t, &(struct isa_op){.atom = ISA_addi, .rd = (uint8_t)rd, .imm = eip, .long_imm = true},
        ROLE_PLAIN, 0);
}

static inline void fill_eip(uint32_t *at, const uint32_t *word, uint32_t eip)
{
    at[0] = word[0] ^ (eip & ((1u << EIP_BITS) - 1));
    at[1] = word[1] ^ LIM_WORD(eip >> EIP_BITS);
}

enum { LEAVE_EIP, LEAVE_COMMIT = LEAVE_EIP + 2, LEAVE_BRANCH };

static inline void fill_leave(uint32_t *at, const uint32_t *word, uint32_t eip, unsigned insns)
{
    fill_eip(at + LEAVE_EIP, word + LEAVE_EIP, eip);
    at[LEAVE_COMMIT] = word[LEAVE_COMMIT] ^ ISA_BITS_CM(insns);
    at[LEAVE_BRANCH] = word[LEAVE_BRANCH];
}

static void put_leave(struct trans *t, uint32_t eip, unsigned insns, unsigned exit)
{
    put_eip(t, REG_EIP, eip);
    put_commit(t, insns);
    put_branch(t, ROLE_LEAVE, exit);
}

static OUT_OF_LINE void learn_leave(struct trans *t, uint32_t eip, unsigned insns, unsigned exit)
{
    struct packer before = template_begin(t);
    struct template made;

    put_leave(t, eip, insns, exit);
    made = template_end(t, &before);
    fill_leave(made.word, made.word, eip, insns);
    template_set(t, &t->leave, &made);
}

/* By an exit to a known address. */
static void leave(struct trans *t, uint32_t eip, unsigned insns, unsigned exit)
{
    const struct template *m = &t->leave;
    const struct pack_fact *fact = t->fact;
    uint32_t *at;

    if (t->gear != 2) {
        put_leave(t, eip, insns, exit);
        return;
    }
    if (template_is_due(m))
        learn_leave(t, eip, insns, exit);
    at = template_put(t, m, PACK_CLOSED | PACK_CHECKS | UINT64_C(1) << REG_EIP,
                      fact[ISA_addi].slots + fact[ISA_commit].slots + fact[ISA_br].slots);
    fill_leave(at, m->word, eip, insns);
    template_branch(t, m, at, LEAVE_BRANCH, ISA_br, ROLE_LEAVE, exit);
}

/* A conditional end. */
struct choice {
    uint32_t taken, fall;
    unsigned taken_exit, fall_exit;
    unsigned cond, insns;
};

enum {
    CHOOSE_TAKEN,
    CHOOSE_FALL = CHOOSE_TAKEN + 2,
    CHOOSE_SELECT = CHOOSE_FALL + 2,
    CHOOSE_COMMIT,
    CHOOSE_IF,
    CHOOSE_BRANCH
};

static inline void fill_choose(uint32_t *at, const uint32_t *word, const struct choice *c)
{
    fill_eip(at + CHOOSE_TAKEN, word + CHOOSE_TAKEN, c->taken);
    fill_eip(at + CHOOSE_FALL, word + CHOOSE_FALL, c->fall);
    at[CHOOSE_SELECT] = word[CHOOSE_SELECT] ^ ISA_BITS_SEL(0, 0, 0, c->cond, 0);
    at[CHOOSE_COMMIT] = word[CHOOSE_COMMIT] ^ ISA_BITS_CM(c->insns);
    at[CHOOSE_IF] = word[CHOOSE_IF] ^ ISA_BITS_BC(c->cond, 0, 0);
    at[CHOOSE_BRANCH] = word[CHOOSE_BRANCH];
}

static void put_choose(struct trans *t, const struct choice *c)
{
    unsigned taken = temp(t), fall = temp(t);

    put_eip(t, taken, c->taken);
    put_eip(t, fall, c->fall);
    put_cond(t, ISA_sel, REG_EIP, taken, fall, c->cond);
    put_commit(t, c->insns);
    put_branch_c(t, c->cond, ROLE_LEAVE, c->taken_exit);
    put_branch(t, ROLE_LEAVE, c->fall_exit);
}

static OUT_OF_LINE void learn_choose(struct trans *t, const struct choice *c)
{
    struct packer before = template_begin(t);
    struct template made;

    put_choose(t, c);
    made = template_end(t, &before);
    fill_choose(made.word, made.word, c);
    template_set(t, &t->choose, &made);
}

static void choose(struct trans *t, const struct guest_insn *g)
{
    const struct choice c = {.taken = g->target,
                             .fall = g->next,
                             .taken_exit = flow_exit_to(t, g->target),
                             .fall_exit = flow_exit_to(t, g->next),
                             .cond = g->insn.opcode & 15,
                             .insns = t->insns - t->committed};
    const struct template *m = &t->choose;
    uint32_t *at;

    if (t->gear != 2) {
        put_choose(t, &c);
        return;
    }
    if (template_is_due(m))
        learn_choose(t, &c);
    at = template_put(t, m, PACK_CLOSED | TEMPLATE_TEMPS, 2 * t->fact[ISA_addi].slots);
    fill_choose(at, m->word, &c);
    template_branch(t, m, at, CHOOSE_IF, ISA_brc, ROLE_LEAVE, c.taken_exit);
    template_branch(t, m, at, CHOOSE_BRANCH, ISA_br, ROLE_LEAVE, c.fall_exit);
}

/* ---- called by the driver */

/* A conditional branch in the middle. */
static void lower_side(struct trans *t, const struct guest_insn *g)
{
    bool inverted = g->flow == FLOW_TAKEN;
    unsigned cond = (g->insn.opcode & 15) ^ inverted;
    unsigned exit = flow_exit_to(t, inverted ? g->next : g->target);
    struct test test = {.atom = ISA_brc, .cond = (uint8_t)cond};

    if (g->insn.op != OP_jcc) {
        unsigned count = lower_count_down(t, &g->insn);
        bool zero = (g->insn.op == OP_jecxz) != inverted;

        test = (struct test){.atom = zero ? ISA_breqi : ISA_brnei, .reg = (uint8_t)count};
    }
    put_test(t, test, ROLE_SIDE, side(t, exit));
}

/* Gear 3's alone. */
static void lower_skip(struct trans *t, const struct guest_insn *g)
{
    struct isa_op branch = {.atom = ISA_brc, .cond = g->insn.opcode & 15};

    put(t, &branch, ROLE_SKIP, 0);
    t->optional += g->skips;
}

void lower_conditional(struct trans *t, const struct guest_insn *g)
{
    if (g->flow == FLOW_SKIP)
        lower_skip(t, g);
    else if (g->flow != FLOW_COND) /* else flow_end does it all */
        lower_side(t, g);
}

void lower_jmp(struct trans *t, const struct guest_insn *g)
{
    if (is_computed(g))
        go_to(t, g, operand(t, &g->insn, 0));
}

static void put_whole_lookup(struct trans *t, unsigned exit)
{
    unsigned table = temp(t), row = temp(t), entry = temp(t), wanted = temp(t), key = temp(t),
             code = temp(t);
    bool jtlb = jumps_by_hardware();

    put_r(t, ISA_or, wanted, REG_EIP, REG_PLACE);
    if (jtlb)
        put_r(t, ISA_jtj, 0, wanted, 0);
    put_i(t, ISA_addi, table, 0, (intptr_t)jumps_table());
    put_field(t, ISA_extu, row, REG_EIP, 0, JUMPS_BITS);
    put_r(t, ISA_sh3add, entry, row, table);
    put_i(t, ISA_ldd, key, entry, offsetof(struct jumps_table, key));
    put_i(t, ISA_ldd, code, entry, offsetof(struct jumps_table, code));
    put_branch_r(t, ISA_brne, key, wanted, ROLE_MISS, exit);
    if (jtlb)
        put_r(t, ISA_jtw, 0, wanted, code);
    put_r(t, ISA_jr, 0, code, 0);
}

static OUT_OF_LINE void learn_lookup(struct trans *t, unsigned exit)
{
    struct packer before = template_begin(t);
    struct template made;

    put_whole_lookup(t, exit);
    t->miss = (unsigned)(t->fix[t->pack.fixes - 1].word - before.at);
    made = template_end(t, &before);
    template_set(t, &t->lookup, &made);
}

/*
 * Goes to what the JTLB, or else the table of computed branches, has for EIP; to the stub if
 * neither knows.
 */
void put_lookup(struct trans *t, unsigned exit)
{
    const struct template *m = &t->lookup;
    uint32_t *at;

    if (t->gear != 2) {
        put_whole_lookup(t, exit);
        return;
    }
    if (template_is_due(m))
        learn_lookup(t, exit);
    pack_break(&t->pack);
    at = template_put(t, m, PACK_CLOSED, 0);
    for (unsigned n = 0; n < TEMPLATE_WORDS; n++) /* what is too much is written again */
        at[n] = m->word[n];
    template_branch(t, m, at, t->miss, ISA_brne, ROLE_MISS, exit);
}

void flow_end(struct trans *t, const struct guest_insn *g)
{
    unsigned props = x86_ops[g->insn.op].props;
    uint32_t eip = props & (P_JUMP | P_CALL) ? g->target : g->next;

    switch (g->flow) {
    case FLOW_COND:
        if (g->insn.op != OP_jcc)
            end_count(t, g);
        else if (t->loops)
            end_jcc(t, g);
        else
            choose(t, g);
        return;
    case FLOW_INDIRECT:
        put_commit(t, t->insns - t->committed);
        t->falls = flow_exit_indirect(t);
        put_lookup(t, t->falls);
        return;
    case FLOW_PATCH: return;
    default:
        if (!t->loops) {
            leave(t, eip, t->insns - t->committed, flow_exit_to(t, eip));
            return;
        }
        put_i(t, ISA_addi, REG_EIP, 0, eip);
        put_commit(t, t->insns - t->committed);
        put_branch(t, ROLE_LOOP, 0);
    }
}

void region_here(struct trans *t, struct region *r)
{
    pack_break(&t->pack);
    r->start = (uint32_t)(t->pack.at - t->pack.code);
}

struct region *region_open(struct trans *t)
{
    struct region *r = &t->region[t->regions++];

    if (t->gear == 2)
        region_here(t, r);
    r->prefixed = 0;
    r->first = (uint16_t)t->atoms;
    return r;
}

void region_close(struct trans *t, struct region *r)
{
    r->count = (uint16_t)(t->atoms - r->first);
}

static void side_region(struct trans *t, unsigned exit)
{
    struct leaving *l = &t->exit[exit];
    struct region *r = region_open(t);

    l->region = (uint8_t)(t->regions - 1);
    leave(t, l->eip, l->insns, exit);
    region_close(t, r);
}

/* Its region that looks, if it needs one. */
static void look_up(struct trans *t, unsigned exit)
{
    struct leaving *l = &t->exit[exit];
    struct region *r;

    if (l->kind != EXIT_INDIRECT || exit == t->falls)
        return;
    l->lookup = (uint8_t)t->regions;
    r = region_open(t);
    put_lookup(t, exit);
    region_close(t, r);
}

void flow_outside(struct trans *t)
{
    for (unsigned e = 0; e < t->exits; e++) {
        if (t->exit[e].side)
            side_region(t, e);
        look_up(t, e);
    }
}
