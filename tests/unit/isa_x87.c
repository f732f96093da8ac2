/*
 * isa_x87.c - the 80-bit format of isa/fp.h against the processor that runs this test, under every
 * precision and rounding control: results, exceptions, C1, condition codes.
 */
#include "tests/unit/isa_fp.h"

#ifdef __x86_64__

#define FLAGS (FP_EXCEPTIONS | FP_UP)
#define C0 0x100u
#define C1 0x200u
#define C2 0x400u
#define C3 0x4000u

static const struct isa_v none = {0, 0};

/* What the processor says: st(0) after `code`, and its status word. */
#define HOST_BINARY(name, code)                                                                \
    static struct isa_v host_##name(struct isa_v a, struct isa_v b, uint16_t cw, uint32_t *sw) \
    {                                                                                          \
        struct isa_v result = {0, 0};                                                          \
        uint16_t status;                                                                       \
                                                                                               \
        __asm__ volatile("fninit\n\tfldcw %4\n\tfldt %3\n\tfldt %2\n\t" code                   \
                         "\n\tfnstsw %1\n\tfstpt %0\n\tfninit"                                 \
                         : "+m"(result), "=m"(status)                                          \
                         : "m"(a), "m"(b), "m"(cw)                                             \
                         : "st", "st(1)", "memory");                                           \
        *sw = status;                                                                          \
        return result;                                                                         \
    }

HOST_BINARY(add, "fadd %%st(1), %%st")
HOST_BINARY(sub, "fsub %%st(1), %%st")
HOST_BINARY(mul, "fmul %%st(1), %%st")
HOST_BINARY(div, "fdiv %%st(1), %%st")
HOST_BINARY(scale, "fscale")
HOST_BINARY(sqrt, "fsqrt")
HOST_BINARY(rint, "frndint")
HOST_BINARY(significand, "fxtract")
HOST_BINARY(exponent, "fxtract\n\tfxch")
HOST_BINARY(rem, "fprem")
HOST_BINARY(rem1, "fprem1")
HOST_BINARY(xam, "fxam")

#define HOST_FLAGS_OF(name, code)                                                          \
    static uint64_t host_##name(struct isa_v a, struct isa_v b, uint16_t cw, uint32_t *sw) \
    {                                                                                      \
        uint64_t flags;                                                                    \
        uint16_t status;                                                                   \
                                                                                           \
        __asm__ volatile("fninit\n\tfldcw %4\n\tfldt %3\n\tfldt %2\n\t" code               \
                         "\n\tlahf\n\tfnstsw %1\n\tfninit"                                 \
                         : "=a"(flags), "=m"(status)                                       \
                         : "m"(a), "m"(b), "m"(cw)                                         \
                         : "st", "st(1)", "cc");                                           \
        *sw = status;                                                                      \
        return flags >> 8 & 0x45;                                                          \
    }

HOST_FLAGS_OF(com, "fcomi %%st(1), %%st")
HOST_FLAGS_OF(ucom, "fucomi %%st(1), %%st")

#define HOST_STORE(name, type, code)                                                           \
    static uint64_t host_##name(struct isa_v a, uint16_t cw, uint32_t *sw)                     \
    {                                                                                          \
        type result;                                                                           \
        uint16_t status;                                                                       \
                                                                                               \
        __asm__ volatile("fninit\n\tfldcw %3\n\tfldt %2\n\t" code " %0\n\tfnstsw %1\n\tfninit" \
                         : "=m"(result), "=m"(status)                                          \
                         : "m"(a), "m"(cw)                                                     \
                         : "st", "memory");                                                    \
        *sw = status;                                                                          \
        return (uint64_t)result;                                                               \
    }

HOST_STORE(to_f32, uint32_t, "fstps")
HOST_STORE(to_f64, uint64_t, "fstpl")
HOST_STORE(to_16, int16_t, "fistps")
HOST_STORE(to_32, int32_t, "fistpl")
HOST_STORE(to_64, int64_t, "fistpll")
HOST_STORE(truncate_16, int16_t, "fisttps")
HOST_STORE(truncate_32, int32_t, "fisttpl")
HOST_STORE(truncate_64, int64_t, "fisttpll")

#define HOST_LOAD(name, type, code)                                                 \
    static struct isa_v host_##name(uint64_t bits, uint32_t *sw)                    \
    {                                                                               \
        type a = (type)bits;                                                        \
        struct isa_v result = {0, 0};                                               \
        uint16_t status;                                                            \
                                                                                    \
        __asm__ volatile("fninit\n\t" code " %2\n\tfnstsw %1\n\tfstpt %0\n\tfninit" \
                         : "+m"(result), "=m"(status)                               \
                         : "m"(a)                                                   \
                         : "st", "memory");                                         \
        *sw = status;                                                               \
        return result;                                                              \
    }

HOST_LOAD(from_f32, uint32_t, "flds")
HOST_LOAD(from_f64, uint64_t, "fldl")
HOST_LOAD(from_int, int64_t, "fildll")

/* ---------------------------------------------------------------- comparison */

static struct isa_fenv env_of(uint16_t cw)
{
    return isa_fenv_make(cw, 0);
}

#define BINARY(name)                                            \
    do {                                                        \
        struct isa_fenv env = env_of(cw);                       \
        struct isa_v got = isa_x87_##name(a, b, &env);          \
        struct isa_v want = host_##name(a, b, cw, &sw);         \
        expect(#name, cw, a, b, got, want, env.x87, sw &FLAGS); \
    } while (0)

#define UNARY(name)                                                \
    do {                                                           \
        struct isa_fenv env = env_of(cw);                          \
        struct isa_v got = isa_x87_##name(a, &env);                \
        struct isa_v want = host_##name(a, b, cw, &sw);            \
        expect(#name, cw, a, none, got, want, env.x87, sw &FLAGS); \
    } while (0)

#define COMPARE(name)                                                                     \
    do {                                                                                  \
        struct isa_fenv env = env_of(cw);                                                 \
        uint64_t got = isa_x87_##name(a, b, &env);                                        \
        uint64_t want = host_##name(a, b, cw, &sw);                                       \
        expect(#name, cw, a, b, isa_pair(got, 0), isa_pair(want, 0), env.x87, sw &FLAGS); \
    } while (0)

#define STORE(name, host, call)                                                             \
    do {                                                                                    \
        struct isa_fenv env = env_of(cw);                                                   \
        uint64_t got = call;                                                                \
        uint64_t want = host(a, cw, &sw);                                                   \
        expect(name, cw, a, none, isa_pair(got, 0), isa_pair(want, 0), env.x87, sw &FLAGS); \
    } while (0)

/* Steps until the remainder is complete; compares the end, and the exceptions of all steps. */
static void check_remainder(struct isa_v a, struct isa_v b, uint64_t nearest, uint16_t cw)
{
    struct isa_v got = a, want = a;
    uint32_t sw, mine = 0, theirs = 0;
    uint64_t quotient;
    unsigned steps = 0;

    do {
        struct isa_fenv env = env_of(cw);
        quotient = isa_x87_quotient(got, b, nearest);
        got = isa_x87_rem(got, b, nearest, &env);
        mine |= env.x87;
    } while (quotient & C2 && ++steps < 2000);
    do {
        want = nearest ? host_rem1(want, b, cw, &sw) : host_rem(want, b, cw, &sw);
        theirs |= sw;
    } while (sw & C2);
    mine = (mine & (FP_EXCEPTIONS & ~(uint32_t)FP_UNDERFLOW)) | (uint32_t)quotient;
    theirs = (theirs & (FP_EXCEPTIONS & ~(uint32_t)FP_UNDERFLOW)) | (sw & (C0 | C1 | C2 | C3));
    expect(nearest ? "rem1" : "rem", cw, a, b, got, want, mine, theirs);
}

static void check_pair(struct isa_v a, struct isa_v b, uint16_t cw)
{
    uint32_t sw;

    BINARY(add);
    BINARY(sub);
    BINARY(mul);
    BINARY(div);
    BINARY(scale);
    COMPARE(com);
    COMPARE(ucom);
}

static void check_one(struct isa_v a, uint16_t cw)
{
    const struct isa_v b = {0, 0};
    uint32_t sw;

    UNARY(sqrt);
    UNARY(rint);
    UNARY(significand);
    UNARY(exponent);
    STORE("to f32", host_to_f32, isa_x87_to_f32(a, &env));
    STORE("to f64", host_to_f64, isa_x87_to_f64(a, &env));
    STORE("to int 16", host_to_16, isa_x87_to_int(16, a, &env));
    STORE("to int 32", host_to_32, isa_x87_to_int(32, a, &env));
    STORE("to int 64", host_to_64, isa_x87_to_int(64, a, &env));
    STORE("truncate 16", host_truncate_16, isa_x87_truncate(16, a, &env));
    STORE("truncate 32", host_truncate_32, isa_x87_truncate(32, a, &env));
    STORE("truncate 64", host_truncate_64, isa_x87_truncate(64, a, &env));
    host_xam(a, b, cw, &sw);
    expect("xam", cw, a, none, isa_pair(isa_x87_xam(a), 0), isa_pair(sw & (C0 | C1 | C2 | C3), 0),
           0, 0);
}

static void check_loads(void)
{
    uint64_t single = random32(), full = random_double(), integer = random_fraction(64);
    struct isa_fenv env = env_of(0x37f);
    struct isa_v got = isa_x87_from_f32(single, &env);
    uint32_t sw;
    struct isa_v want = host_from_f32(single, &sw);

    expect("from f32", 0, isa_pair(single, 0), none, got, want, env.x87, sw & FLAGS);
    env = env_of(0x37f);
    got = isa_x87_from_f64(full, &env);
    want = host_from_f64(full, &sw);
    expect("from f64", 0, isa_pair(full, 0), none, got, want, env.x87, sw & FLAGS);
    want = host_from_int(integer, &sw);
    expect("from int", 0, isa_pair(integer, 0), none, isa_x87_from_int(integer), want, 0,
           sw & FLAGS);
}

int main(int argc, char **argv)
{
    static const uint16_t precision[] = {0x000, 0x200, 0x300, 0x300};
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 200000;

    for (unsigned i = 0; i < rounds; i++) {
        uint16_t cw = (uint16_t)(0x7f | precision[random64() & 3] | (random64() & 3) << 10);
        struct isa_v a = random80(), b = random80();
        if (random64() % 4 == 0)
            b.hi = (b.hi & 0x8000) | ((a.hi + random64() % 5 - 2) & 0x7fff);
        if (random64() % 8 == 0) /* small whole numbers, for scale */
            b = isa_x87_from_int(random64() % 33000 - 16500);
        check_pair(a, b, cw);
        check_one(a, cw);
        check_loads();
        if (i % 8 == 0) {
            check_remainder(a, b, 0, cw);
            check_remainder(a, b, 1, cw);
        }
    }
    if (failures)
        fprintf(stderr, "%u mistakes\n", failures);
    return failures != 0;
}

#else

int main(void)
{
    puts("no x87 here to compare with");
    return 0;
}

#endif
