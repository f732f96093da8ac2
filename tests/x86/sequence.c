/*
 * sequence.c - random sequences of instructions.
 *
 * Each instruction is made like a case of its own, for the registers that the ones before it have
 * left: a MOV of an immediate gives it the registers that it needs otherwise, and then gear 1 runs
 * both, so that the next one can be made. What comes of a taken branch stays between two pieces.
 * Status flags that are undefined are tracked; an instruction that would look at them isn't taken.
 */
#include <string.h>

#include "gear1/seg.h"
#include "make.h"

#define TRIES 64 /* to find an instruction that can come next */
#define PIECE 64 /* bytes of an instruction and what prepares it */

struct sequence {
    struct testcase *tc;
    struct regs at;  /* state now */
    struct fpu fpu;
    uint32_t undef;  /* status flags that are undefined now */
    uint32_t end;    /* behind the last byte of the code */
    bool ended;      /* in an exception */
    bool strange;    /* where this host has other memory, or an access wraps at 4 GiB */
};

struct piece {
    uint8_t bytes[PIECE];
    unsigned size;
};

static void put(struct piece *p, const void *bytes, unsigned size)
{
    memcpy(p->bytes + p->size, bytes, size);
    p->size += size;
}

/* MOV reg, value; in 16-bit code with a prefix. */
static void put_mov(struct piece *p, bool code32, unsigned reg, uint32_t value)
{
    if (!code32)
        put(p, &(uint8_t){0x66}, 1);
    put(p, &(uint8_t){(uint8_t)(0xb8 + reg)}, 1);
    put(p, &value, 4);
}

static void put_push(struct piece *p, bool code32, uint32_t value)
{
    if (!code32)
        put(p, &(uint8_t){0x66}, 1);
    put(p, &(uint8_t){0x68}, 1);
    put(p, &value, 4);
}

/* Near enough to 4 GiB for the access to be #GP on this host before it is anything else. */
static bool wraps(uint32_t address)
{
    return address > UINT32_MAX - 16;
}

/* Runs the piece; false if there is no room for it. */
static bool run(struct sequence *s, const struct piece *p)
{
    struct outcome out;
    uint32_t eip = s->at.eip;

    if (eip < s->tc->in.eip || eip - s->tc->in.eip + p->size > MAX_CODE - PIECE)
        return false;
    memcpy(guest_memory(eip), p->bytes, p->size);
    memcpy(s->tc->code + (eip - s->tc->in.eip), p->bytes, p->size);
    guest_code_changed(eip, p->size);
    guest_run(&s->at, &s->fpu, s->tc->code32, &out);
    s->at = out.regs;
    s->fpu = out.fpu;
    s->ended = out.vector != NO_VECTOR;
    s->strange = (out.vector == X86_PF && (native_has(out.cr2) || wraps(out.cr2))) ||
                 (out.vector == X86_AC && (wraps(out.regs.gpr[ESI]) || wraps(out.regs.gpr[EDI]) ||
                                           wraps(out.regs.gpr[ESP] - 8)));
    if (eip + p->size > s->end)
        s->end = eip + p->size;
    return true;
}

static bool suits(const struct sequence *s, const struct insn *i)
{
    const struct x86_op_info *info = &x86_ops[i->op];

    if (info->reads & s->undef || (i->is_mem && i->adsize == 2))
        return false;
    if (i->seg == SEG_FS || i->seg == SEG_GS || i->seg == SEG_CS)
        return false;
    if (make_close(i->op))
        return false;
    switch (i->op) {
    case OP_ud:
    case OP_push_seg:
    case OP_mov_from_seg: return false;
    case OP_jmp:
    case OP_call: return i->opd[0] == OPD_IMM;
    case OP_ret: return i->opsize == 4 && i->opd[0] != OPD_IMM;
    case OP_popf: return i->opsize == 4;
    default: return !(info->props & P_STRING) || i->adsize == 4;
    }
}

/* What must be on the stack for RET and POPF, pushed by the piece itself. */
static void put_stack(struct sequence *s, struct piece *p, const struct insn *i)
{
    if (i->op == OP_popf)
        put_push(p, s->tc->code32, (make_random() & (FL_STATUS | FL_DF)) | 2);
    else if (i->op == OP_ret)
        put_push(p, s->tc->code32, s->at.eip + p->size + 16);
}

/*
 * Takes back what `run` has added, and ends the sequence before it. ENTER and PUSHA that fault may
 * have written part of their frame; which of two faults CMPS raises differs among processors.
 */
static void take_back(struct sequence *s, const struct sequence *before, const struct piece *p)
{
    *s = *before;
    s->ended = true;
    memset(s->tc->code + (s->at.eip - s->tc->in.eip), 0xcc, p->size);
}

/* One instruction of the form; false if it doesn't suit. */
static bool add(struct sequence *s, const struct form *form)
{
    const struct sequence before = *s;
    struct testcase tc = {.in = s->at, .code32 = s->tc->code32};
    const struct x86_op_info *info = &x86_ops[form->op];
    struct piece p = {.size = 0};
    uint8_t bytes[48];
    struct insn i;
    unsigned n = make_bytes(form, false, bytes);
    int length = x86_decode(bytes, n, tc.code32, &i);

    if (length <= 0 || !suits(s, &i))
        return false;
    tc.length = (unsigned)length;
    memcpy(tc.code, bytes, tc.length);
    if (!make_tame(&tc, &i))
        return false;
    if (!make_in_area(tc.in.gpr[ESP] - 64, 128) && make_below(8))
        tc.in.gpr[ESP] = areas[AREA_STACK].base + 512 + make_below(0x1000);
    if (make_below(4) || info->props & P_STRING || i.op == OP_enter || i.op == OP_leave)
        make_arrange(&tc, &i);
    if (i.is_mem && !make_aim(&tc, &i, make_aligned(&i, make_place(false))))
        return false;
    if (make_differs(&tc, &i))
        return false;
    for (unsigned r = 0; r < 8; r++)
        if (tc.in.gpr[r] != s->at.gpr[r])
            put_mov(&p, tc.code32, r, tc.in.gpr[r]);
    put_stack(s, &p, &i);
    put(&p, tc.code, tc.length);
    if (!run(s, &p))
        return false;
    if (s->ended && (s->strange || i.op == OP_enter || i.op == OP_pusha || i.op == OP_cmps)) {
        take_back(s, &before, &p);
        return true;
    }
    s->tc->has_fpu |= (info->props & P_FPU) != 0;
    s->tc->has_simd |= (info->props & P_SIMD_ONLY) != 0;
    if (!s->ended)
        s->undef = (info->props & P_FLAGMAY ? s->undef : s->undef & ~info->writes) | info->undef;
    return true;
}

void make_sequence(bool code32, struct testcase *tc)
{
    struct sequence s = {.tc = tc};
    unsigned count = 5 + make_below(16), tries = 0;

    *tc = (struct testcase){.code32 = code32};
    memset(tc->code, 0xcc, sizeof(tc->code));
    for (unsigned r = 0; r < 8; r++)
        tc->in.gpr[r] = make_number();
    tc->in.gpr[ESP] = areas[AREA_STACK].base + 512 + make_below(0x1000);
    tc->in.eip = areas[AREA_CODE].base + 64 + make_below(0x1000);
    tc->in.eflags = (make_random() & FL_STATUS) | 0x202 | (make_below(8) ? 0 : FL_AC);
    memset(native_memory(areas[AREA_CODE].base), 0xcc, areas[AREA_CODE].size);
    memset(guest_memory(areas[AREA_CODE].base), 0xcc, areas[AREA_CODE].size);
    guest_code_changed(areas[AREA_CODE].base, areas[AREA_CODE].size);
    fpu_random(&tc->fpu);
    s.at = tc->in;
    s.fpu = tc->fpu;
    s.end = tc->in.eip;
    while (count && !s.ended && tries++ < TRIES * 20) {
        const struct form *form = &forms[make_below(form_count)];

        if (make_runs(form->op) && add(&s, form))
            count--;
    }
    tc->length = s.end - tc->in.eip;
    tc->undef = s.undef;
}
