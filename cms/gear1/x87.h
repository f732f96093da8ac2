/*
 * x87.h - what the files of the x87 share.
 *
 *     x87.c        what comes before every instruction; status, control and stack
 *     x87_do.c     one operation on numbers, masked or not
 *     x87_arith.c  arithmetic, comparisons           x87_move.c   loads, stores, constants
 *     x87_trans.c  transcendental functions          x87_wide.c   ... their arithmetic
 *     x87_state.c  environment and state in memory
 *
 * The registers are f0..f7 by physical number; exceptions and C1 gather in the chip's FPSW,
 * rounding and precision are in its FPCW. All of these roll back. cms.cpu.x87 doesn't, so a handler
 * does its memory accesses first, then what changes the stack.
 *
 * With all exceptions masked, which is how programs run, an operation is an atom. If one isn't
 * masked, or a memory operand brings what an atom doesn't know, it is done by the atom's meaning in
 * software (isa/fp.h), which says what was raised before anything has happened.
 */
#ifndef CMS_GEAR1_X87_H
#define CMS_GEAR1_X87_H

#include "gear1/fpu.h"
#include "gear1/gear1.h"
#include "isa/fp.h"

enum x87_status {
    X87_SF = 1u << 6, /* stack fault */
    X87_ES = 1u << 7, /* an exception that isn't masked is pending */
    X87_C0 = 1u << 8,
    X87_C1 = 1u << 9,
    X87_C2 = 1u << 10,
    X87_TOP = 11, /* shift */
    X87_C3 = 1u << 14,
    X87_BUSY = 1u << 15, /* as ES */
    X87_CC = X87_C0 | X87_C2 | X87_C3,
    X87_FPSW = FP_EXCEPTIONS | X87_C1, /* kept there */
};

#define X87_CONTROL_RESET 0x37fu
#define X87_CONTROL_KNOWN 0x1f3fu /* bit 6 is always set */

/* The name of a handler's body: what all instructions have in common is done around it. */
#define X87(name)                                \
    static void do_##name(const struct insn *i); \
    void g1_##name(const struct insn *i)         \
    {                                            \
        x87_execute(i, do_##name);               \
    }                                            \
    static void do_##name(const struct insn *i)

/* ---------------------------------------------------------------- x87.c */
void x87_execute(const struct insn *i, gear1_handler *body);
void x87_available(void); /* raises #NM if CR0.EM or CR0.TS says so */
void x87_init(void);      /* FNINIT */
void x87_mmx(void);       /* the registers are MMX registers: TOP 0, none empty */

/* For MMX: raises #MF if an exception is pending, or waits as an x87 instruction does. */
void x87_wait(const struct insn *i);
void x87_reset(void); /* power-on */

/* The words as a program sees them. Writing the status word writes TOP, too. */
uint16_t x87_status_word(void);
void x87_set_status_word(uint16_t value);
void x87_set_control(uint16_t value);

/* Exceptions and C1 come to be; false if one of them isn't masked. */
bool x87_raise(uint32_t flags);

/* Stack faults; true if masked: the response is the indefinite NaN. */
bool x87_underflow(void);
bool x87_overflow(void);

static inline bool x87_masked(void) /* all exceptions are */
{
    return (cms.cpu.x87.control & FP_EXCEPTIONS) == FP_EXCEPTIONS;
}

static inline void x87_clear_c1(void)
{
    vx_mtsr(SR_FPSW, vx_mfsr(SR_FPSW) & ~(uint64_t)X87_C1);
}

static inline void x87_set_cc(unsigned cc) /* C0, C2, C3 */
{
    cms.cpu.x87.status = (uint16_t)((cms.cpu.x87.status & ~X87_CC) | (cc & X87_CC));
}

static inline unsigned x87_physical(unsigned n) /* of ST(n) */
{
    return (cms.cpu.x87.top + n) & 7;
}

static inline bool x87_full(unsigned n) /* ST(n) isn't empty */
{
    return cms.cpu.x87.full >> x87_physical(n) & 1;
}

static inline struct isa_v x87_get(unsigned n)
{
    return fpu_get(FPU_X87 + x87_physical(n));
}

static inline void x87_set(unsigned n, struct isa_v value)
{
    fpu_set(FPU_X87 + x87_physical(n), value);
    cms.cpu.x87.full |= (uint8_t)(1u << x87_physical(n));
}

static inline void x87_pop(void)
{
    struct x87 *x = &cms.cpu.x87;

    x->full &= (uint8_t) ~(1u << x->top);
    x->top = (x->top + 1) & 7;
}

static inline void x87_push(struct isa_v value)
{
    cms.cpu.x87.top = (cms.cpu.x87.top - 1) & 7;
    x87_set(0, value);
}

static inline struct isa_v x87_indefinite(void)
{
    return isa_pair(UINT64_C(3) << 62, 0xffff);
}

/* ---------------------------------------------------------------- x87_do.c */
/* An operand: the number, and whether it was a denormal of a shorter format. */
struct x87_operand {
    struct isa_v value;
    bool denormal;
};

/*
 * The result of an atom, and all that it raises; `denormal`: a or b was one before it was made
 * longer. False: nothing may be stored, nor the stack change.
 */
bool x87_do(enum fpu_op op, struct isa_v a, struct isa_v b, bool denormal, struct isa_v *result);
bool x87_do1(enum fpu_op op, struct isa_v a, struct isa_v *result); /* of one operand */

/* Numbers of m32 and m64, exactly. */
struct x87_operand x87_from_single(uint32_t bits);
struct x87_operand x87_from_double(uint64_t bits);

#endif
