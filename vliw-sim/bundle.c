/*
 * bundle.c - fetch, decode, legality, and the cache of decoded bundles.
 *
 * Decoded bundles hang in a directory of 4 KiB code pages, so that `icf` finds what lies in a
 * range. A dropped bundle keeps its memory as a bundle for good (it goes to a free list of its
 * size), because others may still point to it as their successor: such a pointer is believed only
 * if the pc is right.
 */
#include "vliw-sim/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "isa_codec.h"
#include "isa_facts.h"
#include "vliw-sim/panic.h"

#define PAGE_SHIFT 12
#define PAGE_SLOTS (1u << (PAGE_SHIFT - 2))
#define CODE_BASE LPM_BASE
#define CODE_END (HIDDEN_BASE + HIDDEN_MAX)
#define CODE_PAGES ((CODE_END - CODE_BASE) >> PAGE_SHIFT)
#define ARENA_SIZE (1u << 20)

struct code_page {
    struct bundle *slot[PAGE_SLOTS];
};

struct arena {
    struct arena *older;
    size_t used;
    _Alignas(16) char bytes[ARENA_SIZE];
};

struct code_cache {
    struct code_page **page; /* CODE_PAGES, made when needed */
    struct arena *arena;
    struct bundle *free[BUNDLE_EXECS + 1]; /* by atoms that fit */
    struct bundle *nowhere;
};

struct code_cache *bundle_cache_new(void)
{
    struct code_cache *code = panic_if_null(calloc(1, sizeof *code));

    code->page = panic_if_null(calloc(CODE_PAGES, sizeof *code->page));
    code->nowhere = panic_if_null(calloc(1, sizeof *code->nowhere));
    code->nowhere->pc = BUNDLE_DEAD;
    code->nowhere->succ[0] = code->nowhere->succ[1] = code->nowhere;
    return code;
}

void bundle_cache_free(struct code_cache *code)
{
    for (size_t i = 0; i < CODE_PAGES; i++)
        free(code->page[i]);
    while (code->arena) {
        struct arena *older = code->arena->older;
        free(code->arena);
        code->arena = older;
    }
    free(code->page);
    free(code->nowhere);
    free(code);
}

struct bundle *bundle_nowhere(struct code_cache *code)
{
    return code->nowhere;
}

/* ---------------------------------------------------------------- memory */

static struct bundle *bundle_alloc(struct code_cache *code, unsigned execs)
{
    struct bundle *b = code->free[execs];

    if (b) {
        code->free[execs] = b->free_next;
        return b;
    }
    size_t size = (sizeof *b + execs * sizeof b->atom[0] + 15) & ~(size_t)15;
    if (!code->arena || ARENA_SIZE - code->arena->used < size) {
        struct arena *arena = panic_if_null(malloc(sizeof *arena));
        arena->older = code->arena;
        arena->used = 0;
        code->arena = arena;
    }
    b = (struct bundle *)(code->arena->bytes + code->arena->used);
    code->arena->used += size;
    return b;
}

static void bundle_drop(struct code_cache *code, struct bundle **slot)
{
    struct bundle *b = *slot;

    *slot = NULL;
    b->pc = BUNDLE_DEAD;
    b->free_next = code->free[b->execs];
    code->free[b->execs] = b;
}

static struct bundle **bundle_slot(struct code_cache *code, uint64_t pc, bool make)
{
    struct code_page **page = &code->page[(pc - CODE_BASE) >> PAGE_SHIFT];

    if (!*page) {
        if (!make)
            return NULL;
        *page = panic_if_null(calloc(1, sizeof **page));
    }
    return &(*page)->slot[pc >> 2 & (PAGE_SLOTS - 1)];
}

/* ---------------------------------------------------------------- decode */

struct decoded {
    struct isa_op op[BUNDLE_ATOMS];
    struct isa_effects effects[BUNDLE_ATOMS];
    unsigned atoms;
    unsigned bytes;
    uint32_t sum;
};

static uint32_t sum_words(const uint8_t *code, unsigned bytes)
{
    uint32_t sum = 2166136261u;

    for (unsigned i = 0; i < bytes; i += 4) {
        uint32_t word;
        memcpy(&word, code + i, sizeof word);
        sum = (sum ^ word) * 16777619u;
        sum ^= sum >> 15;
    }
    return sum;
}

/* Is the unit behind this atom part of the machine? */
static bool atom_present(const struct machine *m, const struct isa_fact *fact)
{
    if (fact->latency == LAT_mul)
        return m->has_multiplier;
    if (fact->latency == LAT_div)
        return m->has_divider;
    if (fact->unit == UNIT_fp)
        return m->has_fp;
    if (fact->unit == UNIT_packed)
        return m->has_packed;
    return true;
}

/* The words of a bundle as atoms. Returns 0 or the cause of a trap. */
static uint32_t decode_words(struct chip *chip, uint64_t pc, struct decoded *d)
{
    uint32_t line;
    bool stop = false;

    d->atoms = 0;
    d->bytes = 0;
    while (!stop) {
        struct isa_op op;
        uint32_t word, next = 0;
        const uint8_t *code = mem_code(chip, pc + d->bytes, 4, &line);
        const uint8_t *more = mem_code(chip, pc + d->bytes, 8, &line);
        if (!code)
            return CAUSE_fetch_fault;
        memcpy(&word, code, 4);
        if (more)
            memcpy(&next, more + 4, 4);
        bool ends = word & ISA_STOP;
        int words = isa_decode(word, more && !ends ? &next : NULL, &op);
        if (words <= 0 || (isa_facts[op.atom].flags & ISA_F_LIM) ||
            !atom_present(&chip->machine, &isa_facts[op.atom]))
            return CAUSE_illegal_atom;
        if (d->atoms == chip->machine.issue)
            return CAUSE_illegal_bundle;
        isa_effects(&op, &d->effects[d->atoms]);
        d->op[d->atoms++] = op;
        d->bytes += 4 * (unsigned)words;
        stop = words == 2 ? next & ISA_STOP : ends;
    }
    d->sum = sum_words(mem_code(chip, pc, d->bytes, &line), d->bytes);
    return 0;
}

/* Slots, double writes, control atoms: can this machine issue the bundle? */
static bool bundle_legal(const struct machine *m, const struct decoded *d)
{
    uint32_t used[UNIT_COUNT] = {0};
    uint64_t r_written = 0;
    uint32_t f_written = 0;
    unsigned c_written = 0, control = 0;

    for (unsigned i = 0; i < d->atoms; i++) {
        const struct isa_fact *fact = &isa_facts[d->op[i].atom];
        const struct isa_effects *e = &d->effects[i];
        if ((r_written & e->r_write) || (c_written & e->c_write) || (f_written & e->f_write))
            return false;
        r_written |= e->r_write;
        c_written |= e->c_write;
        f_written |= e->f_write;
        control += (fact->flags & ISA_F_BRANCH) != 0;
        used[fact->unit]++;
    }
    if (control > 1)
        return false;
    for (unsigned u = UNIT_COUNT; u-- > 0;) { /* a unit stands behind the one that it is in */
        if (isa_unit_within[u] < UNIT_COUNT)
            used[isa_unit_within[u]] += used[u];
        if (used[u] > m->unit[u])
            return false;
    }
    return true;
}

static bool atom_may_trap(const struct isa_op *op)
{
    return isa_facts[op->atom].flags & ISA_F_TRAP;
}

/*
 * Atoms that may trap stand first and keep their order; indexed writes can't be renamed, so they
 * come last.
 */
static unsigned atom_rank(const struct isa_op *op)
{
    uint32_t flags = isa_facts[op->atom].flags;

    if (flags & (ISA_F_LOAD | ISA_F_STORE))
        return 0;
    if (flags & ISA_F_TRAP)
        return 1;
    if (flags & ISA_F_BRANCH)
        return 2;
    return flags & ISA_F_GREG_WRITE ? 4 : 3;
}

/* Does an atom of `rest` (a set of indices) read what atom i writes? */
static bool read_later(const struct decoded *d, unsigned i, unsigned rest)
{
    for (unsigned j = 0; j < d->atoms; j++) {
        if (j != i && (rest >> j & 1) &&
            ((d->effects[i].r_write & d->effects[j].r_read) ||
             (d->effects[i].c_write & d->effects[j].c_read) ||
             (d->effects[i].f_write & d->effects[j].f_read)))
            return true;
    }
    return false;
}

/*
 * The next atom of `rest`: of the lowest rank; among those of rank 3, rather one whose result
 * nobody waits to read.
 */
static unsigned order_next(const struct decoded *d, unsigned rest)
{
    unsigned best = BUNDLE_ATOMS;

    for (unsigned i = 0; i < d->atoms; i++) {
        if (!(rest >> i & 1))
            continue;
        if (best == BUNDLE_ATOMS || atom_rank(&d->op[i]) < atom_rank(&d->op[best]))
            best = i;
        else if (atom_rank(&d->op[i]) == 3 && atom_rank(&d->op[best]) == 3 &&
                 read_later(d, best, rest) && !read_later(d, i, rest))
            best = i;
    }
    return best;
}

static bool trap_later(const struct decoded *d, unsigned rest)
{
    for (unsigned j = 0; j < d->atoms; j++) {
        if ((rest >> j & 1) && atom_may_trap(&d->op[j]))
            return true;
    }
    return false;
}

/* A control atom's meaning begins with its link: if it may trap after that, the link waits. */
static bool links_or_traps(const struct isa_op *op)
{
    const uint32_t both = ISA_F_LINK | ISA_F_TRAP;

    return (isa_facts[op->atom].flags & both) == both;
}

/* Fills atom[] in executable order; returns how many. */
static unsigned bundle_order(const struct decoded *d, struct atom *out)
{
    struct atom move[2 * BUNDLE_ATOMS];
    unsigned moves = 0, n = 0;
    unsigned rest = (1u << d->atoms) - 1;

    while (rest) {
        unsigned i = order_next(d, rest);
        const struct isa_effects *e = &d->effects[i];
        uint32_t uses = isa_facts[d->op[i].atom].uses;
        rest &= ~(1u << i);
        bool aside = read_later(d, i, rest) || trap_later(d, rest) || links_or_traps(&d->op[i]);
        struct atom *a = &out[n++];
        *a = (struct atom){
            .exec = exec_function(d->op[i].atom), .op = d->op[i], .index = (uint8_t)i};
        a->to_r = a->op.rd ? a->op.rd : REG_SINK;
        a->to_c = a->op.cd;
        a->to_f = a->op.fd;
        if (aside && (uses & ISA_WRITE_RD) && e->r_write) {
            a->to_r = (uint8_t)(REG_TEMP + i);
            move[moves++] =
                (struct atom){.exec = exec_move_r, .op = {.ra = a->to_r}, .to_r = a->op.rd};
        }
        if (aside && (uses & ISA_WRITE_CD)) {
            a->to_c = (uint8_t)(FLAG_TEMP + i);
            move[moves++] =
                (struct atom){.exec = exec_move_c, .op = {.ca = a->to_c}, .to_c = a->op.cd};
        }
        if (aside && (uses & ISA_WRITE_FD)) {
            a->to_f = (uint8_t)(FREG_TEMP + i);
            move[moves++] =
                (struct atom){.exec = exec_move_f, .op = {.fa = a->to_f}, .to_f = a->op.fd};
        }
    }
    memcpy(out + n, move, moves * sizeof *move);
    return n + moves;
}

static void late_add(struct bundle *b, unsigned reg, uint32_t cycles)
{
    b->late[b->lates++] = (struct bundle_late){.reg = (uint8_t)reg, .cycles = (uint8_t)cycles};
}

/* What the scoreboard has to know. */
static void bundle_hazards(const struct machine *m, const struct decoded *d, struct bundle *b)
{
    for (unsigned i = 0; i < d->atoms; i++) {
        const struct isa_fact *fact = &isa_facts[d->op[i].atom];
        const struct isa_effects *e = &d->effects[i];
        uint32_t cycles = m->latency[fact->latency];

        b->r_uses |= e->r_read | e->r_write;
        b->r_write |= e->r_write;
        b->c_uses |= e->c_read | e->c_write;
        b->f_uses |= e->f_read | e->f_write;
        b->f_write |= e->f_write;
        b->divides |= fact->latency == LAT_div;
        if (fact->latency == LAT_fsqrt || (fact->latency == LAT_fdiv && !b->f_divides))
            b->f_divides = fact->latency;
        if (cycles == 1 || (fact->flags & ISA_F_ROLLBACK))
            continue; /* what rollback restores is there at once */
        b->r_late |= e->r_write;
        b->c_late |= e->c_write;
        b->f_late |= e->f_write;
        for (uint64_t regs = e->r_write; regs; regs &= regs - 1)
            late_add(b, (unsigned)__builtin_ctzll(regs), cycles);
        for (unsigned regs = e->c_write; regs; regs &= regs - 1)
            late_add(b, LATE_FLAG + (unsigned)__builtin_ctz(regs), cycles);
        for (uint32_t regs = e->f_write; regs; regs &= regs - 1)
            late_add(b, LATE_F + (unsigned)__builtin_ctz(regs), cycles);
    }
}

/* What the machine's predictor can say about an atom. */
static enum flow atom_flow(const struct machine *m, const struct isa_op *op)
{
    uint32_t flags = isa_facts[op->atom].flags;

    if (m->predict_kind == PREDICT_NONE || !(flags & ISA_F_BRANCH))
        return FLOW_CERTAIN;
    if (!(flags & ISA_F_COND))
        return flags & ISA_F_INDIRECT ? FLOW_INDIRECT : FLOW_CERTAIN;
    if (flags & ISA_F_INDIRECT)
        return FLOW_CERTAIN;
    return op->imm < 0 ? FLOW_BACKWARD : FLOW_FORWARD;
}

static uint32_t bundle_mix(struct chip *chip, const struct decoded *d)
{
    struct energy_mix mix = {0};

    for (unsigned i = 0; i < d->atoms; i++) {
        mix.atoms[isa_facts[d->op[i].atom].energy]++;
        mix.atoms[EN_lim] += d->op[i].long_imm;
    }
    return energy_mix(chip, &mix);
}

static struct bundle *bundle_decode(struct chip *chip, uint64_t pc)
{
    struct decoded d;
    struct atom atom[BUNDLE_EXECS];
    unsigned traps = 0, accesses = 0;

    uint32_t cause = decode_words(chip, pc, &d);
    if (!cause && !bundle_legal(&chip->machine, &d))
        cause = CAUSE_illegal_bundle;
    if (cause)
        chip_trap(chip, cause, pc, 0);

    unsigned execs = bundle_order(&d, atom);
    struct bundle *b = bundle_alloc(chip->code, execs);
    struct bundle *nowhere = bundle_nowhere(chip->code);
    *b = (struct bundle){
        .pc = pc,
        .next = pc + d.bytes,
        .succ = {nowhere, nowhere},
        .atoms = (uint8_t)d.atoms,
        .execs = (uint8_t)execs,
        .mix = bundle_mix(chip, &d),
        .sum = d.sum,
    };
    memcpy(b->atom, atom, execs * sizeof *atom);
    mem_code(chip, pc, 4, &b->first_line);
    mem_code(chip, pc + d.bytes - 4, 4, &b->last_line);
    bundle_hazards(&chip->machine, &d, b);
    for (unsigned i = 0; i < d.atoms; i++) {
        traps += atom_may_trap(&d.op[i]);
        b->flow |= (uint8_t)atom_flow(&chip->machine, &d.op[i]);
        accesses += (isa_facts[d.op[i].atom].flags & (ISA_F_LOAD | ISA_F_STORE)) != 0;
    }
    b->careful = traps > 1 || accesses > 1;
    return b;
}

struct bundle *bundle_find(struct chip *chip, uint64_t pc)
{
    if (pc < CODE_BASE || pc >= CODE_END || (pc & 3))
        chip_trap(chip, CAUSE_fetch_fault, pc, 0);

    struct bundle **slot = bundle_slot(chip->code, pc, false);
    if (slot && *slot)
        return *slot;
    struct bundle *b = bundle_decode(chip, pc);
    *bundle_slot(chip->code, pc, true) = b;
    return b;
}

struct bundle *bundle_known(struct chip *chip, uint64_t pc)
{
    if (pc < CODE_BASE || pc >= CODE_END || (pc & 3))
        return NULL;
    struct bundle **slot = bundle_slot(chip->code, pc, false);
    return slot ? *slot : NULL;
}

bool bundle_fresh(struct chip *chip, const struct bundle *b)
{
    uint32_t line;
    unsigned bytes = (unsigned)(b->next - b->pc);
    const uint8_t *code = mem_code(chip, b->pc, bytes, &line);

    return code && sum_words(code, bytes) == b->sum;
}

/* ---------------------------------------------------------------- flush */

/* Drops the bundles that begin in [from, to) and end behind `addr`. */
static void drop_between(struct chip *chip, uint64_t from, uint64_t to, uint64_t addr)
{
    struct code_cache *code = chip->code;

    for (uint64_t at = from; at < to;) {
        uint64_t page_end = (at | ((1u << PAGE_SHIFT) - 1)) + 1;
        struct code_page *page = code->page[(at - CODE_BASE) >> PAGE_SHIFT];
        for (; page && at < page_end && at < to; at += 4) {
            struct bundle **slot = &page->slot[at >> 2 & (PAGE_SLOTS - 1)];
            if (!*slot || (*slot)->next <= addr)
                continue;
            if ((*slot)->in_block)
                chip->dropped(chip, *slot);
            bundle_drop(code, slot);
        }
        at = page_end;
    }
}

/* More than the cache holds empties it altogether. */
static void drop_lines(struct chip *chip, uint64_t addr, uint64_t end)
{
    uint64_t size = 1ull << chip->hier.line_shift;
    uint64_t at = addr & ~(size - 1);

    if (end - at > chip->machine.l1i.size) {
        cache_clear(&chip->hier.l1i);
        return;
    }

    for (; at < end; at += size) {
        uint32_t line;
        if (mem_code(chip, at < addr ? addr & ~3ull : at, 4, &line) && line != LINE_NONE)
            cache_drop(&chip->hier.l1i, line);
    }
}

void bundle_flush(struct chip *chip, uint64_t addr, uint64_t len)
{
    uint64_t end = addr + len;

    if (end < addr || end > CODE_END)
        end = CODE_END;
    if (addr < CODE_BASE)
        addr = CODE_BASE;
    if (addr >= end)
        return;
    uint64_t from = addr - CODE_BASE < BUNDLE_BYTES ? CODE_BASE : (addr & ~3ull) - BUNDLE_BYTES + 4;
    drop_between(chip, from, end, addr);
    drop_lines(chip, addr, end);
    chip->fetch_line = LINE_NONE;
}

void bundle_flush_all(struct chip *chip)
{
    drop_between(chip, CODE_BASE, CODE_END, CODE_BASE);
    chip->fetch_line = LINE_NONE;
}
