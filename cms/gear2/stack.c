/*
 * stack.c - lowering of what uses the stack.
 *
 * A flat stack is ESP and displacements. On a 16-bit stack every offset wraps at 64 KiB, and the
 * upper half of ESP stays as it is.
 */
#include "gear2/build.h"

static bool is_wide(const struct trans *t)
{
    return t->key.mode & MODE_STACK32;
}

static struct place stack_place(struct trans *t, int32_t disp, unsigned size, bool write)
{
    return place_at(t, SEG_SS, REG_ESP, disp, is_wide(t) ? 4 : 2, size, write);
}

void move_esp(struct trans *t, int32_t bytes)
{
    unsigned sum;

    if (is_wide(t)) {
        put_i(t, ISA_addiz, REG_ESP, REG_ESP, bytes);
        return;
    }
    sum = temp(t);
    put_i(t, ISA_addi, sum, REG_ESP, bytes);
    reg_write(t, ESP, 2, sum);
}

void push_value(struct trans *t, unsigned size, unsigned from)
{
    struct place p = stack_place(t, -(int32_t)size, size, true);

    store(t, &p, size, from);
    move_esp(t, -(int32_t)size);
}

void stack_top(struct trans *t, unsigned size, unsigned rd)
{
    struct place p = stack_place(t, 0, size, false);

    load(t, &p, size, rd);
}

void lower_push(struct trans *t, const struct guest_insn *g)
{
    push_value(t, g->insn.opsize, operand(t, &g->insn, 0));
}

void lower_push_seg(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned selector = temp(t);

    put_i(t, ISA_ldhu, selector, 0, (intptr_t)&cms.cpu.seg[i->reg].selector);
    push_value(t, i->opsize, selector);
}

void lower_pop(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned value;

    if (i->opd[0] != OPD_REG) {
        give_up(t, ABORT_FORM); /* to memory: the address depends on ESP after the pop */
        return;
    }
    value = temp(t);
    stack_top(t, i->opsize, value);
    move_esp(t, i->opsize);
    reg_write(t, i->reg, i->opsize, value);
}

/*
 * PUSHF and POPF with all rights. The status flags are in c0, the others in the guest's state,
 * where translated code can't change them: a POPF that would is left to gear 1 when it comes.
 */
static unsigned system_flags(struct trans *t)
{
    unsigned flags = temp(t);

    put_i(t, ISA_ldwu, flags, 0, (intptr_t)&cms.cpu.eflags);
    return flags;
}

void lower_pushf(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned status = temp(t), flags = system_flags(t);

    if (t->key.mode & MODE_USER) {
        give_up(t, ABORT_FORM);
        return;
    }
    put_get_flags(t, status);
    put_r(t, ISA_or, flags, flags, status);
    put_i(t, ISA_andi, flags, flags, (uint32_t)~(FL_VM | FL_RF));
    push_value(t, i->opsize, flags);
}

void lower_popf(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    uint32_t changed = FL_TF | FL_IF | FL_DF | FL_IOPL | FL_NT;
    unsigned old = system_flags(t), new = temp(t), difference = temp(t);

    if (t->key.mode & MODE_USER) {
        give_up(t, ABORT_FORM);
        return;
    }
    if (i->opsize == 4)
        changed |= FL_AC | FL_ID;
    stack_top(t, i->opsize, new);
    put_r(t, ISA_xor, difference, old, new);
    put_i(t, ISA_andi, difference, difference, changed);
    put_check_i(t, ISA_brnei, difference, 0);
    move_esp(t, i->opsize);
    put_set_flags(t, new);
}

/* LEAVE: ESP from EBP, then EBP from there. */
void lower_leave(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned value = temp(t);
    struct place p = place_at(t, SEG_SS, REG_GPR0 + EBP, 0, is_wide(t) ? 4 : 2, i->opsize, false);

    load(t, &p, i->opsize, value);
    if (is_wide(t)) {
        put_i(t, ISA_addiz, REG_ESP, REG_GPR0 + EBP, i->opsize);
    } else {
        unsigned sum = temp(t);

        put_i(t, ISA_addi, sum, REG_GPR0 + EBP, i->opsize);
        reg_write(t, ESP, 2, sum);
    }
    reg_write(t, EBP, i->opsize, value);
}

/*
 * PUSHA and POPA: eight registers below or above one address. Its whole span is checked once: on a
 * 16-bit stack it must not wrap. `low` gets the lowest offset of the span.
 */
static bool stack_span(struct trans *t, unsigned size, bool push, unsigned *low)
{
    int32_t bytes = (int32_t)(8 * size);
    unsigned kind = mode_segment(t->key.mode, SEG_SS) & SEG_KIND;

    *low = REG_ESP;
    if (push) {
        *low = temp(t);
        put_i(t, ISA_addiz, *low, REG_ESP, -bytes);
    }
    if (kind == SEG_FLAT && is_wide(t))
        return true;
    if (kind != SEG_64K && !(kind == SEG_FLAT && !is_wide(t))) {
        give_up(t, ABORT_SEGMENT);
        return false;
    }
    if (!is_wide(t)) {
        unsigned cut = temp(t);

        put_r(t, ISA_zexth, cut, *low, 0);
        *low = cut;
    }
    put_check_r(t, ISA_brltu, pin(t, PIN_CONSTANT, 0x10000 - (uint32_t)bytes), *low);
    if (kind == SEG_64K) {
        unsigned linear = temp(t);

        put_r(t, ISA_addz, linear, pin(t, PIN_SEGMENT_BASE, SEG_SS), *low);
        *low = linear;
    }
    return true;
}

void lower_pusha(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned size = i->opsize, low;

    if (!(mode_segment(t->key.mode, SEG_SS) & SEG_WRITABLE)) {
        give_up(t, ABORT_SEGMENT);
        return;
    }
    if (!stack_span(t, size, true, &low))
        return;
    for (unsigned n = 0; n < 8; n++) { /* EAX is pushed first, so it lies highest */
        struct place p = {.ra = (uint8_t)low, .disp = (int32_t)((7 - n) * size)};

        store(t, &p, size, REG_GPR0 + n);
    }
    move_esp(t, -(int32_t)(8 * size));
}

void lower_popa(struct trans *t, const struct guest_insn *g)
{
    const struct insn *i = &g->insn;
    unsigned size = i->opsize, low, base, value[8];

    if (!stack_span(t, size, false, &low))
        return;
    base = temp(t);
    put_move(t, base, low);
    for (unsigned n = 0; n < 8; n++) {
        struct place p = {.ra = (uint8_t)base, .disp = (int32_t)((7 - n) * size)};

        if (n == ESP)
            continue; /* that word is skipped */
        value[n] = temp(t);
        load(t, &p, size, value[n]);
    }
    move_esp(t, (int32_t)(8 * size));
    for (unsigned n = 0; n < 8; n++) {
        if (n != ESP)
            reg_write(t, n, size, value[n]);
    }
}
