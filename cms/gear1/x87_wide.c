/*
 * x87_wide.c - numbers of 128 bits for the transcendental functions.
 *
 * Series are summed in fixed point, as a factor near 1 of a number that keeps its own exponent, so
 * that small arguments lose nothing. Sums and arguments are cut so that terms left out are below
 * 2^-110; a result of 64 bits is then rounded correctly but for one case in 2^40 or so.
 */
#include "gear1/x87_wide.h"

#define W(hi, lo) ((x87_u128)UINT64_C(hi) << 64 | UINT64_C(lo))
#define TOP ((x87_u128)1 << 127)

/* 1/k!, binary point after the first bit */
static const x87_u128 factorial[] = {
    W(0x8000000000000000, 0x0000000000000000), W(0x8000000000000000, 0x0000000000000000),
    W(0x4000000000000000, 0x0000000000000000), W(0x1555555555555555, 0x5555555555555555),
    W(0x0555555555555555, 0x5555555555555555), W(0x0111111111111111, 0x1111111111111111),
    W(0x002d82d82d82d82d, 0x82d82d82d82d82d8), W(0x0006806806806806, 0x8068068068068068),
    W(0x0000d00d00d00d00, 0xd00d00d00d00d00d), W(0x0000171de3a556c7, 0x338faac1c88e5001),
    W(0x0000024fc9f6ef13, 0xeb8e5de02da7d4cd), W(0x00000035cc8acfea, 0x89c71fce8fc97070),
    W(0x000000047bb63bfe, 0x3625ed5136a61eb4), W(0x000000005849184e, 0xa1b425f28e0cc749),
    W(0x00000000064e5d2a, 0x301f27482eb7c517), W(0x00000000006b9fcf, 0x9ccee07c476195ac),
    W(0x000000000006b9fc, 0xf9ccee07c476195b), W(0x000000000000654b, 0x1dc0c2b529ac9814),
    W(0x00000000000005a0, 0x9e18ee5f65deec01), W(0x000000000000004b, 0xd26d1a05055c9328),
    W(0x0000000000000003, 0xca8574804044a0f5), W(0x0000000000000000, 0x2e371dedb9eae318),
    W(0x0000000000000000, 0x0219c72db6ff0a53), W(0x0000000000000000, 0x001761b41316381a),
    W(0x0000000000000000, 0x0000f96780cb97ac), W(0x0000000000000000, 0x000009f9e66e8b30),
    W(0x0000000000000000, 0x000000623a17f1a9), W(0x0000000000000000, 0x00000003a356385c),
    W(0x0000000000000000, 0x000000002143144c), W(0x0000000000000000, 0x0000000001259f99),
    W(0x0000000000000000, 0x000000000009c996), W(0x0000000000000000, 0x00000000000050d3),
};

/* 1/(2k + 1), likewise */
static const x87_u128 odd[] = {
    W(0x8000000000000000, 0x0000000000000000), W(0x2aaaaaaaaaaaaaaa, 0xaaaaaaaaaaaaaaab),
    W(0x1999999999999999, 0x999999999999999a), W(0x1249249249249249, 0x2492492492492492),
    W(0x0e38e38e38e38e38, 0xe38e38e38e38e38e), W(0x0ba2e8ba2e8ba2e8, 0xba2e8ba2e8ba2e8c),
    W(0x09d89d89d89d89d8, 0x9d89d89d89d89d8a), W(0x0888888888888888, 0x8888888888888889),
    W(0x0787878787878787, 0x8787878787878788), W(0x06bca1af286bca1a, 0xf286bca1af286bca),
    W(0x0618618618618618, 0x6186186186186186), W(0x0590b21642c8590b, 0x21642c8590b21643),
    W(0x051eb851eb851eb8, 0x51eb851eb851eb85), W(0x04bda12f684bda12, 0xf684bda12f684bda),
    W(0x0469ee58469ee584, 0x69ee58469ee5846a), W(0x0421084210842108, 0x4210842108421084),
    W(0x03e0f83e0f83e0f8, 0x3e0f83e0f83e0f84), W(0x03a83a83a83a83a8, 0x3a83a83a83a83a84),
    W(0x03759f22983759f2, 0x2983759f2298375a), W(0x0348348348348348, 0x3483483483483483),
    W(0x031f3831f3831f38, 0x31f3831f3831f383), W(0x02fa0be82fa0be82, 0xfa0be82fa0be82fa),
    W(0x02d82d82d82d82d8, 0x2d82d82d82d82d83), W(0x02b9310572620ae4, 0xc415c9882b931057),
    W(0x029cbc14e5e0a72f, 0x05397829cbc14e5e), W(0x0282828282828282, 0x8282828282828283),
};

/* atan(i / 16), binary point before the first bit */
static const x87_u128 atan16[] = {
    W(0x0000000000000000, 0x0000000000000000), W(0x0ffaaddb967ef4e3, 0x6cb2792dc0e2e0d5),
    W(0x1fd5ba9aac2f6dc6, 0x5912f313e7d111df), W(0x2f72f6979cb6044d, 0x1ec2d3e207271d22),
    W(0x3eb6ebf25901bac5, 0x5b71e7bd7de885f9), W(0x4d89dcdc1faf2f34, 0xe2d5da4c693d7994),
    W(0x5bd86507937bc239, 0xc55190916e7f2242), W(0x6993bb0f308ff2db, 0x213e4af4800f389b),
    W(0x76b19c1586ed3da2, 0xb7f222f65e1d4682), W(0x832bf4a6d9867e2a, 0x4b6a09cb61a515c1),
    W(0x8f005d5ef7f59f9b, 0x5c835e1665c43748), W(0x9a2f80e671bdda20, 0x4226f8e2204ff3bd),
    W(0xa4bc7d1934f70924, 0x19a87f2a457dac9f), W(0xaeac4c38b4d8c080, 0x14725e2f3e52070a),
    W(0xb8053e2bc2319e73, 0xcb2da55210a4443d), W(0xc0ce85b8ac526640, 0x89dd62c46e92fa25),
    W(0xc90fdaa22168c234, 0xc4c6628b80dc1cd1),
};

const struct x87_wide x87_pi = {false, 1, W(0xc90fdaa22168c234, 0xc4c6628b80dc1cd1)};
static const struct x87_wide ln2 = {false, -1, W(0xb17217f7d1cf79ab, 0xc9e3b39803f2f6af)};
static const struct x87_wide two_over_ln2 = {false, 1, W(0xb8aa3b295c17f0bb, 0xbe87fed0691d3e89)};

/* ---------------------------------------------------------------- arithmetic */

static x87_u128 high(x87_u128 a, x87_u128 b) /* of the product */
{
    uint64_t ah = (uint64_t)(a >> 64), al = (uint64_t)a, bh = (uint64_t)(b >> 64), bl = (uint64_t)b;
    x87_u128 ll = (x87_u128)al * bl, lh = (x87_u128)al * bh, hl = (x87_u128)ah * bl;
    x87_u128 middle = (ll >> 64) + (uint64_t)lh + (uint64_t)hl;

    return (x87_u128)ah * bh + (lh >> 64) + (hl >> 64) + (middle >> 64);
}

static unsigned leading_zeros(x87_u128 x) /* x isn't 0 */
{
    uint64_t hi = (uint64_t)(x >> 64);

    return hi ? (unsigned)isa_clz(64, hi) : 64 + (unsigned)isa_clz(64, (uint64_t)x);
}

static struct x87_wide normal(bool sign, int32_t exp, x87_u128 sig)
{
    if (!sig)
        return (struct x87_wide){.sign = sign};

    unsigned up = leading_zeros(sig);

    return (struct x87_wide){sign, exp - (int32_t)up, sig << up};
}

struct x87_wide x87_wide_of(const struct fp_num *n)
{
    return (struct x87_wide){n->sign, n->exp, n->class == FP_FINITE ? (x87_u128)n->sig << 64 : 0};
}

struct x87_wide x87_wide_int(int32_t value)
{
    return normal(value < 0, 127, (x87_u128)(value < 0 ? -(uint32_t)value : (uint32_t)value));
}

struct x87_wide x87_wide_mul(struct x87_wide a, struct x87_wide b)
{
    return normal(a.sign ^ b.sign, a.exp + b.exp + 1, high(a.sig, b.sig));
}

struct x87_wide x87_wide_add(struct x87_wide a, struct x87_wide b)
{
    if (!a.sig || !b.sig)
        return a.sig ? a : b;
    if (a.exp < b.exp || (a.exp == b.exp && a.sig < b.sig)) {
        struct x87_wide t = a;

        a = b;
        b = t;
    }
    b.sig = a.exp - b.exp < 128 ? b.sig >> (a.exp - b.exp) : 0;
    if (a.sign != b.sign)
        return normal(a.sign, a.exp, a.sig - b.sig);

    x87_u128 sum = a.sig + b.sig;

    if (sum < a.sig)
        return (struct x87_wide){a.sign, a.exp + 1, sum >> 1 | TOP};
    return (struct x87_wide){a.sign, a.exp, sum};
}

/* Long division, a bit at a time. b isn't 0. */
struct x87_wide x87_wide_div(struct x87_wide a, struct x87_wide b)
{
    x87_u128 rest = a.sig, quotient = 0;
    bool over = false; /* rest has a 129th bit */

    for (unsigned n = 0; n < 128; n++) {
        bool fits = over || rest >= b.sig;

        if (fits)
            rest -= b.sig;
        quotient = quotient << 1 | fits;
        over = rest >> 127;
        rest <<= 1;
    }
    return normal(a.sign ^ b.sign, a.exp - b.exp, quotient);
}

/* |a| below 1 with the binary point before the first bit. */
static x87_u128 fixed(const struct x87_wide *a)
{
    uint32_t down = (uint32_t)(-1 - a->exp);

    return down < 128 ? a->sig >> down : 0;
}

/*
 * c[0] ± z (c[step] ± z (c[2 step] ± ...)), of `terms` coefficients.
 */
static x87_u128 series(const x87_u128 *c, unsigned step, unsigned terms, x87_u128 z, bool alternate)
{
    x87_u128 sum = c[(terms - 1) * step];

    for (unsigned n = terms - 1; n-- > 0;) {
        x87_u128 part = high(z, sum);

        sum = alternate ? c[n * step] - part : c[n * step] + part;
    }
    return sum;
}

/* The factor of a series as a number. */
static struct x87_wide factor(x87_u128 sum)
{
    return normal(false, 0, sum);
}

/* Likewise of an alternating one, which is below 1 however little that is: directed rounding sees
 * it. */
static struct x87_wide below_one(x87_u128 sum)
{
    return normal(false, 0, sum - (sum == TOP));
}

/* ---------------------------------------------------------------- functions */

/* e^y - 1 = y (1 + y/2! + y^2/3! + ...) */
struct x87_wide x87_wide_exp2m1(struct x87_wide x)
{
    struct x87_wide y = x87_wide_mul(x, ln2);

    return x87_wide_mul(y, factor(series(&factorial[1], 1, 30, fixed(&y), y.sign)));
}

/* atanh(s) = s (1 + s^2/3 + s^4/5 + ...) */
struct x87_wide x87_wide_log2(struct x87_wide n, struct x87_wide d)
{
    struct x87_wide s = x87_wide_div(n, d), z = x87_wide_mul(s, s);

    s = x87_wide_mul(s, two_over_ln2);
    return x87_wide_mul(s, factor(series(odd, 1, 26, fixed(&z), false)));
}

struct x87_wide x87_wide_sin(struct x87_wide r)
{
    struct x87_wide z = x87_wide_mul(r, r);

    return x87_wide_mul(r, below_one(series(&factorial[1], 2, 15, fixed(&z), true)));
}

struct x87_wide x87_wide_cos(struct x87_wide r)
{
    struct x87_wide z = x87_wide_mul(r, r);

    return below_one(series(factorial, 2, 16, fixed(&z), true));
}

/*
 * atan(y/x) = atan(i/16) + atan((16 y - i x) / (16 x + i y)), with i such that the last argument is
 * at most 1/32.
 */
struct x87_wide x87_wide_atan(struct x87_wide y, struct x87_wide x)
{
    struct x87_wide t = x87_wide_div(y, x), z, result;
    unsigned i = t.exp >= 0 ? 16 : (unsigned)((fixed(&t) >> 123) + 1) >> 1;

    if (i) {
        struct x87_wide k = x87_wide_int((int32_t)i), less = x87_wide_mul(k, x);

        less.sign = !less.sign;
        t = x87_wide_mul(k, y);
        x.exp += 4;
        y.exp += 4;
        t = x87_wide_div(x87_wide_add(y, less), x87_wide_add(x, t));
    }
    z = x87_wide_mul(t, t);
    result = x87_wide_mul(t, below_one(series(odd, 1, 14, fixed(&z), true)));
    return x87_wide_add(normal(false, -1, atan16[i]), result);
}

/*
 * The processor's pi has 66 bits, 0.C90FDAA22168C234C * 4: what is left of x is exact for that, and
 * the result for the true pi only as good as that.
 */
#define PI66 W(0xc, 0x90fdaa22168c234c)

unsigned x87_wide_reduce(struct x87_wide *x)
{
    x87_u128 rest = 0;
    int32_t bits = 64 + x->exp + 4; /* of x in units of 2^-67, pi/2 being PI66 of them */
    uint64_t sig = (uint64_t)(x->sig >> 64);
    unsigned quarter = 0;

    if (x->exp < -1 || (x->exp == -1 && x->sig <= PI66 << 60))
        return 0;
    for (int32_t n = 0; n < bits; n++) {
        rest = rest << 1 | sig >> 63;
        sig <<= 1;
        quarter <<= 1;
        if (rest >= PI66) {
            rest -= PI66;
            quarter |= 1;
        }
    }
    if (rest > PI66 >> 1) {
        *x = normal(!x->sign, 60, PI66 - rest);
        quarter++;
    } else {
        *x = normal(x->sign, 60, rest);
    }
    return quarter & 3;
}
