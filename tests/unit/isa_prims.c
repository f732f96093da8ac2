/*
 * isa_prims.c - the primitives of isa/prims.h against something else: the x86 part against the
 * processor that runs this test, the rest against plain C.
 *
 * Flags that the architecture leaves undefined are compared as well, except where processors are
 * known to differ; these are in `loose` below, each with what differs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "isa/prims.h"
#include "tests/random.h"
#include "tests/unit/check.h"

#define ROUNDS 40000u
#define SIGN(n) ((int64_t)1 << ((n)-1))

static uint64_t seed = 0x9e3779b97f4a7c15ull;

static uint64_t random64(void)
{
    return random_next(&seed);
}

/* Operands that find mistakes: borders of every width, few bits, and anything. */
static uint64_t operand(void)
{
    static const uint64_t corners[] = {
        0,
        1,
        2,
        0x7f,
        0x80,
        0x81,
        0xff,
        0x100,
        0x7fff,
        0x8000,
        0xffff,
        0x10000,
        0x7fffffff,
        0x80000000,
        0xffffffff,
        0x100000000,
        0x7fffffffffffffff,
        0x8000000000000000,
        0xfffffffffffffffe,
        0xffffffffffffffff,
    };
    uint64_t r = random64();

    switch (r >> 61) {
    case 0:
    case 1:
    case 2: return corners[r % (sizeof(corners) / sizeof(corners[0]))];
    case 3: return (1ull << (r & 63)) - (r >> 6 & 1);
    case 4: return r & 0xff;
    default: return random64();
    }
}

static void expect(const char *what, unsigned n, uint64_t a, uint64_t b, uint64_t got,
                   uint64_t want)
{
    if (got != want && failures++ < 40)
        fprintf(stderr, "%s.%u a=%" PRIx64 " b=%" PRIx64 ": %" PRIx64 ", expected %" PRIx64 "\n",
                what, n, a, b, got, want);
}

/* ---------------------------------------------------------------- the host processor */

#ifdef __x86_64__

#define BINARY(op, suffix, type)                                                  \
    static uint64_t host_##op##_##suffix(uint64_t a, uint64_t b, uint64_t *flags) \
    {                                                                             \
        type x = (type)a, y = (type)b;                                            \
        uint64_t f = *flags;                                                      \
        __asm__("push %1\n\tpopf\n\t" #op " %2, %0\n\tpushf\n\tpop %1"            \
                : "+q"(x), "+&r"(f)                                               \
                : "q"(y)                                                          \
                : "cc");                                                          \
        *flags = f;                                                               \
        return x;                                                                 \
    }
#define UNARY(op, suffix, type)                                                                   \
    static uint64_t host_##op##_##suffix(uint64_t a, uint64_t b, uint64_t *flags)                 \
    {                                                                                             \
        type x = (type)a;                                                                         \
        uint64_t f = *flags;                                                                      \
        (void)b;                                                                                  \
        __asm__("push %1\n\tpopf\n\t" #op " %0\n\tpushf\n\tpop %1" : "+q"(x), "+&r"(f) : : "cc"); \
        *flags = f;                                                                               \
        return x;                                                                                 \
    }
#define SHIFT(op, suffix, type)                                                   \
    static uint64_t host_##op##_##suffix(uint64_t a, uint64_t b, uint64_t *flags) \
    {                                                                             \
        type x = (type)a;                                                         \
        uint64_t f = *flags;                                                      \
        __asm__("push %1\n\tpopf\n\t" #op " %%cl, %0\n\tpushf\n\tpop %1"          \
                : "+q"(x), "+&r"(f)                                               \
                : "c"(b)                                                          \
                : "cc");                                                          \
        *flags = f;                                                               \
        return x;                                                                 \
    }
#define EACH(kind, op) kind(op, 8, uint8_t) kind(op, 16, uint16_t) kind(op, 32, uint32_t)

EACH(BINARY, add)
EACH(BINARY, sub)
EACH(BINARY, and)
EACH(BINARY, or)
EACH(BINARY, xor)
EACH(BINARY, adc)
EACH(BINARY, sbb)
EACH(UNARY, inc)
EACH(UNARY, dec)
EACH(UNARY, neg)
EACH(SHIFT, shl)
EACH(SHIFT, shr)
EACH(SHIFT, sar)
EACH(SHIFT, rol)
EACH(SHIFT, ror)
EACH(SHIFT, rcl)
EACH(SHIFT, rcr)

#define MULTIPLY(op, name)                                                    \
    static uint64_t host_##name##_8(uint64_t a, uint64_t b, uint64_t *flags)  \
    {                                                                         \
        uint16_t x = (uint8_t)a;                                              \
        uint64_t f = *flags;                                                  \
        __asm__("push %1\n\tpopf\n\t" #op "b %b2\n\tpushf\n\tpop %1"          \
                : "+a"(x), "+&r"(f)                                           \
                : "q"((uint8_t)b)                                             \
                : "cc");                                                      \
        *flags = f;                                                           \
        return x;                                                             \
    }                                                                         \
    static uint64_t host_##name##_16(uint64_t a, uint64_t b, uint64_t *flags) \
    {                                                                         \
        uint16_t x = (uint16_t)a, high;                                       \
        uint64_t f = *flags;                                                  \
        __asm__("push %2\n\tpopf\n\t" #op "w %w3\n\tpushf\n\tpop %2"          \
                : "+a"(x), "=&d"(high), "+&r"(f)                              \
                : "r"((uint16_t)b)                                            \
                : "cc");                                                      \
        *flags = f;                                                           \
        return (uint32_t)high << 16 | x;                                      \
    }                                                                         \
    static uint64_t host_##name##_32(uint64_t a, uint64_t b, uint64_t *flags) \
    {                                                                         \
        uint32_t x = (uint32_t)a, high;                                       \
        uint64_t f = *flags;                                                  \
        __asm__("push %2\n\tpopf\n\t" #op "l %k3\n\tpushf\n\tpop %2"          \
                : "+a"(x), "=&d"(high), "+&r"(f)                              \
                : "r"((uint32_t)b)                                            \
                : "cc");                                                      \
        *flags = f;                                                           \
        return (uint64_t)high << 32 | x;                                      \
    }
MULTIPLY(imul, imul)
MULTIPLY(mul, umul)

/* Ours in one shape: what flags go in, what comes out. */
#define OURS2(op, n)                                                        \
    static uint64_t our_##op##_##n(uint64_t a, uint64_t b, uint64_t *flags) \
    {                                                                       \
        *flags = isa_x86_##op##_flags(n, a, b);                             \
        return isa_x86_##op(n, a, b);                                       \
    }
#define OURS3(op, n)                                                        \
    static uint64_t our_##op##_##n(uint64_t a, uint64_t b, uint64_t *flags) \
    {                                                                       \
        uint64_t f = *flags;                                                \
        *flags = isa_x86_##op##_flags(n, a, b, f);                          \
        return isa_x86_##op(n, a, b, f);                                    \
    }
#define OURSMUL(op, n)                                                      \
    static uint64_t our_##op##_##n(uint64_t a, uint64_t b, uint64_t *flags) \
    {                                                                       \
        *flags = isa_x86_##op##_flags(n, a, b, *flags);                     \
        return isa_x86_##op(n, a, b);                                       \
    }
#define OURS1(op, n)                                                        \
    static uint64_t our_##op##_##n(uint64_t a, uint64_t b, uint64_t *flags) \
    {                                                                       \
        (void)b;                                                            \
        *flags = isa_x86_##op##_flags(n, a, *flags);                        \
        return isa_x86_##op(n, a);                                          \
    }
#define OURS1PLAIN(op, n)                                                   \
    static uint64_t our_##op##_##n(uint64_t a, uint64_t b, uint64_t *flags) \
    {                                                                       \
        (void)b;                                                            \
        *flags = isa_x86_##op##_flags(n, a);                                \
        return isa_x86_##op(n, a);                                          \
    }
#define ALL(kind, op) kind(op, 8) kind(op, 16) kind(op, 32)

ALL(OURS2, add)
ALL(OURS2, sub)
ALL(OURS2, and)
ALL(OURS2, or)
ALL(OURS2, xor)
ALL(OURS3, adc)
ALL(OURS3, sbb)
ALL(OURS1, inc)
ALL(OURS1, dec)
ALL(OURS1PLAIN, neg)
ALL(OURS3, shl)
ALL(OURS3, shr)
ALL(OURS3, sar)
ALL(OURS3, rol)
ALL(OURS3, ror)
ALL(OURS3, rcl)
ALL(OURS3, rcr)
ALL(OURSMUL, imul)
ALL(OURSMUL, umul)

typedef uint64_t operation(uint64_t a, uint64_t b, uint64_t *flags);

struct check {
    const char *name;
    unsigned width;
    operation *host, *ours;
};

#define ROW(op, n) {#op, n, host_##op##_##n, our_##op##_##n},
static const struct check checks[] = {
    ALL(ROW, add) ALL(ROW, sub) ALL(ROW, and) ALL(ROW, or) ALL(ROW, xor) ALL(ROW, adc) ALL(ROW, sbb)
        ALL(ROW, inc) ALL(ROW, dec) ALL(ROW, neg) ALL(ROW, shl) ALL(ROW, shr) ALL(ROW, sar)
            ALL(ROW, rol) ALL(ROW, ror) ALL(ROW, rcl) ALL(ROW, rcr) ALL(ROW, imul) ALL(ROW, umul)};

/*
 * Undefined flags that processors of other makers than the one measured (AMD Zen) fill in
 * differently: AF after a shift, and SF, ZF, AF, PF after a multiplication.
 */
static uint64_t loose(const struct check *c)
{
    uint32_t a = 0, b, x, d;

    __asm__("cpuid" : "+a"(a), "=b"(b), "=c"(x), "=d"(d));
    if (b == 0x68747541) /* Auth... */
        return 0;
    if (strstr(c->name, "mul"))
        return ISA_SF | ISA_ZF | ISA_AF | ISA_PF;
    return c->name[0] == 's' && (c->name[1] == 'h' || c->name[1] == 'a') ? ISA_AF : 0;
}

static void check_x86(void)
{
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        const struct check *c = &checks[i];
        uint64_t mask = isa_x86_flag_mask() & ~loose(c);
        char name[32];

        for (unsigned round = 0; round < ROUNDS; round++) {
            uint64_t a = operand(), b = round & 1 ? operand() : random64() & 31;
            uint64_t before = random64() & isa_x86_flag_mask();
            uint64_t host_flags = before | 0x202, our_flags = before;
            uint64_t host = c->host(a, b, &host_flags), ours = c->ours(a, b, &our_flags);

            expect(c->name, c->width, a, b, ours, host);
            snprintf(name, sizeof(name), "%s flags(%03x)", c->name, (unsigned)before);
            expect(name, c->width, a, b, our_flags & mask, host_flags & mask);
        }
    }
}

#define COND(cc, number)                                                   \
    {                                                                      \
        uint8_t holds;                                                     \
        __asm__("push %1\n\tpopf\n\tset" #cc " %0"                         \
                : "=q"(holds)                                              \
                : "r"((uint64_t)(f | 0x202))                               \
                : "cc");                                                   \
        expect("cond " #cc, number, f, 0, isa_x86_cond(number, f), holds); \
    }

static void check_conditions(void)
{
    for (unsigned bits = 0; bits < 64; bits++) {
        uint64_t f = (bits & 1) | (bits & 2) << 1 | (bits & 4) << 2 | (bits & 8) << 3 |
                     (bits & 16) << 3 | (uint64_t)(bits & 32) << 6;

        COND(o, 0)
        COND(no, 1) COND(b, 2) COND(nb, 3) COND(z, 4) COND(nz, 5) COND(be, 6) COND(nbe, 7)
            COND(s, 8) COND(ns, 9) COND(p, 10) COND(np, 11) COND(l, 12) COND(nl, 13) COND(le, 14)
                COND(nle, 15)
    }
}

#else

static void check_x86(void)
{
    fprintf(stderr, "not an x86-64 host: the x86 primitives are not compared\n");
}

static void check_conditions(void)
{
}

#endif

/* ---------------------------------------------------------------- plain C */

static uint64_t slow_clz(unsigned n, uint64_t x)
{
    unsigned count = 0;

    while (count < n && !(x >> (n - 1 - count) & 1))
        count++;
    return count;
}

static uint64_t slow_ctz(unsigned n, uint64_t x)
{
    unsigned count = 0;

    while (count < n && !(x >> count & 1))
        count++;
    return count;
}

static void check_bits(uint64_t a, uint64_t b)
{
    uint64_t reversed = 0, combined = 0, ones = 0, ones32 = 0;
    unsigned by = b & 63;

    for (unsigned i = 0; i < 8; i++) {
        reversed |= (a >> 8 * i & 255) << 8 * (7 - i);
        combined |= (a >> 8 * i & 255 ? 255ull : 0) << 8 * i;
    }
    for (unsigned i = 0; i < 64; i++) {
        ones += a >> i & 1;
        ones32 += i < 32 ? a >> i & 1 : 0;
    }
    expect("rev8", 64, a, 0, isa_rev8(a), reversed);
    expect("orcb", 64, a, 0, isa_orcb(a), combined);
    expect("cpop", 64, a, 0, isa_cpop(64, a), ones);
    expect("cpop", 32, a, 0, isa_cpop(32, a), ones32);
    expect("clz", 64, a, 0, isa_clz(64, a), slow_clz(64, a));
    expect("clz", 32, a, 0, isa_clz(32, a), slow_clz(32, a));
    expect("ctz", 64, a, 0, isa_ctz(64, a), slow_ctz(64, a));
    expect("ctz", 32, a, 0, isa_ctz(32, a), slow_ctz(32, a));
    expect("rotl", 64, a, by, isa_rotl(64, a, by), by ? a << by | a >> (64 - by) : a);
    expect("rotl", 32, a, by, isa_rotl(32, a, by),
           (uint32_t)((uint32_t)a << (by & 31) | (uint64_t)(uint32_t)a >> (32 - (by & 31))));
    expect("sx", 8, a, 0, isa_sx(8, a), (uint64_t)(int8_t)a);
    expect("sx", 32, a, 0, isa_sx(32, a), (uint64_t)(int32_t)a);
    expect("sx", 64, a, 0, isa_sx(64, a), a);
    expect("zx", 16, a, 0, isa_zx(16, a), (uint16_t)a);
    expect("mask", 0, by, 0, isa_mask(by), by ? (1ull << by) - 1 : ~0ull);
    expect("mask", 0, 64, 0, isa_mask(64), ~0ull);
    expect("sxv", 0, a, by, isa_sxv(by, a), by ? isa_sx(by, a) : a);
    expect("asr", 64, a, by, isa_asr(a, by), (uint64_t)((int64_t)a >> by));
    expect("lt", 64, a, b, isa_lt(a, b), (int64_t)a < (int64_t)b);
    expect("ltu", 64, a, b, isa_ltu(a, b), a < b);
}

static void check_products(uint64_t a, uint64_t b)
{
    unsigned __int128 u = (unsigned __int128)a * b;
    __int128 s = (__int128)(int64_t)a * (int64_t)b;
    __int128 su = (__int128)(int64_t)a * b;

    expect("mulhu", 64, a, b, isa_mulhu(a, b), (uint64_t)(u >> 64));
    expect("mulh", 64, a, b, isa_mulh(a, b), (uint64_t)((unsigned __int128)s >> 64));
    expect("mulhsu", 64, a, b, isa_mulhsu(a, b), (uint64_t)((unsigned __int128)su >> 64));
    if (b == 0) {
        expect("div", 64, a, b, isa_div(a, b), ~0ull);
        expect("divu", 64, a, b, isa_divu(a, b), ~0ull);
        expect("rem", 64, a, b, isa_rem(a, b), a);
        expect("remu", 64, a, b, isa_remu(a, b), a);
    } else {
        expect("div", 64, a, b, isa_div(a, b), (uint64_t)((__int128)(int64_t)a / (int64_t)b));
        expect("rem", 64, a, b, isa_rem(a, b), (uint64_t)((__int128)(int64_t)a % (int64_t)b));
        expect("divu", 64, a, b, isa_divu(a, b), a / b);
        expect("remu", 64, a, b, isa_remu(a, b), a % b);
    }
}

int main(void)
{
    check_x86();
    check_conditions();
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t a = operand(), b = operand();

        check_bits(a, b);
        check_products(a, b);
    }
    expect("overflow", 64, 0, 0, isa_div((uint64_t)INT64_MIN, ~0ull), (uint64_t)INT64_MIN);
    expect("overflow", 64, 0, 0, isa_rem((uint64_t)INT64_MIN, ~0ull), 0);
    if (failures)
        fprintf(stderr, "%u failures\n", failures);
    return failures != 0;
}
