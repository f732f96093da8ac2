/*
 * x87_wide.h - numbers with 128 bits of significand, for the transcendental functions.
 *
 * A number is sig * 2^(exp - 127) with bit 127 of sig set; 0 has sig 0. Results are good to some
 * 110 bits.
 */
#ifndef CMS_GEAR1_X87_WIDE_H
#define CMS_GEAR1_X87_WIDE_H

#include "isa/fp_core.h"

typedef unsigned __int128 x87_u128;

struct x87_wide {
    bool sign;
    int32_t exp;
    x87_u128 sig;
};

extern const struct x87_wide x87_pi;

struct x87_wide x87_wide_of(const struct fp_num *n); /* finite or zero */
struct x87_wide x87_wide_int(int32_t value);
struct x87_wide x87_wide_add(struct x87_wide a, struct x87_wide b);
struct x87_wide x87_wide_mul(struct x87_wide a, struct x87_wide b);
struct x87_wide x87_wide_div(struct x87_wide a, struct x87_wide b);

/* 2^x - 1, |x| at most 1 */
struct x87_wide x87_wide_exp2m1(struct x87_wide x);

/* log2((d + n) / (d - n)), |n / d| below 0.18 */
struct x87_wide x87_wide_log2(struct x87_wide n, struct x87_wide d);

/* |r| at most pi/4 */
struct x87_wide x87_wide_sin(struct x87_wide r);
struct x87_wide x87_wide_cos(struct x87_wide r);

/* atan(y / x), 0 < y <= x */
struct x87_wide x87_wide_atan(struct x87_wide y, struct x87_wide x);

/*
 * Takes a multiple of pi/2 from |x| below 2^63, so that at most pi/4 is left; returns the multiple
 * of |x| modulo 4.
 */
unsigned x87_wide_reduce(struct x87_wide *x);

#endif
