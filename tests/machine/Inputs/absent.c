/*
 * absent.c - random bundles, each with an operation that a machine may have no unit for, beside
 * arithmetic, memory, control and commits. Prints what all registers and memory have come to: the
 * same on every machine that has cms/boot/absent.c.
 */
#include "boot/absent.h"
#include "hidden-mem/map.h"
#include "isa_codec.h"
#include "isa_facts.h"
#include "isa_intrinsics.h"
#include "tools/vliw-cc/rt/native.h"

#define PROGRAMS 60
#define BUNDLES 60
#define DATA_WORDS 64

static struct absent absent;
static uint32_t code[BUNDLES * 12 + 400];
static uint64_t data[DATA_WORDS], wide[2 * ISA_F_COUNT], narrow[32];
static uint64_t state = 88172645463325252u, sum;

static uint64_t noise(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void add(uint64_t value)
{
    sum = (sum << 7 | sum >> 57) ^ value;
}

static void refuse(unsigned cause, uint64_t epc)
{
    printf("trap %s at %lx\n", isa_cause_name[cause], (unsigned long)epc);
    exit(1);
}

static bool optional(unsigned atom)
{
    unsigned unit = isa_facts[atom].unit;

    return unit == UNIT_alu0 || unit == UNIT_fp || unit == UNIT_packed;
}

/* Sources r1..r20, results r10..r20: the rest is the program's own. r21 is the data's address. */
static struct isa_op operands(unsigned atom)
{
    uint64_t r = noise(), s = noise();
    struct isa_op op = {.atom = (uint16_t)atom};

    op.rd = r % 4 ? 10 + (r >> 8) % 11 : 0;
    op.ra = 1 + (r >> 16) % 20;
    op.rb = 1 + (r >> 24) % 20;
    op.cd = r >> 32 & 3;
    op.ca = r >> 34 & 3;
    op.fd = s & 31;
    op.fa = s >> 8 & 31;
    op.fb = s >> 16 & 31;
    op.ctl = (uint8_t)(s >> 24);
    op.pos = s >> 32 & 63;
    return op;
}

static struct isa_op any_optional(void)
{
    for (;;) {
        unsigned atom = (unsigned)(noise() >> 8) % ISA_ATOM_COUNT;
        if (optional(atom))
            return operands(atom);
    }
}

/* What stands beside it, if anything. `skip`: words of the bundle and of the next one. */
static unsigned companions(struct isa_op *op, const struct isa_op *first)
{
    unsigned n = 0;
    uint64_t r = noise();

    if (r & 1) {
        op[n] = operands(ISA_xor);
        if (op[n].rd && op[n].rd != first->rd)
            n++;
    }
    if (r & 2) {
        op[n] = operands(r & 4 ? ISA_ldd : ISA_std);
        op[n].rs = op[n].rb;
        op[n].ra = 21;
        op[n].imm = (int64_t)(r >> 16 & (DATA_WORDS - 1)) * 8;
        if (op[n].atom == ISA_std || (op[n].rd != first->rd && (n == 0 || op[n].rd != op[0].rd)))
            n++;
    }
    if ((r & 0x78) == 0x8)
        op[n++] = (struct isa_op){.atom = ISA_commit, .imm = 1};
    return n;
}

static uint32_t *put(uint32_t *at, const struct isa_op *op, bool stop)
{
    return at + isa_encode(op, stop, at);
}

static uint32_t *bundle(uint32_t *at)
{
    struct isa_op op[4];
    uint32_t *begin = at;
    unsigned n;

    op[0] = any_optional();
    n = 1 + companions(&op[1], &op[0]);
    if (n < 4 && (noise() & 7) == 0) { /* over the next bundle, if that is taken */
        struct isa_op branch = operands(noise() & 1 ? ISA_breq : ISA_brltu);
        op[n] = branch;
        op[n].long_imm = true;
        op[n++].imm = 0;
    }
    for (unsigned i = 0; i < n; i++)
        at = put(at, &op[i], i + 1 == n);
    if (n > 1 && isa_facts[op[n - 1].atom].flags & ISA_F_BRANCH) {
        struct isa_op skipped = any_optional();
        uint32_t *end = at + 1;
        at = begin;
        op[n - 1].imm = end - begin;
        for (unsigned i = 0; i < n; i++)
            at = put(at, &op[i], i + 1 == n);
        at = put(at, &skipped, true);
    }
    return at;
}

static uint32_t *all_wide(uint32_t *at, unsigned atom)
{
    for (unsigned i = 0; i < ISA_F_COUNT; i++) {
        struct isa_op op = {.atom = (uint16_t)atom, .fd = (uint8_t)i, .fs = (uint8_t)i};
        op.imm = (int64_t)(uintptr_t)&wide[2 * i];
        at = put(at, &op, true);
    }
    return at;
}

static uint32_t *all_narrow(uint32_t *at, unsigned atom)
{
    for (unsigned i = 1; i < 21; i++) {
        struct isa_op op = {.atom = (uint16_t)atom, .rd = (uint8_t)i, .rs = (uint8_t)i};
        op.imm = (int64_t)(uintptr_t)&narrow[i];
        at = put(at, &op, true);
    }
    return at;
}

static void run_program(void)
{
    struct isa_op base = {.atom = ISA_addi, .rd = 21, .imm = (int64_t)(uintptr_t)data};
    struct isa_op back = {.atom = ISA_jr, .ra = 33};
    uint32_t *at = code;

    for (unsigned i = 0; i < 2 * ISA_F_COUNT; i += 2) {
        uint64_t r = noise();
        wide[i] = noise() | (r & 1 ? 1ull << 63 : 0);
        wide[i + 1] = r & 2 ? 0x3fe0 + (r >> 8 & 63) : noise();
    }
    for (unsigned i = 1; i < 21; i++)
        narrow[i] = noise() >> (noise() & 63);
    at = all_narrow(all_wide(put(at, &base, true), ISA_ldf128), ISA_ldd);
    for (unsigned i = 0; i < BUNDLES; i++)
        at = bundle(at);
    at = all_narrow(all_wide(at, ISA_stf128), ISA_std);
    at = put(at, &back, true);
    vx_icf((uint64_t)(uintptr_t)code, sizeof code);
    vx_mtsr(SR_FPCW, 0x7f | (noise() & 0xf00));
    vx_mtsr(SR_FPSW, 0);
    vx_mtsr(SR_MXCSR, 0x1f80 | (noise() & 0xe040));
    ((void (*)(void))(uintptr_t)code)();
    for (unsigned i = 0; i < 2 * ISA_F_COUNT; i++)
        add(wide[i]);
    for (unsigned i = 1; i < 21; i++)
        add(narrow[i]);
    for (unsigned i = 0; i < DATA_WORDS; i++)
        add(data[i]);
    add(vx_mfsr(SR_FPSW));
    add(vx_mfsr(SR_MXCSR));
    add(vx_movfc());
}

int main(void)
{
    absent_install(&absent, LPM_BASE + VECTOR_STRIDE * (uint64_t)CAUSE_illegal_atom, refuse);
    for (unsigned i = 0; i < PROGRAMS; i++) {
        run_program();
        if (i % 10 == 9)
            printf("%u: %lx, %lu retired\n", i + 1, (unsigned long)sum,
                   (unsigned long)vx_mfsr(SR_RETIRED));
    }
    return 0;
}
