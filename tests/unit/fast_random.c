/*
 * fast_random.c - the fast engine against the reference engine, on random programs and machines.
 *
 *     fast_random [seconds [seed]]      without arguments: a fixed set of programs
 *
 * Two chips get the same program, run the same few hundred cycles again and again, and are compared
 * each time: registers, official copies, scoreboard, caches, TLB, store buffer, memory, and every
 * counter. Programs are bundles that their machine can issue, with loops, calls, accesses of all
 * kinds to a few pages, commits and rollbacks, stores into their own code with and without the
 * flush that makes them visible, and now and then anything at all. Traps go on behind their bundle.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "isa_facts.h"
#include "tests/unit/random_chip.h"
#include "vliw-sim/bundle.h"
#include "vliw-sim/check.h"

static uint64_t below(uint64_t n)
{
    return noise() % n;
}

/* ---------------------------------------------------------------- machines */

static void set(struct machine *m, const char *key, uint64_t value)
{
    struct config_error err;
    char text[80];

    snprintf(text, sizeof text, "%s=%llu", key, (unsigned long long)value);
    if (!machine_set(m, text, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(2);
    }
}

static void random_machine(struct machine *m)
{
    static const uint32_t lines[] = {16, 32, 64, 64, 64, 64, 128, 256};
    uint32_t line = lines[below(8)];

    machine_defaults(m);
    m->guest_mib = m->hidden_mib = 1;
    set(m, "core.issue", below(2) ? 1 + below(8) : 8);
    set(m, "core.branch_taken", below(4));
    for (unsigned u = 0; u < UNIT_COUNT; u++)
        m->unit[u] = u == UNIT_br || u == UNIT_sys ? 1 : 1 + (uint32_t)below(4);
    m->unit[UNIT_none] = 8;
    for (unsigned l = 0; l < LAT_COUNT; l++)
        m->latency[l] = below(3) ? 1 + (uint32_t)below(5) : m->latency[l];
    m->l1i = m->l1d = (struct machine_cache){1024u << below(3), 1u << below(3), line, 0};
    m->l2 = (struct machine_cache){8192, 4, line, (uint32_t)below(12)};
    m->tlb_entries = 4u << below(4);
    m->tlb_ways = 1u << below(3);
    m->tlb_latency = below(8) ? 1 : 2;
    m->sbuf_entries = 1 + (uint32_t)below(8);
    m->predict_kind = below(4) ? 0 : (uint32_t)below(3);
    m->predict_entries = 16;
    m->jtlb_entries = below(2) ? 16 : 0;
    m->return_stack = below(2) ? 4 : 0;
    m->alias_registers = (uint32_t)below(2) * 8;
    m->trap_loop = 40;
    m->heat = 1 + (uint32_t)below(12);
    m->irq_every = below(12) ? 0 : 1 + (uint32_t)below(40);
}

/* ---------------------------------------------------------------- programs */

#define CODE_BYTES 0x4000
#define DATA (HIDDEN_BASE + 0x8000)
#define BASES 56 /* from here on: registers that point somewhere and are rarely written */

/* Where a register of the program may point to. */
static uint64_t random_place(void)
{
    switch (below(10)) {
    case 0: return LDM_BASE + below(64) * 8;
    case 1: return GUEST_BASE + below(0x4000);
    case 2: return HIDDEN_BASE + below(CODE_BYTES / 4) * 4;
    case 3: return below(0x5000);
    case 4: return noise();
    case 5:
    case 6: return (below(8) << 12) + below(512) * 8;
    default: return DATA + below(0x800) * 8;
    }
}

static bool calm; /* few traps: what the program does most is go on */
static bool dense; /* ... with few registers, and loops that are run often */

/* Most atoms lose bits, and then a wrong register comes right again; these keep them. */
static uint16_t lively_atom(void)
{
    static const uint16_t lively[] = {ISA_add, ISA_sub,    ISA_xor, ISA_xnor,
                                      ISA_rol, ISA_sh1add, ISA_addi};

    return lively[below(sizeof lively / sizeof *lively)];
}

static struct isa_op random_atom(const uint32_t *starts, unsigned bundles, unsigned here)
{
    struct isa_op op = {.atom = (uint16_t)below(ISA_ATOM_COUNT)};

    if (dense && below(3))
        op.atom = lively_atom();
    const struct isa_fact *fact = &isa_facts[op.atom];

    op.rd = (uint8_t)(below(30) ? below(24) : below(64));
    op.rs = (uint8_t)below(64);
    op.ra = (uint8_t)(below(4) ? below(24) : below(64));
    op.rb = (uint8_t)(below(4) ? below(24) : below(64));
    op.fd = (uint8_t)below(8);
    op.fs = (uint8_t)below(8);
    op.fa = (uint8_t)below(8);
    op.fb = (uint8_t)below(8);
    op.ca = below(4);
    op.cd = below(4);
    op.cond = below(16);
    op.sh = below(64);
    op.pos = below(64);
    op.len = below(64);
    op.sc = below(4);
    op.al = below(8);
    op.sr = (uint8_t)below(50);
    if (calm)
        op.rd %= BASES;
    if (dense) {
        op.rd = (uint8_t)(1 + below(7));
        op.rs = (uint8_t)(1 + below(7));
        op.ra = (uint8_t)(1 + below(below(2) ? 2 : 7));
        op.rb = (uint8_t)(1 + below(7));
        if (below(2) && fact->unit == UNIT_mem)
            op.rd = (uint8_t)(1 + below(20));
    }
    op.cmp = (int8_t)((int)below(8) - 4);
    op.imm = (int64_t)below(256) - (below(2) ? 128 : 0);
    if (below(16) == 0)
        op.imm = (int64_t)(noise() << 29) >> 29;
    if (op.atom == ISA_dcz)
        op.ra = (uint8_t)(BASES + below(64 - BASES));
    if (fact->unit == UNIT_mem) {
        op.ra = (uint8_t)(BASES + below(64 - BASES));
        if (below(4))
            op.imm &= ~7;
        if (calm) {
            bool guest = fact->flags & ISA_F_GUEST;
            op.ra = (uint8_t)((guest ? 60 : BASES) + below(4));
            op.imm = below(16) ? (int64_t)(below(512) * 8) : op.imm;
        }
    }
    if ((fact->flags & ISA_F_BRANCH) && !(fact->flags & ISA_F_INDIRECT)) {
        unsigned to = below(3) ? (unsigned)below(bundles) : here - below(here < 8 ? here + 1 : 8);
        if (dense && below(2))
            to = here - below(here < 8 ? here + 1 : 8);
        op.imm = (int64_t)starts[to] - starts[here];
    }
    return op;
}

/* Atoms that make a program boring if they come often. */
static bool wanted(const struct isa_op *op)
{
    const struct isa_fact *fact = &isa_facts[op->atom];

    if (calm && (fact->unit == UNIT_sys || (fact->flags & (ISA_F_PORT | ISA_F_INDIRECT)) ||
                 (fact->latency == LAT_fdiv || fact->latency == LAT_fsqrt)))
        if (below(30) && !(fact->flags & ISA_F_COMMIT && below(3) == 0))
            return false;
    if (calm && fact->unit != UNIT_mem && fact->unit != UNIT_br && below(3) == 0)
        return false;
    switch (op->atom) {
    case ISA_halt:
    case ISA_brk:
    case ISA_tlbf:
    case ISA_jtf: return below(40) == 0;
    case ISA_mtsr:
        if (op->sr == SR_HIDDEN_SIZE || op->sr == SR_HIDDEN_LOCK || op->sr == SR_VBASE)
            return false;
        if (op->sr == SR_STATUS || op->sr >= SR_L1I_WAYS)
            return below(20) == 0;
        return true;
    case ISA_rte:
    case ISA_rollback:
    case ISA_icf: return below(4) == 0;
    default: return true;
    }
}

static bool fits(const struct machine *m, const struct isa_op *op, unsigned n, unsigned *used)
{
    struct isa_effects e, f;
    const struct isa_fact *fact = &isa_facts[op[n].atom];
    unsigned unit = fact->unit;

    if ((fact->flags & ISA_F_LIM) || !wanted(&op[n]))
        return false;
    isa_effects(&op[n], &e);
    for (unsigned i = 0; i < n; i++) {
        isa_effects(&op[i], &f);
        if ((e.r_write & f.r_write) || (e.c_write & f.c_write) || (e.f_write & f.f_write) ||
            (fact->flags & isa_facts[op[i].atom].flags & ISA_F_BRANCH))
            return false;
    }
    if (used[unit] + 1 > m->unit[unit])
        return false;
    unsigned within = isa_unit_within[unit];
    if (within < UNIT_COUNT && ++used[within] > m->unit[within])
        return false;
    used[unit]++;
    return true;
}

/* Fills the code; twice, so that branches know where bundles are. */
static void random_code(const struct machine *m, uint8_t *to, uint64_t seed)
{
    enum { BUNDLES = 160 };
    uint32_t starts[BUNDLES + 1] = {0};

    for (unsigned pass = 0; pass < 2; pass++) {
        uint32_t *at = (uint32_t *)to;
        noise_state = seed;
        for (unsigned b = 0; b < BUNDLES; b++) {
            struct isa_op op[BUNDLE_ATOMS];
            unsigned used[UNIT_COUNT] = {0}, n = 0, want = 1 + (unsigned)below(m->issue);
            for (unsigned tries = 0; n < want && tries < 40; tries++) {
                op[n] = random_atom(starts, BUNDLES, b);
                n += fits(m, op, n, used);
            }
            uint32_t *start = at;
            for (unsigned i = 0; i < n; i++) {
                op[i].long_imm = isa_facts[op[i].atom].extends &&
                                 (isa_facts[op[i].atom].flags & ISA_F_BRANCH);
                at += isa_encode(&op[i], i + 1 == n, at);
            }
            if (pass == 0)
                starts[b] = (uint32_t)(start - (uint32_t *)to);
        }
        uint32_t back[2];
        struct isa_op again = {.atom = ISA_br, .long_imm = true};
        again.imm = -(int64_t)(at - (uint32_t *)to);
        int words = isa_encode(&again, true, back);
        memcpy(at, back, 4 * (size_t)words);
    }
}

static void random_words(uint8_t *to)
{
    for (unsigned i = 0; i < CODE_BYTES; i += 4) {
        uint32_t word = (uint32_t)noise();
        memcpy(to + i, &word, 4);
    }
}

static struct chip *chip_for(uint64_t seed)
{
    struct machine m;

    noise_state = seed;
    random_machine(&m);
    struct chip *chip = chip_new(&m);
    chip_hide(chip, 1u << 20);
    chip->pc = HIDDEN_BASE;
    uint64_t kind = below(12), code = noise() | 1;
    calm = kind > 3;
    dense = kind > 6;
    if (kind)
        random_code(&m, chip->hidden, code);
    else
        random_words(chip->hidden);
    vectors(chip, 55);
    for (uint64_t page = 0; page < 16; page++) {
        uint32_t tmask = below(4) ? 0 : (uint32_t)noise();
        uint64_t lo = (below(16) << 12) | (calm || below(4) ? 0xf : below(32));
        tmask &= calm && below(4) ? 0 : UINT32_MAX;
        tlb_write(&chip->tlb, page << 12 | (below(8) == 0), lo, tmask, chip->guest_size);
    }
    for (unsigned i = 1; i < ISA_R_COUNT; i++)
        chip->r[i] = i >= BASES || below(3) ? random_place() : noise() >> below(64);
    for (unsigned i = BASES; calm && i < ISA_R_COUNT; i++)
        chip->r[i] = i < 60 ? DATA + below(0x800) * 8 : below(0x3000) & ~(below(4) ? 7ull : 0);
    chip->r_dirty = UINT64_MAX;
    for (unsigned i = 0; i < ISA_F_COUNT; i++)
        chip->fpu.f[i] = isa_pair(noise() << 8, noise());
    chip->status = (uint32_t)below(2) * STATUS_IE | (uint32_t)below(2) * STATUS_WE;
    chip->timer_cycle = below(20000);
    chip_plan_interrupts(chip);
    return chip;
}

/* ---------------------------------------------------------------- comparing */

static const char *difference; /* the first one */

static void run_to(struct chip *chip, uint64_t cycle)
{
    chip->max_cycles = cycle;
    if (chip->stop == STOP_LIMIT)
        chip->stop = STOP_NONE;
    engine_run(chip);
}

static uint64_t bundles_run, bundles_host;

static bool test(uint64_t seed)
{
    struct chip *a = chip_for(seed), *b = chip_for(seed);
    uint64_t at = 0, most = dense ? 150000 : 60000;

    if (!fast_open(b)) {
        puts("no fast engine on this host");
        exit(0);
    }
    difference = NULL;
    do {
        at += below(8) ? 5000 + below(dense ? 60000 : 12000) : 1 + below(600);
        run_to(a, at);
        run_to(b, at);
        difference = a->stop != b->stop ? "stop" : check_difference(a, b);
    } while (!difference && a->stop == STOP_LIMIT && at < most);
    if (!difference && memcmp(a->dram, b->dram, a->dram_size) != 0)
        difference = "memory";
    bundles_run += b->bundles;
    bundles_host += b->hot.bundles;
    if (difference)
        printf("seed %llu: %s differs after cycle %llu (reference: %llu at %llx, fast: %llu at "
               "%llx)\n",
               (unsigned long long)seed, difference, (unsigned long long)at,
               (unsigned long long)a->cycle, (unsigned long long)a->pc,
               (unsigned long long)b->cycle, (unsigned long long)b->pc);
    chip_free(a);
    chip_free(b);
    return !difference;
}

int main(int argc, char **argv)
{
    time_t end = argc > 1 ? time(NULL) + atoi(argv[1]) : 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1, n = 0;

    while (end ? time(NULL) < end || !n : n < 2000) {
        if (!test((seed + n++) * 0x9e3779b97f4a7c15u))
            return 1;
    }
    printf("%llu programs, %llu bundles, %llu of them in blocks\n", (unsigned long long)n,
           (unsigned long long)bundles_run, (unsigned long long)bundles_host);
    return 0;
}
