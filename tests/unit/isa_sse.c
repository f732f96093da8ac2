/*
 * isa_sse.c - 32- and 64-bit floating point of isa/fp.h and packed integers of isa/packed.h against
 * the processor that runs this test, under every MXCSR: results, exceptions, flags.
 */
#include <float.h>
#include <math.h>

#include "isa/packed.h"
#include "tests/unit/isa_fp.h"

#ifdef __x86_64__

#define LOW32 0xffffffffull

static const struct isa_v none = {0, 0};
static struct isa_v a, b; /* what the current round works on */
static uint32_t mxcsr;

static struct isa_fenv env_of(void)
{
    return isa_fenv_make(0, mxcsr);
}

/* xmm0 = a, xmm1 = b; what `code` leaves in xmm0, and in MXCSR. */
#define HOST(code, result, status)                                                   \
    __asm__ volatile("ldmxcsr %2\n\tmovups %3, %%xmm0\n\tmovups %4, %%xmm1\n\t" code \
                     "\n\tstmxcsr %1\n\tmovups %%xmm0, %0"                           \
                     : "=m"(result), "=m"(status)                                    \
                     : "m"(mxcsr), "m"(a), "m"(b)                                    \
                     : "xmm0", "xmm1")

#define BINARY(name)                                                           \
    do {                                                                       \
        struct isa_fenv env = env_of();                                        \
        struct isa_v got = isa_##name(a, b, &env), want;                       \
        uint32_t status;                                                       \
        HOST(#name " %%xmm1, %%xmm0", want, status);                           \
        expect(#name, mxcsr, a, b, got, want, env.sse, status &FP_EXCEPTIONS); \
    } while (0)

#define PREDICATE(name, number)                                                            \
    do {                                                                                   \
        struct isa_fenv env = env_of();                                                    \
        struct isa_v got = isa_##name(a, b, number, &env), want;                           \
        uint32_t status;                                                                   \
        HOST(#name " $" #number ", %%xmm1, %%xmm0", want, status);                         \
        expect(#name " " #number, mxcsr, a, b, got, want, env.sse, status &FP_EXCEPTIONS); \
    } while (0)

/* One operand: the host's other register is the result's old value, which must not matter. */
#define UNARY(name)                                                               \
    do {                                                                          \
        struct isa_fenv env = env_of();                                           \
        struct isa_v got = isa_##name(a, &env), want;                             \
        uint32_t status;                                                          \
        HOST(#name " %%xmm0, %%xmm1\n\tmovaps %%xmm1, %%xmm0", want, status);     \
        expect(#name, mxcsr, a, none, got, want, env.sse, status &FP_EXCEPTIONS); \
    } while (0)

#define COMPARE(name)                                                                         \
    do {                                                                                      \
        struct isa_fenv env = env_of();                                                       \
        uint64_t got = isa_##name(a, b, &env), flags;                                         \
        uint32_t status;                                                                      \
        __asm__ volatile("ldmxcsr %2\n\tmovups %3, %%xmm0\n\tmovups %4, %%xmm1\n\t" #name     \
                         " %%xmm1, %%xmm0\n\tlahf\n\tstmxcsr %1"                              \
                         : "=a"(flags), "=m"(status)                                          \
                         : "m"(mxcsr), "m"(a), "m"(b)                                         \
                         : "xmm0", "xmm1", "cc");                                             \
        expect(#name, mxcsr, a, b, isa_pair(got, 0), isa_pair(flags >> 8 & 0x45, 0), env.sse, \
               status &FP_EXCEPTIONS);                                                        \
    } while (0)

#define TO_INT(name, host, n, type)                                                             \
    do {                                                                                        \
        struct isa_fenv env = env_of();                                                         \
        uint64_t got = isa_##name(n, a, &env);                                                  \
        type want;                                                                              \
        uint32_t status;                                                                        \
        __asm__ volatile("ldmxcsr %2\n\tmovups %3, %%xmm0\n\t" host " %%xmm0, %0\n\tstmxcsr %1" \
                         : "=r"(want), "=m"(status)                                             \
                         : "m"(mxcsr), "m"(a)                                                   \
                         : "xmm0");                                                             \
        expect(#name " " #n, mxcsr, a, none, isa_pair(got, 0), isa_pair((uint64_t)want, 0),     \
               env.sse, status &FP_EXCEPTIONS);                                                 \
    } while (0)

#define FROM_INT(name, host)                                                   \
    do {                                                                       \
        struct isa_fenv env = env_of();                                        \
        struct isa_v got = isa_##name(a, b.lo, &env), want;                    \
        uint32_t status;                                                       \
        __asm__ volatile("ldmxcsr %2\n\tmovups %3, %%xmm0\n\t" host            \
                         " %4, %%xmm0\n\tstmxcsr %1\n\tmovups %%xmm0, %0"      \
                         : "=m"(want), "=m"(status)                            \
                         : "m"(mxcsr), "m"(a), "r"(b.lo)                       \
                         : "xmm0");                                            \
        expect(#name, mxcsr, a, b, got, want, env.sse, status &FP_EXCEPTIONS); \
    } while (0)

#define FOUR(KIND, name) \
    KIND(name##ss);      \
    KIND(name##sd);      \
    KIND(name##ps);      \
    KIND(name##pd)
#define PREDICATES(number)    \
    PREDICATE(cmpss, number); \
    PREDICATE(cmpsd, number); \
    PREDICATE(cmpps, number); \
    PREDICATE(cmppd, number)

static void check_arithmetic(void)
{
    FOUR(BINARY, add);
    FOUR(BINARY, sub);
    FOUR(BINARY, mul);
    FOUR(BINARY, div);
    FOUR(BINARY, min);
    FOUR(BINARY, max);
    FOUR(BINARY, sqrt);
}

static void check_comparisons(void)
{
    PREDICATES(0);
    PREDICATES(1);
    PREDICATES(2);
    PREDICATES(3);
    PREDICATES(4);
    PREDICATES(5);
    PREDICATES(6);
    PREDICATES(7);
    COMPARE(comiss);
    COMPARE(comisd);
    COMPARE(ucomiss);
    COMPARE(ucomisd);
}

/* No exceptions can come of it, so that the function takes no environment. */
static void check_cvtdq2pd(void)
{
    struct isa_v want;
    uint32_t status;

    HOST("cvtdq2pd %%xmm0, %%xmm0", want, status);
    expect("cvtdq2pd", mxcsr, a, none, isa_cvtdq2pd(a), want, 0, status & FP_EXCEPTIONS);
}

static void check_conversions(void)
{
    BINARY(cvtss2sd);
    BINARY(cvtsd2ss);
    UNARY(cvtps2pd);
    UNARY(cvtpd2ps);
    UNARY(cvtdq2ps);
    UNARY(cvtps2dq);
    UNARY(cvttps2dq);
    UNARY(cvtpd2dq);
    UNARY(cvttpd2dq);
    check_cvtdq2pd();
    TO_INT(cvtss2si, "cvtss2si", 32, int32_t);
    TO_INT(cvtss2si, "cvtss2si", 64, int64_t);
    TO_INT(cvttss2si, "cvttss2si", 32, int32_t);
    TO_INT(cvttss2si, "cvttss2si", 64, int64_t);
    TO_INT(cvtsd2si, "cvtsd2si", 32, int32_t);
    TO_INT(cvtsd2si, "cvtsd2si", 64, int64_t);
    TO_INT(cvttsd2si, "cvttsd2si", 32, int32_t);
    TO_INT(cvttsd2si, "cvttsd2si", 64, int64_t);
    FROM_INT(cvtsi2ss, "cvtsi2ssq");
    FROM_INT(cvtsi2sd, "cvtsi2sdq");
}

static float float_of(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float f;

    memcpy(&f, &low, sizeof f);
    return f;
}

/* Within what x86 promises: a relative error of 1.5 * 2^-12. Special operands as the host's. */
static void check_approximation(const char *what, struct isa_v got, struct isa_v want)
{
    for (unsigned i = 0; i < 4; i++) {
        float x = float_of(isa_element(32, got, i)), y = float_of(isa_element(32, want, i));
        if (fabsf(x) <= FLT_MIN && fabsf(y) <= FLT_MIN && signbit(x) == signbit(y))
            continue; /* the host's may fall just below and be flushed */
        if (fpclassify(x) != fpclassify(y) || signbit(x) != signbit(y) ||
            (isfinite(y) && fabsf(x - y) > 0x1.8p-11f * fabsf(y)))
            expect(what, mxcsr, a, b, got, want, 0, 0);
    }
}

static void check_approximations(void)
{
    struct isa_v want;
    uint32_t status;

    HOST("rcpps %%xmm1, %%xmm0", want, status);
    check_approximation("rcpps", isa_rcpps(a, b), want);
    HOST("rsqrtps %%xmm1, %%xmm0", want, status);
    check_approximation("rsqrtps", isa_rsqrtps(a, b), want);
    HOST("rcpss %%xmm1, %%xmm0", want, status);
    check_approximation("rcpss", isa_rcpss(a, b), want);
    HOST("rsqrtss %%xmm1, %%xmm0", want, status);
    check_approximation("rsqrtss", isa_rsqrtss(a, b), want);
    (void)status;
}

/* ---------------------------------------------------------------- packed integers */

#define PACKED(host, call)                       \
    do {                                         \
        struct isa_v want;                       \
        uint32_t status;                         \
        HOST(host, want, status);                \
        expect(host, 0, a, b, call, want, 0, 0); \
        (void)status;                            \
    } while (0)

#define PLAIN(name, function, n) PACKED(#name " %%xmm1, %%xmm0", isa_##function(n, a, b))
#define WHOLE(name, function) PACKED(#name " %%xmm1, %%xmm0", isa_##function(a, b))

static void check_elements(void)
{
    PLAIN(paddb, padd, 8);
    PLAIN(paddw, padd, 16);
    PLAIN(paddd, padd, 32);
    PLAIN(paddq, padd, 64);
    PLAIN(psubb, psub, 8);
    PLAIN(psubw, psub, 16);
    PLAIN(psubd, psub, 32);
    PLAIN(psubq, psub, 64);
    PLAIN(paddsb, padds, 8);
    PLAIN(paddsw, padds, 16);
    PLAIN(paddusb, paddus, 8);
    PLAIN(paddusw, paddus, 16);
    PLAIN(psubsb, psubs, 8);
    PLAIN(psubsw, psubs, 16);
    PLAIN(psubusb, psubus, 8);
    PLAIN(psubusw, psubus, 16);
    PLAIN(pavgb, pavg, 8);
    PLAIN(pavgw, pavg, 16);
    PLAIN(pminub, pminu, 8);
    PLAIN(pmaxub, pmaxu, 8);
    PLAIN(pminsw, pmins, 16);
    PLAIN(pmaxsw, pmaxs, 16);
    PLAIN(pcmpeqb, pcmpeq, 8);
    PLAIN(pcmpeqw, pcmpeq, 16);
    PLAIN(pcmpeqd, pcmpeq, 32);
    PLAIN(pcmpgtb, pcmpgt, 8);
    PLAIN(pcmpgtw, pcmpgt, 16);
    PLAIN(pcmpgtd, pcmpgt, 32);
    PLAIN(pmullw, pmull, 16);
    PLAIN(pmulhw, pmulh, 16);
    PLAIN(pmulhuw, pmulhu, 16);
}

static void check_across(void)
{
    WHOLE(pmuludq, pmuludq);
    WHOLE(pmaddwd, pmaddwd);
    WHOLE(psadbw, psadbw);
    WHOLE(pand, vand);
    WHOLE(por, vor);
    WHOLE(pxor, vxor);
    WHOLE(pandn, vandn);
    PLAIN(packsswb, packs, 16);
    PLAIN(packssdw, packs, 32);
    PLAIN(packuswb, packus, 16);
    PLAIN(punpcklbw, punpckl, 8);
    PLAIN(punpcklwd, punpckl, 16);
    PLAIN(punpckldq, punpckl, 32);
    PLAIN(punpcklqdq, punpckl, 64);
    PLAIN(punpckhbw, punpckh, 8);
    PLAIN(punpckhwd, punpckh, 16);
    PLAIN(punpckhdq, punpckh, 32);
    PLAIN(punpckhqdq, punpckh, 64);
}

#define SHIFT(name, function, n) PACKED(#name " %%xmm1, %%xmm0", isa_##function(n, a, b.lo))

static void check_shifts(void)
{
    struct isa_v kept = b;

    if (random64() & 7)
        b.lo = random64() % 70;
    SHIFT(psllw, psll, 16);
    SHIFT(pslld, psll, 32);
    SHIFT(psllq, psll, 64);
    SHIFT(psrlw, psrl, 16);
    SHIFT(psrld, psrl, 32);
    SHIFT(psrlq, psrl, 64);
    SHIFT(psraw, psra, 16);
    SHIFT(psrad, psra, 32);
    b = kept;
}

#define CONTROLS(n)                                                    \
    PACKED("pshufd $" #n ", %%xmm0, %%xmm0", isa_pshufd(a, n));        \
    PACKED("pshuflw $" #n ", %%xmm0, %%xmm0", isa_pshuflw(a, n));      \
    PACKED("pshufhw $" #n ", %%xmm0, %%xmm0", isa_pshufhw(a, n));      \
    PACKED("shufps $" #n ", %%xmm1, %%xmm0", isa_shufps(a, b, n));     \
    PACKED("shufpd $(" #n "&3), %%xmm1, %%xmm0", isa_shufpd(a, b, n)); \
    PACKED("pslldq $" #n ", %%xmm0", isa_vsll(a, n));                  \
    PACKED("psrldq $" #n ", %%xmm0", isa_vsrl(a, n))

#define MASK(host, n)                                                                      \
    do {                                                                                   \
        uint64_t want;                                                                     \
        __asm__ volatile("movups %1, %%xmm0\n\t" host " %%xmm0, %k0"                       \
                         : "=r"(want)                                                      \
                         : "m"(a)                                                          \
                         : "xmm0");                                                        \
        expect(host, 0, a, none, isa_pair(isa_pmovmsk(n, a), 0), isa_pair(want, 0), 0, 0); \
    } while (0)

static void check_shuffles(void)
{
    CONTROLS(0x00);
    CONTROLS(0x03);
    CONTROLS(0x08);
    CONTROLS(0x0f);
    CONTROLS(0x10);
    CONTROLS(0x1b);
    CONTROLS(0x4e);
    CONTROLS(0xb1);
    CONTROLS(0xe4);
    CONTROLS(0xff);
    MASK("pmovmskb", 8);
    MASK("movmskps", 32);
    MASK("movmskpd", 64);
}

/* ---------------------------------------------------------------- operands */

static struct isa_v singles(void)
{
    uint64_t lo = random32() | random32() << 32;

    return isa_pair(lo, random32() | random32() << 32);
}

static struct isa_v doubles(void)
{
    uint64_t lo = random_double();

    return isa_pair(lo, random_double());
}

/* Bytes at the borders of their ranges, often equal to the other operand's. */
static struct isa_v integers(struct isa_v other)
{
    static const uint8_t corners[] = {0, 1, 0x7f, 0x80, 0x81, 0xff, 0xfe, 0x40};
    uint64_t half[2] = {0, 0};

    for (unsigned i = 0; i < 16; i++) {
        uint64_t r = random64(), byte = r >> 32;
        if (r & 1)
            byte = corners[r >> 8 & 7];
        else if (r & 2)
            byte = isa_element(8, other, i);
        half[i / 8] |= (byte & 0xff) << 8 * (i % 8);
    }
    return isa_pair(half[0], half[1]);
}

int main(int argc, char **argv)
{
    static const uint32_t zeros[] = {0, 0, 0, MXCSR_DAZ, MXCSR_FTZ, MXCSR_DAZ | MXCSR_FTZ};
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 100000;

    for (unsigned i = 0; i < rounds; i++) {
        mxcsr = 0x1f80 | zeros[random64() % 6] | (uint32_t)(random64() & 3) << MXCSR_ROUNDING;
        bool single = i & 1;
        a = single ? singles() : doubles();
        b = single ? singles() : doubles();
        if (random64() % 8 == 0)
            b = a;
        check_arithmetic();
        check_comparisons();
        check_conversions();
        check_approximations();
        a = integers(b);
        b = integers(a);
        check_elements();
        check_across();
        check_shifts();
        check_shuffles();
        check_conversions();
    }
    if (failures)
        fprintf(stderr, "%u mistakes\n", failures);
    return failures != 0;
}

#else

int main(void)
{
    puts("no SSE here to compare with");
    return 0;
}

#endif
