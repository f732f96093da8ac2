/*
 * objects.c - which object of the program a register points into.
 *
 * The relocations name the object whose address an instruction makes. From there it is followed
 * through moves and additions over all blocks of a function: whatever is added to an address of an
 * object, the sum points into the same object. That is C's rule, and GCC's optimizers keep to it.
 * So accesses to two objects can't touch the same bytes, nor can one to an object and one to a
 * frame by sp, and nothing is ever stored into an object that is read-only.
 *
 * What is loaded or comes as an argument points anywhere. A call keeps what it must keep.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/ld/ld.h"

#define FIRST 32 /* register with a fact */
#define FACTS 32
#define NOT_YET (-1)

struct extent {
    uint32_t symbol, section;
    uint64_t from, to;
};

static int by_address(const void *a, const void *b)
{
    const struct extent *x = a, *y = b;

    if (x->section != y->section)
        return x->section < y->section ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->symbol < y->symbol ? -1 : x->symbol > y->symbol;
}

/* Objects are named by one of their symbols; symbols that overlap name the same one. */
static void find_objects(struct program *p)
{
    const struct rv_file *f = p->rv;
    struct extent *e = ld_alloc(f->symbols, sizeof *e);
    size_t count = 0;

    p->object = ld_alloc(f->symbols, sizeof *p->object);
    p->object_constant = ld_alloc((size_t)f->symbols + 1, 1);
    for (uint32_t i = 1; i < f->symbols; i++) {
        const struct rv_symbol *y = &f->symbol[i];

        if (!y->section || y->section >= f->sections || !f->section[y->section].alloc ||
            f->section[y->section].code)
            continue;
        if (!f->section[y->section].write) {
            p->object[i] = (int32_t)i;
            p->object_constant[i] = true;
        } else if (y->object && y->size) {
            e[count++] = (struct extent){i, y->section, y->value, y->value + y->size};
        }
    }
    if (count)
        qsort(e, count, sizeof *e, by_address);
    for (size_t i = 0; i < count; i++) {
        bool overlaps = i && e[i].section == e[i - 1].section && e[i].from < e[i - 1].to;

        p->object[e[i].symbol] = overlaps ? p->object[e[i - 1].symbol] : (int32_t)e[i].symbol;
        if (overlaps && e[i].to < e[i - 1].to)
            e[i].to = e[i - 1].to;
    }
}

/* ---------------------------------------------------------------- one atom */

static int32_t sum_of(int32_t a, int32_t b)
{
    if (a == NOT_YET || b == NOT_YET)
        return NOT_YET;
    return a && b ? 0 : a + b;
}

int32_t object_result(const struct program *p, const struct atom *a, int32_t ra, int32_t rb,
                      int32_t old)
{
    if (a->symbol)
        return p->object[a->symbol];
    if (a->code != NO_CODE)
        return 0;
    switch (a->op.atom) {
    case ISA_addi: return ra;
    case ISA_add: return sum_of(ra, rb);
    case ISA_sub:
    case ISA_sh1add:
    case ISA_sh2add:
    case ISA_sh3add:
    case ISA_adduw:
    case ISA_sh1adduw:
    case ISA_sh2adduw:
    case ISA_sh3adduw: {
        int32_t base = a->op.atom == ISA_sub ? ra : rb, index = a->op.atom == ISA_sub ? rb : ra;
        return base == NOT_YET || index == NOT_YET ? NOT_YET : index ? 0 : base;
    }
    case ISA_cmovz:
    case ISA_cmovnz: return rb == old ? old : 0;
    }
    return 0;
}

/* ---------------------------------------------------------------- all blocks */

struct flow {
    struct program *p;
    int32_t *work, count;
    bool *waiting;
};

static void arrive(struct flow *f, int32_t to, const int32_t *fact)
{
    struct block *k = to == NONE ? NULL : &f->p->block[to];
    bool changed = false;

    if (!k || !k->reached)
        return;
    for (unsigned i = 0; i < FACTS; i++) {
        int32_t meet = k->object[i] == NOT_YET || k->object[i] == fact[i] ? fact[i] : 0;

        changed |= fact[i] != NOT_YET && meet != k->object[i];
        if (fact[i] != NOT_YET)
            k->object[i] = meet;
    }
    if (changed && !f->waiting[to]) {
        f->waiting[to] = true;
        f->work[f->count++] = to;
    }
}

static int32_t fact_of(const int32_t *fact, unsigned reg)
{
    return reg < FIRST ? 0 : fact[reg - FIRST];
}

static void run_block(const struct program *p, const struct block *b, int32_t *fact)
{
    for (uint32_t k = 0; k < b->count; k++) {
        const struct atom *a = &p->atom[b->first + k];
        struct isa_effects fx;

        if (a->op.atom >= ISA_ATOM_COUNT)
            continue;
        unsigned rd = isa_facts[a->op.atom].uses & ISA_WRITE_RD ? a->op.rd : 0;
        int32_t result = object_result(p, a, fact_of(fact, a->op.ra), fact_of(fact, a->op.rb),
                                       fact_of(fact, a->op.rd));
        isa_effects(&a->op, &fx);
        for (uint64_t m = fx.r_write >> FIRST; m; m &= m - 1)
            fact[__builtin_ctzll(m)] = 0;
        if (rd >= FIRST)
            fact[rd - FIRST] = result;
    }
}

/* A jump through a register: to any block of the function that a pointer leads to. */
static void arrive_by_pointer(struct flow *f, const struct func *func, const int32_t *fact)
{
    const struct program *p = f->p;

    for (int32_t b = func->first_block; b < p->blocks && &p->func[p->block[b].func] == func; b++)
        if (p->block[b].pointed)
            arrive(f, b, fact);
}

static void leave(struct flow *f, const struct block *b, int32_t *fact)
{
    static const int32_t nothing[FACTS];
    const struct program *p = f->p;

    if (b->end == END_CALL || b->end == END_STOP) {
        for (unsigned i = 0; i < FACTS; i++)
            if (!(REGISTERS_SAVED >> (FIRST + i) & 1))
                fact[i] = 0;
    }
    if (b->end == END_CALL)
        arrive(f, b->taken, nothing);
    else
        arrive(f, b->taken, fact);
    arrive(f, b->fall, fact);
    if (b->end == END_JR && b->func != NONE)
        arrive_by_pointer(f, &p->func[b->func], fact);
}

void program_objects(struct program *p)
{
    static const int32_t nothing[FACTS];
    struct flow f = {.p = p,
                     .work = ld_alloc((size_t)p->blocks, sizeof *f.work),
                     .waiting = ld_alloc((size_t)p->blocks, sizeof *f.waiting)};

    find_objects(p);
    for (int32_t b = 0; b < p->blocks; b++) {
        p->block[b].object = ld_alloc(FACTS, sizeof *p->block[b].object);
        memset(p->block[b].object, 0xff, FACTS * sizeof *p->block[b].object);
    }
    for (int32_t b = 0; b < p->blocks; b++) {
        const struct block *k = &p->block[b];
        const struct func *func = k->func == NONE ? NULL : &p->func[k->func];
        bool inside = func && func->plain && func->first_block != b;

        if (k->entered && !(k->pointed && inside))
            arrive(&f, b, nothing);
    }
    while (f.count) {
        int32_t fact[FACTS], b = f.work[--f.count];

        f.waiting[b] = false;
        memcpy(fact, p->block[b].object, sizeof fact);
        run_block(p, &p->block[b], fact);
        leave(&f, &p->block[b], fact);
    }
}

int32_t object_at_head(const struct program *p, int32_t b, unsigned reg)
{
    int32_t fact = fact_of(p->block[b].object, reg);

    return fact == NOT_YET ? 0 : fact;
}
