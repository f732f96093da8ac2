/* build.h - what the lowering files share: adding atoms, taking registers, reaching operands. */
#ifndef CMS_GEAR2_BUILD_H
#define CMS_GEAR2_BUILD_H

#include "gear2/trans.h"

#define REG_ESP (REG_GPR0 + ESP)
#define REG_RA 33 /* where translated code returns to */
#define REG_A0 42 /* what it returns */

/* Atoms of one operation for operands of 1, 2 and 4 bytes. */
typedef uint16_t sized_atom[3];
#define SIZED(name) {ISA_##name##8, ISA_##name##16, ISA_##name##32}

static inline unsigned by_size(const sized_atom atoms, unsigned size)
{
    return atoms[size >> 1];
}

/* ---- build.c: atoms. Register operands are chip registers; every function adds one atom to the open region. */
void put(struct trans *t, const struct isa_op *op, unsigned role, unsigned exit);
void put_r(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned rb);
void put_i(struct trans *t, unsigned atom, unsigned rd, unsigned ra, int64_t imm);
void put_shift(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned count);
void put_field(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned pos, unsigned length);
void put_flags(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned rb);    /* writes c0 */
void put_flags_i(struct trans *t, unsigned atom, unsigned rd, unsigned ra, int32_t imm);  /* likewise */
void put_move(struct trans *t, unsigned rd, unsigned ra); /* all 64 bits; a temporary is not to be used afterwards */
void put_cond(struct trans *t, unsigned atom, unsigned rd, unsigned ra, unsigned rb, unsigned cond); /* setc, sel: by c0 */
void put_get_flags(struct trans *t, unsigned rd);
void put_set_flags(struct trans *t, unsigned ra);
void put_check_i(struct trans *t, unsigned branch, unsigned ra, int cmp); /* the translation is wrong if ra .. cmp */
void put_check_r(struct trans *t, unsigned branch, unsigned ra, unsigned rb);

/* ---- build.c: registers */
unsigned temp(struct trans *t);                                        /* good to the end of the guest instruction */
unsigned pin(struct trans *t, enum pin_kind kind, uint32_t value);     /* holds it throughout the translation */
unsigned constant(struct trans *t, uint32_t value);                    /* a temporary; r0 for zero */
void give_up(struct trans *t, enum event why);                         /* on the instruction being lowered */

/* ---- operand.c: registers of the guest. Values that are read have garbage above their size. */
unsigned reg_read(struct trans *t, unsigned number, unsigned size);
unsigned reg_target(struct trans *t, unsigned number, unsigned size);                /* where to compute what will be */
void reg_write(struct trans *t, unsigned number, unsigned size, unsigned from);      /* from: zero-extended if size is 4 */

/* ---- operand.c: memory of the guest */
struct place {
    bool indexed;    /* ra + (rb << shift), else ra + disp */
    uint8_t ra, rb, shift;
    int32_t disp;
};

struct place place_of(struct trans *t, const struct insn *i, unsigned size, bool write);
struct place place_at(struct trans *t, unsigned seg, unsigned reg, int32_t disp, unsigned adsize, unsigned size, bool write);
void load(struct trans *t, const struct place *p, unsigned size, unsigned rd);        /* zero-extends */
void load_signed(struct trans *t, const struct place *p, unsigned size, unsigned rd); /* to 64 bits; size 1 or 2 */
void store(struct trans *t, const struct place *p, unsigned size, unsigned rs);
unsigned offset_of(struct trans *t, const struct insn *i); /* effective address without segment, zero-extended */

/* ---- operand.c: operands by number */
unsigned operand(struct trans *t, const struct insn *i, unsigned n); /* its value */

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

/* ---- stack.c */
void push_value(struct trans *t, unsigned size, unsigned from);
void stack_top(struct trans *t, unsigned size, unsigned rd);                 /* top of stack, ESP unchanged */
void move_esp(struct trans *t, int32_t bytes);                              /* ESP += bytes */
bool lower_stack(struct trans *t, const struct guest_insn *g);

/* ---- the operations, by group. False: not one of this group. */
bool lower_arith(struct trans *t, const struct guest_insn *g);
bool lower_shift(struct trans *t, const struct guest_insn *g);
bool lower_move(struct trans *t, const struct guest_insn *g);
bool lower_string(struct trans *t, const struct guest_insn *g);

/* ---- flow.c */
void lower_branch(struct trans *t, const struct guest_insn *g);  /* all that a branch does, side exits included */
void flow_end(struct trans *t, const struct guest_insn *g);      /* after the last instruction: commit and leave or loop */
void flow_outside(struct trans *t);                              /* regions after the body: side exits and stubs */

#endif
