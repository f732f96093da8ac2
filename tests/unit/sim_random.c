/*
 * sim_random.c - random programs on the chip.
 *
 * First, bundles of random integer and memory atoms on machines of every width, against
 * an executor that is too simple to be wrong: every atom reads a copy of the registers and memory
 * as they were before its bundle. Then words at random, with interrupts and a hostile use of
 * everything, twice: whatever happens, it happens again, every cycle is accounted for, and nothing
 * crashes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/fp.h"
#include "isa/packed.h"
#include "isa/prims.h"
#include "isa_facts.h"
#include "tests/unit/check.h"
#include "tests/unit/random_chip.h"
#include "vliw-sim/bundle.h"

/* A machine that issues any atoms, so many at once; what else it has depends on `seed`. */
static struct chip *wide_chip(unsigned issue, uint64_t seed)
{
    struct machine m;
    struct config_error err;

    machine_defaults(&m);
    m.guest_mib = 1;
    m.hidden_mib = 1;
    m.issue = issue;
    for (unsigned u = 0; u < UNIT_COUNT; u++)
        m.unit[u] = u == UNIT_br || u == UNIT_sys ? 1 : issue;
    m.predict_kind = seed % 3;
    m.predict_entries = 16;
    m.jtlb_entries = seed & 4 ? 16 : 0;
    m.return_stack = seed & 8 ? 4 : 0;
    m.alias_registers = seed % 17;
    m.point[1] = (struct machine_point){400000, 1300};
    m.power_switch_ns = 100;
    m.fault_unit = seed % 6;
    m.fault_index = seed & 3;
    m.fault_cycle = seed % 2000;
    m.fault_again = 100;
    CHECK(machine_check(&m, &err));
    struct chip *chip = chip_new(&m);
    CHECK(chip_hide(chip, 1u << 20));
    chip->pc = HIDDEN_BASE;
    return chip;
}

/* ---------------------------------------------------------------- the simple executor */

#define CODE_SIZE 0x8000 /* code below, data behind */
#define DATA_BASE (HIDDEN_BASE + CODE_SIZE)
#define DATA_SIZE 256
#define REG_BASE 62 /* points to data; never written */
#define BUNDLES 200

struct simple {
    uint64_t r[ISA_R_COUNT];
    uint64_t c[ISA_C_COUNT];
    struct isa_v f[ISA_F_COUNT];
    uint32_t fpsw, mxcsr;
    uint8_t mem[DATA_SIZE];
};

static uint64_t simple_load(const struct simple *s, unsigned size, uint64_t addr)
{
    uint64_t value = 0;

    memcpy(&value, s->mem + (addr - DATA_BASE), size);
    return value;
}

static void simple_store(struct simple *s, unsigned size, uint64_t addr, uint64_t value)
{
    memcpy(s->mem + (addr - DATA_BASE), &value, size);
}

static struct isa_v simple_load_wide(const struct simple *s, unsigned size, uint64_t addr)
{
    return isa_pair(simple_load(s, 8, addr), simple_load(s, size - 8, addr + 8));
}

static void simple_store_wide(struct simple *s, unsigned size, uint64_t addr, struct isa_v value)
{
    simple_store(s, 8, addr, value.lo);
    simple_store(s, size - 8, addr + 8, value.hi);
}

static void simple_raise(struct simple *s, const struct isa_fenv *env)
{
    s->fpsw = isa_fenv_fpsw(s->fpsw, env);
    s->mxcsr |= env->sse;
}

/* One atom: reads `was`, writes `is`. Only atoms that random_atom() makes. */
static void simple_atom(const struct isa_op *op, const struct simple *was, struct simple *is)
{
#define ISA_R(field) (was->r[op->field])
#define ISA_SET_R(field, v) (is->r[op->field] = op->field ? (v) : 0)
#define ISA_C(field) (was->c[op->field])
#define ISA_SET_C(field, v) (is->c[op->field] = (v))
#define ISA_F(field) (op->field)
#define ISA_V(field) (was->f[op->field])
#define ISA_SET_V(field, v) (is->f[op->field] = (v))
#define ISA_NLOAD_V(size, a) simple_load_wide(was, size, a)
#define ISA_NSTORE_V(size, a, v) simple_store_wide(is, size, a, v)
#define ISA_GLOAD_V(size, a) isa_pair(a, size)
#define ISA_GLOAD_VA(size, a) isa_pair(a, size)
#define ISA_GSTORE_V(size, a, v) (void)((a) + (v).lo)
#define ISA_GSTORE_VA(size, a, v) (void)((a) + (v).lo)
#define ISA_FENV() isa_fenv_make(0x37f, 0x1f80)
#define ISA_RAISE(env) simple_raise(is, env)
#define ISA_NLOAD(size, a) simple_load(was, size, a)
#define ISA_NLOAD_D(size, a) simple_load(was, size, a)
#define ISA_NSTORE(size, a, v) simple_store(is, size, a, v)
#define ISA_GREG(i) (was->r[1 + (i)])
#define ISA_SET_GREG(i, v) (is->r[1 + (i)] = (v))
#define ISA_PC 0
#define ISA_NEXT 0
#define ISA_BRANCH(n) (void)(n)
#define ISA_JUMP(a) (void)(a)
#define ISA_GLOAD(size, a) (a)
#define ISA_PLOAD(size, a) (a)
#define ISA_GSTORE(size, a, v) (void)((a) + (v))
#define ISA_PSTORE(size, a, v) (void)((a) + (v))
#define ISA_SREG(n) (uint64_t)(n)
#define ISA_SET_SREG(n, v) (void)((n) + (v))
#define ISA_COMMIT(n) (void)(n)
#define ISA_ROLLBACK() (void)0
#define ISA_TLB_WRITE() (void)0
#define ISA_TLB_PROBE(a) (a)
#define ISA_TLB_DROP(a) (void)(a)
#define ISA_TLB_DROP_PHYS(a) (void)(a)
#define ISA_TLB_FLUSH() (void)0
#define ISA_ICACHE_FLUSH(a, n) (void)((a) + (n))
#define ISA_LINE_ZERO(a) (void)(a)
#define ISA_HALT() (void)0
#define ISA_TRAP_RETURN() (void)0
#define ISA_TRAP(cause) (void)(cause)
#define ISA_GLOAD_PROTECT(size, a, alias) ((a) + (alias))
#define ISA_GSTORE_CHECK(size, a, v, mask) (void)((a) + (v) + (uint64_t)(mask))
#define ISA_JTLB_WRITE(key, a) (void)((key) + (a))
#define ISA_JTLB_FIND(key) (key)
#define ISA_JTLB_DROP(key) (void)(key)
#define ISA_JTLB_FLUSH() (void)0
#define ISA_RSTACK_PUSH(key, a) (void)((key) + (a))
#define ISA_RSTACK_POP(key) (key)
#define ISA_EMULATE(n) (void)(n)
#define ISA_EXEC(name) case ISA_##name:
#define ISA_END break;
    switch (op->atom) {
#include "isa_exec.inc"
    }
}

static bool in_alu(unsigned unit)
{
    while (unit < UNIT_COUNT && unit != UNIT_alu)
        unit = isa_unit_within[unit];
    return unit == UNIT_alu;
}

/* An atom of an ALU slot, or a native access to the data; fields at random. */
static struct isa_op random_atom(void)
{
    for (;;) {
        struct isa_op op = {.atom = (uint16_t)(noise() % ISA_ATOM_COUNT)};
        const struct isa_fact *fact = &isa_facts[op.atom];
        bool access = fact->unit == UNIT_mem && !(fact->flags & ISA_F_GUEST);
        if (!access && !in_alu(fact->unit))
            continue;
        op.rd = noise() % 20;
        op.rs = noise() % 20;
        op.ra = access ? REG_BASE : noise() % 20;
        op.rb = noise() % 20;
        op.ca = noise() & 3;
        op.cd = noise() & 3;
        op.fd = noise() % 10;
        op.fs = noise() % 10;
        op.fa = noise() % 10;
        op.fb = noise() % 10;
        op.ctl = (uint8_t)noise();
        op.cond = noise() & 15;
        op.sh = noise() & 63;
        op.pos = noise() & 63;
        op.len = noise() & 63;
        op.imm = access ? (int64_t)(noise() % (DATA_SIZE - 16)) : (int64_t)(noise() % 256) - 128;
        return op;
    }
}

/* Writes a bundle of at most `issue` atoms to *at and does it on `s`; returns how many. */
static unsigned random_bundle(uint32_t **at, struct simple *s, unsigned issue)
{
    struct isa_op op[BUNDLE_ATOMS];
    struct isa_effects e;
    struct simple was = *s;
    uint64_t r_written = 0;
    uint32_t f_written = 0;
    unsigned c_written = 0, n = 0, want = 1 + noise() % issue;

    while (n < want) {
        op[n] = random_atom();
        isa_effects(&op[n], &e);
        if ((e.r_write & r_written) || (e.c_write & c_written) || (e.f_write & f_written))
            continue;
        r_written |= e.r_write;
        c_written |= e.c_write;
        f_written |= e.f_write;
        n++;
    }
    for (unsigned i = 0; i < n; i++) {
        int words = isa_encode(&op[i], i + 1 == n, *at);
        CHECK(words > 0);
        *at += words;
        simple_atom(&op[i], &was, s);
    }
    return n;
}

/* Numbers of the 80-bit format often enough. */
static struct isa_v random_wide(void)
{
    uint64_t lo = noise(), hi = noise();

    switch (noise() & 3) {
    case 0: return isa_pair(lo | 1ull << 63, 0x3ff0 + hi % 40);
    case 1: return isa_pair(lo & 0xc7ffffffc7ffffff, hi & 0xc00fffffffffffff);
    default: return isa_pair(lo, hi);
    }
}

static void test_against_simple(uint64_t seed)
{
    unsigned issue = 1 + (seed >> 8) % BUNDLE_ATOMS;
    struct chip *chip = wide_chip(issue, seed);
    struct simple s = {0};
    uint32_t *at = (uint32_t *)chip->hidden;
    struct isa_op halt = {.atom = ISA_halt};
    uint64_t atoms = 1;

    noise_state = seed;
    for (unsigned i = 1; i < ISA_R_COUNT; i++)
        chip->r[i] = s.r[i] = noise() >> (noise() & 63);
    for (unsigned i = 0; i < ISA_F_COUNT; i++)
        chip->fpu.f[i] = s.f[i] = random_wide();
    s.mxcsr = chip->fpu.control.mxcsr;
    chip->r[REG_BASE] = s.r[REG_BASE] = DATA_BASE;
    for (unsigned i = 0; i < DATA_SIZE; i++)
        chip->hidden[CODE_SIZE + i] = s.mem[i] = (uint8_t)noise();
    for (unsigned i = 0; i < BUNDLES; i++)
        atoms += random_bundle(&at, &s, issue);
    at += isa_encode(&halt, true, at);
    CHECK((uint8_t *)at < chip->hidden + CODE_SIZE);

    engine_run(chip);
    CHECK(chip->stop == STOP_IDLE);
    CHECK(chip->bundles == BUNDLES + 1 && chip->atoms == atoms);
    CHECK(memcmp(chip->r, s.r, sizeof s.r) == 0);
    for (unsigned i = 0; i < ISA_C_COUNT; i++)
        CHECK(chip->c[i] == s.c[i]);
    CHECK(memcmp(chip->fpu.f, s.f, sizeof s.f) == 0);
    CHECK(chip->fpu.control.fpsw == s.fpsw && chip->fpu.control.mxcsr == s.mxcsr);
    CHECK(memcmp(chip->hidden + CODE_SIZE, s.mem, DATA_SIZE) == 0);
    counters_check(chip);
    chip_free(chip);
}

/* ---------------------------------------------------------------- anything at all */

/* Registers that point to where something is, so that not every access traps. */
static uint64_t likely_address(void)
{
    static const uint64_t base[] = {HIDDEN_BASE, HIDDEN_BASE, LPM_BASE, LDM_BASE, GUEST_BASE, 0, 0};

    return base[noise() % 7] + (noise() & 0xfffff);
}

static void random_words(uint8_t *to, unsigned bytes)
{
    for (unsigned i = 0; i + 8 <= bytes; i += 4) {
        struct isa_op op = {.atom = (uint16_t)(noise() % ISA_ATOM_COUNT)};
        uint32_t word[2] = {(uint32_t)noise()};
        if (noise() & 15) {
            op.rd = noise() & 63;
            op.rs = noise() & 63;
            op.ra = noise() & 63;
            op.rb = noise() & 63;
            op.fd = op.fs = noise() & 31;
            op.fa = noise() & 31;
            op.fb = noise() & 31;
            op.sr = noise() % SR_COUNT;
            op.imm = (int64_t)(noise() & 63) - 8;
            isa_encode(&op, noise() & 3, word);
        }
        memcpy(to + i, word, 4);
    }
}

static struct chip *run_anything(uint64_t seed)
{
    struct chip *chip = wide_chip(1 + (seed >> 8) % BUNDLE_ATOMS, seed);

    noise_state = seed;
    random_words(chip->hidden, 1u << 14);
    vectors(chip, 63);
    for (uint64_t page = 0; page < chip->guest_size; page += TLB_PAGE_SIZE) {
        uint32_t tmask = noise() & 1 ? (uint32_t)noise() : 0;
        tlb_write(&chip->tlb, page, page | (noise() & 0x1f), tmask, chip->guest_size);
    }
    for (unsigned i = 1; i < ISA_R_COUNT; i++)
        chip->r[i] = likely_address();
    chip->status = noise() & (STATUS_IE | STATUS_WE);
    chip->machine.irq_every = noise() % 50;
    chip->machine.trap_loop = 50;
    chip->max_cycles = 20000;
    engine_run(chip);
    counters_check(chip);
    return chip;
}

static void test_anything(uint64_t seed)
{
    struct chip *a = run_anything(seed), *b = run_anything(seed);

    CHECK(a->stop == b->stop && a->cycle == b->cycle && a->bundles == b->bundles);
    CHECK(memcmp(a->r, b->r, sizeof a->r) == 0);
    CHECK(memcmp(a->fpu.f, b->fpu.f, sizeof a->fpu.f) == 0);
    CHECK(memcmp(a->stall, b->stall, sizeof a->stall) == 0);
    CHECK(memcmp(a->cause_count, b->cause_count, sizeof a->cause_count) == 0);
    CHECK(memcmp(a->dram, b->dram, a->dram_size) == 0);
    chip_free(a);
    chip_free(b);
}

int main(void)
{
    for (uint64_t seed = 1; seed <= 200 && !failures; seed++)
        test_against_simple(seed * 0x9e3779b97f4a7c15u);
    for (uint64_t seed = 1; seed <= 200 && !failures; seed++)
        test_anything(seed * 0x9e3779b97f4a7c15u);
    return failures != 0;
}
