/* fp_core.c - see fp_core.h */
#include "isa/fp_core.h"

#define TOP (1ull << 63)
#define QUIET_BIT (1ull << 62)

typedef unsigned __int128 wide;

const struct fp_format fp_single = {32, 23, 127}, fp_double = {64, 52, 1023};

/* ---------------------------------------------------------------- apart, and together again */

static struct fp_num normalize(bool sign, int32_t exp, uint64_t sig)
{
    unsigned up = (unsigned)isa_clz(64, sig);

    return (struct fp_num){
        .class = FP_FINITE, .sign = sign, .exp = exp - (int32_t)up, .sig = sig << up};
}

struct fp_num fp_unpack(const struct fp_format *f, uint64_t bits)
{
    unsigned exp_bits = f->bits - 1 - f->fraction;
    uint64_t fraction = bits & ((1ull << f->fraction) - 1);
    uint32_t exp = (uint32_t)(bits >> f->fraction) & ((1u << exp_bits) - 1);
    bool sign = bits >> (f->bits - 1) & 1;
    uint64_t sig = fraction << (63 - f->fraction);

    if (exp == (1u << exp_bits) - 1) {
        if (!sig)
            return fp_infinity(sign);
        return (struct fp_num){
            .class = sig & QUIET_BIT ? FP_QUIET : FP_SIGNALLING, .sign = sign, .sig = sig | TOP};
    }
    if (exp)
        return (struct fp_num){
            .class = FP_FINITE, .sign = sign, .exp = (int32_t)exp - f->bias, .sig = sig | TOP};
    if (!sig)
        return fp_zero(sign);
    struct fp_num n = normalize(sign, 1 - f->bias, sig);
    n.denormal = true;
    return n;
}

uint64_t fp_pack(const struct fp_format *f, const struct fp_num *n)
{
    unsigned exp_bits = f->bits - 1 - f->fraction;
    uint64_t exp = (1ull << exp_bits) - 1, fraction = 0;

    switch (n->class) {
    case FP_ZERO: exp = 0; break;
    case FP_FINITE:
        exp = n->sig & TOP ? (uint64_t)(n->exp + f->bias) : 0;
        fraction = (n->sig & ~TOP) >> (63 - f->fraction);
        break;
    case FP_INFINITE: break;
    default: fraction = (n->sig & ~TOP) >> (63 - f->fraction); break;
    }
    return (uint64_t)n->sign << (f->bits - 1) | exp << f->fraction | fraction;
}

#define BIAS80 16383

struct fp_num fp_unpack80(struct isa_v bits)
{
    uint32_t exp = bits.hi & 0x7fff;
    bool sign = bits.hi >> 15 & 1;

    if (!exp && !bits.lo)
        return fp_zero(sign);
    if (exp && !(bits.lo & TOP))
        return (struct fp_num){.class = FP_UNSUPPORTED, .sign = sign, .sig = bits.lo};
    if (exp == 0x7fff) {
        if (bits.lo == TOP)
            return fp_infinity(sign);
        return (struct fp_num){
            .class = bits.lo & QUIET_BIT ? FP_QUIET : FP_SIGNALLING, .sign = sign, .sig = bits.lo};
    }
    if (exp)
        return (struct fp_num){
            .class = FP_FINITE, .sign = sign, .exp = (int32_t)exp - BIAS80, .sig = bits.lo};
    struct fp_num n = normalize(sign, 1 - BIAS80, bits.lo);
    n.denormal = true;
    return n;
}

struct isa_v fp_pack80(const struct fp_num *n)
{
    uint64_t exp = 0x7fff, sig = n->sig;

    switch (n->class) {
    case FP_ZERO: exp = sig = 0; break;
    case FP_FINITE: exp = sig & TOP ? (uint64_t)(n->exp + BIAS80) : 0; break;
    case FP_INFINITE: sig = TOP; break;
    default: break;
    }
    return isa_pair(sig, (uint64_t)n->sign << 15 | exp);
}

struct fp_num fp_indefinite(void)
{
    return (struct fp_num){.class = FP_QUIET, .sign = true, .sig = TOP | QUIET_BIT};
}

struct fp_num fp_zero(bool sign)
{
    return (struct fp_num){.class = FP_ZERO, .sign = sign};
}

struct fp_num fp_infinity(bool sign)
{
    return (struct fp_num){.class = FP_INFINITE, .sign = sign, .sig = TOP};
}

static struct fp_num invalid(uint32_t *flags)
{
    *flags |= FP_INVALID;
    return fp_indefinite();
}

/* ---------------------------------------------------------------- rounding */

/* hi:lo >> by, what falls off sticks to the lowest bit. */
static void shift_sticky(uint64_t *hi, uint64_t *lo, uint32_t by)
{
    wide x = (wide)*hi << 64 | *lo, y;

    if (by >= 128) {
        y = x != 0;
    } else if (by) {
        y = x >> by;
        y |= y << by != x;
    } else {
        y = x;
    }
    *hi = (uint64_t)(y >> 64);
    *lo = (uint64_t)y;
}

/* Is hi:lo, of which the bits below 1 << drop of hi go, to be rounded away from zero? */
static bool rounds_up(uint64_t hi, uint64_t lo, int drop, bool sign, enum fp_rounding rounding)
{
    uint64_t ulp = 1ull << drop, rest = hi & (ulp - 1);
    uint64_t half = drop ? ulp >> 1 : TOP;
    uint64_t top = drop ? rest : lo, below = drop ? lo : 0;

    if (!(rest | lo))
        return false;
    switch (rounding) {
    case FP_NEAREST: return top > half || (top == half && (below || (hi & ulp)));
    case FP_DOWN: return sign;
    case FP_TOWARDS_UP: return !sign;
    default: return false;
    }
}

/*
 * Would the number, rounded with an exponent without bounds, still be below the least normal one?
 */
static bool is_tiny(const struct fp_exact *x, const struct fp_rule *rule)
{
    int drop = 64 - rule->precision;

    if (x->exp >= rule->least)
        return false;
    return x->exp < rule->least - 1 || ~x->hi >> drop ||
           !rounds_up(x->hi, x->lo, drop, x->sign, rule->rounding);
}

static struct fp_num overflowed(bool sign, const struct fp_rule *rule, uint32_t *flags)
{
    bool down = rule->rounding == FP_TRUNCATE || (rule->rounding == FP_DOWN && !sign) ||
                (rule->rounding == FP_TOWARDS_UP && sign);

    *flags = (*flags & ~(uint32_t)FP_UP) | FP_OVERFLOW | FP_INEXACT;
    if (down)
        return (struct fp_num){.class = FP_FINITE,
                               .sign = sign,
                               .exp = rule->most,
                               .sig = ~0ull << (64 - rule->precision)};
    *flags |= FP_UP;
    return fp_infinity(sign);
}

struct fp_num fp_round(const struct fp_exact *x, const struct fp_rule *rule, uint32_t *flags)
{
    int drop = 64 - rule->precision;
    uint64_t hi = x->hi, lo = x->lo, ulp = 1ull << drop;
    int32_t exp = x->exp;
    bool tiny = is_tiny(x, rule);

    if (tiny && rule->flush) {
        *flags |= FP_UNDERFLOW | FP_INEXACT;
        return fp_zero(x->sign);
    }
    if (exp < rule->least) {
        shift_sticky(&hi, &lo, (uint32_t)(rule->least - exp));
        exp = rule->least;
    }
    bool inexact = (hi & (ulp - 1)) | lo;
    if (rounds_up(hi, lo, drop, x->sign, rule->rounding)) {
        hi = (hi & ~(ulp - 1)) + ulp;
        if (!hi) {
            hi = TOP;
            exp++;
        }
        *flags |= FP_UP;
    }
    hi &= ~(ulp - 1);
    if (exp > rule->most)
        return overflowed(x->sign, rule, flags);
    if (inexact)
        *flags |= FP_INEXACT;
    if (tiny && (inexact || rule->tiny_counts))
        *flags |= FP_UNDERFLOW;
    if (!hi)
        return fp_zero(x->sign);
    return (struct fp_num){.class = FP_FINITE, .sign = x->sign, .exp = exp, .sig = hi};
}

struct fp_num fp_round_num(const struct fp_num *n, const struct fp_rule *rule, uint32_t *flags)
{
    struct fp_exact x = {n->sign, n->exp, n->sig, 0};

    return n->class == FP_FINITE ? fp_round(&x, rule, flags) : *n;
}

/* ---------------------------------------------------------------- arithmetic */

static struct fp_num sum(const struct fp_num *a, const struct fp_num *b, const struct fp_rule *rule,
                         uint32_t *flags)
{
    struct fp_exact x = {a->sign, a->exp, a->sig, 0};
    uint64_t hi = b->sig, lo = 0;

    shift_sticky(&hi, &lo, (uint32_t)(a->exp - b->exp));
    if (a->sign == b->sign) {
        x.lo = lo;
        x.hi += hi;
        if (x.hi < hi) {
            shift_sticky(&x.hi, &x.lo, 1);
            x.hi |= TOP;
            x.exp++;
        }
        return fp_round(&x, rule, flags);
    }
    wide rest = ((wide)x.hi << 64) - ((wide)hi << 64 | lo);
    if (!rest)
        return fp_zero(rule->rounding == FP_DOWN);
    unsigned up = (unsigned)(rest >> 64 ? isa_clz(64, (uint64_t)(rest >> 64))
                                        : 64 + isa_clz(64, (uint64_t)rest));
    rest <<= up;
    x.hi = (uint64_t)(rest >> 64);
    x.lo = (uint64_t)rest;
    x.exp -= (int32_t)up;
    return fp_round(&x, rule, flags);
}

struct fp_num fp_add(struct fp_num a, struct fp_num b, const struct fp_rule *rule, uint32_t *flags)
{
    if (a.class == FP_INFINITE)
        return b.class == FP_INFINITE && a.sign != b.sign ? invalid(flags) : a;
    if (b.class == FP_INFINITE)
        return b;
    if (a.class == FP_ZERO && b.class == FP_ZERO)
        return a.sign == b.sign ? a : fp_zero(rule->rounding == FP_DOWN);
    if (a.class == FP_ZERO)
        return fp_round_num(&b, rule, flags);
    if (b.class == FP_ZERO)
        return fp_round_num(&a, rule, flags);
    if (a.exp < b.exp || (a.exp == b.exp && a.sig < b.sig))
        return sum(&b, &a, rule, flags);
    return sum(&a, &b, rule, flags);
}

struct fp_num fp_mul(struct fp_num a, struct fp_num b, const struct fp_rule *rule, uint32_t *flags)
{
    bool sign = a.sign ^ b.sign;

    if (a.class == FP_INFINITE || b.class == FP_INFINITE)
        return a.class == FP_ZERO || b.class == FP_ZERO ? invalid(flags) : fp_infinity(sign);
    if (a.class == FP_ZERO || b.class == FP_ZERO)
        return fp_zero(sign);
    wide product = (wide)a.sig * b.sig;
    bool high = product >> 127;
    product <<= !high;
    struct fp_exact x = {sign, a.exp + b.exp + high, (uint64_t)(product >> 64), (uint64_t)product};
    return fp_round(&x, rule, flags);
}

/* What follows a quotient or root: its remainder, of which only this matters. */
static uint64_t fraction_of(bool any, bool half, bool above)
{
    return above ? TOP | 1 : half ? TOP : any;
}

struct fp_num fp_div(struct fp_num a, struct fp_num b, const struct fp_rule *rule, uint32_t *flags)
{
    bool sign = a.sign ^ b.sign;

    if (a.class == FP_INFINITE)
        return b.class == FP_INFINITE ? invalid(flags) : fp_infinity(sign);
    if (b.class == FP_INFINITE)
        return fp_zero(sign);
    if (b.class == FP_ZERO) {
        if (a.class == FP_ZERO)
            return invalid(flags);
        *flags |= FP_ZERO_DIVIDE;
        return fp_infinity(sign);
    }
    if (a.class == FP_ZERO)
        return fp_zero(sign);
    bool less = a.sig < b.sig;
    wide dividend = (wide)a.sig << (63 + less);
    uint64_t quotient = (uint64_t)(dividend / b.sig);
    uint64_t rest = (uint64_t)(dividend - (wide)quotient * b.sig);
    uint64_t left = b.sig - rest; /* compared with rest, instead of 2 * rest with b */
    struct fp_exact x = {sign, a.exp - b.exp - less, quotient,
                         fraction_of(rest, rest == left, rest > left)};
    return fp_round(&x, rule, flags);
}

/* floor(sqrt(n)); *rest gets n minus its square. */
static uint64_t root(wide n, wide *rest)
{
    wide remainder = 0, result = 0;

    for (int i = 0; i < 64; i++) {
        remainder = remainder << 2 | n >> 126;
        n <<= 2;
        result <<= 1;
        wide trial = result << 1 | 1;
        if (remainder >= trial) {
            remainder -= trial;
            result |= 1;
        }
    }
    *rest = remainder;
    return (uint64_t)result;
}

struct fp_num fp_sqrt(struct fp_num a, const struct fp_rule *rule, uint32_t *flags)
{
    wide rest;

    if (a.class == FP_ZERO)
        return a;
    if (a.sign)
        return invalid(flags);
    if (a.class == FP_INFINITE)
        return a;
    bool odd = a.exp & 1;
    struct fp_exact x = {false, (a.exp - odd) / 2, root((wide)a.sig << (63 + odd), &rest), 0};
    x.lo = fraction_of(rest, false, rest > x.hi);
    return fp_round(&x, rule, flags);
}

int fp_compare(const struct fp_num *a, const struct fp_num *b)
{
    int sign = a->sign ? -1 : 1;

    if (a->class == FP_ZERO && b->class == FP_ZERO)
        return 0;
    if (a->class == FP_ZERO)
        return b->sign ? 1 : -1;
    if (b->class == FP_ZERO || a->sign != b->sign)
        return sign;
    if (a->class == FP_INFINITE || b->class == FP_INFINITE)
        return sign * ((a->class == FP_INFINITE) - (b->class == FP_INFINITE));
    if (a->exp != b->exp)
        return a->exp < b->exp ? -sign : sign;
    return a->sig == b->sig ? 0 : a->sig < b->sig ? -sign : sign;
}

/* ---------------------------------------------------------------- integers */

/* |a| rounded, if it is below 2^64; else false. */
static bool magnitude(const struct fp_num *a, enum fp_rounding rounding, uint64_t *value,
                      uint32_t *flags)
{
    uint64_t hi = a->sig, lo = 0;

    if (a->exp > 63)
        return false;
    shift_sticky(&hi, &lo, (uint32_t)(63 - a->exp));
    *value = hi;
    if (lo)
        *flags |= FP_INEXACT;
    if (rounds_up(hi, lo, 0, a->sign, rounding)) {
        *flags |= FP_UP;
        return ++*value != 0;
    }
    return true;
}

struct fp_num fp_to_integral(const struct fp_num *a, enum fp_rounding rounding, uint32_t *flags)
{
    uint64_t value;

    if (a->class == FP_ZERO || a->exp >= 63)
        return *a;
    magnitude(a, rounding, &value, flags);
    return value ? normalize(a->sign, 63, value) : fp_zero(a->sign);
}

uint64_t fp_to_int(unsigned n, const struct fp_num *a, enum fp_rounding rounding, uint32_t *flags)
{
    uint64_t least = 0 - (1ull << (n - 1)), value;
    uint32_t raised = 0;

    if (a->class == FP_ZERO)
        return 0;
    if (a->class != FP_FINITE || !magnitude(a, rounding, &value, &raised) ||
        value > (1ull << (n - 1)) - !a->sign) {
        *flags |= FP_INVALID;
        return least;
    }
    *flags |= raised;
    return a->sign ? 0 - value : value;
}

struct fp_num fp_from_int(int64_t value)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    return value ? normalize(value < 0, 63, size) : fp_zero(false);
}
