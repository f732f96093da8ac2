/*
 * sink.c - what only exits need is computed on their paths.
 *
 * Most of what x86 code computes and never looks at again is status flags, and values of registers
 * that the next instructions overwrite. An exit has to have them all the same. A value that is used
 * by snapshots alone is taken out of the body, and each exit that needs it computes it from
 * operands that are kept for it. Nothing that reads memory is moved.
 */
#include "gear3/ir.h"
#include "gear3/turn.h"

#define PATH_MAX 40 /* instructions that one exit's path may have */

struct sinking {
    struct ir *ir;
    bool sunk[IR_INS];
    uint16_t copy[IR_INS]; /* on the path of this exit, or 0 */
    uint16_t copied[PATH_MAX];
    unsigned copies;
};

/* From the end on: what has no use left on the straight path, or only in what is sunk itself. */
static void choose(struct sinking *s)
{
    struct ir *ir = s->ir;

    ir_count_uses(ir);
    for (unsigned n = ir->block[BLOCK_BODY].last, prev; n != IR_NONE; n = prev) {
        struct ins *i = &ir->ins[n];

        prev = i->prev;
        if (ir->uses[REF(n, TAG_NUMBER)] || ir->uses[REF(n, TAG_FLAGS)] || !ir_is_pure(i))
            continue;
        s->sunk[n] = true;
        ir_unuse(ir, i);
        ir_remove(ir, n);
    }
}

static ref copy_to_path(struct sinking *s, unsigned exit, ref r);

static inline ref on_path(struct sinking *s, unsigned exit, ref r)
{
    return s->sunk[ref_ins(r)] ? copy_to_path(s, exit, r) : r;
}

static ref copy_to_path(struct sinking *s, unsigned exit, ref r)
{
    struct ir *ir = s->ir;
    unsigned n = ref_ins(r), copy;
    ref arg[ARG_COUNT];

    if (s->copy[n])
        return REF(s->copy[n], ref_tag(r));
    if (s->copies == PATH_MAX) {
        ir->t->abort = ABORT_SIZE;
        return r;
    }
    for (unsigned k = 0; k < ARG_COUNT; k++)
        arg[k] = on_path(s, exit, ir->ins[n].arg[k]);
    copy = ir_new(ir, &ir->ins[n].op, arg, ir->ins[n].insn);
    if (!copy || s->copies == PATH_MAX) {
        ir->t->abort = ABORT_SIZE;
        return r;
    }
    ir_append(ir, BLOCK_EXITS + exit, copy);
    ir_use(ir, &ir->ins[copy]);
    ir->ins[copy].width = ir->ins[n].width;
    s->copied[s->copies++] = (uint16_t)n;
    s->copy[n] = (uint16_t)copy;
    return REF(copy, ref_tag(r));
}

static void complete(struct sinking *s, unsigned exit)
{
    struct ir *ir = s->ir;

    s->copies = 0;
    turn_point();
    for (ref *r = ir->state[exit]; r < ir->state[exit] + STATE_COUNT; r++) {
        if (!s->sunk[ref_ins(*r)])
            continue;
        *r = copy_to_path(s, exit, *r);
        ir->exits[*r]++;
    }
    while (s->copies)
        s->copy[s->copied[--s->copies]] = 0;
}

void pass_sink(struct ir *ir)
{
    struct sinking s;
    unsigned count = ir->count;

    s.ir = ir;
    memset(s.sunk, 0, count * sizeof(s.sunk[0]));
    memset(s.copy, 0, count * sizeof(s.copy[0]));
    choose(&s);
    for (unsigned n = ir->block[BLOCK_BODY].first; n != IR_NONE; n = ir->ins[n].next) {
        if (ir->ins[n].role == ROLE_SIDE)
            complete(&s, ir->ins[n].exit);
    }
}
