/*
 * decimal.c - the exact decimal digits of a double, by big integers.
 *
 * A double is m * 2^e. With e >= 0 that is an integer; with e < 0 it is m * 5^-e / 10^-e, an
 * integer again but for the place of the decimal point. So the integer m is multiplied by powers
 * of 2 or 5, in base 10^9, where the digits can be read off.
 */
#include <stdbool.h>

#include "decimal.h"

#define BASE 1000000000u
#define BASE_DIGITS 9
#define LIMBS (DECIMAL_DIGITS / BASE_DIGITS)

struct big {
    int count;
    uint32_t limb[LIMBS]; /* lowest first; the highest is not 0 */
};

static void multiply(struct big *b, uint32_t factor)
{
    uint64_t carry = 0;

    for (int i = 0; i < b->count; i++) {
        carry += (uint64_t)b->limb[i] * factor;
        b->limb[i] = (uint32_t)(carry % BASE);
        carry /= BASE;
    }
    if (carry)
        b->limb[b->count++] = (uint32_t)carry;
}

/* Multiplies by base^power; step^each of it fits into one factor. */
static void multiply_power(struct big *b, uint32_t base, int power, uint32_t step, int each)
{
    for (; power >= each; power -= each)
        multiply(b, step);
    for (; power > 0; power--)
        multiply(b, base);
}

static void drop_zeros(struct decimal *d)
{
    while (d->count && !d->digit[d->count - 1])
        d->count--;
}

static void read_digits(struct decimal *d, const struct big *b)
{
    d->count = 0;
    for (int i = b->count - 1; i >= 0; i--) {
        uint32_t unit = BASE / 10, rest = b->limb[i];

        for (; unit; rest %= unit, unit /= 10)
            if (d->count || rest >= unit)
                d->digit[d->count++] = (uint8_t)(rest / unit);
    }
}

void decimal_expand(struct decimal *d, uint64_t bits)
{
    int biased = (int)(bits >> 52 & 0x7ff);
    int exponent = (biased ? biased : 1) - 1075;
    uint64_t m = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)(biased != 0) << 52;
    struct big b = {0};

    for (; m && exponent < 0 && !(m & 1); exponent++)
        m >>= 1;
    for (; m; m /= BASE)
        b.limb[b.count++] = (uint32_t)(m % BASE);
    if (exponent >= 0)
        multiply_power(&b, 2, exponent, 1u << 29, 29);
    else
        multiply_power(&b, 5, -exponent, 244140625, 12);
    read_digits(d, &b);
    d->point = d->count + (exponent < 0 ? exponent : 0);
    drop_zeros(d);
}

void decimal_round(struct decimal *d, int count)
{
    if (count >= d->count)
        return;
    if (count < 0) {
        d->count = 0;
        return;
    }
    int first = d->digit[count];
    bool more = count + 1 < d->count, odd = count && d->digit[count - 1] % 2;
    d->count = count;
    if (first > 5 || (first == 5 && (more || odd))) {
        while (d->count && d->digit[d->count - 1] == 9)
            d->count--;
        if (!d->count) {
            d->digit[d->count++] = 0;
            d->point++;
        }
        d->digit[d->count - 1]++;
    }
    drop_zeros(d);
}

int decimal_digit(const struct decimal *d, int power)
{
    int at = d->point - 1 - power;

    return at >= 0 && at < d->count ? d->digit[at] : 0;
}
