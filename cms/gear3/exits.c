/*
 * exits.c - exits' paths in registers.
 *
 * A path is taken from the straight line by a branch: it computes what was sunk there, moves every
 * guest register's value home, all at once, and commits. Each is allocated by itself, from all
 * registers that it doesn't need; which these are the scheduler has to know, since they must hold
 * what they hold at the branch.
 */
#include "gear3/allocate.h"

struct path {
    uint64_t needs;  /* registers, by their bits, that have values it relies on */
    unsigned exit;
    unsigned next;   /* of the pool */
    unsigned cfirst; /* flag registers from here on have not been taken */
};

/* What is computed on the path itself has no register yet: 0, which nobody needs. */
static void need_numbers(const struct allocator *a, struct path *p, const ref *r, unsigned count)
{
    uint64_t needs = 0;

    for (unsigned k = 0; k < count; k++)
        needs |= UINT64_C(1) << a->reg[r[k]];
    p->needs |= needs & ~UINT64_C(1);
}

static void need_flags(const struct allocator *a, struct path *p, ref r)
{
    if (r != REF_NONE && !ir_is_on_path(a->ir, p->exit, r))
        p->needs |= UINT64_C(1) << a->reg[r];
}

static unsigned path_take(struct allocator *a, struct path *p)
{
    while (p->next < ALLOC_POOL && p->needs >> alloc_pool[p->next] & 1)
        p->next++;
    if (p->next == ALLOC_POOL) {
        a->t->abort = ABORT_SIZE;
        return alloc_pool[0];
    }
    return alloc_pool[p->next++];
}

static unsigned path_take_flags(struct allocator *a, struct path *p)
{
    while (p->cfirst < NUMBERS && p->needs >> p->cfirst & 1)
        p->cfirst++;
    if (p->cfirst == NUMBERS) {
        a->t->abort = ABORT_SIZE;
        return NUMBER_C0;
    }
    return p->cfirst++;
}

/* Where the guest has the value, if nothing else is needed there. */
static unsigned path_home(const struct allocator *a, struct path *p, ref r)
{
    for (unsigned g = STATE_EAX; g <= STATE_EDI; g++) {
        if (a->ir->state[p->exit][g] == r && !(p->needs >> g & 1)) {
            p->needs |= UINT64_C(1) << g;
            return g;
        }
    }
    return 0;
}

static void place_on_path(struct allocator *a, struct path *p, unsigned n)
{
    const struct ins *i = &a->ir->ins[n];
    unsigned rd = 0, cd = 0;

    a->t->current = i->insn;
    if (ins_fact(i)->uses & ISA_WRITE_CD) {
        cd = path_take_flags(a, p);
        if (alloc_is_tied_by_flags(i))
            alloc_put_flags_copy(a->t, cd, a->reg[i->arg[ARG_C]]);
    }
    if (ins_fact(i)->uses & ISA_WRITE_RD) {
        rd = path_home(a, p, REF(n, TAG_NUMBER));
        if (!rd)
            rd = path_take(a, p);
        if (alloc_is_tied(i))
            alloc_put_copy(a->t, rd, a->reg[i->arg[ARG_D]]);
    }
    a->reg[REF(n, TAG_NUMBER)] = (uint8_t)rd;
    a->reg[REF(n, TAG_FLAGS)] = (uint8_t)cd;
    alloc_put(a, i, rd, cd);
}

/* ---- all values home */

/*
 * Moves that happen at once, into the guest's registers `open`, by their bits; from[g] is where
 * r_g's value is. What nobody has yet to read is moved to first; if that is none, only cycles are
 * left.
 */
static void put_moves(struct trans *t, unsigned open, uint8_t from[STATE_COUNT], unsigned spare)
{
    while (open) {
        uint64_t read = 0;
        unsigned ready;

        for (unsigned m = open; m; m &= m - 1)
            read |= UINT64_C(1) << from[__builtin_ctz(m)];
        ready = open & ~(unsigned)read;
        if (!ready) {
            unsigned blocked = (unsigned)__builtin_ctz(open);

            alloc_put_copy(t, spare, blocked);
            for (unsigned m = open; m; m &= m - 1) {
                if (from[__builtin_ctz(m)] == blocked)
                    from[__builtin_ctz(m)] = (uint8_t)spare;
            }
            continue;
        }
        open &= ~ready;
        for (unsigned m = ready; m; m &= m - 1)
            alloc_put_copy(t, (unsigned)__builtin_ctz(m), from[__builtin_ctz(m)]);
    }
}

unsigned alloc_put_home(struct allocator *a, const ref state[STATE_COUNT], unsigned spare)
{
    uint8_t from[STATE_COUNT];
    unsigned open = 0, extra = a->reg[state[STATE_EXTRA]];

    if (extra && extra <= STATE_EIP) {
        alloc_put_copy(a->t, REG_A0, extra);
        extra = REG_A0;
    }
    for (unsigned g = STATE_EAX; g <= STATE_EIP; g++) {
        from[g] = (uint8_t)(state[g] == REF_NONE ? g : a->reg[state[g]]);
        open |= (from[g] != g) << g;
    }
    put_moves(a->t, open, from, spare);
    alloc_put_flags_copy(a->t, NUMBER_C0, a->reg[state[STATE_FLAGS]]);
    return extra;
}

void alloc_put_leave(struct trans *t, unsigned exit, unsigned insns, unsigned extra)
{
    alloc_put_commit(t, insns, extra);
    if (t->exit[exit].kind == EXIT_INDIRECT)
        put_lookup(t, exit);
    else
        alloc_put_branch(t, ROLE_LEAVE, exit);
}

/* ---- an exit */

/* Registers that the region reads before it writes them, and the guest's that it leaves alone. */
static uint64_t needs_of(const struct trans *t, const struct region *r)
{
    uint64_t needs = 0, written = 0;

    for (const struct atom *a = &t->atom[r->first], *end = a + r->count; a < end; a++) {
        uint64_t reads = 0;

        for (unsigned k = 0; k < ARG_COUNT; k++)
            reads |= UINT64_C(1) << a->reads[k];
        needs |= reads & ~written;
        written |= UINT64_C(1) << a->writes[0] | UINT64_C(1) << a->writes[1];
    }
    return (needs | (GUEST_STATE & ~written)) & ~UINT64_C(1);
}

void alloc_exit(struct allocator *a, unsigned exit)
{
    struct ir *ir = a->ir;
    struct trans *t = a->t;
    struct leaving *l = &t->exit[exit];
    struct path p = {.exit = exit, .cfirst = NUMBER_C0};
    struct region *r = region_open(t);
    unsigned first = ir->block[BLOCK_EXITS + exit].first, extra;

    l->region = (uint8_t)(t->regions - 1);
    need_flags(a, &p, ir->state[exit][STATE_FLAGS]);
    need_numbers(a, &p, &ir->state[exit][STATE_EAX], STATE_COUNT - STATE_EAX);
    for (unsigned n = first; n != IR_NONE; n = ir->ins[n].next) {
        need_numbers(a, &p, ir->ins[n].arg, ARG_C);
        need_flags(a, &p, ir->ins[n].arg[ARG_C]);
    }
    for (unsigned n = first; n != IR_NONE; n = ir->ins[n].next)
        place_on_path(a, &p, n);
    extra = alloc_put_home(a, ir->state[exit], path_take(a, &p));
    if (!l->computed)
        alloc_put_eip(t, l->eip);
    alloc_put_leave(t, exit, l->insns, extra);
    region_close(t, r);
    l->needs = needs_of(t, r);
}
