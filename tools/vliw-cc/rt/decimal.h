/*
 * decimal.h - the exact decimal digits of a double, for printf.
 */
#ifndef SELKIRK_NATIVE_DECIMAL_H
#define SELKIRK_NATIVE_DECIMAL_H

#include <stdint.h>

/* No double has more: the one below the smallest normal number has 767. */
#define DECIMAL_DIGITS 774

/*
 * 0.d0d1d2... times ten to the power `point`; d0 and the last digit are not 0. Zero has no digits.
 */
struct decimal {
    int point, count;
    uint8_t digit[DECIMAL_DIGITS];
};

/* A finite double's bits; the sign does not count. */
void decimal_expand(struct decimal *d, uint64_t bits);
/* Keeps `count` digits at most, which may be negative; a half goes to the even neighbour. */
void decimal_round(struct decimal *d, int count);
/* The digit that counts ten to the power `power`. */
int decimal_digit(const struct decimal *d, int power);

#endif
