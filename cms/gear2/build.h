/* build.h - what the lowering files share: adding atoms, taking registers, reaching operands. */
#ifndef CMS_GEAR2_BUILD_H
#define CMS_GEAR2_BUILD_H

#include "gear2/trans.h"

#define REG_ESP (REG_GPR0 + ESP)
#define REG_RA 33 /* where translated code returns to */
#define REG_A0 42 /* what it returns */

enum { COND_E = 4, COND_NE = 5 }; /* as encoded in opcodes */

/* Atoms of one operation for operands of 1, 2 and 4 bytes. */
typedef uint16_t sized_atom[3];
#define SIZED(name) {ISA_##name##8, ISA_##name##16, ISA_##name##32}

static inline unsigned by_size(const sized_atom atoms, unsigned size)
{
    return atoms[size >> 1];
}

/* On the instruction that is being lowered. */
void give_up(struct trans *t, enum event why);

/*
 * ---- build.c: atoms. Register operands are chip registers; every function adds one atom.
 */
void put(struct trans *t, const struct isa_op *op, unsigned role, unsigned exit);

void put_r(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned rb);
void put_i(struct trans *t, unsigned atom, unsigned rd, unsigned ra, int64_t imm);
void put_shift(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned count);
void put_field(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned pos,
               unsigned length);
void put_get_flags(struct trans *t, unsigned rd);
void put_set_flags(struct trans *t, unsigned ra);

/* These also write c0. */
void put_flags(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned rb);
void put_flags_i(struct trans *t, unsigned atom, unsigned rd, unsigned ra, int32_t imm);

/* setc and sel, by c0 */
void put_cond(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned rb, unsigned cond);

/* All 64 bits. A temporary that is moved must not be used afterwards. */
void put_move(struct trans *t, unsigned rd, unsigned ra);

/* br, brc, compare and branch with a number, with a register */
void put_branch(struct trans *t, unsigned role, unsigned exit);
void put_branch_c(struct trans *t, unsigned cond, unsigned role, unsigned exit);
void put_branch_i(struct trans *t, unsigned atom, unsigned ra, int cmp, unsigned role,
                  unsigned exit);
void put_branch_r(struct trans *t, unsigned atom, unsigned ra, unsigned rb, unsigned role,
                  unsigned exit);

/* Gear 2: the branch at `word`, in that bundle, with so many bits of displacement, leads there. */
static inline void branch_to(struct trans *t, uint32_t *word, uint32_t *bundle, unsigned bits,
                             unsigned role, unsigned exit)
{
    uint32_t *code = t->pack.code;
    struct leaving *l = &t->exit[exit];

    if (role == ROLE_LEAVE) {
        l->bundle = (uint16_t)(bundle - code);
        l->branch = (uint16_t)(word - code);
        l->branch_bits = (uint8_t)bits;
    } else if (role == ROLE_SIDE) {
        l->side_bundle = (uint16_t)(bundle - code);
        l->side_branch = (uint16_t)(word - code);
        l->side_bits = (uint8_t)bits;
    } else {
        pack_lead(t, word, bundle, bits, role, exit);
    }
}

/* The translation is wrong if the branch would be taken. */
void put_check_i(struct trans *t, unsigned branch, unsigned ra, int cmp);
void put_check_r(struct trans *t, unsigned branch, unsigned ra, unsigned rb);

/*
 * ---- build.c: registers. A temporary is good to the end of the guest instruction, a pinned one
 * throughout the translation. constant: r0 for zero, else a temporary.
 */
unsigned temp(struct trans *t);
unsigned pin(struct trans *t, enum pin_kind kind, uint32_t value);
void put_pin(struct trans *t, const struct pin *p); /* sets it */
unsigned constant(struct trans *t, uint32_t value);

/*
 * ---- operand.c: registers of the guest. Values that are read have garbage above their size; one
 * of 4 bytes that is written must be zero-extended. reg_target: where to compute what will be.
 */
unsigned reg_read(struct trans *t, unsigned number, unsigned size);
unsigned reg_target(struct trans *t, unsigned number, unsigned size);
void reg_write(struct trans *t, unsigned number, unsigned size, unsigned from);

/* ---- operand.c: memory of the guest */
struct place {
    bool indexed; /* ra + (rb << shift), else ra + disp */
    uint8_t ra, rb, shift;
    int32_t disp;
};

static inline struct place place_direct(unsigned reg, int32_t disp)
{
    return (struct place){.ra = (uint8_t)reg, .disp = disp};
}

struct place place_of(struct trans *t, const struct insn *i, unsigned size, bool write);

/* reg + disp in a segment, which isn't flat or whose offset is cut */
struct place place_within(struct trans *t, unsigned seg, unsigned reg, int32_t disp,
                          unsigned adsize, unsigned size, bool write);

/* reg + disp in a segment */
static inline struct place place_at(struct trans *t, unsigned seg, unsigned reg, int32_t disp,
                                    unsigned adsize, unsigned size, bool write)
{
    if (adsize == 4 && mode_segment(t->key.mode, seg) == (SEG_FLAT | SEG_WRITABLE))
        return place_direct(reg, disp);
    return place_within(t, seg, reg, disp, adsize, size, write);
}

/* Loads zero-extend, or sign-extend 1 or 2 bytes to 64 bits. */
void load(struct trans *t, const struct place *p, unsigned size, unsigned rd);
void load_signed(struct trans *t, const struct place *p, unsigned size, unsigned rd);
void store(struct trans *t, const struct place *p, unsigned size, unsigned rs);

/* Effective address without segment, zero-extended. */
unsigned offset_of(struct trans *t, const struct insn *i);

/* ---- operand.c: the value of operand n */
unsigned operand(struct trans *t, const struct insn *i, unsigned n);

/* A destination that is read, changed, written: its address is computed once. */
struct target {
    bool memory;
    uint8_t number, size;
    struct place place;
    unsigned value;  /* register that holds the old value */
    unsigned result; /* register in which to compute the new one */
};

void target_open(struct trans *t, const struct insn *i, unsigned n, struct target *d, bool read);
void target_close(struct trans *t, const struct target *d, unsigned from);

/* ---- stack.c: stack_top leaves ESP alone; move_esp adds bytes to it */
void push_value(struct trans *t, unsigned size, unsigned from);
void stack_top(struct trans *t, unsigned size, unsigned rd);
void move_esp(struct trans *t, int32_t bytes);

/* ---- the operations; branches with their side exits */
typedef void lower_function(struct trans *t, const struct guest_insn *g);
#define LOWER(op, how) lower_function lower_##how;
#include "gear2/lowering.def"

/* ---- patch.c: gear 2's alone */
void lower_patch(struct trans *t, const struct guest_insn *g);

/* ---- source.c: leave if the source has changed; the value of an immediate that may */
void lower_self_check(struct trans *t);
unsigned self_check_words(struct trans *t); /* the most that it takes */
unsigned lower_immediate(struct trans *t, const struct guest_insn *g);

/* ---- flow.c */
/* the last one: commit, leave or loop */
void flow_end(struct trans *t, const struct guest_insn *g);
void flow_outside(struct trans *t); /* regions after the body: side exits and look-ups */
/* An exit to a known address: chained, unless paging may move its page under our feet. */
unsigned flow_exit_to(struct trans *t, uint32_t eip);
unsigned flow_exit_indirect(struct trans *t);
/* The look-up of EIP, after the commit of an exit of the indirect kind. */
void put_lookup(struct trans *t, unsigned exit);
struct region *region_open(struct trans *t);
void region_here(struct trans *t, struct region *r); /* gear 2: it begins here */
void region_close(struct trans *t, struct region *r);

#endif
