/*
 * absent.c - the undefined-atom trap: what the machine has no unit for is done here.
 *
 * The chip traps (illegal_atom) before anything of the bundle has happened. The stub, made of atoms
 * at boot because it must name every register, saves them all and calls absent_handle(). That
 * takes the bundle apart:
 *
 *   operations of absent units, and plain control transfers, are computed from the saved registers
 *   by their meanings (isa_emulate.inc); their results wait;
 *   the rest (memory, other arithmetic) is executed by the chip, from a copy with an undefined word
 *   behind it, which leads back here. It reads its registers before the results are there, as a
 *   bundle must, and if it traps nothing has happened;
 *   then the results are written, and what acts at the end of a bundle (commit, rollback, a look-up
 *   in the JTLB) follows as a bundle of its own.
 *
 * This file must do without what may be absent: it multiplies and divides by shifts. The
 * floating-point routines don't; where they trap in turn, that is one more frame.
 */
#define ISA_NO_MULTIPLIER
#include "boot/absent.h"

#include "isa/fp.h"
#include "isa/packed.h"
#include "isa_codec.h"
#include "isa_facts.h"
#include "isa_intrinsics.h"

enum { SCRATCH = 32, RA = 33, SP = 34, A0 = 42, A1 = 43 };
enum { STATUS_TL = 2, STACK_GAP = 512 };

/* ---------------------------------------------------------------- the stub */

struct code {
    uint32_t *at;
};

static void put(struct code *code, const struct isa_op *op)
{
    uint32_t words[2];
    int n = isa_encode(op, true, words);

    for (int i = 0; i < n; i++)
        *code->at++ = words[i];
}

static void put_i(struct code *code, unsigned atom, unsigned rd, unsigned ra, int64_t imm)
{
    struct isa_op op = {.atom = (uint16_t)atom,
                        .rd = (uint8_t)rd,
                        .rs = (uint8_t)rd,
                        .fd = (uint8_t)(rd % ISA_F_COUNT),
                        .fs = (uint8_t)(rd % ISA_F_COUNT),
                        .ra = (uint8_t)ra,
                        .imm = imm};

    put(code, &op);
}

static void put_sr(struct code *code, unsigned atom, unsigned reg, unsigned sr)
{
    struct isa_op op = {
        .atom = (uint16_t)atom, .rd = (uint8_t)reg, .ra = (uint8_t)reg, .sr = (uint8_t)sr};

    put(code, &op);
}

static void put_flags(struct code *code, unsigned atom, unsigned reg, unsigned c)
{
    struct isa_op op = {.atom = (uint16_t)atom,
                        .rd = (uint8_t)reg,
                        .ra = (uint8_t)reg,
                        .ca = (uint8_t)c,
                        .cd = (uint8_t)c};

    put(code, &op);
}

static void put_transfer(struct code *code, unsigned atom, unsigned rd, uint64_t to)
{
    put_i(code, atom, rd, 0, ((int64_t)to - (int64_t)(uintptr_t)code->at) / 4);
}

static int64_t place(const void *p)
{
    return (int64_t)(uintptr_t)p;
}

static struct absent_frame *absent_handle(struct absent *a, struct absent_frame *f);

#define AT(member, i, size) ((int64_t)(offsetof(struct absent_frame, member) + (i) * (size)))

/* Every register into the frame whose address is in r32. */
static void put_save(struct code *code)
{
    for (unsigned i = 1; i < ISA_R_COUNT; i++)
        if (i != SCRATCH)
            put_i(code, ISA_std, i, SCRATCH, AT(r, i, 8u));
    for (unsigned i = 0; i < ISA_C_COUNT; i++) {
        put_flags(code, ISA_movfc, RA, i);
        put_i(code, ISA_std, RA, SCRATCH, AT(c, i, 8u));
    }
    for (unsigned i = 0; i < ISA_F_COUNT; i++)
        put_i(code, ISA_stf128, i, SCRATCH, AT(f, i, 16u));
    put_sr(code, ISA_mfsr, RA, SR_EPC);
    put_i(code, ISA_std, RA, SCRATCH, AT(epc, 0, 0u));
}

static void put_restore(struct code *code)
{
    put_i(code, ISA_ldd, RA, SCRATCH, AT(epc, 0, 0u));
    put_sr(code, ISA_mtsr, RA, SR_EPC);
    for (unsigned i = 0; i < ISA_C_COUNT; i++) {
        put_i(code, ISA_ldd, RA, SCRATCH, AT(c, i, 8u));
        put_flags(code, ISA_movtc, RA, i);
    }
    for (unsigned i = 0; i < ISA_F_COUNT; i++)
        put_i(code, ISA_ldf128, i, SCRATCH, AT(f, i, 16u));
    for (unsigned i = 1; i < ISA_R_COUNT; i++)
        if (i != SCRATCH)
            put_i(code, ISA_ldd, i, SCRATCH, AT(r, i, 8u));
    put_i(code, ISA_rte, 0, 0, 0);
}

/* r32 is the vectors' own; test interrupts spoil it while TL is clear, that is during the call. */
static void make_stub(struct absent *a)
{
    struct code code = {a->stub};

    put_i(&code, ISA_addi, SCRATCH, 0, place(&a->top));
    put_i(&code, ISA_ldd, SCRATCH, SCRATCH, 0);
    put_save(&code);
    put_i(&code, ISA_addi, A1, SCRATCH, 0);
    put_i(&code, ISA_addi, A0, 0, place(a));
    put_i(&code, ISA_addi, RA, SCRATCH, sizeof(struct absent_frame));
    put_i(&code, ISA_std, RA, A0, 0);
    put_i(&code, ISA_addi, SP, SP, -STACK_GAP);
    put_i(&code, ISA_andi, SP, SP, -16);
    put_sr(&code, ISA_mfsr, RA, SR_STATUS);
    put_i(&code, ISA_andi, RA, RA, ~STATUS_TL);
    put_sr(&code, ISA_mtsr, RA, SR_STATUS);
    put_transfer(&code, ISA_call, RA, (uint64_t)(uintptr_t)absent_handle);
    put_sr(&code, ISA_mfsr, RA, SR_STATUS);
    put_i(&code, ISA_ori, RA, RA, STATUS_TL);
    put_sr(&code, ISA_mtsr, RA, SR_STATUS);
    put_i(&code, ISA_addi, A1, 0, place(a));
    put_i(&code, ISA_std, A0, A1, 0);
    put_i(&code, ISA_addi, SCRATCH, A0, 0);
    put_restore(&code);
    vx_icf((uint64_t)(uintptr_t)a->stub, sizeof(a->stub));
}

void absent_install(struct absent *a, uint64_t vector,
                    void (*trap)(unsigned cause, uint64_t epc))
{
    struct code code = {(uint32_t *)vector};

    __asm__("" : "+r"(code.at)); /* not one relocation with the stub's address */
    a->units = vx_mfsr(SR_CFG_UNITS);
    if ((a->units & 15) == 15)
        return;
    a->top = a->frame;
    a->trap = trap;
    make_stub(a);
    put_transfer(&code, ISA_br, 0, (uint64_t)(uintptr_t)a->stub);
    vx_icf(vector, 16);
}

/* ---------------------------------------------------------------- taking a bundle apart */

static bool is_absent(const struct absent *a, const struct isa_op *op)
{
    const struct isa_fact *fact = &isa_facts[op->atom];

    if (fact->latency == LAT_mul)
        return !(a->units & 1);
    if (fact->latency == LAT_div)
        return !(a->units & 2);
    if (fact->unit == UNIT_fp)
        return !(a->units & 4);
    return fact->unit == UNIT_packed && !(a->units & 8);
}

static void result(struct absent_bundle *b, char file, unsigned reg, struct isa_v value)
{
    b->result[b->results++] = (struct absent_result){file, (uint8_t)reg, value};
}

static void raise(struct absent_bundle *b, const struct isa_fenv *env)
{
    if (env->x87_ran)
        b->fpsw = isa_fenv_fpsw(b->fpsw, env);
    b->x87_ran |= env->x87_ran;
    b->sse |= env->sse;
    b->traps |= isa_fenv_unmasked(env) != 0;
}

/* Computes an atom if isa_emulate.inc has it; false if it is the chip's. */
static bool compute(const struct absent_frame *f, struct absent_bundle *b, const struct isa_op *op,
                    uint64_t next)
{
#define ISA_EXEC(name) case ISA_##name:
#define ISA_END return true;
#define ISA_R(field) (f->r[op->field])
#define ISA_SET_R(field, v) result(b, 'r', op->field, isa_pair(v, 0))
#define ISA_C(field) (f->c[op->field])
#define ISA_SET_C(field, v) result(b, 'c', op->field, isa_pair(v, 0))
#define ISA_V(field) (f->f[op->field])
#define ISA_SET_V(field, v) result(b, 'f', op->field, v)
#define ISA_F(field) (op->field)
#define ISA_PC (f->epc)
#define ISA_NEXT next
#define ISA_BRANCH(atoms) (b->target = f->epc + 4 * (uint64_t)(atoms))
#define ISA_JUMP(addr) (b->target = (addr) & ~1ull)
#define ISA_EMULATE(n) (b->target = vx_mfsr(SR_EMU_BASE) + 16 * (uint64_t)(n))
#define ISA_FENV() isa_fenv_make((uint32_t)vx_mfsr(SR_FPCW), (uint32_t)vx_mfsr(SR_MXCSR))
#define ISA_RAISE(env) raise(b, env)
    switch (op->atom) {
#include "isa_emulate.inc"
    default: return false;
    }
}

/* Fills *b from the bundle at f->epc. False if nothing in it is absent. */
static bool take_apart(const struct absent *a, const struct absent_frame *f,
                       struct absent_bundle *b)
{
    const uint32_t *at = (const uint32_t *)(uintptr_t)f->epc;
    struct isa_op ops[ABSENT_ATOMS];
    unsigned count = 0;
    bool absent = false, stop = false;

    while (!stop) {
        int words = count < ABSENT_ATOMS ? isa_decode(at[0], &at[1], &ops[count]) : 0;
        if (words == 0)
            return false;
        absent |= is_absent(a, &ops[count++]);
        stop = at[words - 1] & ISA_STOP;
        at += words;
    }
    b->target = (uint64_t)(uintptr_t)at;
    b->fpsw = (uint32_t)vx_mfsr(SR_FPSW);
    for (unsigned i = 0; i < count && absent; i++) {
        uint32_t flags = isa_facts[ops[i].atom].flags;
        bool transfer = flags & ISA_F_BRANCH;
        if ((is_absent(a, &ops[i]) || transfer) && compute(f, b, &ops[i], (uint64_t)(uintptr_t)at))
            continue;
        if (transfer || flags & (ISA_F_COMMIT | ISA_F_ROLLBACK))
            b->tail[b->tails++] = ops[i];
        else
            b->rest[b->rests++] = ops[i];
    }
    return absent;
}

/* ---------------------------------------------------------------- putting it together again */

static void put_bundle(struct code *code, const struct isa_op *ops, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t words[2];
        int n = isa_encode(&ops[i], i + 1 == count, words);

        for (int k = 0; k < n; k++)
            *code->at++ = words[k];
    }
}

static void write_results(struct absent_frame *f, const struct absent_bundle *b)
{
    for (unsigned i = 0; i < b->results; i++) {
        const struct absent_result *r = &b->result[i];

        if (r->file == 'r')
            f->r[r->reg] = r->reg ? r->value.lo : 0;
        else if (r->file == 'c')
            f->c[r->reg] = r->value.lo;
        else
            f->f[r->reg] = r->value;
    }
    if (b->x87_ran)
        vx_mtsr(SR_FPSW, b->fpsw);
    if (b->sse)
        vx_mtsr(SR_MXCSR, vx_mfsr(SR_MXCSR) | b->sse);
}

/* The rest is done: results, then what stands at the end of the bundle. */
static void finish(struct absent *a, struct absent_frame *f, const struct absent_bundle *b)
{
    struct code code = {a->piece};

    write_results(f, b);
    f->epc = b->target;
    if (!b->tails)
        return;
    put_bundle(&code, b->tail, b->tails);
    put_transfer(&code, ISA_br, 0, b->target);
    vx_icf((uint64_t)(uintptr_t)a->piece, sizeof(a->piece));
    f->epc = (uint64_t)(uintptr_t)a->piece;
}

/* Leaves for good; the frames are free again. */
static void give_up(struct absent *a, const struct absent_frame *f, unsigned cause)
{
    a->top = a->frame;
    a->trap(cause, f->epc);
}

static void begin(struct absent *a, struct absent_frame *f)
{
    struct absent_bundle b = {0};
    struct code code = {a->piece};

    if (!take_apart(a, f, &b))
        give_up(a, f, CAUSE_illegal_atom);
    if (b.traps)
        give_up(a, f, CAUSE_fp);
    if (!b.rests) {
        finish(a, f, &b);
        return;
    }
    a->now = b;
    put_bundle(&code, b.rest, b.rests);
    a->back = (uint64_t)(uintptr_t)code.at;
    *code.at = 0; /* belongs to no atom */
    vx_icf((uint64_t)(uintptr_t)a->piece, sizeof(a->piece));
    f->epc = (uint64_t)(uintptr_t)a->piece;
}

static struct absent_frame *absent_handle(struct absent *a, struct absent_frame *f)
{
    f->r[0] = 0;
    if (f == &a->frame[ABSENT_FRAMES - 1])
        give_up(a, f, CAUSE_illegal_atom);
    if (f->epc == a->back)
        finish(a, f, &a->now);
    else
        begin(a, f);
    return f;
}
