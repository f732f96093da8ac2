/*
 * callees.c - which functions a trace may follow a call into, and which results a function returns.
 *
 * A trace that goes through a call and its return has the callee's blocks in it as if they stood
 * there. For that the callee must be like compiled code: it moves sp by constants alone and puts it
 * back, it returns by the address it was given, and has nothing of its caller's frame (no arguments
 * on the stack): only so accesses to the frames of both are known to be apart.
 */
#include "tools/ld/ld.h"

#define RESULTS (BIT(R_A0) | BIT(R_A1))

/*
 * Does an atom treat the stack and the return address as compiled code does? What returns by
 * another's address, as longjmp, returns a result that its callers know nothing of.
 */
static bool is_plain(const struct atom *a)
{
    struct isa_effects fx;

    if (a->op.atom >= ISA_ATOM_COUNT)
        return true;
    isa_effects(&a->op, &fx);
    if (fx.r_write & BIT(R_SP))
        return a->op.atom == ISA_addi && (a->op.ra == R_SP || a->op.ra == R_S0);
    if (fx.r_write & BIT(R_RA))
        return atom_is_control(a) || (atom_is_load(a) && a->op.ra == R_SP);
    return true;
}

static void find_plain(struct program *p)
{
    for (int32_t i = 0; i < p->funcs; i++)
        p->func[i].plain = p->func[i].sized;
    for (int32_t i = 0; i < p->blocks; i++) {
        const struct block *b = &p->block[i];

        for (uint32_t k = 0; k < b->count && b->reached && b->func != NONE; k++)
            p->func[b->func].plain &= is_plain(&p->atom[b->first + k]);
    }
}

/* ---------------------------------------------------------------- frames */

#define UNKNOWN INT64_MIN
#define A7 49 /* the last register with an argument */

/* May an atom touch what lies above the frame, `depth` bytes deep? */
static bool reaches_beyond(const struct atom *a, int64_t depth)
{
    if ((atom_is_load(a) || atom_is_store(a)) && a->op.ra == R_SP) {
        /* a variable list of arguments goes on from here on the stack */
        bool list = atom_is_store(a) && a->op.rs == A7 && a->op.imm == depth - 8;
        return list || a->op.imm < 0 || a->op.imm + atom_access_size(a) > depth;
    }
    if (a->op.atom == ISA_addi && a->op.ra == R_SP && a->op.rd != R_SP)
        return a->op.imm < 0 || a->op.imm >= depth;
    return a->op.atom == ISA_addi && a->op.rd == R_SP && a->op.ra != R_SP;
}

/* The depth of the frame behind a block, or UNKNOWN if that is no place for a frame. */
static int64_t depth_behind(const struct program *p, const struct block *b, int64_t depth)
{
    for (uint32_t k = 0; k < b->count; k++) {
        const struct atom *a = &p->atom[b->first + k];

        if (a->op.atom >= ISA_ATOM_COUNT || reaches_beyond(a, depth))
            return UNKNOWN;
        if (a->op.atom == ISA_addi && a->op.rd == R_SP)
            depth -= a->op.imm;
        if (depth < 0)
            return UNKNOWN;
    }
    return b->end == END_RET && depth != 0 ? UNKNOWN : depth;
}

struct frames {
    int64_t *depth; /* where a block begins, or UNKNOWN */
    int32_t *work, count;
};

/* Control goes from a block of function f to `to`; false if it came there at another depth. */
static bool arrive(const struct program *p, struct frames *s, int32_t f, int32_t to, int64_t depth)
{
    if (to == NONE)
        return true;
    if (p->block[to].func != f)
        return depth == 0;
    if (s->depth[to] == UNKNOWN) {
        s->depth[to] = depth;
        s->work[s->count++] = to;
    }
    return s->depth[to] == depth;
}

/* A jump through a register may lead to every block of its function that a pointer leads to. */
static bool arrive_by_pointer(const struct program *p, struct frames *s, int32_t f, int64_t depth)
{
    bool good = true;

    for (int32_t b = p->func[f].first_block; b < p->blocks && p->block[b].func == f; b++)
        if (p->block[b].pointed && p->block[b].reached)
            good &= arrive(p, s, f, b, depth);
    return good;
}

static bool keeps_to_its_frame(const struct program *p, struct frames *s, int32_t f)
{
    bool good = arrive(p, s, f, p->func[f].first_block, s->count = 0);

    while (s->count && good) {
        int32_t b = s->work[--s->count];
        const struct block *k = &p->block[b];
        int64_t depth = depth_behind(p, k, s->depth[b]);

        good = depth != UNKNOWN && arrive(p, s, f, k->fall, depth) &&
               (k->end == END_CALL || arrive(p, s, f, k->taken, depth)) &&
               (k->end != END_JR || arrive_by_pointer(p, s, f, depth));
    }
    return good;
}

void program_callees(struct program *p)
{
    struct frames s = {.depth = ld_alloc((size_t)p->blocks, sizeof *s.depth),
                       .work = ld_alloc((size_t)p->blocks, sizeof *s.work)};

    find_plain(p);
    for (int32_t i = 0; i < p->blocks; i++)
        s.depth[i] = UNKNOWN;
    for (int32_t i = 0; i < p->funcs; i++) {
        struct func *f = &p->func[i];

        f->callable = f->plain && f->first_block != NONE &&
                      p->block[f->first_block].rv == f->rv && keeps_to_its_frame(p, &s, i);
    }
}

/* ---------------------------------------------------------------- results */

static bool need_results(struct program *p, int32_t block, uint64_t results)
{
    int32_t f = block == NONE ? NONE : p->block[block].func;

    if (f == NONE || !(results & ~p->func[f].results))
        return false;
    p->func[f].results |= results;
    return true;
}

/* Functions of which some caller is not known are assumed to return two results. */
void program_results(struct program *p)
{
    for (int32_t i = 0; i < p->funcs; i++)
        p->func[i].results = p->func[i].plain ? 0 : RESULTS;
    for (int32_t i = 0; i < p->blocks; i++)
        if (p->block[i].reached && (p->block[i].pointed || p->block[i].rv == p->rv->entry))
            need_results(p, i, RESULTS);
}

bool block_needs_results(struct program *p, const struct block *b)
{
    uint64_t own = b->func == NONE ? RESULTS : p->func[b->func].results;
    bool changed = false;

    if (b->end == END_CALL) {
        bool known = p->atom[b->first + b->count - 1].op.rd == R_RA;
        uint64_t wanted = b->fall == NONE ? 0 : p->block[b->fall].live_in & RESULTS;
        return need_results(p, b->taken, known ? wanted : RESULTS);
    }
    if (b->taken != NONE && p->block[b->taken].func != b->func)
        changed = need_results(p, b->taken, own);
    if (b->fall != NONE && p->block[b->fall].func != b->func)
        changed |= need_results(p, b->fall, own);
    return changed;
}
