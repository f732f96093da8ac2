/*
 * cfg.c - basic blocks, functions, and what the entry can reach.
 *
 * Blocks stay in the order of their RV64 addresses, through all passes: what follows a block in the
 * input follows it in the output. A block begins where the input can be entered or where control
 * has just left. Which addresses those are is known exactly: every branch names its target, every
 * other use of a code address has a relocation.
 *
 * What is never reached is left out: padding, constants between functions, the fall-through of
 * calls that do not return. An instruction that could not be lifted is an error only where it can
 * be reached.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/elf/rows.h"
#include "tools/ld/ld.h"

/*
 * A byte a code word: a block begins here; something other than a branch names it, be it only a
 * symbol; a pointer to it exists.
 */
struct leaders {
    uint8_t **begin, **named, **pointed;
};

static void mark(const struct program *p, uint8_t **map, uint64_t rv)
{
    const struct rv_section *s = rv_code_at(p->rv, rv, false);

    if (s)
        map[s - p->rv->section][(rv - s->addr) / 4] = 1;
}

static int by_start(const void *a, const void *b)
{
    const struct func *x = a, *y = b;

    if (x->rv != y->rv)
        return x->rv < y->rv ? -1 : 1;
    if (x->sized != y->sized)
        return x->sized ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Functions are function symbols, and other global names in code (assembly). */
static void find_functions(struct program *p)
{
    const struct rv_file *f = p->rv;

    p->func = ld_alloc(f->symbols + 1, sizeof *p->func);
    for (unsigned i = 1; i < f->symbols; i++) {
        const struct rv_symbol *y = &f->symbol[i];
        bool plain = y->global && !y->object && !y->file_or_section;

        if (!y->section || !f->section[y->section].code || !(y->func || plain) || y->value % 4 ||
            !rv_code_at(f, y->value, false))
            continue;
        p->func[p->funcs++] = (struct func){
            .name = y->name,
            .rv = y->value,
            .rv_end = y->value + y->size,
            .first_block = NONE,
            .sized = y->func && y->size,
        };
    }
    if (p->funcs)
        qsort(p->func, (size_t)p->funcs, sizeof *p->func, by_start);
    int32_t kept = 0;
    for (int32_t i = 0; i < p->funcs; i++)
        if (kept == 0 || p->func[kept - 1].rv != p->func[i].rv)
            p->func[kept++] = p->func[i];
    p->funcs = kept;
    for (int32_t i = 0; i < kept; i++) {
        uint64_t next = i + 1 < kept ? p->func[i + 1].rv : UINT64_MAX;
        const struct rv_section *s = rv_code_at(f, p->func[i].rv, false);

        if (next > s->addr + s->size)
            next = s->addr + s->size;
        if (!p->func[i].sized || p->func[i].rv_end > next)
            p->func[i].rv_end = next;
    }
}

static int32_t func_at(const struct program *p, uint64_t rv)
{
    int32_t from = (int32_t)ROWS_BELOW(p->func, p->funcs, struct func, rv, rv + 1);

    return from && rv < p->func[from - 1].rv_end ? from - 1 : NONE;
}

const char *program_where(const struct program *p, uint64_t rv)
{
    int32_t f = func_at(p, rv);

    if (f == NONE) {
        /* functions may not be known yet: the nearest symbol before */
        const struct rv_symbol *best = NULL;
        const struct rv_section *s = rv_code_at(p->rv, rv, false);

        for (unsigned i = 1; s && i < p->rv->symbols; i++) {
            const struct rv_symbol *y = &p->rv->symbol[i];

            if (y->section && &p->rv->section[y->section] == s && !y->file_or_section &&
                y->name[0] != '.' && y->name[0] != '$' && y->value <= rv &&
                (!best || y->value > best->value))
                best = y;
        }
        if (best)
            return ld_format("%s+0x%llx (0x%llx)", best->name,
                             (unsigned long long)(rv - best->value), (unsigned long long)rv);
        return ld_format("0x%llx", (unsigned long long)rv);
    }
    return ld_format("%s+0x%llx (0x%llx)", p->func[f].name,
                     (unsigned long long)(rv - p->func[f].rv), (unsigned long long)rv);
}

/* Does control never simply go on behind this atom? Conditional branches and calls do. */
static bool ends_block(const struct atom *a)
{
    return a->op.atom == ATOM_UNKNOWN || a->op.atom == ATOM_FENCE || a->op.atom == ISA_brk ||
           atom_is_control(a) || atom_is(a, ISA_F_ROLLBACK);
}

static void find_leaders(struct program *p, struct leaders *l)
{
    const struct rv_file *f = p->rv;

    l->begin = ld_alloc(f->sections, sizeof *l->begin);
    l->named = ld_alloc(f->sections, sizeof *l->named);
    l->pointed = ld_alloc(f->sections, sizeof *l->pointed);
    for (unsigned i = 1; i < f->sections; i++) {
        if (!f->section[i].code)
            continue;
        l->begin[i] = ld_alloc(f->section[i].size / 4 + 1, 1);
        l->named[i] = ld_alloc(f->section[i].size / 4 + 1, 1);
        l->pointed[i] = ld_alloc(f->section[i].size / 4 + 1, 1);
    }
    mark(p, l->named, f->entry);
    for (int32_t i = 0; i < p->funcs; i++)
        mark(p, l->named, p->func[i].rv);
    for (size_t i = 0; i < f->relocs; i++) {
        bool code;
        int64_t offset;

        if (rv_code_at(f, f->reloc[i].addr, false))
            continue;
        uint64_t target = rv_reloc_target(f, &f->reloc[i], &code, &offset);
        if (code) {
            mark(p, l->named, target);
            mark(p, l->pointed, target);
        }
    }
    for (size_t i = 0; i < p->atoms; i++) {
        const struct atom *a = &p->atom[i];

        if (a->code == NO_CODE)
            continue;
        mark(p, atom_is_control(a) ? l->begin : l->named, a->code);
        if (!atom_is_control(a))
            mark(p, l->pointed, a->code);
    }
    for (unsigned i = 1; i < f->sections; i++) {
        if (!f->section[i].code)
            continue;
        uint64_t words = f->section[i].size / 4;
        uint32_t length = 0;
        l->begin[i][0] = 1;
        for (uint64_t w = 0; w < words; w++) {
            uint32_t first = p->first_atom[i][w], last = p->first_atom[i][w + 1];

            length = l->begin[i][w] | l->named[i][w] ? 0 : length;
            length += last - first;
            if (last > first && ends_block(&p->atom[last - 1]))
                l->begin[i][w + 1] = 1;
            else if (length >= BLOCK_ATOMS)
                l->begin[i][w + 1] = 1;
        }
    }
}

static void add_block(struct program *p, size_t *capacity, unsigned section, uint64_t from,
                      uint64_t to, const struct leaders *l)
{
    uint64_t base = p->rv->section[section].addr;
    struct block *b;

    p->block = ld_grow(p->block, (size_t)p->blocks, capacity, sizeof *p->block);
    b = &p->block[p->blocks++];
    *b =
        (struct block){.rv = base + 4 * from, .rv_end = base + 4 * to, .taken = NONE, .fall = NONE};
    b->first = p->first_atom[section][from];
    b->count = p->first_atom[section][to] - b->first;
    b->entered = l->named[section][from];
    b->pointed = l->pointed[section][from];
    b->func = func_at(p, b->rv);
}

static int by_block_address(const void *a, const void *b)
{
    const struct block *x = a, *y = b;

    return x->rv < y->rv ? -1 : x->rv > y->rv;
}

static void make_blocks(struct program *p, const struct leaders *l)
{
    size_t capacity = 0;

    for (unsigned i = 1; i < p->rv->sections; i++) {
        if (!p->rv->section[i].code)
            continue;
        uint64_t words = p->rv->section[i].size / 4, start = 0;
        for (uint64_t w = 1; w <= words; w++) {
            if (w < words && !l->begin[i][w] && !l->named[i][w])
                continue;
            add_block(p, &capacity, i, start, w, l);
            start = w;
        }
    }
    qsort(p->block, (size_t)p->blocks, sizeof *p->block, by_block_address);
}

int32_t program_block_from(const struct program *p, uint64_t rv)
{
    return (int32_t)ROWS_BELOW(p->block, p->blocks, struct block, rv, rv);
}

int32_t program_block_at(const struct program *p, uint64_t rv)
{
    int32_t b = program_block_from(p, rv);

    return b < p->blocks && p->block[b].rv == rv ? b : NONE;
}

static enum block_end end_of(const struct atom *last)
{
    if (last->op.atom == ISA_brk || last->op.atom == ATOM_UNKNOWN)
        return END_STOP;
    if (!atom_is_control(last))
        return END_FALL;
    if (atom_is_conditional(last))
        return END_COND;
    if (atom_is(last, ISA_F_LINK))
        return END_CALL;
    if (last->op.atom == ISA_br)
        return END_JUMP;
    return last->op.ra == R_RA ? END_RET : END_JR;
}

/*
 * May control fall out of block b into block n? Not where a call that does not return closes a
 * function.
 */
static bool falls_into(const struct program *p, const struct block *b, const struct block *n)
{
    if (n->rv != b->rv_end || b->end == END_JUMP || b->end == END_RET || b->end == END_JR)
        return false;
    if (b->end != END_CALL && b->end != END_STOP)
        return true;
    if (n->count && p->atom[n->first].op.atom == ATOM_UNKNOWN)
        return false;
    return n->func == b->func;
}

static void link_blocks(struct program *p)
{
    for (int32_t i = 0; i < p->blocks; i++) {
        struct block *b = &p->block[i];
        const struct atom *last = b->count ? &p->atom[b->first + b->count - 1] : NULL;

        b->end = last ? end_of(last) : END_FALL;
        b->barrier = b->end == END_CALL ||
                     (last && (last->op.atom == ATOM_FENCE || last->op.atom == ISA_brk ||
                               atom_is(last, ISA_F_ROLLBACK)));
        if (i + 1 < p->blocks && falls_into(p, b, &p->block[i + 1]))
            b->fall = i + 1;
        for (uint32_t k = 0; k < b->count; k++) {
            struct atom *a = &p->atom[b->first + k];

            if (a->code == NO_CODE)
                continue;
            a->block = program_block_at(p, a->code);
            if (a->block != NONE && a == last && atom_is_control(a))
                b->taken = a->block;
        }
    }
}

/* ---------------------------------------------------------------- reachability */

struct work {
    int32_t *block;
    int32_t count;
};

static void reach(struct program *p, struct work *w, int32_t b)
{
    if (b == NONE || p->block[b].reached)
        return;
    p->block[b].reached = true;
    w->block[w->count++] = b;
}

static void refuse_unknown(const struct program *p, const struct atom *a)
{
    uint32_t word = (uint32_t)a->op.imm;

    if ((word & 3) != 3)
        ld_fail("%s: compressed instruction or data where code is expected: 0x%04x",
                program_where(p, a->pc), word & 0xffff);
    ld_fail("%s: unknown instruction 0x%08x", program_where(p, a->pc), word);
}

static void reach_block(struct program *p, struct work *w, const struct block *b)
{
    for (uint32_t k = 0; k < b->count; k++) {
        const struct atom *a = &p->atom[b->first + k];

        if (a->op.atom == ATOM_UNKNOWN)
            refuse_unknown(p, a);
        if (a->code == NO_CODE)
            continue;
        if (a->block == NONE && (atom_is_control(a) || rv_code_at(p->rv, a->code, false)))
            ld_fail("%s: jump to 0x%llx, which is no instruction", program_where(p, a->pc),
                    (unsigned long long)a->code);
        reach(p, w, a->block);
    }
    reach(p, w, b->fall);
    if (b->fall == NONE && (b->end == END_FALL || b->end == END_COND))
        ld_fail("%s: control runs off the end of the code", program_where(p, b->rv_end - 4));
}

static void find_reached(struct program *p)
{
    struct work w = {.block = ld_alloc((size_t)p->blocks, sizeof(int32_t))};

    reach(p, &w, program_block_at(p, p->rv->entry));
    for (size_t i = 0; i < p->rv->relocs; i++) {
        bool code;
        int64_t offset;

        if (rv_code_at(p->rv, p->rv->reloc[i].addr, false))
            continue;
        uint64_t target = rv_reloc_target(p->rv, &p->rv->reloc[i], &code, &offset);
        if (code)
            reach(p, &w, program_block_at(p, target));
    }
    while (w.count)
        reach_block(p, &w, &p->block[w.block[--w.count]]);
    for (int32_t i = 0; i < p->blocks; i++) {
        struct block *b = &p->block[i];

        if (!b->reached)
            continue;
        if (b->taken != NONE)
            p->block[b->taken].preds++;
        if (b->fall != NONE)
            p->block[b->fall].preds++;
        if (b->func != NONE && p->func[b->func].first_block == NONE)
            p->func[b->func].first_block = i;
    }
}

/* ---------------------------------------------------------------- frames */

/*
 * A frame is private if sp is used for nothing but accesses relative to it and its own adjustment:
 * then no other register can hold an address in the frame.
 */
static bool keeps_frame_private(const struct atom *a)
{
    struct isa_effects fx;

    if (a->op.atom >= ISA_ATOM_COUNT)
        return true;
    isa_effects(&a->op, &fx);
    if (a->op.atom == ISA_addi && a->op.rd == R_SP)
        return a->op.ra == R_SP;
    if (fx.r_write & BIT(R_SP))
        return false;
    if (!(fx.r_read & BIT(R_SP)))
        return true;
    if (atom_is_load(a))
        return true;
    return atom_is_store(a) && a->op.rs != R_SP;
}

/* GCC may move rare blocks to a function of their own, NAME.cold: they share the frame of NAME. */
static void share_frames(struct program *p)
{
    for (int32_t i = 0; i < p->funcs; i++) {
        const char *cold = strstr(p->func[i].name, ".cold");

        if (!cold)
            continue;
        size_t length = (size_t)(cold - p->func[i].name);
        p->func[i].frame_private = false;
        for (int32_t k = 0; k < p->funcs; k++)
            if (strncmp(p->func[k].name, p->func[i].name, length) == 0 && !p->func[k].name[length])
                p->func[k].frame_private = false;
    }
}

static void find_private_frames(struct program *p)
{
    for (int32_t i = 0; i < p->funcs; i++)
        p->func[i].frame_private = p->func[i].sized;
    for (int32_t i = 0; i < p->blocks; i++) {
        const struct block *b = &p->block[i];

        if (!b->reached || b->func == NONE)
            continue;
        for (uint32_t k = 0; k < b->count; k++)
            p->func[b->func].frame_private &= keeps_frame_private(&p->atom[b->first + k]);
    }
    share_frames(p);
}

void program_blocks(struct program *p)
{
    struct leaders l;

    find_functions(p);
    find_leaders(p, &l);
    make_blocks(p, &l);
    link_blocks(p);
    find_reached(p);
    find_private_frames(p);
}
