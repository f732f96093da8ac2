/*
 * ir.h - gear 3's intermediate representation.
 *
 * An instruction of the IR is an atom whose operands are values instead of registers: its operation
 * is a number of isa/, its constants stand in the atom's own fields, and what the passes know of it
 * (operands, unit, latency, memory, meaning) is what isa/ says. So no pass has a table of
 * operations, and the last pass has nothing to select.
 *
 * A value is written once. A `ref` names one: instruction number << 1, plus the tag: an atom has up
 * to two results, a number and status flags. Numbers below IR_FIRST belong to no atom: r0, which is
 * zero, and what the guest's registers hold when the body begins. Example:
 *
 *     add eax, [esi+4]           v20    = gld.32 [v7 + 4]
 *                                v21 f21 = addf.32 v1, v20
 *     jz  out                    brc z f21 -> exit 0 {eax=v21, flags=f21}
 *     push eax                   gst.32 v21, [v5 - 4]
 *                                v24    = addiz v5, -4
 *
 * Where an atom's destination register is also a source (dep, cmov, the flags of inc), the old
 * value is an operand of its own, ARG_D or ARG_C; only the allocator knows that both are one
 * register.
 *
 * The guest's state at a place where control may leave is a *snapshot*: for each guest register the
 * value that it has there. That is all that makes a translation precise: passes may move, merge or
 * drop whatever they like as long as each snapshot's values are there when its exit is taken. The
 * registers themselves are changed as late as on the exit's own path.
 *
 * Blocks: what runs once on entry (invariant values); the body, one straight line with exits, which
 * ends the translation or goes back to its own begin; and for each exit what is computed only when
 * it is taken. If the body loops, the entry values stand for the registers at the begin of *any*
 * round, and the end's snapshot is what the next round begins with.
 */
#ifndef CMS_GEAR3_IR_H
#define CMS_GEAR3_IR_H

#include "gear2/trans.h"

typedef uint16_t ref;

enum ref_tag { TAG_NUMBER, TAG_FLAGS };

#define REF(n, tag) ((ref)((n) << 1 | (tag)))
#define REF_ZERO REF(0, TAG_NUMBER)
#define REF_NONE REF(0, TAG_FLAGS) /* zero has no flags: tables by reference need no test for it */

static inline unsigned ref_ins(ref r)
{
    return r >> 1;
}

static inline unsigned ref_tag(ref r)
{
    return r & 1;
}

/*
 * Places of the guest's state, in the order of the chip's registers, and how many instructions were
 * executed of those that are skipped on some ways.
 */
enum {
    STATE_FLAGS = 0,
    STATE_EAX = 1,
    STATE_ESP = 5,
    STATE_EDI = 8,
    STATE_EIP = 9,
    STATE_EXTRA = 10,
    STATE_COUNT
};

#define STATE_ROOM 12 /* so many are copied at once, by words */

/* Values at the begin: REF_ZERO, then r1..r9 by their own numbers, then c0. */
#define IR_ENTRY_FLAGS 10
#define IR_ENTRY_ATOM ISA_lim /* of those: one that no pass knows */
#define IR_FIRST 11

#define IR_INS 1536
#define IR_REFS (2 * IR_INS)

enum { ARG_D, ARG_A, ARG_B, ARG_C, ARG_COUNT }; /* rd or rs; ra; rb; ca or cd */

#define LANE(arg, value) ((uint64_t)(value) << 16 * (arg))

struct ins {
    struct isa_op op; /* its registers are filled in by the allocator */
    union {
        ref arg[ARG_COUNT];
        uint64_t args; /* all at once, in lanes */
    };
    uint16_t prev, next; /* in its block, IR_NONE: none */
    ref twin;            /* flags alone: their number, or REF_NONE */
    uint8_t block;
    uint8_t role, exit, insn; /* as in struct atom */
    uint8_t width;            /* only so many low bits of its number may be set: 0..64 */
    bool early;               /* a load that may pass exits */
    ref base;                 /* a checking store: its address, before it was computed */
    int32_t offset;
};

_Static_assert(sizeof(struct ins) == LINE_BYTES, "a number times its size is a shift");

#define IR_NONE 0

/* BLOCK_EXITS + n: the path of exit n */
enum { BLOCK_ENTRY, BLOCK_BODY, BLOCK_EXITS, BLOCK_NONE = UINT8_MAX };

struct block {
    uint16_t first, last;
};

#define IR_BUCKETS 128
#define IR_ACCESSES 24

/* What memory.c knows at some place of the straight line. */
struct known {
    uint16_t bucket[IR_BUCKETS]; /* the last instruction with this hash, */
    uint16_t chain[IR_INS];      /* and those before it */
    unsigned accesses;
    struct access {       /* the newest last */
        uint64_t where;   /* its address: base, index and displacement */
        uint8_t scale, size;
        bool sign;        /* extended by its sign */
        bool load;
        ref value;
    } access[IR_ACCESSES];
};

/* A branch that is converted, on the way to where it leads (ifconvert.c). */
struct hammock {
    unsigned skips, join; /* past so many instructions, to that one; 0: there is none */
    ref flags;            /* if so it is by these, */
    uint8_t cond;
    ref r[STATE_EIP], c0; /* and this is the guest's state then */
};

/* Instructions come first: the compiler reaches their members without computing an address. */
struct ir {
    struct trans *t;
    unsigned count;
    bool loops;
    bool counted;         /* uses[] and exits[] are right */
    bool replaced;        /* some values have been, and their users may not know */
    bool changed;         /* values are not what they were when they were folded last */
    bool fused;           /* branches have been, with what they ask for */
    bool folds, numbers;  /* the options fold and memory, while lowering */
    _Alignas(LINE_BYTES) struct ins ins[IR_INS];
    _Alignas(uint64_t) ref end[STATE_ROOM]; /* the snapshot at the body's end, */
    struct block block[BLOCK_EXITS + TRANS_EXITS];
    _Alignas(uint64_t) ref state[TRANS_EXITS][STATE_ROOM]; /* and those of side exits */
    /*
     * While lowering: what the chip's registers hold, and a second time none for what isn't read;
     * side exits so far, and how many there were when the guest's registers were last written.
     */
    _Alignas(uint64_t) ref r[2 * 64], c[2 * 4];
    ref extra;
    uint8_t sides, since[STATE_COUNT];
    struct hammock hammock;
    struct known known;
    /* lifted ones that some passes look for, in the order of the body, if they are still there: */
    struct list {
        unsigned count;
        uint16_t ins[IR_INS];
    } memory, status; /* guest accesses; what makes status flags, and branches */
    /* of each value: */
    _Alignas(LINE_BYTES) ref same[IR_REFS]; /* what has replaced it, or itself */
    _Alignas(LINE_BYTES) uint16_t uses[IR_REFS]; /* by instructions on entry and in the body, and
                                                  * at the end */
    _Alignas(LINE_BYTES) uint16_t exits[IR_REFS]; /* by exits' paths and snapshots */
};

static inline struct ins *ir_ins(struct ir *ir, ref r)
{
    return &ir->ins[ref_ins(r)];
}

static inline const struct isa_fact *ins_fact(const struct ins *i)
{
    return &isa_facts[i->op.atom];
}

static inline bool ins_is(const struct ins *i, uint32_t flag)
{
    return ins_fact(i)->flags & flag;
}

/* Is it the constant *value? Zero is one: its instruction is like theirs. */
static inline bool ir_constant(const struct ir *ir, ref r, int64_t *value)
{
    const struct ins *i = &ir->ins[ref_ins(r)];

    *value = i->op.imm;
    return ref_tag(r) == TAG_NUMBER && i->op.atom == ISA_addi && i->arg[ARG_A] == REF_ZERO;
}

/* ---- ir.c: instructions and blocks */

/* Where the next one will be: a line of the cache, that is cleared without being read. */
static inline struct ins *ir_clear_next(struct ir *ir)
{
    struct ins *i = &ir->ins[ir->count];

    line_clear(i);
    return i;
}

/* In a table by reference, what it says of both results of instruction n. */
static inline void ir_set_both(uint16_t *table, unsigned n, uint32_t number, uint32_t flags)
{
    uint32_t both = number | flags << 16;
    uint16_t *entry = &table[REF(n, TAG_NUMBER)];

    __builtin_memcpy(__builtin_assume_aligned(entry, sizeof(both)), &both, sizeof(both));
}

/* The next one is there, in no block, and nobody uses it; returns its number. */
static inline unsigned ir_enter(struct ir *ir)
{
    unsigned n = ir->count++;

    ir->ins[n].twin = REF_NONE;
    if (REF(n, TAG_NUMBER) % (LINE_BYTES / sizeof(ref)) == 0) {
        line_clear(&ir->same[REF(n, TAG_NUMBER)]);
        line_clear(&ir->uses[REF(n, TAG_NUMBER)]);
        line_clear(&ir->exits[REF(n, TAG_NUMBER)]);
    }
    ir_set_both(ir->same, n, REF(n, TAG_NUMBER), REF(n, TAG_FLAGS));
    return n;
}

/* A new one in no block, or 0 if there is no room; the translation is given up then. */
unsigned ir_new(struct ir *ir, const struct isa_op *op, const ref arg[ARG_COUNT], unsigned insn);

static inline void ir_append(struct ir *ir, unsigned block, unsigned n)
{
    struct block *b = &ir->block[block];
    struct ins *i = &ir->ins[n];

    i->block = (uint8_t)block;
    i->prev = b->last;
    i->next = IR_NONE;
    if (b->last == IR_NONE)
        b->first = (uint16_t)n;
    else
        ir->ins[b->last].next = (uint16_t)n;
    b->last = (uint16_t)n;
}

static inline void ir_list(struct list *l, unsigned n)
{
    l->ins[l->count++] = (uint16_t)n;
}

void ir_remove(struct ir *ir, unsigned n); /* with it, if it is a branch, its exit's path */
/* Whoever uses result `tag` of n uses `by` from now on: ir_resolve says so. */
void ir_replace(struct ir *ir, unsigned n, unsigned tag, ref by);
ref ir_resolve(const struct ir *ir, ref r);
void ir_resolve_args(const struct ir *ir, struct ins *i);
void ir_resolve_exit(struct ir *ir, unsigned exit); /* its path and its snapshot */
void ir_resolve_end(struct ir *ir); /* and that is all: whoever walks the blocks calls it last */

static inline bool ir_is_replaced(const struct ir *ir, ref r)
{
    return ir->same[r] != r;
}

/* No memory, no control: may go where its operands are. */
static inline bool ir_is_pure(const struct ins *i)
{
    return i->role == ROLE_PLAIN &&
           !ins_is(i, ISA_F_LOAD | ISA_F_STORE | ISA_F_BRANCH | ISA_F_TRAP | ISA_F_SEQ);
}

/* A load of the firmware's own data, which no translated code changes. */
static inline bool ir_is_fixed_load(const struct ins *i)
{
    return ins_is(i, ISA_F_LOAD) && !ins_is(i, ISA_F_GUEST);
}

/* Adds rd = op(a, b) before that instruction, its uses counted; REF_ZERO if there is no room. */
ref ir_number(struct ir *ir, unsigned before, const struct isa_op *op, ref a, ref b);

/* Is the value computed on the exit's own path? */
static inline bool ir_is_on_path(const struct ir *ir, unsigned exit, ref r)
{
    return ir->ins[ref_ins(r)].block == BLOCK_EXITS + exit;
}

/* pair.c: the plain atom for one whose flags nobody wants; false if there is none */
bool ir_drop_flags(const struct ir *ir, struct ins *i);
/* fold.c: low bits of its number that may be set, by its operands */
unsigned ir_width(const struct ir *ir, const struct ins *i);

/*
 * ir_count_uses counts unless that has been done; whoever changes operands afterwards keeps the
 * numbers right by ir_use and ir_unuse, or says !counted.
 */
void ir_count_uses(struct ir *ir);
/* One that occurs twice counts once, both ways; what REF_NONE counts nobody asks for. */
static inline void ir_count(uint16_t *uses, uint64_t args, unsigned more)
{
    uint16_t *d = &uses[(ref)args], *a = &uses[(ref)(args >> 16)];
    uint16_t *b = &uses[(ref)(args >> 32)], *c = &uses[args >> 48];
    unsigned of_d = *d, of_a = *a, of_b = *b, of_c = *c;

    *d = (uint16_t)(of_d + more);
    *a = (uint16_t)(of_a + more);
    *b = (uint16_t)(of_b + more);
    *c = (uint16_t)(of_c + more);
}

static inline void ir_use(struct ir *ir, const struct ins *i) /* its operands, where it stands */
{
    ir_count(i->block >= BLOCK_EXITS ? ir->exits : ir->uses, i->args, 1);
}

static inline void ir_unuse(struct ir *ir, const struct ins *i)
{
    ir_count(i->block >= BLOCK_EXITS ? ir->exits : ir->uses, i->args, -1u);
}

static inline bool ir_is_used(const struct ir *ir, ref r)
{
    return ir->uses[r] | ir->exits[r];
}

/* The address of a guest access as a value plus a constant; false if it isn't that simple. */
bool ir_place(const struct ins *i, ref *base, int32_t *offset);
/* Can the two guest accesses never touch a common byte? */
bool ir_apart(const struct ins *a, const struct ins *b);

/*
 * fold.c, memory.c: the value that the number of an instruction, whose operands won't change, is
 * found to be. A branch that is never taken is removed, and so is what memory knows already, which
 * is asked in the order of the line.
 */
ref fold_ins(struct ir *ir, unsigned n);
void memory_begin(struct ir *ir);
ref memory_ins(struct ir *ir, unsigned n);

/* ---- the passes; passes.def has them in order */
#define PASS(letter, name, key, text) void pass_##name(struct ir *ir);
#include "gear3/passes.def"
#undef PASS

/* ---- before and after them */
bool region_select(struct trans *t);  /* region.c */
bool ir_lift(struct ir *ir);          /* lift.c: guest instructions to IR */
/*
 * lift.c, for what lifts: the value that the number of n, the newest, is; n stays only if that is a
 * new one, or if something else happens there. A place of the guest's state gets a value.
 */
ref ir_settle(struct ir *ir, unsigned n);
void ir_name(struct ir *ir, unsigned place, ref value);
bool ir_check(const struct ir *ir);   /* check.c */
void ir_dump(struct ir *ir, const char *pass); /* dump.c */
bool ir_allocate(struct ir *ir);      /* allocate.c: IR to atoms in registers */

#endif
