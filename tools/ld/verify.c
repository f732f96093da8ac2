/*
 * verify.c - does a scheduled trace compute what its atoms do? Asked of every trace, by running
 * both.
 *
 * The lifted atoms run one by one in the input's order and the bundles by the rules of bundles (all
 * reads before all writes), from the same registers and memory, by the meanings that isa/ states.
 * Where control may leave, at each branch whether it is taken or not, both must agree on: taken or
 * not and whereto, every register that matters there, the contents of memory, and the sequence of
 * guest accesses and system operations with the memory each of them found. The code of the
 * scheduler and of this file has nothing in common but the liveness of the blocks.
 *
 * Inputs are drawn at random in several manners: whole numbers of 64 bits, small numbers, and
 * pointers so close to each other that accesses overlap in most ways. The stack lies apart. What is
 * below sp may be overwritten at any bundle boundary, so an access there that the input does not
 * make is an error too.
 *
 * The passes rely on pointers into two objects being apart (objects.c), which random numbers are
 * not always. So the input's run keeps account of which object each access is to, and a trial in
 * which two objects meet, or in which something is stored to where a read-only object is loaded
 * from before or afterwards, is not counted.
 */
#include <string.h>

#include "isa/fp.h"
#include "isa/packed.h"
#include "isa/prims.h"
#include "tools/ld/ld.h"

#define TRIALS 10
#define DRAWS 30 /* at most, to have so many */
#define WORDS 4096 /* of memory that one run can touch; a power of two */
#define RED_ZONE 65536
#define STACK UINT64_C(0x7000000000000000)

#define STACK_OBJECT INT32_MAX

struct word {
    uint64_t addr, value;
    uint32_t run; /* that touched it */
    int32_t object;
    bool stored, constant; /* stored to; accessed as part of a read-only object */
};

/* What both runs must agree on at one place where control may leave. */
struct leave {
    bool taken;
    uint64_t target, registers, memory, events;
};

struct run {
    uint64_t seed;
    unsigned manner;
    uint64_t r[64], new_r[64];
    uint64_t c[ISA_C_COUNT], new_c[ISA_C_COUNT];
    uint64_t written_r; /* by the current bundle */
    unsigned written_c;
    struct {
        uint64_t addr, value;
        unsigned size;
    } store[8];
    unsigned stores;
    bool taken, commit, rollback, below_sp, clash;
    uint64_t target, commit_count;
    uint64_t memory, events; /* hashes */
    int32_t object[64], access; /* that the registers, and the current atom's access, point to */
    bool constant;              /* of that access: its object is read-only */
    bool meet;                  /* two objects did */
    int32_t leaves;
    struct leave leave[TRACE_NODES + 1]; /* last: a run begins with all before it cleared */
};

struct verifier {
    struct word word[WORDS];
    uint32_t runs;
    struct run input, output;
    uint64_t mask[TRACE_NODES + 1]; /* registers that matter at each leave */
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9 + b;

    x ^= x >> 29;
    x *= 0x94d049bb133111eb;
    return x ^ x >> 32;
}

/* A number in the manner of the trial. */
static uint64_t number(const struct run *r, uint64_t salt)
{
    uint64_t x = mix(r->seed, salt);
    unsigned manner = r->manner;

    if (manner >= 3 && (x >> 60) < 5)
        manner = 2;
    switch (manner) {
    case 0:
    case 1: return x;
    case 2: return x % 81 - 40;
    case 3: return 0x40100000 + x % 6 * 8;
    case 4: return 0x40100000 + x % 12 * 4;
    default: return 0x40100000 + x % 24;
    }
}

/* ---------------------------------------------------------------- memory */

static struct word *find_word(struct verifier *v, const struct run *r, uint64_t addr)
{
    for (size_t i = mix(addr, 0) % WORDS, n = 0; n < WORDS; i = (i + 1) % WORDS, n++) {
        struct word *w = &v->word[i];

        if (w->run != v->runs) {
            *w = (struct word){.addr = addr, .value = number(r, addr), .run = v->runs};
            return w;
        }
        if (w->addr == addr)
            return w;
    }
    ld_bug("a trace touches too much memory to be verified");
}

static void note_object(struct run *r, struct word *w, bool store)
{
    r->meet |= w->object && r->access && w->object != r->access;
    w->object = r->access ? r->access : w->object;
    w->stored |= store;
    w->constant |= r->constant;
    r->meet |= w->constant && w->stored;
}

static uint64_t load(struct verifier *v, struct run *r, unsigned size, uint64_t addr)
{
    uint64_t value = 0;

    r->below_sp |= r->r[R_SP] - addr - 1 < RED_ZONE;
    for (unsigned i = 0; i < size; i++) {
        struct word *w = find_word(v, r, (addr + i) & ~UINT64_C(7));
        note_object(r, w, false);
        value |= (w->value >> (8 * ((addr + i) & 7)) & 0xff) << (8 * i);
    }
    return value;
}

static void store(struct verifier *v, struct run *r, unsigned size, uint64_t addr, uint64_t value)
{
    for (unsigned i = 0; i < size; i++) {
        struct word *w = find_word(v, r, (addr + i) & ~UINT64_C(7));
        unsigned shift = 8 * ((addr + i) & 7);

        note_object(r, w, true);
        r->memory -= mix(w->addr, w->value);
        w->value = (w->value & ~(UINT64_C(0xff) << shift)) | (value >> (8 * i) & 0xff) << shift;
        r->memory += mix(w->addr, w->value);
    }
}

static void queue_store(struct run *r, unsigned size, uint64_t addr, uint64_t value)
{
    r->below_sp |= r->r[R_SP] - addr - 1 < RED_ZONE;
    if (r->stores == sizeof r->store / sizeof r->store[0])
        ld_bug("too many stores in a bundle to be verified");
    r->store[r->stores].addr = addr;
    r->store[r->stores].value = value;
    r->store[r->stores++].size = size;
}

/* Something that is ordered with all the rest: its kind, operands, and what it gives back. */
static uint64_t event(struct run *r, unsigned kind, uint64_t a, uint64_t b)
{
    r->events = mix(mix(mix(r->events, kind), mix(a, b)), r->memory);
    return number(r, r->events);
}

/* ---------------------------------------------------------------- atoms and bundles */

static void set_r(struct run *r, unsigned reg, uint64_t value)
{
    if (!reg)
        return;
    r->clash |= r->written_r & BIT(reg);
    r->written_r |= BIT(reg);
    r->new_r[reg] = value;
}

static void set_c(struct run *r, unsigned reg, uint64_t value)
{
    r->clash |= r->written_c & 1u << reg;
    r->written_c |= 1u << reg;
    r->new_c[reg] = value;
}

static void jump(struct run *r, uint64_t target)
{
    r->taken = true;
    r->target = target;
}

static uint64_t low_bytes(uint64_t value, unsigned size)
{
    return size < 8 ? value & (BIT(8 * size) - 1) : value;
}

enum { EV_GLOAD = 1, EV_GSTORE = 16, EV_PLOAD = 32, EV_PSTORE = 48, EV_OTHER = 64 };

static void no_f_register(void)
{
    ld_bug("a trace has an atom with f registers");
}

static void execute(struct verifier *v, struct run *r, const struct atom *a)
{
    struct isa_op op = a->op;

    if (a->code != NO_CODE)
        op.imm = atom_is_control(a) ? 0 : (int64_t)a->code + a->code_offset;
    switch (op.atom) {
#define ISA_EXEC(name) case ISA_##name:
#define ISA_END break;
#define ISA_R(field) r->r[op.field]
#define ISA_SET_R(field, value) set_r(r, op.field, value)
#define ISA_C(field) r->c[op.field]
#define ISA_SET_C(field, value) set_c(r, op.field, value)
#define ISA_F(field) op.field
#define ISA_V(field) isa_pair(op.field, 0) /* compiled C names no f register */
#define ISA_SET_V(field, value) ((void)(value), no_f_register())
#define ISA_NLOAD_V(size, addr) isa_pair(load(v, r, 8, addr), load(v, r, size - 8, (addr) + 8))
#define ISA_GLOAD_V(size, addr) isa_pair(event(r, EV_GLOAD + size, addr, 0), 0)
#define ISA_GLOAD_VA(size, addr) ISA_GLOAD_V(size, addr)
#define ISA_NSTORE_V(size, addr, value) ((void)(addr), (void)(value), no_f_register())
#define ISA_GSTORE_V(size, addr, value) ISA_NSTORE_V(size, addr, value)
#define ISA_GSTORE_VA(size, addr, value) ISA_NSTORE_V(size, addr, value)
#define ISA_FENV() isa_fenv_make(0, 0)
#define ISA_RAISE(env) (void)(env)
#define ISA_PC a->pc
#define ISA_NEXT (a->pc + 4)
#define ISA_BRANCH(atoms) ((void)(atoms), jump(r, a->code))
#define ISA_JUMP(addr) jump(r, addr)
#define ISA_NLOAD(size, addr) load(v, r, size, addr)
#define ISA_NLOAD_D(size, addr) load(v, r, size, addr)
#define ISA_NSTORE(size, addr, value) queue_store(r, size, addr, value)
#define ISA_GLOAD(size, addr) event(r, EV_GLOAD + size, addr, 0)
#define ISA_GSTORE(size, addr, value) (void)event(r, EV_GSTORE + size, addr, low_bytes(value, size))
#define ISA_PLOAD(size, addr) event(r, EV_PLOAD + size, addr, 0)
#define ISA_PSTORE(size, addr, value) (void)event(r, EV_PSTORE + size, addr, low_bytes(value, size))
#define ISA_SREG(n) event(r, EV_OTHER, n, 0)
#define ISA_SET_SREG(n, value) (void)event(r, EV_OTHER + 1, n, value)
#define ISA_GREG(i) r->r[1 + (i)]
#define ISA_SET_GREG(i, value) set_r(r, 1 + (unsigned)(i), value)
#define ISA_COMMIT(n) (r->commit = true, r->commit_count = (n))
#define ISA_ROLLBACK() (r->rollback = true)
#define ISA_TLB_WRITE() (void)event(r, EV_OTHER + 2, 0, 0)
#define ISA_TLB_PROBE(addr) event(r, EV_OTHER + 3, addr, 0)
#define ISA_TLB_DROP(addr) (void)event(r, EV_OTHER + 4, addr, 0)
#define ISA_TLB_DROP_PHYS(addr) (void)event(r, EV_OTHER + 5, addr, 0)
#define ISA_TLB_FLUSH() (void)event(r, EV_OTHER + 6, 0, 0)
#define ISA_ICACHE_FLUSH(addr, n) (void)event(r, EV_OTHER + 7, addr, n)
#define ISA_HALT() (void)event(r, EV_OTHER + 8, 0, 0)
#define ISA_LINE_ZERO(addr) (void)event(r, EV_OTHER + 20, addr, 0)
#define ISA_TRAP_RETURN() jump(r, event(r, EV_OTHER + 9, 0, 0))
#define ISA_TRAP(cause) (void)event(r, EV_OTHER + 10, cause, 0)
#define ISA_GLOAD_PROTECT(size, addr, alias) event(r, EV_GLOAD + size, addr, alias)
#define ISA_GSTORE_CHECK(size, addr, value, mask) \
    ((void)(mask), (void)event(r, EV_GSTORE + size, addr, low_bytes(value, size)))
#define ISA_JTLB_WRITE(key, addr) (void)event(r, EV_OTHER + 13, key, addr)
#define ISA_JTLB_FIND(key) event(r, EV_OTHER + 14, key, 0)
#define ISA_JTLB_DROP(key) (void)event(r, EV_OTHER + 15, key, 0)
#define ISA_JTLB_FLUSH() (void)event(r, EV_OTHER + 16, 0, 0)
#define ISA_RSTACK_PUSH(key, addr) (void)event(r, EV_OTHER + 17, key, addr)
#define ISA_RSTACK_POP(key) event(r, EV_OTHER + 18, key, 0)
#define ISA_EMULATE(n) jump(r, event(r, EV_OTHER + 19, n, 0))
#include "isa_exec.inc"
    }
}

static bool is_shadowed(const struct program *p, unsigned reg)
{
    return reg >= ISA_SHADOW_R_FIRST && reg <= ISA_SHADOW_R_LAST && !(p->pool & BIT(reg));
}

/* The end of a bundle: writes, stores, then commit or rollback. */
static void retire(struct verifier *v, struct run *r, const struct program *p)
{
    for (uint64_t m = r->written_r; m; m &= m - 1)
        r->r[__builtin_ctzll(m)] = r->new_r[__builtin_ctzll(m)];
    for (unsigned i = 0; i < ISA_C_COUNT; i++)
        if (r->written_c & 1u << i)
            r->c[i] = r->new_c[i];
    for (unsigned i = 0; i < r->stores; i++)
        store(v, r, r->store[i].size, r->store[i].addr, r->store[i].value);
    if (r->commit || r->rollback) {
        uint64_t state = 0;

        for (unsigned i = 1; i < 64; i++)
            state = is_shadowed(p, i) ? mix(state, r->r[i]) : state;
        for (unsigned i = 0; i < ISA_C_COUNT; i++)
            state = mix(state, r->c[i]);
        event(r, r->commit ? EV_OTHER + 11 : EV_OTHER + 12, r->commit_count, r->commit ? state : 0);
    }
    if (r->rollback) {
        for (unsigned i = ISA_SHADOW_R_FIRST; i <= ISA_SHADOW_R_LAST; i++)
            r->r[i] = number(r, mix(r->events, p->pool & BIT(i) ? mix(v->runs, i) : i));
        for (unsigned i = 0; i < ISA_C_COUNT; i++)
            r->c[i] = mix(r->events, i);
    }
    r->written_r = r->stores = 0;
    r->written_c = 0;
    r->commit = r->rollback = false;
}

static void leave(struct run *r, uint64_t mask)
{
    struct leave *l = &r->leave[r->leaves++];

    *l = (struct leave){
        .taken = r->taken, .target = r->target, .memory = r->memory, .events = r->events};
    for (; mask; mask &= mask - 1)
        l->registers = mix(l->registers, r->r[__builtin_ctzll(mask)]);
    for (unsigned i = 0; i < ISA_C_COUNT; i++)
        l->registers = mix(l->registers, r->c[i]);
    r->taken = false;
    r->target = 0;
}

/* ---------------------------------------------------------------- both runs */

static void start(struct verifier *v, struct run *r, uint64_t seed, unsigned manner,
                  const struct program *p, bool output)
{
    memset(r, 0, offsetof(struct run, leave));
    r->seed = seed;
    r->manner = manner;
    for (unsigned i = 1; i < 64; i++)
        r->r[i] = number(r, i + ((p->pool & BIT(i)) && output ? 1000 : 0));
    for (unsigned i = 0; i < ISA_C_COUNT; i++)
        r->c[i] = mix(seed, i) & isa_x86_flag_mask();
    r->r[R_SP] = STACK + 64 * (seed & 255);
    v->runs++;
}

/* The branch leaves where the input goes on, and goes on where that leaves. */
static void invert(struct run *r, uint64_t other)
{
    r->taken = !r->taken;
    r->target = r->taken ? other : 0;
}

static void differ(const struct trace *t, const char *what, int32_t at)
{
    ld_bug("%s: the schedule of the trace is wrong: %s at exit %d",
           program_where(t->prog, t->prog->block[t->member[0]].rv), what, at);
}

/* Executes an atom of the input, and follows which object its result points into. */
static void execute_input(const struct program *p, struct verifier *v, struct run *r,
                          const struct atom *a)
{
    struct isa_effects fx;
    unsigned rd = isa_facts[a->op.atom].uses & ISA_WRITE_RD ? a->op.rd : 0;
    unsigned indexed = 1 + (r->r[a->op.ra] & 7); /* the register that gget and gset mean */
    int32_t result = object_result(p, a, r->object[a->op.ra], r->object[a->op.rb],
                                   r->object[a->op.rd]);

    isa_effects(&a->op, &fx);
    if (atom_is(a, ISA_F_GREG_READ)) {
        result = r->object[indexed];
    } else if (atom_is(a, ISA_F_GREG_WRITE)) {
        result = r->object[a->op.rb];
        rd = indexed;
        fx.r_write = BIT(indexed);
    }
    r->access = 0;
    if (atom_is_load(a) || atom_is_store(a))
        r->access = a->op.ra == R_SP ? STACK_OBJECT : r->object[a->op.ra];
    r->constant = r->access && r->access != STACK_OBJECT && p->object_constant[r->access];
    execute(v, r, a);
    retire(v, r, p);
    for (uint64_t m = fx.r_write; m; m &= m - 1)
        r->object[__builtin_ctzll(m)] = 0;
    if (rd)
        r->object[rd] = result;
}

/* A call or return into the next member: it must lead there. */
static void pass(const struct trace *t, struct run *r, int32_t member)
{
    const struct program *p = t->prog;
    const struct block *b = &p->block[t->member[member]];
    int32_t next = member + 1 < t->members ? t->member[member + 1] : t->next;

    if (!r->taken || r->target != p->block[next].rv)
        differ(t, "a call or return leads elsewhere", r->leaves);
    if (b->end == END_CALL)
        r->r[R_RA] = p->block[b->fall].rv;
    r->taken = false;
    r->target = 0;
}

static void run_input(const struct trace *t, struct verifier *v)
{
    const struct program *p = t->prog;
    struct run *r = &v->input;
    bool skip_if_taken = false, skip_if_not = false, taken = false;

    for (int32_t i = 0; i < t->members; i++) {
        const struct block *b = &p->block[t->member[i]];
        bool guards = i + 1 < t->members && t->role[i + 1] != ROLE_PLAIN;

        skip_if_taken = t->role[i] == ROLE_IF_NOT_TAKEN;
        skip_if_not = t->role[i] == ROLE_IF_TAKEN;
        if ((skip_if_taken && taken) || (skip_if_not && !taken))
            continue;
        for (uint32_t k = 0; k < b->count; k++) {
            const struct atom *a = &p->atom[b->first + k];
            bool control = a->op.atom < ISA_ATOM_COUNT && atom_is_control(a);

            if (a->op.atom >= ISA_ATOM_COUNT || (control && t->role[i] != ROLE_PLAIN) ||
                (control && i == t->members - 1 && trace_jump_dropped(t)) ||
                (control && i < t->members - 1 && b->end == END_JUMP))
                continue;
            execute_input(p, v, r, a);
            if (control && trace_links_itself(t, i))
                r->r[R_RA] = p->block[b->fall].rv;
            if (control && t->through[i]) {
                pass(t, r, i);
            } else if (control && guards) {
                taken = r->taken;
                r->taken = false;
                r->target = 0;
            } else if (control) {
                if (t->inverted[i])
                    invert(r, p->block[b->fall].rv);
                if (t->never[i]) {
                    if (r->taken)
                        differ(t, "a branch that was left out leaves", r->leaves);
                    continue;
                }
                v->mask[r->leaves] = trace_live_at_exit(t, i);
                leave(r, v->mask[r->leaves]);
            }
        }
    }
    if (trace_jump_added(t)) {
        jump(r, p->block[t->next].rv);
        v->mask[r->leaves] = trace_live_into(p, t->next);
        leave(r, v->mask[r->leaves]);
    }
    v->mask[r->leaves] = t->next != NONE ? trace_live_into(p, t->next) : 0;
    leave(r, v->mask[r->leaves]);
}

static void run_output(const struct trace *t, struct verifier *v)
{
    struct run *r = &v->output;

    for (int32_t i = 0; i < t->out_bundles; i++) {
        const struct bundle *b = &t->out_bundle[i];
        bool control = false;

        for (uint32_t k = 0; k < b->count; k++) {
            control |= atom_is_control(&b->atom[k]);
            execute(v, r, &b->atom[k]);
        }
        retire(v, r, t->prog);
        if (control && r->leaves < v->input.leaves)
            leave(r, v->mask[r->leaves]);
    }
    leave(r, v->mask[v->input.leaves - 1]);
}

static void compare(const struct trace *t, const struct verifier *v)
{
    int32_t leaves = v->input.leaves;

    if (v->output.clash)
        differ(t, "two writes to a register", 0);
    if (v->output.below_sp && !v->input.below_sp)
        differ(t, "an access below sp", 0);
    if (v->output.leaves != leaves)
        differ(t, "another number of branches", v->output.leaves);
    for (int32_t i = 0; i < leaves; i++) {
        const struct leave *a = &v->input.leave[i], *b = &v->output.leave[i];

        if (a->taken != b->taken || a->target != b->target)
            differ(t, "another branch", i);
        if (a->registers != b->registers)
            differ(t, "other registers", i);
        if (a->memory != b->memory)
            differ(t, "other memory", i);
        if (a->events != b->events)
            differ(t, "another order of guest accesses or system operations", i);
    }
}

void trace_verify(struct trace *t)
{
    static struct verifier v;
    const struct program *p = t->prog;
    uint64_t rv = p->block[t->member[0]].rv;

    for (unsigned i = 0, trials = 0; i < DRAWS && trials < TRIALS; i++) {
        uint64_t seed = mix(rv, i);

        start(&v, &v.input, seed, i % 6, p, false);
        for (unsigned reg = 1; reg < 64; reg++)
            v.input.object[reg] = object_at_head(p, t->member[0], reg);
        run_input(t, &v);
        if (v.input.meet)
            continue;
        start(&v, &v.output, seed, i % 6, p, true);
        run_output(t, &v);
        compare(t, &v);
        trials++;
    }
}
